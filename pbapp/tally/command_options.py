"""The options of `pbapp tally` as a rule; what is wrong in one is said with its name."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import click

from pbapp.tally.greedy_rule import Cap, Greedy, OnUnaffordable, PartFund, Rank
from pbapp.tally.model import Instance, Ordinal, Project, Utility
from pbapp.tally.rules import Rule
from pbapp.tally.shares_rule import Completion, EqualShares, Phragmen
from pbapp.tally.ties import TieBreak, TieRule


def rule_of(options: dict[str, Any], instance: Instance) -> tuple[Rule, int]:
    """The rule these options describe and the money carried in, in the file's minor units.

    Raises click.BadParameter.
    """
    ties = TieRule(TieBreak(options["tie_break"]))
    utility = Utility(options["utility"]) if options["utility"] else None
    ordinal = Ordinal(options["ordinal"])
    withdrawn = _ids(options["withdrawn"], instance, "--withdrawn")
    carried_in = _amount(options["carried_in"], instance.exponent, "--carried-in")
    votes, share = _minimum(options["min_votes"])
    step = _step(options["step"], instance.exponent)
    if options["name"] == Phragmen.name:
        return Phragmen(withdrawn=withdrawn, ties=ties), carried_in
    if options["name"] == EqualShares.name:
        shares = EqualShares(
            utility=utility,
            ordinal=ordinal,
            completion=Completion(options["completion"]),
            step=step,
            stop_exhaustive=options["stop_exhaustive"],
            comparison=options["comparison"],
            withdrawn=withdrawn,
            ties=ties,
        )
        return shares, carried_in
    greedy = Greedy(
        rank=Rank(options["rank"]),
        utility=utility,
        ordinal=ordinal,
        on_unaffordable=OnUnaffordable(options["on_unaffordable"]),
        min_votes=votes,
        min_share=share,
        groups=tuple(_ids(group, instance, "--group") for group in options["groups"]),
        caps=tuple(_cap(text, instance) for text in options["caps"]),
        part_fund=PartFund(options["part_fund"]),
        withdrawn=withdrawn,
        ties=ties,
    )
    return greedy, carried_in


def _ids(text: str, instance: Instance, option: str) -> tuple[str, ...]:
    ids = tuple(part.strip() for part in text.split(",") if part.strip())
    for id in ids:
        if id not in instance.index:
            raise click.BadParameter(f"there is no project {id!r} in the file", param_hint=option)
    return ids


def _cap(text: str, instance: Instance) -> Cap:
    """`category:education=50000`: projects of that value share at most so much. So do those of a
    list of ids: `p1,p2=50000`."""
    which, parted, amount = text.rpartition("=")
    if not (parted and which.strip()):
        hint = "COLUMN:VALUE=N or ID,ID…=N, such as category:education=50000"
        raise click.BadParameter(f"{text!r} is not {hint}", param_hint="--cap")
    limit = _amount(amount, instance.exponent, "--cap")
    column, parted, value = which.partition(":")
    if not parted or which.split(",")[0].strip() in instance.index:
        return Cap(which, limit, _ids(which, instance, "--cap"))
    column, value = column.strip().lower(), value.strip()
    bound = tuple(project.id for project in instance.projects if value in _values(project, column))
    if not bound:
        said = f"no project has {value!r} in a column {column!r}"
        raise click.BadParameter(said, param_hint="--cap")
    return Cap(which, limit, bound)


def _values(project: Project, column: str) -> Iterable[str]:
    """What a project has in a column; a cell may hold several values, parted by commas."""
    if column in ("category", "categories"):
        return project.categories
    cell = project.meta.get(column, "")
    return (cell, *(part.strip() for part in cell.split(",")))


def _amount(text: str, exponent: int, option: str) -> int:
    """An amount of the file's currency unit in its minor units."""
    try:
        amount = Fraction(text.strip().replace(",", ".")) * 10**exponent
        if amount < 0 or amount.denominator != 1:
            raise ValueError
    except (ValueError, ZeroDivisionError):
        places = f" with at most {exponent} decimal places" if exponent else ""
        hint = f"an amount of 0 or more{places or ', without decimals as in the file'}"
        raise click.BadParameter(f"{text!r} is not {hint}", param_hint=option) from None
    return amount.numerator


def _step(text: str, exponent: int) -> Fraction:
    try:
        step = Fraction(text) * 10**exponent
        if step <= 0:
            raise ValueError
    except (ValueError, ZeroDivisionError):
        hint = "a number above 0, such as 1 or 0.5"
        raise click.BadParameter(f"{text!r} is not {hint}", param_hint="--step") from None
    return step


def _minimum(text: str) -> tuple[int, Fraction | None]:
    """`25` is a number of votes, `2.5%` a share of the ballots."""
    try:
        if text.endswith("%"):
            share = Fraction(text[:-1]) / 100
            if not 0 <= share <= 1:
                raise ValueError
            return 0, share
        votes = int(text)
        if votes < 0:
            raise ValueError
        return votes, None
    except (ValueError, ZeroDivisionError):
        hint = "a whole number (25) or a share of the ballots (2.5%)"
        raise click.BadParameter(f"{text!r} is not {hint}", param_hint="--min-votes") from None
