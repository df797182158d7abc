"""The result of `pbapp tally` for people: winners in the order funded, the money, the reasons."""

from __future__ import annotations

from typing import Any

import click

from pbapp.tally.model import Instance
from pbapp.tally.pabulib import Election


def say_result(election: Election, result: dict[str, object], *, explain: bool) -> None:
    """The result for people: winners in the order funded, the money, the ties."""
    instance = election.instance
    currency = election.meta.get("currency", "")
    names = {project.id: project.name for project in instance.projects}
    projects = {project["id"]: project for project in result["projects"]}  # type: ignore[attr-defined]
    winners: list[str] = result["winners"]  # type: ignore[assignment]
    click.echo(
        f"{len(winners)} of {len(names)} projects win ({election.profile.ballots_cast:,} ballots)"
    )
    for place, id in enumerate(winners, start=1):
        project = projects[id]
        line = f"{place:>4}. {id}  {_money(project['cost'], currency)}  {project['votes']:,} votes"
        click.echo(f"{line}  {names[id]}".rstrip())
    carried: int = result["parameters"].get("carried_in", 0)  # type: ignore[attr-defined]
    total, budget = result["total_cost"], _budget(instance, carried)
    left = round(budget - total, instance.exponent)  # type: ignore[operator]
    click.echo(
        f"Spent {_money(total, currency)} of {_money(budget, currency)}; "
        f"{_money(left, currency)} is left."
    )
    reserve: list[str] = result["reserve"]  # type: ignore[assignment]
    if reserve:
        click.echo(f"Reserve list, if a winner drops out: {', '.join(reserve)}.")
    offer: dict[str, Any] | None = result["part_funded"]  # type: ignore[assignment]
    if offer:
        amount = _money(offer["amount"], currency)
        click.echo(f"{offer['project']} is next in line and is offered {amount} of what is left.")
    for tie in result["ties"]:  # type: ignore[attr-defined]
        effect = "it decided who won" if tie["decisive"] else "it did not change who won"
        click.echo(f"Tie between {', '.join(tie['between'])}: settled by {tie['by']}, {effect}.")
    if explain:
        whole: dict[str, Any] = result["whole"]  # type: ignore[assignment]
        click.echo(
            f"{whole['share']:.0%} of the people who voted got at least one of their choices."
        )
        click.echo("")
        for project in projects.values():
            click.echo(_why(project, currency))


def _budget(instance: Instance, carried: int) -> int | float:
    exact = instance.in_currency(instance.budget + carried)
    return exact.numerator if exact.denominator == 1 else float(exact)


def _money(amount: object, currency: str) -> str:
    text = f"{amount:,}" if isinstance(amount, int) else f"{amount:,.2f}"
    return f"{text} {currency}".rstrip()


_WHY = {
    "funded": "won",
    "part_funded": "was offered part of its cost",
    "did_not_fit": "lost: it cost more than what was left at its turn",
    "count_had_stopped": "lost: the count had stopped at a project that did not fit",
    "below_minimum_votes": "lost: it did not reach the minimum of votes",
    "no_votes": "lost: nobody voted for it",
    "another_of_its_group_won": "lost: only one of its group may win, and another did",
    "cap_reached": "lost: it did not fit under a cap",
    "withdrawn": "could not win: it was withdrawn",
    "supporters_short_of_money": "lost: its supporters did not have enough money left for it",
    "the_other_count_was_preferred": "lost: more people get more from the greedy winners",
}


def _why(project: dict[str, object], currency: str) -> str:
    detail: dict[str, object] = project["detail"] or {}  # type: ignore[assignment]
    said = f"{project['id']} {_WHY[str(project['reason'])]}"
    if project["reason"] == "did_not_fit":
        cost, left = project["cost"], detail["left"]
        said += f" ({_money(cost, currency)} against {_money(left, currency)})"
    if project["reason"] == "supporters_short_of_money" and "supporters_left" in detail:
        cost, left = project["cost"], detail["supporters_left"]
        said += f" ({_money(left, currency)} against {_money(cost, currency)})"
        took: list[dict[str, object]] = detail["absorbed"]  # type: ignore[assignment]
        if took:
            said += "; most of it went to " + ", ".join(str(winner["project"]) for winner in took)
    change: dict[str, object] = project["change"] or {}  # type: ignore[assignment]
    ways = []
    if change.get("cheaper_by"):
        ways.append(f"{_money(change['cheaper_by'], currency)} cheaper")
    if change.get("more_votes"):
        more = change["more_votes"]
        ways.append("1 more vote" if more == 1 else f"{more:,} more votes")
    if ways:
        where = "" if change["scope"] == "count" else " in the last run of the count"
        said += f"; it would have won{where} if {' or with '.join(ways)}"
    return said + "."
