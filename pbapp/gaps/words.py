"""How figures are said. Nothing there, nobody there and nothing known are three sentences."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import format_decimal, format_percent, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pbapp.assets import times
from pbapp.assets.models import AssetSession, Vocabulary
from pbapp.assets.times import Occurrence
from pbapp.assets.times_words import hour, said, wall_clock
from pbapp.assets.vocabulary import TERMS
from pbapp.gaps.measures import Cell, Cover
from pbapp.gaps.queries import Source
from pbapp.gaps.shading import NO_DATA, NONE, NOTHING, SHARES, Scale, scale_of
from pbapp.gaps.weak.rules import FAR_KM, Lack, WeakSpot
from pbapp.web.babel import day


@dataclass(frozen=True)
class Said:
    """A figure, the line under it, and how it is to be looked at.

    `tone`: "gap" where nothing is, "unknown" where nothing is known, "nothing" where there is
    nothing to say. Without one, `value` is what the figure rounds.
    """

    figure: str
    note: str = ""
    tone: str = ""
    value: float | None = None


@dataclass(frozen=True)
class Step:
    """One line of the map's legend."""

    shade: str
    text: str


def people(number: int | None) -> Said:
    """How many live in a ward."""
    return Said(_("No data"), tone="unknown") if number is None else Said(format_decimal(number))


def source_told(source: Source) -> str:
    """Whose the people and areas are and of what day, as their licence asks to say."""
    said = _(
        "People and areas: %(name)s, %(publisher)s.", name=source.name, publisher=source.publisher
    )
    when = (
        _("Published on %(day)s.", day=day(source.dated_on))
        if source.dated_on
        else _("Brought in here on %(day)s.", day=day(source.imported_at))
    )
    return f"{said} {when} {source.attribution}"


def per_1000(cell: Cell) -> Said:
    note = ngettext("%(num)s entry", "%(num)s entries", cell.entries)
    if cell.coming.entries:
        more = ngettext(
            "and %(num)s more comes here", "and %(num)s more come here", cell.coming.entries
        )
        note = _("%(entries)s, %(more)s", entries=note, more=more)
    if cell.per_1000 is None:
        return Said(_("No data"), note, "unknown")
    if not cell.entries:
        coming = ngettext(
            "none based here, %(num)s comes here",
            "none based here, %(num)s come here",
            cell.coming.entries,
        )
        return Said("0", coming if cell.coming.entries else _("none yet"), "gap", 0.0)
    if cell.per_1000 < 0.05:
        return Said(_("under 0.1"), note, "", cell.per_1000)  # "0.0" would read as nothing
    return Said(one_decimal(cell.per_1000), note, "", cell.per_1000)


def confirmed(cell: Cell) -> Said:
    if cell.share_fresh is None:
        return Said("–", _("nothing to confirm"), "nothing")
    note = _("%(fresh)s of %(all)s", fresh=cell.fresh, all=cell.entries)
    return _share(cell.share_fresh, note)


def evening(cell: Cell) -> Said:
    return _on(cell.here, cell.share_evening, cell.here.evening)


def weekend(cell: Cell) -> Said:
    return _on(cell.here, cell.share_weekend, cell.here.weekend)


def _on(here: Cover, share: float | None, number: int) -> Said:
    if not here.entries:
        return Said("–", _("nothing here yet"), "nothing")
    if share is None:
        note = ngettext("%(num)s without times", "%(num)s without times", here.entries)
        return Said(_("No data"), note, "unknown")
    note = _("%(number)s of %(all)s with times", number=number, all=here.known)
    if here.known < here.entries:
        note = _("%(known)s; %(n)s without", known=note, n=here.entries - here.known)
    return _share(share, note)


def _share(share: float, note: str) -> Said:
    if not share:
        return Said(percent(0), note, "gap", 0.0)
    if share < 0.005:
        return Said(_("under %(share)s", share=percent(0.01)), note, "", 1.0)
    return Said(percent(share), note, "", round(100 * share))


def distance(cell: Cell) -> Said:
    found = cell.distance
    if found is None:
        return Said(_("No data"), tone="unknown")
    if not found.people:
        return Said("–", _("no such area here"), "nothing")
    if found.half is None or found.furthest is None:
        return Said("–", _("no entry with a point yet"), "gap")
    furthest = _("all within %(km)s km", km=one_decimal(max(0.1, found.furthest)))
    figure = _("under 0.1 km") if found.half < 0.05 else _("%(km)s km", km=one_decimal(found.half))
    return Said(figure, furthest, "", max(0.1, found.half))


# --- what the map can show ------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """One figure of the table: its name, its headings, how it is said, and its map's legend.

    `none`, `nothing` and `high` say what the lightest, the dotted and a step's shade mean.
    """

    slug: str
    name: Any
    title: Any
    caption: Any
    say: Callable[[Cell], Said]
    none: Any
    nothing: Any = ""
    is_share: bool = False

    def scale(self, figures: Collection[Said]) -> Scale:
        return SHARES if self.is_share else scale_of([one.value for one in figures])

    def shade(self, figure: Said, scale: Scale) -> str:
        special = {"unknown": NO_DATA, "gap": NONE, "nothing": NOTHING}
        return special.get(figure.tone) or scale.shade(figure.value)

    def step(self, number: float) -> str:
        """The end of a step, as the legend says it."""
        return percent(number / 100) if self.is_share else one_decimal(number)


PER_1000 = Measure(
    "how-much",
    _l("How much"),
    _l("How much: entries for every 1,000 people"),
    _l("Entries for every 1,000 people"),
    per_1000,
    _l("0: none yet"),
)
MEASURES = {
    one.slug: one
    for one in (
        PER_1000,
        Measure(
            "how-sure",
            _l("How sure"),
            _l("How sure: confirmed in the last 12 months"),
            _l("Entries confirmed in the last 12 months"),
            confirmed,
            _l("None of them"),
            _l("Nothing to confirm"),
            is_share=True,
        ),
        Measure(
            "how-far",
            _l("How far"),
            _l("How far: the way to the nearest entry"),
            _l("Kilometres to the nearest entry for people in areas of greatest need"),
            distance,
            _l("No entry with a point yet"),
            _l("No such area here"),
        ),
        Measure(
            "evenings",
            _l("In the evening"),
            _l("In the evening: on after six, from Monday to Friday"),
            _l("Entries that are on after six, from Monday to Friday"),
            evening,
            _l("None of them"),
            _l("Nothing here yet"),
            is_share=True,
        ),
        Measure(
            "weekends",
            _l("At the weekend"),
            _l("At the weekend: on a Saturday or a Sunday"),
            _l("Entries that are on at the weekend"),
            weekend,
            _l("None of them"),
            _l("Nothing here yet"),
            is_share=True,
        ),
    )
}


def legend(scale: Scale, shades: Collection[str], measure: Measure = PER_1000) -> list[Step]:
    """What each shade means, lightest first; of the special ones those that the map has."""
    steps = [Step(NONE, str(measure.none))] if measure is PER_1000 or NONE in shades else []
    low = None
    for number, end in enumerate(scale.ends, 1):
        high = measure.step(end)
        text = (
            _("up to %(high)s", high=high)
            if low is None
            else _("over %(low)s, up to %(high)s", low=low, high=high)
        )
        steps.append(Step(str(number), text))
        low = high
    if NOTHING in shades:
        steps.append(Step(NOTHING, str(measure.nothing)))
    return steps + ([Step(NO_DATA, _("No data"))] if NO_DATA in shades else [])


def one_decimal(figure: float) -> str:
    return format_decimal(figure, "#,##0.0")


def percent(share: float) -> str:
    return format_percent(share, "0%")


# --- where it is weakest --------------------------------------------------------------------


def weak(spot: WeakSpot, ward: str, priority: str) -> str:
    """A weak spot of a ward for a priority, as one plain sentence."""
    names = {"ward": ward, "priority": priority}
    match spot.lack:
        case Lack.NOTHING:
            return _("%(ward)s has nothing for %(priority)s.", **names)
        case Lack.EVENING:
            text = _("%(ward)s has nothing for %(priority)s in the evening", **names)
        case Lack.WEEKEND:
            text = _("%(ward)s has nothing for %(priority)s at the weekend", **names)
        case Lack.EVENING_AND_WEEKEND:
            text = _(
                "%(ward)s has nothing for %(priority)s in the evening or at the weekend", **names
            )
        case Lack.FAR:
            return _(
                "In %(ward)s, half of the people in areas of greatest need live more than %(km)s "
                "km from the nearest entry for %(priority)s.",
                km=one_decimal(FAR_KM),
                **names,
            )
        case Lack.STALE:
            return ngettext(
                "Nobody has confirmed the one entry for %(priority)s in %(ward)s within a year.",
                "Nobody has confirmed any of the %(num)s entries for %(priority)s in %(ward)s "
                "within a year.",
                spot.cell.entries,
                **names,
            )
    if not spot.unknown:
        return _("%(said)s.", said=text)
    return ngettext(
        "%(said)s that we know of: %(num)s entry has no times.",
        "%(said)s that we know of: %(num)s entries have no times.",
        spot.unknown,
        said=text,
    )


def confirmed_share(share: float | None) -> str:
    """How sure a board's map is, in a line; empty while it has no entry."""
    return "" if share is None else _("%(share)s confirmed within a year", share=percent(share))


# --- one ward -------------------------------------------------------------------------------


def theme(slug: str) -> Any:
    """A theme of the Place Standard, which entries are marked with."""
    return TERMS[Vocabulary.THEME].get(slug, slug)


def times_told(cover: Cover) -> str:
    """How much of a ward is on in evenings and at weekends, and of how much we know."""
    if not cover.entries:
        return ""
    if not cover.known:
        return _("We do not know yet when anything here is on: no entry has regular times.")
    text = ngettext(
        "Of the %(num)s entry whose times we know, on after six in the week: %(evening)s; "
        "on at the weekend: %(weekend)s.",
        "Of the %(num)s entries whose times we know, on after six in the week: %(evening)s; "
        "on at the weekend: %(weekend)s.",
        cover.known,
        evening=cover.evening,
        weekend=cover.weekend,
    )
    if cover.known == cover.entries:
        return text
    more = ngettext(
        "The times of %(num)s more are not known.",
        "The times of %(num)s more are not known.",
        cover.entries - cover.known,
    )
    return f"{text} {more}"


def free_told(free: Iterable[AssetSession]) -> list[str]:
    """When a room is free: a line each, with what was said about it."""
    return [f"{said(one)} ({one.note})" if one.note else said(one) for one in free]


def free_next(free: Iterable[AssetSession]) -> str:
    """Say "Free now, until 5pm", else when a room is next free; empty where it never is again."""
    known, now = list(free), wall_clock()
    current = times.find_current(known, now)
    if current:
        return _("Free now, until %(hour)s", hour=_clock(current)[1])
    following = times.find_next(known, now)
    if following is None:
        return ""
    start, end = _clock(following)
    return _(
        "Next free: %(day)s, %(start)s to %(end)s",
        day=day(following.start.date()),
        start=start,
        end=end,
    )


def _clock(one: Occurrence) -> tuple[str, str]:
    start = one.start.hour * 60 + one.start.minute
    return hour(start), hour(start + int((one.end - one.start).total_seconds()) // 60)
