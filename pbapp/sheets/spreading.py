"""Pins that would cover each other, moved apart, each with a line to where it belongs. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from pbapp.sheets.layout import Fitted
from pbapp.sheets.numbering import Pin

ROUNDS = 80
HIGH = 1.9  # of a pin and the white around it, in heights of its numbers
AWAY = 0.8  # a pin moved farther than this from its place gets a line, in the same
FAR = 4  # and one moved farther than this is not where anybody would look for it


@dataclass
class Drawn:
    """A pin's label, the middle of where it is drawn, and the place that it means."""

    label: str
    wide: float
    high: float
    x: float
    y: float
    place_x: float
    place_y: float
    is_moved: bool = False
    is_far: bool = False


def spread(pins: Sequence[Pin], fitted: Fitted) -> list[Drawn]:
    """Pins as they are drawn: inside the drawing, and beside each other as far as there is room."""
    size = fitted.number
    drawn = [
        Drawn(pin.label, pin.wide * size, size * HIGH, pin.x, pin.y, pin.x, pin.y) for pin in pins
    ]
    for _round in range(ROUNDS):
        was_moved = False
        for one, other in combinations(drawn, 2):
            was_moved = _part(one, other) or was_moved
        for one in drawn:
            _keep_inside(one, fitted)
        if not was_moved:
            break
    for one in drawn:
        moved = math.dist((one.x, one.y), (one.place_x, one.place_y))
        one.is_moved, one.is_far = moved > size * AWAY, moved > size * FAR
    return drawn


def _part(one: Drawn, other: Drawn) -> bool:
    """Move two that meet apart, each half of the shorter way."""
    across = (one.wide + other.wide) / 2 - abs(one.x - other.x)
    down = (one.high + other.high) / 2 - abs(one.y - other.y)
    if across <= 0.01 or down <= 0.01:
        return False
    if across < down:
        way = across / 2 if one.x > other.x else -across / 2
        one.x, other.x = one.x + way, other.x - way
    else:
        way = down / 2 if one.y > other.y else -down / 2
        one.y, other.y = one.y + way, other.y - way
    return True


def _keep_inside(one: Drawn, fitted: Fitted) -> None:
    one.x = min(max(one.x, one.wide / 2 + 1), fitted.frame_width - one.wide / 2 - 1)
    one.y = min(max(one.y, one.high / 2), fitted.frame_height - one.high * 1.7)
