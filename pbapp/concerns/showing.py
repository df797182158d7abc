"""Rooms upstairs say what an officer sees beside a concern about a thing of theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pbapp.concerns.models import Concern


@dataclass(frozen=True)
class Beside:
    """The part that is wrong, in words, what it says now, and what can be done: (text, address)."""

    part: str = ""
    now: list[tuple[str, str]] = field(default_factory=list)
    steps: list[tuple[str, str]] = field(default_factory=list)


Show = Callable[[Concern], Beside]
_shows: dict[str, Show] = {}
_parts: dict[str, Mapping[Any, Any]] = {}


def beside(subject_type: str, parts: Mapping[Any, Any]) -> Callable[[Show], Show]:
    """Register what to show for one kind of thing, and what its parts are called."""

    def keep(show: Show) -> Show:
        _shows[subject_type] = show
        _parts[subject_type] = parts
        return show

    return keep


def show(concern: Concern) -> Beside:
    """What stands beside this concern; nothing where its room says nothing."""
    found = _shows.get(concern.subject_type)
    return found(concern) if found else Beside()


def part_of(concern: Concern) -> str:
    """The part that is wrong, in words. For lists: nothing is read to tell it."""
    return str(_parts.get(concern.subject_type, {}).get(concern.part, ""))
