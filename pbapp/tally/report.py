"""An outcome as plain JSON values: numbers and names, no sentences and no language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from fractions import Fraction

from pbapp.tally.model import Outcome

Money = Callable[[int | Fraction], int | float]

_MONEY = frozenset(
    {
        "amount",
        "awarded",
        "endowment",
        "first_endowment",
        "level",
        "price",
        "supporters_left",
        "unspent",
        "cap_left",
        "cheaper_by",
        "cost",
        "cost_first",
        "cost_second",
        "left",
        "total_cost",
    }
)


def to_minor_units(amount: int | Fraction) -> int:
    """Whole minor units, the nearest (a half goes to the even one)."""
    return round(Fraction(amount))


def outcome_as_dict(
    outcome: Outcome, *, money: Money = to_minor_units, explain: bool = True
) -> dict[str, object]:
    """The published shape: `rule`, `parameters`, `winners`, `total_cost`, `ties`, `projects`,
    `reserve`, `part_funded` and, with `explain`, `detail` here and in each project.

    Amounts are whole minor units unless `money` says otherwise.
    """
    plain: dict[str, object] = _plain(outcome, money)  # type: ignore[assignment]
    plain["parameters"] = dict(outcome.parameters)
    if not explain:
        del plain["detail"]
        for project in plain["projects"]:  # type: ignore[attr-defined]
            del project["detail"]
            del project["change"]
    return plain


def facts_as_dict(facts: object, *, money: Money = to_minor_units) -> dict[str, object]:
    """Any facts of the count (a `Spread`, a `Comparison`, a `Carried`) as plain JSON values."""
    plain: dict[str, object] = _plain(facts, money)  # type: ignore[assignment]
    return plain


def _plain(value: object, money: Money) -> object:
    if is_dataclass(value):
        return {
            field.name: _field(field.name, getattr(value, field.name), money)
            for field in fields(value)
        }
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(part, money) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part, money) for part in value]
    return value


def _field(name: str, value: object, money: Money) -> object:
    if name in _MONEY and isinstance(value, int | Fraction):
        return money(value)
    return _plain(value, money)
