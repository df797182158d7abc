"""`pbapp plan`: adopt a board's plan from a file, and write it to one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from pbapp.boards.models import Board
from pbapp.boards.queries import find_board
from pbapp.db import db
from pbapp.places.problems import FileProblems
from pbapp.plans import queries, services
from pbapp.plans.plan_file import read_plan
from pbapp.plans.plan_writing import text_of, write_plan
from pbapp.plans.texts import PlanText
from pbapp.refusal import Refused
from pbapp.web.babel import say
from pbapp.web.commands import with_app


@click.group()
def plan() -> None:
    """A board's plan (LOIP): its priorities, actions, aims, drivers and indicators."""


@plan.command("import")
@click.argument(
    "path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--board", "slug", required=True, help="The board's address, like my-town.")
@click.option("--dry-run", is_flag=True, help="Say what the file holds and keep nothing.")
@with_app
def import_plan(path: Path, slug: str, dry_run: bool) -> None:
    """Adopt the plan in FILE (TOML). docs/operators/plans.md shows what it holds.

    A plan with a later first day follows the one before it; nothing of the old one is changed.
    Exit code 2 with a line for each problem if the file cannot be used.
    """
    board = _board(slug)
    try:
        text = read_plan(path.read_bytes())
        adopted = services.adopt_text(board=board, text=text)
    except FileProblems as problems:
        raise click.UsageError(f"{path.name} cannot be used:\n{problems}") from problems
    except Refused as refused:
        raise click.UsageError(f"{path.name} cannot be used: {say(refused)}") from refused
    _tell(text)
    if dry_run:
        db.session.rollback()
        click.echo("Nothing was kept: this was a dry run.")
        return
    db.session.commit()
    click.echo(f"{board.name} has adopted “{adopted.title}”.")


@plan.command("export")
@click.argument("slug", metavar="BOARD")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The plan of another day.")
@with_app
def export_plan(slug: str, day: datetime | None) -> None:
    """Write the plan of BOARD in force today to standard output, as `plan import` reads it.

    \b
    pbapp plan export stirling-urban-north > plan.toml
    """
    board = _board(slug)
    found = queries.find_plan(board.id, day.date() if day else None)
    if found is None:
        raise click.UsageError(f"{board.name} has no plan of that day.")
    versions = queries.load_whole(found)
    figures = {v.priority_id: queries.list_indicators(v.priority_id) for v in versions}
    click.echo(write_plan(text_of(found, versions, figures)), nl=False)


def _board(slug: str) -> Board:
    board = find_board(slug)
    if board is None:
        raise click.UsageError(f"There is no board called {slug}.")
    return board


def _tell(text: PlanText) -> None:
    click.echo(f"{text.title}: {text.starts_on} to {text.ends_on}")
    for one in text.priorities:
        click.echo(
            f"  {one.title}: {len(one.actions)} actions, {len(one.aims)} aims, "
            f"{len(one.drivers)} drivers, {len(one.indicators)} indicators"
        )
