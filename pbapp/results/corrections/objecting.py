"""Object to a published result, and answer in words that everybody reads."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import or_, select, update

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.models import Role
from pbapp.boards.queries import list_members_of
from pbapp.boards.services import must_be_officer
from pbapp.db import advisory_lock, db, flush
from pbapp.messages import services as messages
from pbapp.refusal import N_, Refused
from pbapp.results.corrections import queries
from pbapp.results.corrections.models import Finding, Objection
from pbapp.rounds.models import Round
from pbapp.web.context import settings

LETTERS = "23456789CDFGHJKMNPQRTVWXYZ"  # none that is taken for another, and no words
FORGET_AFTER = timedelta(days=90)
FORGET_AT_LAST = timedelta(days=365)


def object_to(
    *, round: Round, key: str, body: str, name: str = "", email: str = "", language: str = "en"
) -> Objection:
    """Keep an objection; the same `key` again gives the same one. Raises `Refused` out of time."""
    advisory_lock(f"objections {round.id}")
    known = db.session.scalar(
        select(Objection).where(Objection.key == key, Objection.round_id == round.id)
    )
    if known is not None:
        return known
    if not queries.may_object(round):
        raise Refused(N_("The time to object to this result is over."))
    made = Objection(
        round=round,
        reference=_reference(),
        key=key,
        body=body,
        name=name,
        email=email,
        language=language,
        made_at=clock.now(),
    )
    db.session.add(made)
    flush()
    audit.record(
        actor="public",
        verb="objection.made",
        subject_type="objection",
        subject_id=made.id,
        board_id=round.board_id,
        facts={"round": round.id, "reference": made.reference},
    )
    _tell_leads(made)
    return made


def _tell_leads(objection: Objection) -> None:
    """Tell the board's voting leads that there is one; not a word of what it says."""
    round = objection.round
    for account in list_members_of(round.board_id, [Role.VOTING_LEAD]):
        messages.write(
            key=f"objection made {objection.id} {account.id}",
            to=account.email,
            template="objection_received",
            context={
                "round": round.title,
                "reference": objection.reference,
                "url": f"{settings().public_url}/desk/rounds/{round.slug}/objections",
            },
        )


def _reference() -> str:
    def four() -> str:
        return "".join(secrets.choice(LETTERS) for _ in range(4))

    return f"{four()}-{four()}"


def answer(
    *, objection: Objection, seen: str, summary: str, words: str, finding: Finding, by: Account
) -> None:
    """Answer an objection, or put an answer right; whoever left an address is told the first time.

    `summary` says in neutral words what it is about: it names nobody. `seen` is the digest of the
    answer that was on the screen: nobody writes over another's without reading it.
    """
    round = objection.round
    must_be_officer(round.board_id, by)
    advisory_lock(f"objections {round.id}")
    db.session.refresh(objection)
    if queries.digest_of_answer(objection) != seen:
        raise Refused(
            N_("Somebody else has answered this meanwhile. Read their answer before you change it.")
        )
    before = _public(objection)
    is_first = objection.answered_at is None
    objection.summary, objection.answer, objection.finding = summary, words, finding
    if is_first:
        objection.answered_at = clock.now()
    objection.answered_by_id = by.id
    flush()
    audit.revise(
        subject_type="objection",
        subject_id=objection.id,
        by=by.actor,
        before=before,
        after=_public(objection),
    )
    audit.record(
        actor=by.actor,
        verb="objection.answered",
        subject_type="objection",
        subject_id=objection.id,
        board_id=round.board_id,
        facts={"reference": objection.reference, "finding": finding.value},
    )
    if is_first and objection.email:
        _tell(objection)


def _public(objection: Objection) -> dict[str, str]:
    return {
        "summary": objection.summary,
        "answer": objection.answer,
        "finding": objection.finding.value if objection.finding else "",
    }


def _tell(objection: Objection) -> None:
    slug = objection.round.slug
    messages.write(
        key=f"objection answered {objection.id}",
        to=objection.email,
        template="objection_answered",
        language=objection.language,
        context={
            "round": objection.round.title,
            "reference": objection.reference,
            "answer": objection.answer,
            "url": f"{settings().public_url}/rounds/{slug}/objections",
        },
    )


def forget_old() -> None:
    """The worker's chore: forget who objected and their own words, some time after the answer, and
    after a year in any case."""
    now = clock.now()
    db.session.execute(
        update(Objection)
        .where(
            or_(
                Objection.answered_at < now - FORGET_AFTER, Objection.made_at < now - FORGET_AT_LAST
            ),
            Objection.body != "",
        )
        .values(body="", name="", email="")
    )
