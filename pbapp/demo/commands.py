"""`pbapp demo`: Coatbridge, made up but whole, in an empty installation."""

from __future__ import annotations

from collections.abc import Iterator

import click

from pbapp.db import db
from pbapp.demo.reading import read
from pbapp.refusal import Refused
from pbapp.web.commands import with_app
from pbapp.web.context import settings


@click.command()
@with_app
def demo() -> None:
    """Load the demo into an empty installation; what is already there is kept.

    Every name, group and place is made up, and every item is marked "Example". Dates count from
    today, so that voting is open with nine days left.
    """
    from pbapp.boards.queries import find_council
    from pbapp.demo.load import load

    if not settings().is_demo:
        raise Refused("This is not a demo installation. Set PBAPP_DEMO=1 to have one.")
    if find_council() is not None:
        click.echo("The demo is loaded already; kept as it is. `make demo-reset` starts over.")
        return
    load(settings().timezone, tell=click.echo)
    db.session.commit()
    click.echo("The demo is loaded.")


def sign_ins() -> Iterator[str]:
    """Who one can be in the demo, a line each."""
    facts = read("people")
    for person in facts["people"]:
        if person["shown"]:
            by_code = person["sign_in"] == "code"
            how = "a code, see the mailbox" if by_code else facts["demo"]["password"]
            yield f"{person['email']:<32} {how:<24} {person['about']}"
