"""What a document is made of: plain values that freeze as JSON. Pure.

A document is `{"title", "about", "sections"}`; a section is `{"id", "heading", "blocks"}`; what the
blocks are is told by the functions that make them. The page, the PDF file, the Word file and the
table are four ways to write the same document, and none of them looks anything up.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

Block = dict[str, Any]
Cell = str | dict[str, Any]
SOLID, STRIPES, EMPTY = "solid", "stripes", "empty"


def text(words: str) -> Block:
    return {"kind": "text", "text": words}


def source(words: str) -> Block:
    """Where figures come from, and when."""
    return {"kind": "source", "text": words}


def heading(words: str) -> Block:
    """A heading within a section."""
    return {"kind": "heading", "text": words}


def points(items: Sequence[str], *, numbered: bool = False) -> Block:
    return {"kind": "list", "items": list(items), "numbered": numbered}


def cell(words: str, value: int | float | str | None) -> Cell:
    """A cell with the plain number behind its words, for the table file."""
    return {"text": words, "value": value}


def table(
    caption: str,
    head: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    numbers: Sequence[int] = (),
    foot: Sequence[Cell] | None = None,
) -> Block:
    """A table; the first cell of a row names it. `numbers` are the columns of figures, from 0."""
    return {
        "kind": "table",
        "caption": caption,
        "head": list(head),
        "rows": [list(row) for row in rows],
        "numbers": list(numbers),
        "foot": list(foot) if foot else None,
    }


def bar(
    label: str, words: str, value: int | float | None, *parts: tuple[str, int | float]
) -> Block:
    """A bar of one or several parts, each `(fill, value)`; `value` is the whole, None where it is
    not shown."""
    return {
        "label": label,
        "text": words,
        "value": value,
        "parts": [list(part) for part in parts or ((SOLID, value or 0),)],
    }


def bars(
    caption: str,
    label: str,
    value: str,
    rows: Sequence[Block],
    legend: Sequence[tuple[str, str]] = (),
) -> Block:
    """A bar chart, drawn beside its own table. `legend` says what each fill is."""
    return {
        "kind": "bars",
        "caption": caption,
        "label": label,
        "value": value,
        "rows": list(rows),
        "most": max((sum(part[1] for part in row["parts"]) for row in rows), default=0),
        "legend": [list(step) for step in legend],
    }


def area_map(
    caption: str,
    width: float,
    height: float,
    areas: Sequence[Block],
    legend: Sequence[tuple[str, str]],
    words: str,
) -> Block:
    """Areas with a fill each, `{"name", "figure", "fill", "path", "x", "y"}`; drawn from lines.

    The figures stand in a table beside it, and all of them in `words` for who cannot see it.
    """
    return {
        "kind": "map",
        "caption": caption,
        "width": width,
        "height": height,
        "areas": list(areas),
        "legend": [list(step) for step in legend],
        "words": words,
    }


def section(id: str, heading: str, *blocks: Block | None) -> Block:
    return {"id": id, "heading": heading, "blocks": [block for block in blocks if block]}


def document(
    title: str,
    about: Sequence[str],
    sections: Sequence[Block | None],
    *,
    page_one: bool = False,
) -> Block:
    """`about` are the lines under the title; sections are numbered as they come.

    `page_one`: the first section has the first page of a printed file to itself.
    """
    kept = [one for one in sections if one and one["blocks"]]
    for number, one in enumerate(kept, 1):
        one["heading"] = f"{number}. {one['heading']}"
    return {"title": title, "about": list(about), "sections": kept, "page_one": page_one}


def words_of(value: Cell) -> str:
    return str(value["text"]) if isinstance(value, dict) else value


def outlines(path: str) -> Iterator[list[tuple[float, float]]]:
    """The corners of each ring of a path made of M, L and Z alone, as `gaps.drawing` writes it."""
    for ring in path.split("Z"):
        corners = [corner.split() for corner in ring.removeprefix("M").split("L") if corner]
        if corners:
            yield [(float(x), float(y)) for x, y in corners]


def canonical(facts: Any) -> str:
    """The one way to write facts: the same facts are the same text, and so the same digest."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
