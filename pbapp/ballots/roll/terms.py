"""Who may vote in a round and how they show it: read from its sealed configuration.

Rounds sealed in an older form name neither methods nor connections; then the usual ones hold.
"""

from __future__ import annotations

from typing import Any

from pbapp.ballots.roll.identity import TOO_YOUNG, age_bands
from pbapp.rounds.models import ANY_CONNECTION, USUAL_METHODS, Connection, Method, Round

ASSURANCE = {Method.EMAIL: 1, Method.SMS: 1, Method.CODE: 2, Method.CARD: 2, Method.TABLE: 3}
# Under this age a school or a table lets somebody in, never an address of their own.
OWN_ADDRESS_FROM = 12


def methods_of(round: Round) -> list[Method]:
    """The ways people may show that they may vote here, in the order of `Method`."""
    sealed = set(_sealed(round).get("methods", USUAL_METHODS))
    return [method for method in Method if method.value in sealed]


def ways_online(round: Round, age_band: str | None = None) -> list[Method]:
    """The ways that need no table; for a child's age group only a code from school."""
    online: list[Method] = [method for method in methods_of(round) if method is not Method.TABLE]
    if age_band is not None and is_child(round, age_band):
        return [method for method in online if method is Method.CODE]
    return online


def connections_of(round: Round) -> list[Connection]:
    """What may tie somebody to the place, in the order of `Connection`."""
    sealed = set(_sealed(round).get("connections", ANY_CONNECTION))
    return [connection for connection in Connection if connection.value in sealed]


def bands_of(round: Round) -> list[tuple[str, int, int | None]]:
    """The age groups that this round asks for: see `age_bands`."""
    return age_bands(min_age_of(round))


def min_age_of(round: Round) -> int | None:
    least: int | None = _sealed(round).get("min_age", round.min_age)
    return least


def people_per_contact(round: Round) -> int:
    most: int = _sealed(round).get("people_per_contact", round.people_per_contact)
    return most


def is_child(round: Round, age_band: str) -> bool:
    """Whether everybody in this age group is too young to vote with an address of their own."""
    ends = {value: end for value, _start, end in bands_of(round) if value != TOO_YOUNG}
    end = ends.get(age_band)
    return end is not None and end < OWN_ADDRESS_FROM


def _sealed(round: Round) -> dict[str, Any]:
    if round.sealed_at is not None:
        return round.config or {}
    return {"methods": round.methods, "connections": round.connections}
