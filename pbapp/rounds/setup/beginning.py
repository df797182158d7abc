"""Begin a round: from a template, from last year's, or as a rehearsal of one that stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.models import Board, Role
from pbapp.boards.queries import has_role
from pbapp.db import advisory_lock, db, flush
from pbapp.places.models import Area
from pbapp.plans.models import Plan, Priority
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import (
    Leftover,
    MayPropose,
    Phase,
    PhaseKind,
    Pot,
    PotShare,
    PotsPerVoter,
    Profile,
    Round,
    RoundArea,
    RoundQuestion,
    VoteType,
)
from pbapp.rounds.queries import find_phase
from pbapp.rounds.services import log, must_lead_the_vote
from pbapp.rounds.setup.dates import Dates, a_year_on, dates_of, preset
from pbapp.rounds.setup.pots import Arrangement, part
from pbapp.rounds.setup.queries import SUBJECT, is_slug_taken
from pbapp.rounds.setup.snapshot import snapshot
from pbapp.rounds.setup.templates import Template

# What a copy takes over as it is; dates, pots and wards are copied apart.
COPIED = (
    "board_id",
    "plan_id",
    "boundary_set_id",
    "title",
    "summary",
    "description",
    "language",
    "currency",
    "vote_type",
    "max_choices",
    "min_choices",
    "points_each",
    "points_most",
    "within_pot",
    "pots_per_voter",
    "leftover",
    "profile",
    "connections",
    "methods",
    "conditions",
    "min_age",
    "may_propose",
    "proposers",
    "min_cost_pence",
    "max_cost_pence",
    "interest_words",
    "people_per_contact",
    "rule",
    "rule_words",
    "has_reserve",
    "standards",
    "assessment",
    "arrangements",
    "template",
    "is_example",
)
REHEARSAL_LASTS = timedelta(days=7)


def begin(
    *,
    board: Board,
    plan: Plan,
    wards: Sequence[Area],
    priorities: Sequence[Priority],
    template: Template,
    profile: Profile,
    rule_words: str,
    zone: ZoneInfo,
    boundary_set_id: int | None,
    by: Account,
) -> Round:
    """A round with a template's presets, seen only by those who work on it."""
    _must_lead(board.id, by)
    facts = template.facts
    now = clock.now()
    dates = preset(
        facts["weeks"], interest=facts["interest"], today=now.astimezone(zone).date(), zone=zone
    )
    title = facts["title"].format(place=board.place_name, year=dates.vote_closes.year)
    round = Round(
        board=board,
        plan=plan,
        boundary_set_id=boundary_set_id,
        title=title,
        slug=free_slug(title),
        profile=profile,
        **_presets(facts),
        rule=rule_for(profile, facts["rule"]),
        rule_words=rule_words,
        template=template.key,
        is_public=False,
        steps_done=[],
        created_at=now,
        phases=_phases(dates),
        round_areas=[RoundArea(area=ward) for ward in wards],
        pots=[
            Pot(
                name=title[:120],
                budget_pence=facts["budget_pounds"] * 100,
                is_binding=facts["is_binding"],
            )
        ],
    )
    db.session.add(round)
    flush()
    arrangement = Arrangement(facts["pots"])
    if arrangement is Arrangement.WARD or (arrangement is Arrangement.PRIORITY and priorities):
        part(round, arrangement, wards, priorities)
    elif round.leftover is Leftover.CARRY:
        round.leftover = Leftover.FUNDER
    _first_entry(round, by, "round.begun", {"template": template.key})
    return round


def _presets(facts: dict[str, Any]) -> dict[str, Any]:
    """What a template says that goes into a round as it is, amounts in pence."""
    same = (
        "summary",
        "description",
        "proposers",
        "connections",
        "methods",
        "min_age",
        "people_per_contact",
        "within_pot",
        "arrangements",
    )
    guards = ("min_choices", "max_choices", "points_each", "points_most")
    return {
        **{name: facts[name] for name in same},
        **{name: facts.get(name) for name in guards},
        "min_cost_pence": facts["min_cost_pounds"] * 100,
        "max_cost_pence": facts["max_cost_pounds"] * 100,
        "may_propose": MayPropose(facts["may_propose"]),
        "vote_type": VoteType(facts["vote_type"]),
        "pots_per_voter": PotsPerVoter(facts["pots_per_voter"]),
        "leftover": Leftover(facts["leftover"]),
        "conditions": facts["conditions"].strip(),
    }


def _phases(dates: Dates) -> list[Phase]:
    return [Phase(kind=p.kind, starts_at=p.starts_at, ends_at=p.ends_at) for p in dates.phases()]


def rule_for(profile: Profile, rule: dict[str, Any]) -> dict[str, Any]:
    """A small round is counted by hand, so most votes first."""
    if profile is Profile.SMALL and rule["name"] != "greedy":
        return {"name": "greedy", "on_unaffordable": "skip", "part_fund": "none"}
    return dict(rule)


def rule_again(of: Round) -> dict[str, Any]:
    """A round's rule without what names projects of its ballot by their numbers."""
    rule = {k: v for k, v in of.rule.items() if k not in ("groups", "withdrawn")}
    if caps := [cap for cap in rule.pop("caps", None) or [] if not cap.get("projects")]:
        rule["caps"] = caps
    return rule


def copy_last(*, of: Round, by: Account, rule_words: str | None = None) -> Round:
    """Last year's round again: texts and rules kept, dates a year on, no proposals.

    `rule_words` puts `rule_again(of)` into words; without them the words stand as they are.
    """
    must_lead_the_vote(of, by)
    dates = dates_of(of)
    if dates is None or of.is_imported or of.rehearses_id is not None:
        raise Refused(N_("This round cannot be copied. Begin from a template."), "copy_of")
    moved = a_year_on(dates, clock.now())
    years = (str(dates.vote_closes.year), str(moved.vote_closes.year))
    round = _copy(of)
    round.title = of.title.replace(*years)
    round.slug = free_slug(round.title)
    round.summary = of.summary.replace(*years)
    round.description = of.description.replace(*years)
    round.rule, round.rule_words = rule_again(of), rule_words or of.rule_words
    round.phases = _phases(moved)
    db.session.add(round)
    flush()
    _first_entry(round, by, "round.begun", {"copy_of": of.slug})
    return round


def rehearse(*, of: Round, by: Account) -> Round:
    """A copy to try everything on: seen by nobody else, its vote open from now for a week.

    It has its own ballot to seal, its own voters' list and key. The proposals are copied above.
    """
    must_lead_the_vote(of, by)
    if of.is_imported or of.rehearses_id is not None:
        raise Refused(N_("This cannot be rehearsed."))
    now = clock.now()
    round = _copy(of)
    round.title = ("Rehearsal: " + of.title)[:200]
    round.slug = free_slug(f"{of.slug}-rehearsal")
    round.rehearses_id = of.id
    round.phases = [
        Phase(kind=PhaseKind.VOTING, starts_at=now, ends_at=now + REHEARSAL_LASTS),
        Phase(
            kind=PhaseKind.COUNTING,
            starts_at=now + REHEARSAL_LASTS,
            ends_at=now + 2 * REHEARSAL_LASTS,
        ),
        Phase(kind=PhaseKind.PUBLISHED, starts_at=now + 2 * REHEARSAL_LASTS),
    ]
    db.session.add(round)
    flush()
    log(round, by, "round.rehearsal_begun", {"of": of.slug})
    return round


def close_vote(*, round: Round, by: Account) -> None:
    """End the vote of a rehearsal now, so that its count can be tried. No other round's."""
    must_lead_the_vote(round, by)
    voting = find_phase(round, PhaseKind.VOTING)
    now = clock.now()
    if round.rehearses_id is None or voting is None or voting.ends_at is None:
        raise Refused(N_("Only the vote of a rehearsal can be closed by hand."))
    if voting.ends_at <= now:
        return
    voting.ends_at = max(now, voting.starts_at + timedelta(microseconds=1))
    counting = find_phase(round, PhaseKind.COUNTING)
    if counting is not None:
        counting.starts_at = voting.ends_at
    flush()
    log(round, by, "round.rehearsal_closed", {})


def _copy(of: Round) -> Round:
    round = Round(
        **{name: getattr(of, name) for name in COPIED},
        is_public=False,
        steps_done=[],
        created_at=clock.now(),
        round_areas=[RoundArea(area_id=item.area_id) for item in of.round_areas],
    )
    round.pots = [
        Pot(
            name=pot.name,
            budget_pence=pot.budget_pence,
            funder_id=pot.funder_id,
            payment_approver=pot.payment_approver,
            is_binding=pot.is_binding,
            underspend=pot.underspend,
            area_id=pot.area_id,
            priority_id=pot.priority_id,
            shares=[
                PotShare(funder_id=share.funder_id, amount_pence=share.amount_pence)
                for share in pot.shares
            ],
        )
        for pot in sorted(of.pots, key=lambda pot: pot.id)
    ]
    round.questions = [
        RoundQuestion(
            position=question.position,
            kind=question.kind,
            text=question.text,
            hint=question.hint,
            options=list(question.options),
            is_required=question.is_required,
            from_pence=question.from_pence,
        )
        for question in of.questions
        if question.removed_at is None
    ]
    return round


def _first_entry(round: Round, by: Account, verb: str, facts: dict[str, Any]) -> None:
    """The history begins with what the round began as."""
    revision = audit.revise(
        subject_type=SUBJECT,
        subject_id=round.id,
        by=by.actor,
        before=snapshot(round),
        after=snapshot(round),
        note=verb,
    )
    round.version = revision.number if revision else 1
    flush()
    log(round, by, verb, {"slug": round.slug, **facts})


def free_slug(title: str) -> str:
    """An address made from a title that no other round has."""
    advisory_lock("round slugs")
    base = re.sub(r"[^a-z0-9]+", "-", title.lower().encode("ascii", "ignore").decode()).strip("-")
    base = base[:50].strip("-") or "round"
    slug, number = base, 2
    while slug == "new" or is_slug_taken(slug):
        slug, number = f"{base}-{number}", number + 1
    return slug


def _must_lead(board_id: int, by: Account) -> None:
    if not has_role(by.id, board_id, [Role.VOTING_LEAD]):
        raise Refused(N_("Only a voting lead of this board can do this."), "board")
