"""How figures are said. Nothing there, nobody there and nothing known are three sentences."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import format_decimal, format_percent, ngettext
from flask_babel import gettext as _

from pbapp.gaps.measures import Cell
from pbapp.gaps.shading import NO_DATA, NONE, Scale


@dataclass(frozen=True)
class Said:
    """A figure, the line under it, and whether it is one to look at: a gap, or no data."""

    figure: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Step:
    """One line of the map's legend."""

    shade: str
    text: str


def per_1000(cell: Cell) -> Said:
    note = ngettext("%(num)s entry", "%(num)s entries", cell.entries)
    if cell.per_1000 is None:
        return Said(_("No data"), note, "unknown")
    if not cell.entries:
        return Said("0", _("none yet"), "gap")
    if cell.per_1000 < 0.05:
        return Said(_("under 0.1"), note)  # "0.0" would read as nothing
    return Said(one_decimal(cell.per_1000), note)


def confirmed(cell: Cell) -> Said:
    share = cell.share_fresh
    if share is None:
        return Said("–", _("nothing to confirm"), "unknown")
    note = _("%(fresh)s of %(all)s", fresh=cell.fresh, all=cell.entries)
    return Said(format_percent(share, "0%"), note, "" if share else "gap")


def distance(cell: Cell) -> Said:
    found = cell.distance
    if found is None:
        return Said(_("No data"), tone="unknown")
    if not found.people:
        return Said("–", _("no such area here"), "unknown")
    if found.half is None or found.furthest is None:
        return Said("–", _("no entry with a point yet"), "gap")
    furthest = one_decimal(found.furthest)
    return Said(_("%(km)s km", km=one_decimal(found.half)), _("all within %(km)s km", km=furthest))


def legend(scale: Scale, with_unknown: bool) -> list[Step]:
    """What each shade means, lightest first."""
    steps = [Step(NONE, _("0: none yet"))]
    low = None
    for number, end in enumerate(scale.ends, 1):
        high = one_decimal(end)
        text = (
            _("up to %(high)s", high=high)
            if low is None
            else _("over %(low)s, up to %(high)s", low=low, high=high)
        )
        steps.append(Step(str(number), text))
        low = high
    return steps + ([Step(NO_DATA, _("No data"))] if with_unknown else [])


def one_decimal(figure: float) -> str:
    return format_decimal(figure, "#,##0.0")
