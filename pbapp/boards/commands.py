"""`pbapp user` and `pbapp council`: people with their roles, and a council with its boards."""

from __future__ import annotations

from pathlib import Path

import click

from pbapp.accounts import queries as people
from pbapp.accounts import services as accounts
from pbapp.accounts.models import Account
from pbapp.boards import queries, services
from pbapp.boards.council_file import read_council
from pbapp.boards.models import Role
from pbapp.boards.setting_up import set_up_from
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.places.problems import FileProblems
from pbapp.places.services import MAPS_JOB
from pbapp.refusal import Refused
from pbapp.web.babel import say
from pbapp.web.commands import with_app
from pbapp.web.context import settings


@click.group()
def user() -> None:
    """Add people who sign in with a password, and give them roles."""


@user.command()
@click.option("--email", required=True, help="The address they sign in with.")
@click.option("--name", default="", help="Their name, as colleagues will see it.")
@click.option("--board", "board_slug", help="The board of the role, by its address: my-town.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="A role on that board. Give it several times for several roles.",
)
@click.option("--administrator", is_flag=True, help="They run this installation.")
@click.password_option(help="At least 12 characters. Asked for when not given.")
@with_app
def add(
    email: str,
    name: str,
    board_slug: str | None,
    roles: tuple[str, ...],
    administrator: bool,
    password: str,
) -> None:
    """Add an officer, a board member or an administrator.

    \b
    pbapp user add --email o.officer@example.org --name "Orla Officer" \\
        --board my-town --role moderator --role voting_lead

    If the account exists, only the roles are added; its password stays as it is.
    """
    if roles and not board_slug:
        raise click.UsageError("A role needs its board: add --board.")
    account = people.find_by_email(email)
    if account is None:
        account = accounts.open_account(
            email=email, name=name, password=password, is_administrator=administrator
        )
        click.echo(f"Added {email}.")
    for role in roles:
        _give(account, board_slug or "", Role(role))
        click.echo(f"{email} is now {role.replace('_', ' ')} of {board_slug}.")
    db.session.commit()


def _give(account: Account, board_slug: str, role: Role) -> None:
    board = queries.find_board(board_slug)
    if board is None:
        known = ", ".join(b.slug for b in queries.list_boards()) or "none yet"
        raise Refused(f"There is no board called “{board_slug}”. There are: {known}.")
    services.add_member(board=board, account=account, role=role)


@click.group()
def council() -> None:
    """The council this installation serves: its look, wards, boards, partners and people."""


@council.command("import")
@click.argument(
    "path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--dry-run", is_flag=True, help="Say what the file holds and keep nothing.")
@with_app
def import_council(path: Path, dry_run: bool) -> None:
    """Set up the council in FILE (TOML), or bring it up to date.

    docs/operators/second-council.md shows what the file holds and what comes before and after.
    Run again, it changes what has changed and adds what is new; it never removes anything. Exit
    code 2 with a line for each problem if the file cannot be used: then nothing is kept.
    """
    try:
        text = read_council(path.read_bytes())
        done = set_up_from(text, folder=path.parent, uploads=settings().uploads)
    except FileProblems as problems:
        raise click.UsageError(f"{path.name} cannot be used:\n{problems}") from problems
    except Refused as refused:
        raise click.UsageError(f"{path.name} cannot be used: {say(refused)}") from refused
    click.echo(f"{done.council.name}: {', '.join(done.boards) or 'no board'}.")
    click.echo(
        f"New: {done.people} people, {done.roles} roles, {done.organisations} organisations."
    )
    if dry_run:
        db.session.rollback()
        click.echo("Nothing was kept: this was a dry run.")
        return
    jobs.ask(kind=MAPS_JOB, arguments={})
    db.session.commit()
    click.echo("People sign in with a code that is sent to their e-mail address.")
