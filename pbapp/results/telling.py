"""Tell the result to those who asked for it: once each, and then their address is forgotten."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from pbapp import clock
from pbapp.db import db
from pbapp.messages import services as messages
from pbapp.messages import subscriptions
from pbapp.messages.models import Subscription, SubscriptionState
from pbapp.results.queries import is_public, list_official_counts
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase
from pbapp.web.context import settings

AT_ONCE = 200  # a minute
WAITS = timedelta(days=90)  # for a result that is late; then the addresses go all the same


def address_of(round: Round, id: str, page: str) -> str:
    return f"{settings().public_url}/rounds/{round.slug}/tell-me/{id}/{page}"


def ask_to_confirm() -> None:
    """Ask everybody who left an address since the last minute whether it is theirs."""
    for row in subscriptions.drawn(SubscriptionState.NEW, AT_ONCE):
        if not subscriptions.change(row, SubscriptionState.ASKED):
            continue
        round = db.session.get_one(Round, row.round_id)
        messages.write(
            key=f"result asked {row.id}",
            to=row.address,
            template="result_confirm",
            language=row.language,
            context={
                "round": round.title,
                "confirm_url": address_of(round, row.id, "confirm"),
                "stop_url": address_of(round, row.id, "stop"),
            },
        )


def tell_results() -> None:
    """Write to the confirmed addresses of each round whose result is out, and forget them."""
    now = clock.now()
    waiting = select(Subscription.round_id).distinct()
    for round in db.session.scalars(select(Round).where(Round.id.in_(waiting))).all():
        if not is_public(round, now):
            continue
        if list_official_counts(round):
            _tell(round)
        elif _is_overdue(round):
            subscriptions.forget(round.id)


def _tell(round: Round) -> None:
    told = subscriptions.drawn(SubscriptionState.CONFIRMED, AT_ONCE, round.id)
    for row in told:
        if not subscriptions.stop(row):
            continue
        messages.write(
            key=f"result told {row.id}",
            to=row.address,
            template="result_out",
            language=row.language,
            context={
                "round": round.title,
                "url": f"{settings().public_url}/rounds/{round.slug}/results",
                "stop_url": address_of(round, row.id, "stop"),
            },
        )
    if len(told) < AT_ONCE:
        subscriptions.forget(round.id)  # who never confirmed


def _is_overdue(round: Round) -> bool:
    phase = find_phase(round, PhaseKind.PUBLISHED)
    return phase is not None and phase.starts_at + WAITS < clock.now()
