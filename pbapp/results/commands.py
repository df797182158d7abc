"""`pbapp round`: elections in and out as Pabulib (.pb) files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from pbapp.boards.queries import find_board
from pbapp.db import db
from pbapp.results import destroying, freezing, importing, queries
from pbapp.results.importing import Counted
from pbapp.rounds.models import Round
from pbapp.rounds.queries import find_round
from pbapp.tally import PabulibError, read_pabulib
from pbapp.web.commands import with_app
from pbapp.web.context import settings


@click.group()
def round_() -> None:
    """Bring elections in from Pabulib (.pb) files, and write finished rounds out as such.

    \b
    About the format: http://pabulib.org/format
    """


@round_.command("import", short_help="Make a round of a Pabulib (.pb) file and count it.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--slug",
    help="The round's address: small letters, digits and hyphens. Without this it is made from "
    "the title and the year.",
)
@click.option("--title", help="The round's title. Without this: the file's own description.")
@click.option(
    "--rule",
    type=click.Choice(importing.RULES),
    default=importing.RULES[0],
    show_default=True,
    help="How to count: most votes first, or equal shares (with what is left over given out by "
    "raising everybody's share in steps of 1).",
)
@click.option(
    "--board",
    "board_slug",
    help="The board whose vote this was, by its address: coatbridge. Its packs then tell of it.",
)
def import_(
    file: Path, slug: str | None, title: str | None, rule: str, board_slug: str | None
) -> None:
    """Read FILE, a Pabulib (.pb) election, count it, and show it on the results pages.

    \b
    Examples:
      pbapp round import town.pb
      pbapp round import town.pb --slug town-2024 --title "Town 2024"
      pbapp round import town.pb --rule equalshares/add1

    The file's own `selected` column is kept and never used: the votes are counted here. Amounts
    stay exact in the file's own currency. The round has no voters' list, and no board unless one
    is named. Anything the file says about single voters (their age, say) is left out, because the
    ballots can be downloaded from the results page.

    The exit code is 0 once the round is there, and 2 where the file or an option is wrong: every
    problem in the file is printed with its line number, and nothing is kept of it. A file that was
    imported before is refused.
    """
    counted = _read_and_count(file, rule)
    kept = _keep(counted, slug, title, board_slug)
    click.echo(kept)


def _read_and_count(file: Path, rule: str) -> Counted:
    try:
        election = read_pabulib(file)
    except PabulibError as error:
        for problem in error.problems:
            click.echo(f"{file}: {problem}", err=True)
        click.echo(f"{file}: nothing was imported.", err=True)
        raise click.exceptions.Exit(2) from None
    except OSError as error:
        raise click.FileError(str(file), str(error.strerror)) from None
    for warning in election.warnings:
        click.echo(f"{file}: note: {warning}", err=True)
    return importing.prepare(election=election, source=file.read_bytes(), rule=rule)


@with_app
def _keep(counted: Counted, slug: str | None, title: str | None, board_slug: str | None) -> str:
    board = find_board(board_slug) if board_slug else None
    if board_slug and board is None:
        raise click.UsageError(f"There is no board called “{board_slug}”.")
    count = importing.import_pabulib(
        counted=counted, slug=slug, title=title, board=board, actor="command line"
    )
    address, name = count.round.slug, count.round.title
    won, listed = len(counted.outcome.winners), len(counted.outcome.projects)
    ballots = count.profile.ballots
    db.session.commit()
    return (
        f"Imported “{name}”: {ballots:,} ballots, {won} of {listed} projects win.\n"
        f"Its results are at /rounds/{address}/results"
    )


@round_.command("export", short_help="Write a round's frozen ballots as a Pabulib (.pb) file.")
@click.argument("round_slug", metavar="ROUND")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Where to write the file. Without this it goes to standard output.",
)
@with_app
def export(round_slug: str, output: Path | None) -> None:
    """Write the ballots that were counted in ROUND (its address: small-grants) as a .pb file.

    \b
    Examples:
      pbapp round export small-grants --output small-grants.pb
      pbapp round export small-grants | pbapp tally /dev/stdin

    It is the frozen file itself, byte for byte: its SHA-256 is the one on the results page. The
    projects are listed in the order of the lot that settles the last ties. There is nothing to
    export before the votes have been frozen for the count; then the exit code is 2.
    """
    round = find_round(round_slug)
    if round is None:
        raise click.UsageError(f"There is no round called “{round_slug}”.")
    profile = queries.find_profile(round.id)
    if profile is None:
        raise click.UsageError("The votes of this round are not frozen yet: there is no file.")
    data = freezing.unpack(profile)
    if output is None:
        click.echo(data, nl=False)
    else:
        output.write_bytes(data)
        click.echo(f"Wrote {profile.ballots:,} ballots to {output}. SHA-256 {profile.digest}")


@round_.command("destroy", short_help="Destroy ballots, voters' list and key on their date.")
@click.argument("round_slug", metavar="[ROUND]", required=False)
@click.option("--dry-run", is_flag=True, help="Say what would go, and destroy nothing.")
@with_app
def destroy(round_slug: str | None, dry_run: bool) -> None:
    """Destroy the ballots, the voters' list and the key of ROUND (its address: small-grants), or of
    every round whose date has come.

    \b
    Examples:
      pbapp round destroy --dry-run
      pbapp round destroy small-grants

    The worker does the same by itself within minutes of the date. A hold that two people have put
    stops it. It may be killed and run again: it goes on where it stopped. Once it has begun there
    is no way back.

    The exit code is 0 when everything that was due is gone, 1 when the database still holds rows
    that somebody is reading (run it again), and 2 when it is not time yet or there is no such
    round.
    """
    rounds = [_round(round_slug)] if round_slug else destroying.due()
    if not rounds:
        click.echo("Nothing is due.")
    whole = True
    for round in rounds:
        click.echo(f"{round.title} (/rounds/{round.slug})")
        if dry_run:
            _show_what_goes(destroying.what_goes(round=round))
            continue
        gone = destroying.destroy(round=round, tell=lambda line: click.echo(f"  {line}"))
        _show_what_goes(gone.rows)
        whole = whole and gone.is_done
    for line in destroying.what_else(settings()):
        click.echo(line)
    if not whole:
        raise click.exceptions.Exit(1)


def _round(slug: str) -> Round:
    round = find_round(slug)
    if round is None:
        raise click.UsageError(f"There is no round called “{slug}”.")
    return round


def _show_what_goes(rows: Mapping[str, int]) -> None:
    for table, number in rows.items():
        if number:
            click.echo(f"  {table}: {number:,} rows")
