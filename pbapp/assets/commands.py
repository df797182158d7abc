"""`pbapp assets`: the open data feed, and lists of others."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from pbapp.assets.finding.commands import landmarks
from pbapp.boards.models import Board
from pbapp.boards.queries import find_board
from pbapp.db import db
from pbapp.web.commands import with_app


@click.group()
def assets() -> None:
    """What the community has: the open data feed, lists of others, landmarks."""


assets.add_command(landmarks)


@assets.command("check-feed")
@with_app
def check_feed() -> None:
    """Check the whole Open Referral UK feed now, and show the finding at /openreferral/status.

    The worker does it once a day. Every fault is listed, and the exit code is then 1.
    """
    from pbapp.assets.oruk import checking as feed_check

    found, services = feed_check.look()
    feed_check.keep(found, services)
    db.session.commit()
    for fault in found:
        click.echo(f"  - {fault}")
    click.echo(f"{services} services checked: {len(found) or 'no'} faults.")
    if found:
        raise SystemExit(1)


@assets.command("fetch-aliss")
@click.option("--board", "slug", required=True, help="The board's short name (my-town).")
@click.option(
    "--base-url",
    default="https://api.aliss.org/v5",
    show_default=True,
    help="Where its interface is; /import/ is added.",
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Take what ALISS changed from that day on. Default: since the last fetch.",
)
@click.option("--all", "everything", is_flag=True, help="Take everything, changed or not.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@with_app
def fetch_aliss(
    slug: str, base_url: str, since: datetime | None, everything: bool, dry_run: bool
) -> None:
    """Suggest what the ALISS directory knows of a board's wards.

    ALISS (A Local Information System for Scotland, www.aliss.org) gives its services away under
    CC BY 4.0. Each one with a place in the board's wards becomes an entry that waits to be
    checked; it says that it is from ALISS, on what licence, and links back. Nothing is public
    until an officer has put it on the map.

    What is probably here already is left out. A suggestion that still waits follows ALISS; one
    that an officer has dealt with stays as it is. Telephone numbers and e-mail addresses are not
    taken. Run it again whenever you like, for instance each week.

    The whole directory is read before anything is changed, so nothing is half done.
    """
    from pbapp.assets.lists import aliss, aliss_feed

    board = find_board(slug)
    if board is None:
        raise click.UsageError(f"There is no board {slug}.")
    board_id = board.id
    first = None if everything else aliss.last_fetched(board)
    if since is not None:
        first = since.replace(tzinfo=UTC)
    db.session.rollback()  # the network is slow, and the board's service goes on meanwhile
    found = aliss_feed.fetch(base_url)
    board = db.session.get_one(Board, board_id)
    counted = aliss.suggest(board=board, found=found, since=first).findings
    if dry_run:
        db.session.rollback()
        click.echo("This is what would happen. Nothing was changed.")
    else:
        db.session.commit()
    click.echo(f"ALISS has {counted['rows']:,} services.")
    for name, words in TOLD.items():
        if counted.get(name):
            click.echo(f"  {counted[name]:,} {words}")


TOLD = {
    "imported": "new suggestions; they wait at the desk.",
    "updated": "suggestions that still waited were brought up to date.",
    "as_before": "suggestions are as before.",
    "theirs_now": "are dealt with here already and stay as they are.",
    "likely_here": "are probably here already, by their name.",
    "elsewhere": "are in wards of other boards.",
    "postcode_unknown": "have no postcode, or one that we do not have.",
    "without_place": "have no place and serve none of the wards.",
    "withdrawn": "from before are in ALISS no more; the list at the desk names them.",
    "not_changed_since": "have not changed since the last fetch.",
}
