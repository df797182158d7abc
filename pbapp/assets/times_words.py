"""Regular times in words: "Tuesdays and Thursdays, 10am to noon"."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from babel.lists import format_list
from flask_babel import format_time, get_locale, gettext

from pbapp import clock
from pbapp.assets import times
from pbapp.assets.times import Occurrence, Regular
from pbapp.web.babel import day
from pbapp.web.context import settings

WEEK = 0b1111111
A_DAY = timedelta(days=1)


def wall_clock() -> datetime:
    """This moment by the clock on the wall here, without its zone."""
    return clock.now().astimezone(ZoneInfo(settings().timezone)).replace(tzinfo=None)


def hour(minutes: int) -> str:
    """10am, 5:30pm, noon, midnight: minutes after midnight as people say them."""
    minutes %= times.MIDNIGHT
    if minutes == 0:
        return gettext("midnight")
    if minutes == 12 * 60:
        return gettext("noon")
    at = time(minutes // 60, minutes % 60)
    pattern = "ha" if at.minute == 0 else "h:mma"
    text: str = format_time(at, pattern, rebase=False)
    return text.replace(" ", "").replace("\u202f", "").lower()


def said(regular: Regular) -> str:
    """One regular time: "The first Tuesday of the month, 10am to noon, from ... to ..."."""
    only = times.find_only(regular)
    text = _at(day(only) if only else _days(regular), regular.opens, regular.closes)
    if only:
        return text
    if regular.starts_on and regular.starts_on > wall_clock().date():
        text = gettext("%(times)s, from %(day)s", times=text, day=day(regular.starts_on))
    if regular.until_on:
        text = gettext("%(times)s, until %(day)s", times=text, day=day(regular.until_on))
    return text


def _at(days: str, opens: int, closes: int) -> str:
    if (opens, closes) == (0, times.MIDNIGHT):
        return gettext("%(days)s, all day", days=days)
    return gettext("%(days)s, %(start)s to %(end)s", days=days, start=hour(opens), end=hour(closes))


def _days(regular: Regular) -> str:
    if regular.nth is not None:
        nth = {
            1: gettext("first"),
            2: gettext("second"),
            3: gettext("third"),
            4: gettext("fourth"),
            -1: gettext("last"),
        }[regular.nth]
        days = _names(regular, gettext("%(day)s"))
        if regular.every == 1:
            return gettext("The %(nth)s %(days)s of the month", nth=nth, days=days)
        return gettext(
            "The %(nth)s %(days)s of every %(n)s months", nth=nth, days=days, n=regular.every
        )
    if regular.every > 1:
        names = _names(regular, gettext("%(day)s"))
        return gettext("Every %(n)s weeks on %(days)s", n=regular.every, days=names)
    if regular.days == WEEK:
        return gettext("Every day")
    row = times.days_of(regular)
    if len(row) > 2 and row[-1] - row[0] == len(row) - 1:
        week = get_day_names("wide", locale=get_locale())
        return gettext("%(first)s to %(last)s", first=week[row[0]], last=week[row[-1]])
    return _names(regular, gettext("%(day)ss"))


def _names(regular: Regular, pattern: str) -> str:
    """Its days as a list; `pattern` makes Tuesdays of Tuesday in languages that do so."""
    names = get_day_names("wide", locale=get_locale())
    return format_list(
        [pattern % {"day": names[number]} for number in times.days_of(regular)],
        locale=get_locale(),
    )


def when_next(regulars: Iterable[Regular]) -> str:
    """Say "Open now, until 5pm", else when it is next; empty where nothing is to come."""
    known, now = list(regulars), wall_clock()
    current = times.find_current(known, now)
    if current and current.end - now > A_DAY:
        return gettext("Open now, day and night")
    if current:
        return gettext("Open now, until %(hour)s", hour=hour(_minutes(current)[1]))
    following = times.find_next(known, now)
    if following is None:
        return ""
    on = following.start.date()
    near = {0: gettext("today"), 1: gettext("tomorrow")}.get((on - now.date()).days)
    return gettext("Next: %(when)s", when=_at(near or day(on), *_minutes(following)))


def _minutes(one: Occurrence) -> tuple[int, int]:
    start = one.start.hour * 60 + one.start.minute
    return start, start + int((one.end - one.start).total_seconds()) // 60
