"""Where money flows, laid out for a drawing: boxes in three columns, bands between them. Pure.

After H. R. Schmidt, "The Sankey Diagram in Energy and Material Flow Management", J. Industrial
Ecology 12 (2008): a band is as thick as its amount. A box is tall enough for its words, so that
small amounts can still be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Key = tuple[str, Any]  # what kind of box, and which

WIDTH = 760.0
BOX = 184.0
LEAST = 50.0  # room for two lines of words
GAP = 14.0
TALLEST = 420.0  # what all the money of a column is tall, without its gaps
COLUMNS = 3


@dataclass(frozen=True)
class Flowing:
    """An amount on its way: one key for each column."""

    keys: tuple[Key, Key, Key]
    amount: int


@dataclass(frozen=True)
class Box:
    column: int
    key: Key
    amount: int
    x: float
    y: float
    height: float


@dataclass(frozen=True)
class Band:
    """From one box to one in the next column. `first` is where the money began."""

    first: Key
    start: Key
    end: Key
    amount: int
    path: str


@dataclass(frozen=True)
class Flow:
    boxes: tuple[Box, ...]
    bands: tuple[Band, ...]
    total: int
    height: float


def lay_out(flowing: Iterable[Flowing], orders: Sequence[Sequence[Key]]) -> Flow:
    """Lay out amounts above zero. `orders` says from top to bottom how each column's keys stand."""
    rows = [one for one in flowing if one.amount > 0]
    total = sum(one.amount for one in rows)
    if not total:
        return Flow((), (), 0, 0.0)
    scale = TALLEST / total
    boxes = [box for column in range(COLUMNS) for box in _column(column, rows, orders, scale)]
    height = max(box.y + box.height for box in boxes)
    return Flow(tuple(boxes), tuple(_bands(rows, boxes, orders, scale)), total, round(height, 1))


def _column(
    column: int, rows: Sequence[Flowing], orders: Sequence[Sequence[Key]], scale: float
) -> list[Box]:
    x = column * (WIDTH - BOX) / (COLUMNS - 1)
    y, found = 0.0, []
    for key in orders[column]:
        amount = sum(one.amount for one in rows if one.keys[column] == key)
        if amount:
            height = round(max(LEAST, amount * scale), 1)
            found.append(Box(column, key, amount, round(x, 1), round(y, 1), height))
            y += height + GAP
    return found


def _bands(
    rows: Sequence[Flowing],
    boxes: Sequence[Box],
    orders: Sequence[Sequence[Key]],
    scale: float,
) -> list[Band]:
    place = {(box.column, box.key): box for box in boxes}
    leaves = {at: _first(box, scale) for at, box in place.items()}
    enters = dict(leaves)
    found = []
    for column in range(COLUMNS - 1):
        for keys, amount in _between(column, rows, orders):
            first, start, end = keys
            a, b = (column, start), (column + 1, end)
            thick = amount * scale
            path = _path(place[a].x + BOX, leaves[a], place[b].x, enters[b], thick)
            leaves[a] += thick
            enters[b] += thick
            found.append(Band(first, start, end, amount, path))
    return found


def _first(box: Box, scale: float) -> float:
    """Where a box's bands begin: they stand in its middle where the words made it taller."""
    return box.y + (box.height - box.amount * scale) / 2


def _between(
    column: int, rows: Sequence[Flowing], orders: Sequence[Sequence[Key]]
) -> list[tuple[tuple[Key, Key, Key], int]]:
    """The amounts between two columns, each kept apart by where the money began, in order."""
    sums: dict[tuple[Key, Key, Key], int] = {}
    for one in rows:
        keys = (one.keys[0], one.keys[column], one.keys[column + 1])
        sums[keys] = sums.get(keys, 0) + one.amount
    rank = [{key: at for at, key in enumerate(order)} for order in orders]
    return sorted(
        sums.items(),
        key=lambda item: (
            rank[column][item[0][1]],
            rank[column + 1][item[0][2]],
            rank[0][item[0][0]],
        ),
    )


def _path(x1: float, y1: float, x2: float, y2: float, thick: float) -> str:
    """A band with soft ends, as an SVG path."""
    middle = (x1 + x2) / 2
    return (
        f"M{x1:.1f} {y1:.1f}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
        f"V{y2 + thick:.1f}"
        f"C{middle:.1f} {y2 + thick:.1f} {middle:.1f} {y1 + thick:.1f} {x1:.1f} {y1 + thick:.1f}Z"
    )
