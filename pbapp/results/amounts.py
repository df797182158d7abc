"""Amounts of a count as people write them, in whatever currency and however fine."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from babel.numbers import format_decimal, get_currency_precision
from flask_babel import get_locale

from pbapp.results.models import Count
from pbapp.web.babel import money

Amount = Callable[[int], str]
NO_CURRENCY = "XXX"


def amounts_of(count: Count) -> Amount:
    """How to write this count's minor units: £12,500, or 12,500 where no currency is known."""
    return amounts_in(count.round.currency, count.profile.exponent)


def amounts_in(currency: str, exponent: int) -> Amount:
    """The same for a currency and how many decimal places part a minor unit from it."""

    def write(minor_units: int) -> str:
        precision = get_currency_precision(currency)
        if currency != NO_CURRENCY and exponent == precision:
            return money(minor_units, currency)
        exact = Decimal(minor_units).scaleb(-exponent)
        text: str = format_decimal(exact, "#,##0.######", locale=get_locale())
        return text if currency == NO_CURRENCY else f"{currency} {text}"

    return write
