"""The thread of a board as a picture: from priorities over wards to what became of the money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from pbapp.thread.flow import BOX, WIDTH, Flow, Flowing, Key, lay_out
from pbapp.thread.queries import Stage, Strand
from pbapp.thread.words import STAGE, priority_name, ward_name
from pbapp.web.babel import money

LETTERS = 21  # of a name that fits into a box at the size the picture is drawn for
PATTERNS = 6


@dataclass(frozen=True)
class Words:
    """A box's words and where its lines stand."""

    lines: tuple[str, ...]
    x: float
    y: float


@dataclass(frozen=True)
class Picture:
    """One currency's money. `share` maps a priority to its wards for a narrow screen."""

    currency: str
    flow: Flow
    words: tuple[Words, ...]
    patterns: dict[Key, int]
    names: dict[Key, str]
    heads: tuple[tuple[str, float], ...]
    shares: list[tuple[str, int, list[tuple[str, str, int]]]]

    @property
    def width(self) -> float:
        return WIDTH

    @property
    def box(self) -> float:
        return BOX

    def about(self, start: Key, end: Key, amount: int) -> str:
        """A band in words, for whoever points at it."""
        return f"{self.names[start]} → {self.names[end]}: {money(amount, self.currency)}"


def draw(strands: Sequence[Strand]) -> list[Picture]:
    """A picture for each currency in which something was won."""
    currencies = dict.fromkeys(one.round.currency for one in strands)
    pictures = [
        _picture(currency, [one for one in strands if one.round.currency == currency])
        for currency in currencies
    ]
    return [picture for picture in pictures if picture.flow.total]


def _picture(currency: str, strands: Sequence[Strand]) -> Picture:
    flowing = [Flowing(_keys(one), one.awarded) for one in strands]
    names: dict[Key, str] = {}
    for one in strands:
        first, second, third = _keys(one)
        names |= {first: priority_name(one), second: ward_name(one), third: str(STAGE[one.stage])}
    orders: list[list[Key]] = [
        _by_amount(flowing, 0),
        _by_amount(flowing, 1),
        [("stage", stage) for stage in Stage],
    ]
    flow = lay_out(flowing, orders)
    return Picture(
        currency=currency,
        flow=flow,
        words=tuple(
            _words(names[box.key], money(box.amount, currency), box.x, box.y, box.height)
            for box in flow.boxes
        ),
        patterns={key: at % PATTERNS + 1 for at, key in enumerate(orders[0])},
        names=names,
        heads=(
            (_("Priority"), 0.0),
            (_("Ward"), (WIDTH - BOX) / 2),
            (_("What became of it"), WIDTH - BOX),
        ),
        shares=_shares(flowing, orders, names),
    )


def _keys(strand: Strand) -> tuple[Key, Key, Key]:
    return (
        ("priority", strand.priority.id if strand.priority else None),
        ("ward", strand.ward.id if strand.ward else None),
        ("stage", strand.stage),
    )


def _by_amount(flowing: Sequence[Flowing], column: int) -> list[Key]:
    """The keys of a column, the most money first; what belongs nowhere comes last."""
    sums: dict[Key, int] = {}
    for one in flowing:
        sums[one.keys[column]] = sums.get(one.keys[column], 0) + one.amount
    return sorted(sums, key=lambda key: (key[1] is None, -sums[key], str(key)))


def _shares(
    flowing: Sequence[Flowing],
    orders: Sequence[Sequence[Key]],
    names: dict[Key, str],
) -> list[tuple[str, int, list[tuple[str, str, int]]]]:
    """By priority: its money, and how much of it is where and how far."""
    found = []
    for first in orders[0]:
        rows = [
            (names[second], names[third], amount)
            for second in orders[1]
            for third in orders[2]
            if (amount := sum(f.amount for f in flowing if f.keys == (first, second, third)))
        ]
        if rows:
            found.append((names[first], sum(row[2] for row in rows), rows))
    return found


def _words(name: str, amount: str, x: float, y: float, height: float) -> Words:
    """A name on one line or two, and its amount under it, in the middle of the box."""
    lines = [*_wrap(name), amount]
    return Words(tuple(lines), x + 10, y + height / 2 - 9 * (len(lines) - 1) + 5)


def _wrap(name: str) -> list[str]:
    if len(name) <= LETTERS:
        return [name]
    head = name[: LETTERS + 1].rsplit(" ", 1)[0][:LETTERS]
    rest = name[len(head) :].strip()
    return [head, rest if len(rest) <= LETTERS else rest[: LETTERS - 1] + "…"]
