"""`pbapp tally`: count a .pb file, no database needed."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from pbapp.tally.command_options import rule_of
from pbapp.tally.digest import parameters_digest, sha256
from pbapp.tally.greedy_rule import OnUnaffordable, PartFund, Rank
from pbapp.tally.model import Listen, Ordinal, Progress, Utility
from pbapp.tally.pabulib import Election, PabulibError, read_pabulib
from pbapp.tally.report import facts_as_dict, outcome_as_dict
from pbapp.tally.rules import Rule, count
from pbapp.tally.shares_rule import Completion
from pbapp.tally.spoken import say_result
from pbapp.tally.ties import TieBreak
from pbapp.tally.whole import spread


def tally_file(
    path: str | Path, rule: Rule, *, explain: bool = False, progress: Listen | None = None
) -> dict[str, object]:
    """Count a file; amounts in the file's own currency unit.

    Raises PabulibError on a file that cannot be counted and OSError if it cannot be opened.
    """
    return tally_election(read_pabulib(path), rule, explain=explain, progress=progress)


def tally_election(
    election: Election,
    rule: Rule,
    *,
    carried_in: int = 0,
    explain: bool = False,
    progress: Listen | None = None,
) -> dict[str, object]:
    """Count an election; `carried_in` is in its minor units."""
    instance = election.instance

    def money(amount: int | Fraction) -> int | float:
        exact = instance.in_currency(amount)
        return exact.numerator if exact.denominator == 1 else float(exact)

    outcome = count(
        instance,
        election.profile,
        rule,
        carried_in=carried_in,
        explain=explain,
        progress=progress,
    )
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
@click.option(
    "--cap",
    "caps",
    metavar="COLUMN:VALUE=N",
    multiple=True,
    help="[greedy] Together the projects with this value in this column of the file (category, "
    "target, district and the like) get at most N, in the file's currency unit. A list of ids "
    "instead of COLUMN:VALUE names them one by one. May be given more than once.",
)
@click.option(
    "--group",
    "groups",
    metavar="ID,ID…",
    multiple=True,
    help="[greedy] Only one of these projects may win. May be given more than once.",
)
@click.option(
    "--part-fund",
    type=click.Choice([str(choice) for choice in PartFund]),
    default=str(PartFund.NONE),
    show_default=True,
    help="[greedy] next: what is left is offered to the next in line whose stated minimum (the "
    "file's column `minimum`) it meets.",
)
@click.option(
    "--withdrawn",
    metavar="ID,ID…",
    default="",
    help="Projects that stay listed and cannot win.",
)
@click.option(
    "--carried-in",
    metavar="N",
    default="0",
    show_default=True,
    help="Money that another pot left for this one, in the file's currency unit: it is counted "
    "with the budget.",
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
      pbapp tally town.pb --cap district:North=20000 --group p7,p12 --part-fund next
      pbapp tally town.pb --explain --json

    With --json the result is one JSON object: rule, parameters, winners (ids in the order they
    were funded), total_cost, ties, projects, reserve (who moves up, in order), part_funded (who is
    offered what is left), and the SHA-256 of the file and the parameters.
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
    rule, carried_in = rule_of(options, election.instance)
    say = None if as_json else _say
    result = tally_election(election, rule, carried_in=carried_in, explain=explain, progress=say)
    parameters = {"rule": result["rule"], "parameters": result["parameters"]}
    result["sha256"] = {
        "file": sha256(file.read_bytes()),
        "parameters": parameters_digest(parameters),
    }
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        say_result(election, result, explain=explain)


def _say(progress: Progress) -> None:
    if progress.stage == "counting":
        click.echo(f"counted to step {progress.step:,}", err=True)
    else:
        click.echo("working out why each project won or lost", err=True)
