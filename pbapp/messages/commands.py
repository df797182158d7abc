"""`pbapp mail`: what comes back from mail servers."""

from __future__ import annotations

import mailbox
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from pbapp.db import db
from pbapp.web.commands import with_app


@click.group()
def mail() -> None:
    """E-mail: messages that came back."""


@mail.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@with_app
def bounces(file: Path) -> None:
    """Read reports of messages that could not be delivered (RFC 3464) from FILE.

    FILE is an mbox file or a Maildir folder; nothing in it is changed. An address that refused
    three messages gets no more news. Reading the same reports again counts nothing twice.
    """
    from pbapp.messages import bounces

    with closing(_open(file)) as box:
        found = bounces.read(box)
    paused = bounces.count_paused()
    db.session.commit()
    click.echo(
        f"{found.read} messages read: {found.counted} refusals counted, {found.known} counted "
        f"before or too old, {found.other} that say nothing of an address. "
        f"Addresses that get no news now: {paused}."
    )


def _open(file: Path) -> mailbox.Mailbox[Any]:
    if not file.is_dir():
        return mailbox.mbox(file, create=False)
    if not all((file / part).is_dir() for part in ("cur", "new")):
        raise click.BadParameter("A folder has to be a Maildir, with cur and new in it.")
    return mailbox.Maildir(file, create=False)
