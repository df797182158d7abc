"""Ask for a tie, answer for the other side, end it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.assets.models import SUBJECT, Asset
from pbapp.assets.ties import queries
from pbapp.assets.ties.models import EntryTie, TieKind, TieState
from pbapp.audit import services as audit
from pbapp.boards.models import Role
from pbapp.boards.queries import has_role
from pbapp.db import advisory_lock, db, flush
from pbapp.messages import services as messages
from pbapp.organisations.queries import is_member, list_leads
from pbapp.refusal import N_, Refused

NOT_AGAIN_FOR = timedelta(days=180)  # after a no
NOT_AT_ONCE = timedelta(days=1)  # after an end: each asking is a letter
ANSWERED = N_("This has been answered already.")
# Somebody cannot host their host; two groups may well use each other's rooms.
ONE_WAY = (TieKind.HOSTS, TieKind.RUNS)


def speaks_for(asset: Asset, by: Account | None, *, has_key: bool = False) -> bool:
    """Who answers for an entry: its group; else whoever added it; else a moderator.

    `has_key`: they came by the link that only whoever added it got.
    """
    if asset.organisation_id is not None:
        return by is not None and is_member(by.id, asset.organisation_id)
    if asset.submitter_email or asset.submitted_by_id:
        return has_key or (by is not None and asset.submitted_by_id == by.id)
    return by is not None and has_role(by.id, asset.board_id, [Role.MODERATOR])


def ask(
    *,
    asset: Asset,
    other: Asset,
    kind: TieKind,
    is_turned: bool = False,
    says: str = "",
    by: Account | None,
) -> EntryTie:
    """Ask the other side; who speaks for both has agreed by asking. The page checked the asker.

    `is_turned`: the other one hosts (runs, uses, lends to) this one. Call `tell_asked` next.
    """
    if not (queries.is_tieable(asset) and queries.is_tieable(other)):
        raise Refused(N_("Both have to be on the map."), "other")
    if asset.board_id != other.board_id:
        raise Refused(N_("Both have to be on the map of the same board."), "other")
    first, second = (other, asset) if is_turned else (asset, other)
    advisory_lock(f"ties {asset.board_id}")
    _refuse_circle(first, second, kind)
    is_agreed = speaks_for(other, by)
    if not is_agreed:
        _refuse_again(asset, other, kind)
    tie = EntryTie(
        from_asset=first,
        to_asset=second,
        pair=_pair(first, second),
        kind=kind,
        state=TieState.AGREED if is_agreed else TieState.ASKED,
        asked_for_id=asset.id,
        asked_by_id=by.id if by else None,
        says=says.strip(),
        asked_at=clock.now(),
        answered_at=clock.now() if is_agreed else None,
    )
    db.session.add(tie)
    flush()
    _log(tie, "tie_agreed" if is_agreed else "tie_asked", by)
    return tie


def tell_asked(*, tie: EntryTie, url: str, key_url: str) -> None:
    """Write to who answers; a moderator finds it at the desk. `key_url` needs no account."""
    if tie.state is not TieState.ASKED:
        return
    asked = tie.answering
    context: dict[str, object] = {"name": asked.name, "other": tie.asking.name}
    if asked.organisation_id is not None:
        for lead in list_leads(asked.organisation_id):
            _write(tie, "asked", lead.email, lead.language, {**context, "url": url}, lead.id)
    elif asked.submitter_email:
        address, language = asked.submitter_email, asked.language
        _write(tie, "asked", address, language, {**context, "url": key_url})


def answer(*, tie: EntryTie, yes: bool, by: Account | None, url: str) -> EntryTie:
    """The other side agrees or does not; whoever asked is told. `url` is their entry's page."""
    advisory_lock(f"ties {tie.asking.board_id}")
    db.session.refresh(tie)
    state = TieState.AGREED if yes else TieState.REFUSED
    if tie.state is state:
        return tie  # a second press
    if tie.state is not TieState.ASKED:
        raise Refused(ANSWERED)
    tie.state, tie.answered_at = state, clock.now()
    flush()
    _log(tie, f"tie_{state}", by)
    context = {"name": tie.asking.name, "other": tie.answering.name, "is_agreed": yes, "url": url}
    if tie.asked_by is not None:
        person = tie.asked_by
        _write(tie, "answered", person.email, person.language, context, person.id)
    elif tie.asking.submitter_email:
        address, language = tie.asking.submitter_email, tie.asking.language
        _write(tie, "answered", address, language, context)
    return tie


def end(*, tie: EntryTie, by: Account | None) -> None:
    """Either side ends a tie, or takes back what it asked for."""
    advisory_lock(f"ties {tie.asking.board_id}")
    db.session.refresh(tie)
    if tie.state not in (TieState.ASKED, TieState.AGREED):
        return
    tie.state, tie.answered_at = TieState.ENDED, clock.now()
    flush()
    _log(tie, "tie_ended", by)


def _pair(one: Asset, other: Asset) -> str:
    return ":".join(sorted((one.id.hex, other.id.hex)))


def _refuse_circle(first: Asset, second: Asset, kind: TieKind) -> None:
    """Refuse what would make something host itself along a chain of others."""
    if kind not in ONE_WAY:
        return
    reached: set[UUID] = set()
    step = {second.id}
    while step:
        if first.id in step and second.id != first.id:
            raise Refused(N_("This would go round in a circle."), "other")
        reached |= step
        step = queries.list_following(step, kind) - reached


def _refuse_again(asset: Asset, other: Asset, kind: TieKind) -> None:
    """A no stands for half a year, in whatever words it is asked again: nobody is asked until they
    give in. Nor is anybody asked, let go and asked again within a day.
    """
    asked = select(EntryTie.id).where(
        EntryTie.pair == _pair(asset, other), EntryTie.asked_for_id == asset.id
    )
    refused = asked.where(
        EntryTie.state == TieState.REFUSED, EntryTie.answered_at > clock.now() - NOT_AGAIN_FOR
    )
    if db.session.scalar(refused.limit(1)) is not None:
        raise Refused(N_("They said no not long ago. Talk to them before you ask again."), "other")
    ended = asked.where(
        EntryTie.state == TieState.ENDED,
        EntryTie.kind == kind,
        EntryTie.answered_at > clock.now() - NOT_AT_ONCE,
    )
    if db.session.scalar(ended.limit(1)) is not None:
        raise Refused(N_("This was ended a short while ago. Ask again tomorrow."), "other")


def _log(tie: EntryTie, what: str, by: Account | None) -> None:
    audit.record(
        actor=by.actor if by else "visitor",
        verb=f"{SUBJECT}.{what}",
        subject_type=SUBJECT,
        subject_id=str(tie.asked_for_id),
        board_id=tie.asking.board_id,
        facts={"tie": tie.id, "kind": tie.kind.value},
    )


def _write(
    tie: EntryTie,
    what: str,
    address: str,
    language: str,
    context: dict[str, object],
    person_id: UUID | None = None,
) -> None:
    messages.write(
        key=f"tie {tie.id} {what} {person_id or ''}".strip(),
        to=address,
        template=f"tie_{what}",
        context={**context, "kind": tie.kind.value, "is_first": tie.from_id == tie.answering.id},
        language=language,
    )
