"""Rooms upstairs may refuse to have a result counted again."""

from __future__ import annotations

from collections.abc import Callable

from pbapp.rounds.models import Round

Guard = Callable[[Round], None]
_guards: list[Guard] = []


def guard(check: Guard) -> Guard:
    """Ask this before a round is counted again: it raises `Refused` where it may not be."""
    _guards.append(check)
    return check


def refuse_if_guarded(round: Round) -> None:
    """Raise the first refusal of those who were registered."""
    for check in _guards:
        check(round)
