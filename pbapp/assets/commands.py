"""`pbapp assets`: the open data feed, and lists of others."""

from __future__ import annotations

import click

from pbapp.db import db
from pbapp.web.commands import with_app


@click.group()
def assets() -> None:
    """What the community has: the open data feed, and lists of others."""


@assets.command("check-feed")
@with_app
def check_feed() -> None:
    """Check the whole Open Referral UK feed now, and show the finding at /openreferral/status.

    The worker does it once a day. Every fault is listed, and the exit code is then 1.
    """
    from pbapp.assets import feed_check

    found, services = feed_check.look()
    feed_check.keep(found, services)
    db.session.commit()
    for fault in found:
        click.echo(f"  - {fault}")
    click.echo(f"{services} services checked: {len(found) or 'no'} faults.")
    if found:
        raise SystemExit(1)
