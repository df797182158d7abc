"""`pbapp maps`: draw the boards' maps."""

from __future__ import annotations

import click

from pbapp.web.commands import with_app


@click.group()
def maps() -> None:
    """The maps of the boards' wards, drawn ahead so that no page has to."""


@maps.command()
@with_app
def build() -> None:
    """Draw every board's map, in every language, now.

    The worker does this by itself after `pbapp geodata import`. Do it by hand after a change to
    PBAPP_TILE_URL, PBAPP_TILE_ATTRIBUTION or PBAPP_LANGUAGES, or when no worker runs. Pages show
    the new maps at once; a map that comes out the same keeps its address.

    A board whose wards have no boundaries gets no map: its page shows the list only.
    """
    from pbapp.maps.building import build_maps

    built = build_maps()
    for one in built:
        change = "drawn" if one.is_new else "as before"
        click.echo(f"{one.name} ({one.language}): {change}, {one.size / 1000:.1f} KB.")
    if not built:
        click.echo("No board has boundaries to draw. Import some: pbapp geodata import FILE")
