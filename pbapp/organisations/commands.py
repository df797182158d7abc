"""`pbapp group`: what the people of a group cannot do themselves any more."""

from __future__ import annotations

import click

from pbapp.accounts.queries import find_by_email
from pbapp.db import db
from pbapp.organisations import leading, queries
from pbapp.refusal import Refused
from pbapp.web.commands import with_app


@click.group()
def group() -> None:
    """Help a group that has lost its only lead."""


@group.command()
@click.option("--name", required=True, help="The name of the group.")
@click.option("--email", required=True, help="The address of somebody who belongs to it.")
@with_app
def lead(name: str, email: str) -> None:
    """Make a member lead the group, because its only lead cannot hand over any more.

    \b
    pbapp group lead --name "Example Canal Friends" --email m.member@example.org
    """
    found, account = queries.find_by_name(name), find_by_email(email)
    if found is None:
        raise Refused(f"There is no group called “{name}”.")
    if account is None:
        raise Refused(f"Nobody signs in as {email}.")
    leading.appoint(organisation=found, account=account)
    db.session.commit()
    click.echo(f"{email} leads {found.name} now.")
