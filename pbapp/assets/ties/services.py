"""Ask for a tie, answer for the other side, end it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.assets.models import SUBJECT, Asset
from pbapp.assets.ties import queries
from pbapp.assets.ties.models import EntryTie, TieKind, TieState, is_tieable
from pbapp.audit import services as audit
from pbapp.boards.models import Role
from pbapp.boards.queries import has_role
from pbapp.db import advisory_lock, db, flush
from pbapp.messages import services as messages
from pbapp.organisations.queries import is_member, list_leads
from pbapp.refusal import N_, Refused

NOT_AGAIN_FOR = timedelta(days=180)  # after a no
NOT_AT_ONCE = timedelta(days=1)  # after an end
ASKED_BY_MAIL = "tie_asked"
ANSWERED = N_("This has been answered already.")
# Somebody cannot host their host; two groups may well use each other's rooms.
ONE_WAY = (TieKind.HOSTS, TieKind.RUNS)


def speaks_for(asset: Asset, by: Account | None, *, asking: Asset, has_key: bool = False) -> bool:
    """Who answers for an entry: its group; else whoever added it; else a moderator.

    `has_key`: they came by the link that only whoever added it got. A moderator does not answer
    what their own group or they themselves ask; they do where nobody can be written to.
    """
    if asset.organisation_id is not None:
        return by is not None and is_member(by.id, asset.organisation_id)
    added = asset.submitter_email or asset.submitted_by_id
    if added and (has_key or (by is not None and asset.submitted_by_id == by.id)):
        return True
    if by is None or queries.can_be_written_to(asset):
        return False
    own = is_member(by.id, asking.organisation_id) or asking.submitted_by_id == by.id
    return not own and has_role(by.id, asset.board_id, [Role.MODERATOR])


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
    if not (is_tieable(asset) and is_tieable(other)):
        raise Refused(N_("Both have to be on the map."), "other")
    if asset.board_id != other.board_id:
        raise Refused(N_("Both have to be on the map of the same board."), "other")
    first, second = (other, asset) if is_turned else (asset, other)
    advisory_lock(f"ties {asset.board_id}")
    _refuse_circle(first, second, kind)
    is_agreed = speaks_for(other, by, asking=asset)
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
    """Write to who answers, once a day at most; a moderator finds it at the desk.

    `key_url` needs no account.
    """
    if tie.state is not TieState.ASKED:
        return
    asked = tie.answering
    item = {"id": tie.id, **_about(tie), "name": asked.name, "other": tie.asking.name}
    if asked.organisation_id is not None:
        for lead in list_leads(asked.organisation_id):
            _ask_by_mail({**item, "url": url}, lead.email, lead.language)
    elif asked.submitter_email:
        _ask_by_mail({**item, "url": key_url}, asked.submitter_email, asked.language)


def _ask_by_mail(item: dict[str, object], address: str, language: str) -> None:
    messages.gather_daily(item=item, to=address, template=ASKED_BY_MAIL, language=language)


def answer(*, tie: EntryTie, yes: bool, by: Account | None, url: str) -> EntryTie:
    """The other side agrees or does not; whoever asked is told. `url` is their entry's page."""
    advisory_lock(f"ties {tie.asking.board_id}")
    db.session.refresh(tie)
    state = TieState.AGREED if yes else TieState.REFUSED
    if tie.state is state:
        return tie  # a second press
    if tie.state is not TieState.ASKED:
        raise Refused(ANSWERED)
    if yes and not (is_tieable(tie.asking) and is_tieable(tie.answering)):
        raise Refused(N_("One of the two is not on the map at the moment, so it cannot show."))
    _close(tie, state)
    _log(tie, f"tie_{state}", by)
    context = {"name": tie.asking.name, "other": tie.answering.name, "is_agreed": yes, "url": url}
    asked_by = tie.asked_by
    to = asked_by.email if asked_by else tie.asking.submitter_email
    if to:
        messages.write(
            key=f"tie {tie.id} answered",
            to=to,
            template="tie_answered",
            context=context,
            language=asked_by.language if asked_by else tie.asking.language,
        )
    return tie


def end(*, tie: EntryTie, by: Account | None) -> None:
    """Either side ends a tie, or takes back what it asked for."""
    advisory_lock(f"ties {tie.asking.board_id}")
    db.session.refresh(tie)
    if tie.state not in (TieState.ASKED, TieState.AGREED):
        return
    _close(tie, TieState.ENDED)
    _log(tie, "tie_ended", by)


def _close(tie: EntryTie, state: TieState) -> None:
    """It waits for an answer no more, nor is anybody asked for one."""
    if tie.state is TieState.ASKED:
        messages.take_out(template=ASKED_BY_MAIL, id=tie.id)
    tie.state, tie.answered_at = state, clock.now()
    flush()


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


def _about(tie: EntryTie) -> dict[str, object]:
    """What the two have to do with each other, as the side that is asked reads it."""
    return {"kind": tie.kind.value, "is_first": tie.from_id == tie.answering.id}
