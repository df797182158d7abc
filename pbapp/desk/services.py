"""What officers do across rooms: decide on map entries, undo, and seal a round's ballot."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from pbapp.accounts.models import Account
from pbapp.assets import refusing
from pbapp.assets import services as assets
from pbapp.assets.models import SUBJECT as ASSET
from pbapp.assets.models import Asset, AssetState
from pbapp.ballots.keys import key_file
from pbapp.ballots.log import services as ballot_log
from pbapp.boards.queries import list_members_of
from pbapp.decisions import queries as decisions
from pbapp.decisions.models import Decision, Outcome, Refusal
from pbapp.decisions.refusing import make_way
from pbapp.messages import services as messages
from pbapp.proposals import queries as proposals
from pbapp.proposals import services as proposals_services
from pbapp.proposals.deciding import some_appeal_waits
from pbapp.proposals.services import CHANGED
from pbapp.refusal import N_, Refused
from pbapp.rounds import sealing
from pbapp.rounds import services as round_services
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import list_members
from pbapp.rounds.services import hold
from pbapp.rounds.setup import beginning, throwing
from pbapp.rounds.setup.queries import find_just_rehearsed
from pbapp.rounds.setup.templates import list_examples


def decide_on_asset(
    *,
    asset: Asset,
    by: Account,
    version: int,
    outcome: Outcome,
    reason: str,
    page_url: str,
    fix_url: str,
    appeal_url: str = "",
    batch_id: UUID | None = None,
) -> Decision:
    """Put an entry on the map, or send it back with a reason; a published one comes off the map.

    `version` is the one the officer read. A second click gives the first decision; somebody
    else's is never overwritten.
    """
    if refused := refusing.why_not(asset, by):
        raise refused
    refusing.hold(asset)
    made = _same_click(asset, by, outcome)
    if made is not None:
        return made
    if asset.version != version and asset.state is not AssetState.RETURNED:
        raise Refused(CHANGED)
    make_way(refusing.matter_of(asset))
    if outcome is Outcome.APPROVED:
        return assets.approve(asset=asset, by=by, url=page_url, batch_id=batch_id)
    return assets.return_for_changes(
        asset=asset, by=by, reason=reason, fix_url=fix_url, appeal_url=appeal_url, batch_id=batch_id
    )


def refuse_asset(
    *, asset: Asset, by: Account, version: int, reason: str, elsewhere: str, is_hidden: bool
) -> Refusal:
    """Ask for a waiting entry to be refused; `version` is the one the officer read."""
    refusing.hold(asset)
    if asset.version != version:
        raise Refused(CHANGED)
    return refusing.ask(asset=asset, by=by, reason=reason, elsewhere=elsewhere, is_hidden=is_hidden)


def _same_click(asset: Asset, by: Account, outcome: Outcome) -> Decision | None:
    """The decision that stands, if it is this very one already."""
    standing = decisions.find_latest(ASSET, asset.id)
    if asset.state is not refusing.STATE_AFTER[outcome] or standing is None:
        return None
    same = standing.by_id == by.id and standing.outcome is outcome
    return standing if same else None


def ask_to_seal(*, round: Round, by: Account) -> None:
    """The first of two people says that the ballot is right."""
    hold(round)
    _refuse_while_some_wait(round)
    sealing.ask_to_seal(round=round, projects=proposals.ballot_projects(round), by=by)


def seal(*, round: Round, by: Account) -> str:
    """The second person seals the ballot; returns the hash that is published."""
    hold(round)
    _refuse_while_some_wait(round)
    sealed = sealing.seal(round=round, projects=proposals.ballot_projects(round), by=by)
    ballot_log.report_zero(round=round, by=by)
    return sealed


def extend(
    *,
    round: Round,
    kind: PhaseKind,
    ends_at: datetime,
    reason: str,
    by: Account,
    phase_words: str,
    until_words: str,
    url: str,
) -> None:
    """Give a phase more time, and tell everybody it is about. The words are for the e-mail."""
    round_services.extend_phase(round=round, kind=kind, ends_at=ends_at, reason=reason, by=by)
    if round.rehearses_id is not None:
        return
    told = {account.email: (f"{account.id}", account.language) for account in _readers(round, kind)}
    for member in list_members(round):
        told.setdefault(member.email, (f"invited {member.id}", "en"))
    told.pop(by.email, None)
    for email, (who, language) in sorted(told.items()):
        messages.write(
            key=f"extended {round.id} {kind.value} {ends_at.isoformat()} {who}",
            to=email,
            template="phase_extended",
            context={
                "round": round.title,
                "phase": phase_words,
                "until": until_words,
                "reason": reason,
                "url": url,
            },
            language=language,
        )


def _readers(round: Round, kind: PhaseKind) -> list[Account]:
    """Everybody with a role on the board; those who wrote proposals, if it is about these."""
    found = list_members_of(round.board_id)
    if kind in (PhaseKind.INTEREST, PhaseKind.SUBMISSION, PhaseKind.REVIEW):
        found += proposals.list_authors(round)
    return found


def rehearse(*, round: Round, by: Account) -> Round:
    """A copy of the round with its projects, or with made-up ones while it has none."""
    hold(round)
    again = find_just_rehearsed(round.id)
    if again is not None:
        return again
    rehearsal = beginning.rehearse(of=round, by=by)
    if not proposals_services.copy_ballot(of=round, to=rehearsal):
        pot = min(pot.budget_pence for pot in rehearsal.pots)
        made_up = [(e.title, e.summary, e.share * pot // 100) for e in list_examples()]
        proposals_services.add_examples(to=rehearsal, projects=made_up)
    return rehearsal


def throw_away(*, round: Round, by: Account, keys: Path) -> None:
    """Destroy a rehearsal: its ballots, its voters' list, its projects and its key."""
    throwing.throw_away(round=round, by=by)
    key_file(keys, round.id).unlink(missing_ok=True)


def _refuse_while_some_wait(round: Round) -> None:
    if round.sealed_at is None and proposals.count_by_state(round).waiting:
        raise Refused(N_("Some proposals still wait for a decision. Decide on them first."))
    if round.sealed_at is None and some_appeal_waits(round):
        raise Refused(N_("An appeal still waits for an answer. Answer it first."))
