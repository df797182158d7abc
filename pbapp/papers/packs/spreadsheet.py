"""A document as one table: every cell of every table, chart and list a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from pbapp.papers.packs.document import Block, Cell, words_of
from pbapp.web.cells import inert

HEAD = ("section", "table", "row", "column", "words", "figure")


def csv_file(document: Block) -> bytes:
    """UTF-8 with the mark that Excel needs; `figure` is the plain number where there is one.

    Amounts are in the smallest unit of their currency (pence).
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    for section in document["sections"]:
        for block in section["blocks"]:
            for line in _lines(block):
                writer.writerow([inert(value) for value in (section["heading"], *line)])
    return out.getvalue().encode("utf-8-sig")


def _lines(block: Block) -> Iterator[tuple[str, ...]]:
    kind = block["kind"]
    if kind == "table":
        for row in [*block["rows"], *([block["foot"]] if block["foot"] else [])]:
            for head, value in zip(block["head"][1:], row[1:], strict=True):
                yield block["caption"], words_of(row[0]), head, words_of(value), _figure(value)
    elif kind == "bars":
        for row in block["rows"]:
            yield block["caption"], row["label"], block["value"], row["text"], _plain(row["value"])
    elif kind == "list":
        for number, item in enumerate(block["items"], 1):
            yield "", str(number), "", item, ""
    elif kind in ("text", "source"):
        yield "", "", "", block["text"], ""


def _figure(value: Cell) -> str:
    return _plain(value["value"] if isinstance(value, dict) else None)


def _plain(figure: object) -> str:
    return "" if figure is None else str(figure)
