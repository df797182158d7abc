"""Rooms upstairs say what an officer sees beside a concern about a thing of theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pbapp.concerns.models import Concern


@dataclass(frozen=True)
class Beside:
    """The part that is wrong, in words, what it says now, and what can be done: (text, address)."""

    part: str = ""
    now: list[tuple[str, str]] = field(default_factory=list)
    steps: list[tuple[str, str]] = field(default_factory=list)


Show = Callable[[Concern], Beside]
_shows: dict[str, Show] = {}


def beside(subject_type: str) -> Callable[[Show], Show]:
    """Register what to show for one kind of thing."""

    def keep(show: Show) -> Show:
        _shows[subject_type] = show
        return show

    return keep


def show(concern: Concern) -> Beside:
    """What stands beside this concern; nothing where its room says nothing."""
    found = _shows.get(concern.subject_type)
    return found(concern) if found else Beside()
