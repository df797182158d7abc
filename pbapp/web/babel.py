"""Languages, and how money, days and moments read."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_currency, get_currency_precision
from flask import Flask, has_request_context, request
from flask_babel import Babel, get_domain, get_locale, get_timezone
from flask_babel import gettext as _

from pbapp import clock
from pbapp.refusal import Refused
from pbapp.web.context import settings


def init_app(app: Flask) -> None:
    Babel(app, locale_selector=_choose_language)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        _, _plural, newstyle=True
    )
    app.context_processor(lambda: {"lang": page_language()})
    app.jinja_env.filters.update(money=money, day=day, moment=moment, ago=ago, local_day=local_day)


def _plural(singular: str, plural: str, number: int) -> str:
    # The words alone: Jinja fills in the places, with all its variables and not `num` only.
    return str(get_domain().get_translations().ungettext(singular, plural, number))


def _choose_language() -> str | None:
    if not has_request_context():  # a command speaks English, as its own words do
        return "en_GB"
    spoken = [code.replace("-", "_") for code in settings().languages]
    chosen = request.accept_languages.best_match([code.replace("_", "-") for code in spoken])
    if chosen is None or chosen.startswith("en"):
        return "en_GB"
    return chosen.replace("-", "_")


def page_language() -> str:
    """The language of the page, as HTML names it."""
    return str(get_locale() or "en_GB").replace("_", "-")


def say(refused: Refused) -> str:
    """A refusal in the reader's language."""
    return _(refused.message, **refused.params)


def money(minor_units: int, currency: str = "GBP") -> str:
    """Pence (or another currency's minor units) as people write it: £12,500, or £12,500.50."""
    precision = get_currency_precision(currency)
    part = abs(minor_units) % 10**precision
    pattern = None if part else "¤#,##0"
    amount = Decimal(minor_units).scaleb(-precision)
    return format_currency(
        amount, currency, pattern, locale=get_locale(), currency_digits=bool(part)
    )


def local_day(value: datetime) -> date:
    """The day a moment falls on where people live."""
    return value.astimezone(get_timezone()).date()


def from_local(on: date, at: time) -> datetime:
    """A day and a time as the clock on the wall shows them, as a moment.

    Not by Babel's own zone: put beside a day it would say Greenwich's time before railways.
    """
    return datetime.combine(on, at, tzinfo=ZoneInfo(settings().timezone)).astimezone(UTC)


def day(value: date | datetime | str) -> str:
    """Friday 4 December 2026. A mail keeps its days as ISO text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        value = local_day(value)
    return format_date(value, "EEEE d MMMM y", locale=get_locale())


def moment(value: datetime | str) -> str:
    """Friday 4 December 2026, 5pm. A mail keeps its moments as ISO text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return f"{day(value)}, {time_of_day(value)}"


def time_of_day(value: datetime) -> str:
    """5pm, or 5:30pm; noon and midnight by name, since 12am and 12pm confuse people."""
    local = value.astimezone(get_timezone())
    if (local.hour, local.minute) == (12, 0):
        return _("noon")
    if (local.hour, local.minute) == (0, 0):
        return _("midnight")
    pattern = "ha" if local.minute == 0 else "h:mma"
    text: str = format_time(local, pattern, tzinfo=get_timezone(), locale=get_locale())
    return text.replace(" ", "").replace("\u202f", "").lower()


def ago(value: datetime) -> str:
    """3 weeks ago."""
    since: timedelta = value - clock.now()
    days = (local_day(clock.now()) - local_day(value)).days
    if 1 <= days < 14:  # people count nights, not hours: last Sunday is six days ago all Saturday
        since = timedelta(days=-days)
    return format_timedelta(since, add_direction=True, threshold=1.2, locale=get_locale())
