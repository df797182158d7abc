"""`pbapp tally`: count a .pb file, no database needed."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from pbapp.tally.digest import parameters_digest, sha256
from pbapp.tally.greedy_rule import Greedy, OnUnaffordable, Rank
from pbapp.tally.model import Instance, Listen, Ordinal, Progress, Utility
from pbapp.tally.pabulib import Election, PabulibError, read_pabulib
from pbapp.tally.report import facts_as_dict, outcome_as_dict
from pbapp.tally.rules import Rule, count
from pbapp.tally.shares_rule import Completion, EqualShares, Phragmen
from pbapp.tally.ties import TieBreak, TieRule
from pbapp.tally.whole import spread


def tally_file(
    path: str | Path, rule: Rule, *, explain: bool = False, progress: Listen | None = None
) -> dict[str, object]:
    """Count a file; amounts in the file's own currency unit.

    Raises PabulibError on a file that cannot be counted and OSError if it cannot be opened.
    """
    return tally_election(read_pabulib(path), rule, explain=explain, progress=progress)


def tally_election(
    election: Election, rule: Rule, *, explain: bool = False, progress: Listen | None = None
) -> dict[str, object]:
    instance = election.instance

    def money(amount: int | Fraction) -> int | float:
        exact = instance.in_currency(amount)
        return exact.numerator if exact.denominator == 1 else float(exact)

    outcome = count(instance, election.profile, rule, explain=explain, progress=progress)
    result = outcome_as_dict(outcome, money=money, explain=explain)
    if explain:
        everybody = spread(instance, election.profile, outcome.winners)
        result["whole"] = facts_as_dict(everybody, money=money)
    return result


@click.command("tally", short_help="Count the votes in a Pabulib (.pb) file.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--rule",
    "name",
    type=click.Choice(["greedy", "equalshares", "phragmen"]),
    default="greedy",
    show_default=True,
    help="greedy: most votes first, each project funded while it fits. equalshares: everybody "
    "has the same share of the pot to spend on what they chose. phragmen: for comparison only.",
)
@click.option(
    "--rank",
    type=click.Choice([str(rank) for rank in Rank]),
    default=str(Rank.VOTES),
    show_default=True,
    help="[greedy] What puts one project before another: its votes (points, where people gave "
    "points), its utility for each unit of cost, or its votes for each unit of cost.",
)
@click.option(
    "--utility",
    type=click.Choice([str(utility) for utility in Utility]),
    help="What a funded project is worth to its supporter: its cost, 1, or the points given. "
    "Without this: cost for approval and choose-1 votes, points for the others.",
)
@click.option(
    "--ordinal",
    type=click.Choice([str(ordinal) for ordinal in Ordinal]),
    default=str(Ordinal.OFFICIAL),
    show_default=True,
    help="Points for a place on a ranked ballot. official: the longest allowed ballot, one less, "
    "and so on. borda: the ballot's length less 1, down to 0 for its last choice.",
)
@click.option(
    "--tie-break",
    type=click.Choice([str(method) for method in TieBreak]),
    default=str(TieBreak.COST),
    show_default=True,
    help="cost: the cheaper wins a tie, then the one with more votes, then the one listed first. "
    "id: project id as text (for comparing with other programs).",
)
@click.option(
    "--on-unaffordable",
    type=click.Choice([str(choice) for choice in OnUnaffordable]),
    default=str(OnUnaffordable.SKIP),
    show_default=True,
    help="[greedy] A project does not fit what is left: skip it and go on, or stop there.",
)
@click.option(
    "--min-votes",
    metavar="N or P%",
    default="0",
    show_default=True,
    help="[greedy] A project needs this many votes (points, where ranked by points), or this "
    "share of all ballots, to win.",
)
@click.option(
    "--completion",
    type=click.Choice([str(completion) for completion in Completion]),
    default=str(Completion.NONE),
    show_default=True,
    help="[equalshares] Spending what the count leaves. add1: count again with a larger share "
    "for everybody, step by step. add1u: the same, then most votes first on the rest.",
)
@click.option(
    "--step",
    metavar="N",
    default="1",
    show_default=True,
    help="[equalshares] How much larger everybody's share gets at each step of add1, in the "
    "file's currency unit.",
)
@click.option(
    "--stop-exhaustive/--no-stop-exhaustive",
    default=True,
    show_default=True,
    help="[equalshares] Whether add1 also stops as soon as nothing more fits what is left, or "
    "only before the step that would overspend.",
)
@click.option(
    "--comparison/--no-comparison",
    default=False,
    show_default=True,
    help="[equalshares] Fund the greedy winners instead if more people get more from them.",
)
@click.option("--explain", is_flag=True, help="Add why each project won or lost.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def tally_command(file: Path, explain: bool, as_json: bool, **options: Any) -> None:
    """Count the votes in FILE, a Pabulib (.pb) file, and print which projects win.

    \b
    The count is exact: the same file gives the same result on any computer and in any
    order of ballots. The file's own `selected` column is never used.

    \b
    Examples:
      pbapp tally town.pb
      pbapp tally town.pb --rule greedy --on-unaffordable stop --min-votes 5%
      pbapp tally town.pb --rule equalshares --completion add1u --explain
      pbapp tally town.pb --explain --json

    With --json the result is one JSON object: rule, parameters, winners (ids in the order they
    were funded), total_cost, ties and projects, and the SHA-256 of the file and the parameters.
    Amounts are in the file's own currency unit.

    The exit code is 0 after a count, and 2 where the file or an option is wrong; every problem is
    printed with its line number.
    """
    try:
        election = read_pabulib(file)
    except PabulibError as error:
        for problem in error.problems:
            click.echo(f"{file}: {problem}", err=True)
        raise click.exceptions.Exit(2) from None
    except OSError as error:
        raise click.FileError(str(file), str(error.strerror)) from None
    for warning in election.warnings:
        click.echo(f"{file}: note: {warning}", err=True)
    rule = _rule(options, election.instance.exponent)
    say = None if as_json else _say
    result = tally_election(election, rule, explain=explain, progress=say)
    parameters = {"rule": result["rule"], "parameters": result["parameters"]}
    result["sha256"] = {
        "file": sha256(file.read_bytes()),
        "parameters": parameters_digest(parameters),
    }
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        _print(election, result, explain=explain)


def _say(progress: Progress) -> None:
    if progress.stage == "counting":
        click.echo(f"counted to step {progress.step:,}", err=True)
    else:
        click.echo("working out why each project won or lost", err=True)


def _rule(options: dict[str, Any], exponent: int) -> Rule:
    """The rule these options describe, amounts in minor units of `exponent` decimal places."""
    ties = TieRule(TieBreak(options["tie_break"]))
    utility = Utility(options["utility"]) if options["utility"] else None
    ordinal = Ordinal(options["ordinal"])
    votes, share = _minimum(options["min_votes"])
    step = _step(options["step"], exponent)
    if options["name"] == Phragmen.name:
        return Phragmen(ties=ties)
    if options["name"] == EqualShares.name:
        return EqualShares(
            utility=utility,
            ordinal=ordinal,
            completion=Completion(options["completion"]),
            step=step,
            stop_exhaustive=options["stop_exhaustive"],
            comparison=options["comparison"],
            ties=ties,
        )
    return Greedy(
        rank=Rank(options["rank"]),
        utility=utility,
        ordinal=ordinal,
        on_unaffordable=OnUnaffordable(options["on_unaffordable"]),
        min_votes=votes,
        min_share=share,
        ties=ties,
    )


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


def _print(election: Election, result: dict[str, object], *, explain: bool) -> None:
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
    total, budget = result["total_cost"], _budget(instance)
    left = round(budget - total, instance.exponent)  # type: ignore[operator]
    click.echo(
        f"Spent {_money(total, currency)} of {_money(budget, currency)}; "
        f"{_money(left, currency)} is left."
    )
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


def _budget(instance: Instance) -> int | float:
    exact = instance.in_currency(instance.budget)
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
