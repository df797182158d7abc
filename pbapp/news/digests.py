"""What everybody who took part can ask for: the result, half-way, and what came of it.

Each is one mail. The wish is a row without a moment, written among others (`messages.following`),
and goes in the transaction that writes its mail.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from pbapp import clock
from pbapp.db import db
from pbapp.delivery.models import LIVE, Award, AwardState
from pbapp.delivery.queries import list_awards
from pbapp.messages import following
from pbapp.messages.models import Follow, Telling
from pbapp.messages.subjects import FINISH, HALFWAY, RESULT
from pbapp.messages.telling import tell, told_among, was_told
from pbapp.results.corrections.queries import published_at
from pbapp.results.queries import is_public, list_official_counts
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase
from pbapp.web.babel import from_local
from pbapp.web.context import settings

WAITS = timedelta(days=90)  # for a result that is late; then the addresses go all the same
USUAL_WORK = timedelta(days=365)  # where no award says by when its money is spent
LATE_WORK = timedelta(days=180)  # after that day people are told how far it is
NAMED = 12  # projects that a digest names; the page has them all
ENDED = (AwardState.FINISHED, AwardState.DECLINED, AwardState.NOT_PAID)


def tell_digests() -> None:
    """Tell each round's result, half-way and finish to those who asked, when it is time."""
    for round in _awaited():
        now = clock.now()
        if not is_public(round, now):
            continue
        if not list_official_counts(round):
            _give_up(round, now)
            continue
        tell_result(round)
        awards = list_awards(round)
        if awards:
            _tell_work(round, awards, now)
        elif _has_no_work(round, now):
            _forget(round, HALFWAY, FINISH)


def news_of_result(round: Round) -> str:
    """The name under which the result is one piece of news, however somebody follows it."""
    return f"result {round.id}"


def tell_result(round: Round) -> Telling | None:
    return tell(
        subject=f"{RESULT} {round.id}",
        key=f"result asked {round.id}",
        news=news_of_result(round),
        template="result_out",
        context={"round": round.title, "url": f"{_page(round)}/results"},
        is_last=True,
    )


def halfway_at(awards: list[Award]) -> datetime:
    """The middle between the first offer and the day by which the money is to be spent."""
    begins, ends = _work(awards)
    return begins + (ends - begins) / 2


def _work(awards: list[Award]) -> tuple[datetime, datetime]:
    begins = min(award.offered_at for award in awards)
    days = [award.spend_by for award in awards if award.spend_by is not None]
    ends = from_local(max(days), time(23, 59)) if days else begins + USUAL_WORK
    return begins, max(begins, ends)


def _tell_work(round: Round, awards: list[Award], now: datetime) -> None:
    is_over = all(award.state in ENDED for award in awards)
    if now >= halfway_at(awards) or is_over:
        _tell_digest(round, awards, HALFWAY)
    if is_over or now >= _work(awards)[1] + LATE_WORK:
        _tell_digest(round, awards, FINISH)


def _tell_digest(round: Round, awards: list[Award], kind: str) -> None:
    key = f"{kind} {round.id}"
    if was_told(key):
        return
    context = {"kind": kind, "url": f"{_page(round)}/awards", **digest(round, awards)}
    tell(subject=key, key=key, template="digest", context=context, is_last=True)
    tell(
        subject=f"round {round.id}",
        key=f"{key} to followers",
        news=key,
        template="digest",
        context={**context, "is_followed": True},
    )


def digest(round: Round, awards: list[Award]) -> dict[str, Any]:
    """What the awards of a round have done so far, in numbers and by project."""
    reports = [report for award in awards for report in award.reports]
    kept = [award for award in awards if award.state in LIVE]
    return {
        "round": round.title,
        "currency": round.currency,
        "projects": len(kept),
        "finished": sum(award.state is AwardState.FINISHED for award in awards),
        "paid_pence": sum(award.paid_pence for award in awards),
        "people": sum(report.people or 0 for report in reports),
        "named": [
            {"title": award.proposal.title, "state": award.state.value} for award in kept[:NAMED]
        ],
        "more": max(0, len(kept) - NAMED),
    }


def _awaited() -> list[Round]:
    """The rounds that somebody wants a digest of, and whose last one is not told yet."""
    ids = set()
    for subject in db.session.scalars(select(Follow.subject).distinct()):
        kind, _, number = subject.partition(" ")
        if kind in (RESULT, HALFWAY, FINISH, "round"):
            ids.add(int(number))
    over = told_among([f"{FINISH} {id}" for id in ids])
    query = select(Round).where(Round.id.in_([id for id in ids if f"{FINISH} {id}" not in over]))
    return list(db.session.scalars(query.options(selectinload(Round.phases))))


def _give_up(round: Round, now: datetime) -> None:
    """No result came: whoever waits for one is forgotten."""
    phase = find_phase(round, PhaseKind.PUBLISHED)
    if phase is not None and phase.starts_at + WAITS < now:
        _forget(round, RESULT, HALFWAY, FINISH)


def _has_no_work(round: Round, now: datetime) -> bool:
    """Whether nothing will come of a round without awards: none won, or it is too long ago."""
    counts = list_official_counts(round)
    if not any(row.is_funded for count in counts for row in count.allocations):
        return True
    out = published_at(round)
    return out is not None and out + USUAL_WORK + LATE_WORK < now


def _forget(round: Round, *kinds: str) -> None:
    for kind in kinds:
        following.forget(f"{kind} {round.id}")


def _page(round: Round) -> str:
    return f"{settings().public_url}/rounds/{round.slug}"
