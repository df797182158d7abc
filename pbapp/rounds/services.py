"""Set a round up, change its rules while they may change, and make a phase longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.models import Board, Role
from pbapp.boards.queries import has_role
from pbapp.db import advisory_lock, db, flush
from pbapp.organisations.models import Organisation
from pbapp.places.models import Area, BoundarySet
from pbapp.plans.models import Plan
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Phase, PhaseKind, Pot, Round, RoundArea, VoteType
from pbapp.rounds.queries import find_phase
from pbapp.tally.rules import rule_from_dict

SEAL_COLUMNS = ("config", "config_hash", "seal_asked_by_id", "sealed_by_id", "sealed_at")
SEALED = N_("The ballot is sealed, so its rules and projects can no longer be changed.")


@dataclass(frozen=True)
class PhaseDates:
    """When a phase runs: from `starts_at` up to, not including, `ends_at` (None: open end)."""

    kind: PhaseKind
    starts_at: datetime
    ends_at: datetime | None = None


@dataclass(frozen=True)
class PotTerms:
    """Money, who gives it, who approves paying it, and whether the vote binds them."""

    name: str
    budget_pence: int
    funder: Organisation | None = None
    payment_approver: str = ""
    is_binding: bool = False


def set_up(
    *,
    board: Board,
    plan: Plan,
    slug: str,
    title: str,
    phases: Sequence[PhaseDates],
    pots: Sequence[PotTerms],
    wards: Sequence[Area],
    rule: dict[str, Any],
    rule_words: str,
    vote_type: VoteType = VoteType.APPROVAL,
    max_choices: int | None = None,
    within_pot: bool = True,
    max_cost_pence: int | None = None,
    min_age: int | None = None,
    people_per_contact: int = 4,
    boundary_set: BoundarySet | None = None,
    summary: str = "",
    description: str = "",
    is_example: bool = False,
    by: Account | None = None,
) -> Round:
    """A new round with its dates, pots, wards and rules.

    `rule` is `{"name": "greedy", …}` with the parameters of `pbapp.tally`. Raises `Refused` beside
    `phases`, `pots`, `wards`, `rule` or `rule_words` for what cannot work.
    """
    check_phases(phases)
    _check_pots(pots)
    check_rule(rule, rule_words)
    if not wards:
        raise Refused(N_("Choose at least one ward whose people may vote."), "wards")
    round = Round(
        board=board,
        plan=plan,
        boundary_set_id=boundary_set.id if boundary_set else None,
        slug=slug,
        title=title,
        summary=summary,
        description=description,
        vote_type=vote_type,
        max_choices=max_choices,
        within_pot=within_pot,
        max_cost_pence=max_cost_pence,
        min_age=min_age,
        people_per_contact=people_per_contact,
        rule=dict(rule),
        rule_words=rule_words.strip(),
        is_example=is_example,
        created_at=clock.now(),
        phases=[Phase(kind=p.kind, starts_at=p.starts_at, ends_at=p.ends_at) for p in phases],
        pots=[_pot(terms) for terms in pots],
        round_areas=[RoundArea(area=ward) for ward in wards],
    )
    db.session.add(round)
    flush()
    log(round, by, "round.set_up", {"slug": slug})
    return round


def _pot(terms: PotTerms) -> Pot:
    return Pot(
        name=terms.name,
        budget_pence=terms.budget_pence,
        funder=terms.funder,
        payment_approver=terms.payment_approver,
        is_binding=terms.is_binding,
    )


def check_phases(phases: Sequence[PhaseDates]) -> None:
    """Refuse dates that overlap, run backwards or come out of order. Gaps are fine."""
    kinds = [phase.kind for phase in phases]
    if PhaseKind.VOTING not in kinds:
        raise Refused(N_("Say when voting opens and closes."), "phases")
    order = list(PhaseKind)
    if kinds != sorted(set(kinds), key=order.index):
        raise Refused(
            N_(
                "The dates are out of order: first proposals, then checking, voting, counting "
                "and the result, each once."
            ),
            "phases",
        )
    for phase in phases:
        if phase.ends_at is not None and phase.ends_at <= phase.starts_at:
            raise Refused(N_("Each phase has to end after it starts."), "phases")
    for earlier, later in pairwise(phases):
        if earlier.ends_at is None or later.starts_at < earlier.ends_at:
            raise Refused(N_("One phase has to end before the next one starts."), "phases")


def _check_pots(pots: Sequence[PotTerms]) -> None:
    if not pots:
        raise Refused(N_("A round needs a pot of money."), "pots")
    if any(pot.budget_pence <= 0 for pot in pots):
        raise Refused(N_("The pot needs an amount above nothing."), "pots")


def check_rule(rule: dict[str, Any], rule_words: str) -> None:
    try:
        rule_from_dict(str(rule.get("name")), rule)
    except (ValueError, TypeError, KeyError) as error:
        raise Refused(
            N_("We do not know this counting rule: %(problem)s."), "rule", problem=str(error)
        ) from error
    if not rule_words.strip():
        raise Refused(N_("Say in plain words how the votes will be counted."), "rule_words")


def change_rules(
    *,
    round: Round,
    rule: dict[str, Any],
    rule_words: str,
    max_choices: int | None,
    within_pot: bool,
    max_cost_pence: int | None,
    by: Account,
) -> None:
    """Change how people vote and how votes count; refused once the ballot is sealed."""
    must_lead_the_vote(round, by)
    hold(round)
    refuse_if_sealed(round)
    check_rule(rule, rule_words)
    if max_choices is not None and max_choices < 1:
        raise Refused(N_("People must be able to choose at least one project."), "max_choices")
    round.rule = dict(rule)
    round.rule_words = rule_words.strip()
    round.max_choices = max_choices
    round.within_pot = within_pot
    round.max_cost_pence = max_cost_pence
    flush()
    log(round, by, "round.rules_changed", {"rule": round.rule})


def extend_phase(
    *, round: Round, kind: PhaseKind, ends_at: datetime, reason: str, by: Account
) -> Phase:
    """Make a phase end later, for a reason everybody can read in the log.

    Dates are not part of what is sealed, so this is allowed after sealing. The next phase starts
    later if it has to; it is never swallowed. A phase that is over stays over.
    """
    must_lead_the_vote(round, by)
    phase = find_phase(round, kind)
    if phase is None or phase.ends_at is None:
        raise Refused(N_("This phase has no end that could be moved."), "kind")
    if not reason.strip():
        raise Refused(N_("Say why, so that people understand it."), "reason")
    if phase.ends_at <= clock.now():
        raise Refused(N_("This phase is over. It cannot be opened again."), "kind")
    if ends_at <= phase.ends_at:
        raise Refused(N_("A phase can be made longer, never shorter."), "ends_at")
    before = phase.ends_at
    following = next((p for p in round.phases if p.starts_at >= before), None)
    if following is not None and following.starts_at < ends_at:
        if following.ends_at is not None and following.ends_at <= ends_at:
            raise Refused(N_("That would leave no time for what comes next."), "ends_at")
        following.starts_at = ends_at
    phase.ends_at = ends_at
    flush()
    facts = {
        "phase": kind.value,
        "from": before.isoformat(),
        "to": ends_at.isoformat(),
        "reason": reason.strip(),
    }
    log(round, by, "round.phase_extended", facts)
    return phase


def must_lead_the_vote(round: Round, by: Account) -> None:
    """Refuse anybody who is not a voting lead of the round's own board."""
    if not has_role(by.id, round.board_id, [Role.VOTING_LEAD]):
        raise Refused(N_("Only a voting lead of this board can do this."))


def hold(round: Round) -> None:
    """Let nobody else seal this round, or change what it would seal, until this transaction ends.

    On PostgreSQL two transactions run side by side, so what was read before is read again.
    """
    advisory_lock(f"round {round.id}")
    db.session.refresh(round, SEAL_COLUMNS)


def refuse_if_sealed(round: Round) -> None:
    if round.sealed_at is not None:
        raise Refused(SEALED)


def log(round: Round, by: Account | None, verb: str, facts: dict[str, Any]) -> None:
    """Note in the officers' log what happened to a round."""
    audit.record(
        actor=by.actor if by else "installation",
        verb=verb,
        subject_type="round",
        subject_id=round.id,
        board_id=round.board_id,
        facts=facts,
    )
