"""A table as CSV and as JSON. Pure: rows in, bytes out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from pbapp.results.opendata.columns import Table
from pbapp.web.cells import inert

Row = Sequence[Any]  # text, whole numbers, Decimal, bool, lists of text, None for nothing


def csv_of(table: Table, rows: Iterable[Row]) -> bytes:
    """UTF-8 with the mark that Excel needs; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.head)
    writer.writerows([inert(_cell(value)) for value in row] for row in rows)
    return ("\ufeff" + out.getvalue()).encode("utf-8")


def json_of(table: Table, rows: Iterable[Row]) -> bytes:
    """An object with the table's name, what it is, and its rows as objects by column."""
    head = table.head
    document = {
        "table": table.name,
        "about": table.about,
        "rows": [dict(zip(head, map(_plain, row), strict=True)) for row in rows],
    }
    return json.dumps(document, indent=1, ensure_ascii=False).encode("utf-8")


def _cell(value: Any) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ";".join(value)
    return f"{value:f}" if isinstance(value, Decimal) else value


def _plain(value: Any) -> Any:
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)
