"""Cells of the tables people download: a spreadsheet must show them, never run them."""

from __future__ import annotations

import re

# The wide forms too: a spreadsheet set to an East Asian language takes them for the plain ones.
_STARTS = ("=", "+", "-", "@", "|", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
_SUSPECT = frozenset({*_STARTS, " "})  # most cells begin with none of these: one look is enough
# With a plus before it, a telephone number would become a number without it.
_BELOW_ZERO = re.compile(r" *-\d+(\.\d+)?(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def restored(cell: str) -> str:
    """A cell as it was before `inert`, for a table that comes back."""
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip(" ").startswith(_STARTS) else cell


def inert(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if not isinstance(cell, str) or cell[:1] not in _SUSPECT:
        return cell
    if not cell.lstrip(" ").startswith(_STARTS):
        return cell
    return cell if _BELOW_ZERO.fullmatch(cell) else f"'{cell}"
