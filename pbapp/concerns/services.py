"""Raise a concern, reply to it, and forget it in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.models import Role
from pbapp.boards.queries import has_role
from pbapp.concerns import guards
from pbapp.concerns.models import Concern
from pbapp.db import advisory_lock, db, flush
from pbapp.messages import services as messages
from pbapp.refusal import N_, Refused

READERS = (Role.MODERATOR,)
ONE_CLICK = timedelta(minutes=5)
KEPT_FOR = timedelta(days=365)  # after the reply


@dataclass(frozen=True)
class Subject:
    """What a concern is about: its kind and id, and how people find it."""

    kind: str
    id: str
    title: str
    path: str
    board_id: int


def raise_concern(
    *,
    about: Subject,
    text: str,
    address: str | None = None,
    language: str = "en",
    part: str = "",
) -> Concern:
    """Keep what somebody says is wrong. The same words twice within minutes are one concern."""
    if not text.strip():
        raise Refused(N_("Say what is wrong."), "text")
    advisory_lock(f"concerns {about.kind} {about.id}")
    same = select(Concern).where(
        Concern.subject_type == about.kind,
        Concern.subject_id == about.id,
        Concern.text == text.strip(),
        Concern.part == part,
        Concern.made_at > clock.now() - ONE_CLICK,
    )
    again = db.session.scalars(same).first()
    if again is not None:
        return again
    concern = Concern(
        board_id=about.board_id,
        subject_type=about.kind,
        subject_id=about.id,
        title=about.title[:200],
        path=about.path,
        part=part,
        text=text.strip(),
        address=address,
        language=language,
        made_at=clock.now(),
    )
    db.session.add(concern)
    flush()
    return concern


def reply(*, concern: Concern, text: str, by: Account, url: str) -> None:
    """Say what was done about it; whoever left an address is told, and the address forgotten."""
    mends = guards.may_mend(concern, by)
    if not mends and not has_role(by.id, concern.board_id, READERS):
        raise Refused(N_("A moderator of this board has to decide on this."))
    advisory_lock(f"concerns {concern.subject_type} {concern.subject_id}")
    db.session.refresh(concern)
    if not mends:
        guards.refuse_if_own(concern, by)
    if concern.answered_at is not None:
        if concern.answered_by_id == by.id and concern.answer == text.strip():
            return  # a second click
        raise Refused(N_("Somebody else has replied to this meanwhile."))
    if not text.strip():
        raise Refused(N_("Say what you did about it."), "text")
    concern.answer, concern.answered_at = text.strip(), clock.now()
    concern.answered_by_id = by.id
    flush()
    audit.record(
        actor=by.actor,
        verb="concern.answered",
        subject_type=concern.subject_type,
        subject_id=concern.subject_id,
        board_id=concern.board_id,
        facts={"concern": concern.id},
    )
    if concern.address:
        messages.write(
            key=f"concern answered {concern.id}",
            to=concern.address,
            template="concern_answered",
            # Not what they wrote: anybody could have words of theirs sent to any address.
            context={"title": concern.title, "answer": concern.answer, "url": url},
            language=concern.language,
        )
        concern.address = None


def forget_old() -> None:
    """Delete concerns a year after they were replied to; an address goes after a year anyway."""
    long_ago = clock.now() - KEPT_FOR
    db.session.execute(delete(Concern).where(Concern.answered_at < long_ago))
    db.session.execute(update(Concern).where(Concern.made_at < long_ago).values(address=None))
