"""`pbapp user`: people and their roles, from the command line."""

from __future__ import annotations

import click

from pbapp.accounts import queries as people
from pbapp.accounts import services as accounts
from pbapp.accounts.models import Account
from pbapp.boards import queries, services
from pbapp.boards.models import Role
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.web.commands import with_app


@click.group()
def user() -> None:
    """Add people who sign in with a password, and give them roles."""


@user.command()
@click.option("--email", required=True, help="The address they sign in with.")
@click.option("--name", default="", help="Their name, as colleagues will see it.")
@click.option("--board", "board_slug", help="The board of the role, by its address: coatbridge.")
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
        --board coatbridge --role moderator --role voting_lead

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
