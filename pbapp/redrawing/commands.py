"""`pbapp geodata import` and `fetch`: boundaries, and what follows where wards change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from pbapp import clock
from pbapp.db import db
from pbapp.places import ons, queries
from pbapp.places import services as places
from pbapp.places.commands import (
    A_FILE,
    WARDS_AGAIN,
    a_council,
    a_layer,
    geodata,
    refuse,
    the_council,
)
from pbapp.places.importing import KnownWard, ReadBoundaries, check_boundaries, read_boundaries
from pbapp.places.models import Area
from pbapp.places.problems import FileProblems
from pbapp.places.redrawing import Redrawn
from pbapp.places.succession import Succession, succession
from pbapp.redrawing import bringing_in
from pbapp.redrawing.bringing_in import Outcome
from pbapp.refusal import Refused
from pbapp.web.babel import say
from pbapp.web.commands import with_app

Command = TypeVar("Command", bound=Callable[..., Any])
ONS = (
    "Source: Office for National Statistics licensed under the Open Government Licence v.3.0. "
    "Contains OS data © Crown copyright and database right {year}"
)
A_DAY = click.DateTime(["%Y-%m-%d"])
SHOWN = 20  # entries that a dry run names
with_gaps = click.option(
    "--allow-gaps",
    is_flag=True,
    help="Take boundaries that leave ground without a ward inside the council: it is water.",
)


@dataclass(frozen=True)
class Asked:
    """What the operator says of wards: since when they are others, and what became of which."""

    on: date | None
    named: dict[str, list[str]]
    dry_run: bool


def with_wards(command: Command) -> Command:
    """The options for a council that was redrawn, as one `asked`."""

    @click.option(
        "--redrawn",
        type=A_DAY,
        metavar="YYYY-MM-DD",
        help="The council was redrawn: from this day its wards are those of the file.",
    )
    @click.option(
        "--became",
        multiple=True,
        metavar="OLD=NEW[,NEW]",
        help="What a ward has become, by codes, where its name does not tell.",
    )
    @click.option("--retire", multiple=True, metavar="CODE", help="A ward that is no more.")
    @click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
    @wraps(command)
    def run(
        *arguments: Any,
        redrawn: datetime | None,
        became: tuple[str, ...],
        retire: tuple[str, ...],
        dry_run: bool,
        **options: Any,
    ) -> Any:
        if (became or retire) and redrawn is None:
            raise click.UsageError("Say from which day the wards are others: --redrawn YYYY-MM-DD.")
        named: dict[str, list[str]] = {code.strip().upper(): [] for code in retire}
        named |= dict(map(_became, became))
        asked = Asked(redrawn.date() if redrawn else None, named, dry_run)
        return command(*arguments, asked=asked, **options)

    return run  # type: ignore[return-value]


def _became(typed: str) -> tuple[str, list[str]]:
    old, equals, new = typed.upper().partition("=")
    codes = [code.strip() for code in new.split(",") if code.strip()]
    if not (old.strip() and equals and codes):
        raise click.UsageError("--became is OLD=NEW or OLD=NEW,NEW, with the codes of wards.")
    return old.strip(), codes


@geodata.command("import")
@click.argument("path", metavar="FILE", type=A_FILE)
@click.option("--name", help="What to call these boundaries. Default: the file's name.")
@click.option("--source", default="Office for National Statistics", show_default=True)
@click.option("--attribution", help="The words that must stand on every map. Default: the ONS's.")
@click.option(
    "--dated",
    type=A_DAY,
    metavar="YYYY-MM-DD",
    help="The day the boundaries are of.",
)
@a_layer
@with_gaps
@with_wards
@a_council
@with_app
def import_(
    path: Path,
    name: str | None,
    source: str,
    attribution: str | None,
    dated: datetime | None,
    layer: str | None,
    allow_gaps: bool,
    asked: Asked,
    council_code: str | None,
) -> None:
    """Import the council's ward boundaries from a file and make them the current ones.

    FILE is GeoJSON, a GeoPackage, or a Shapefile in a zip: what it holds says which, not its name.
    It may hold the wards of the whole country: only the council's are taken. Coordinates may be
    longitude and latitude (EPSG:4326, EPSG:4258), British National Grid (EPSG:27700) or a web
    map's (EPSG:3857). Of several layers the one with most of the council's wards is taken, unless
    --layer names another. The ward's code is read from ward_code, WDyyCD, geoid or CODE, its name
    from ward_name or WDyyNM, its council from council_code or LADyyCD.

    Before anything is stored the file must have every ward of the council that we know, each a
    valid shape of a likely size in about the right place, without overlaps and gaps. If not, every
    problem is listed, nothing is changed, and the exit code is 1.

    Boards, entries, proposals and postcodes stay with their wards. A round keeps the boundaries it
    was run on. Maps are redrawn by the worker; `pbapp maps build` does it at once.

    Where the council was redrawn, wards have new codes. With --redrawn a new ward of the same name
    follows the one before; --became and --retire say of the others what became of them. Boards,
    entries, rounds in preparation and followers go along; what was decided stays. The former
    boundaries, imported with --redrawn again, bring the former wards back. --dry-run says all of
    it beforehand. Refused while a round runs in a ward that would end.

    \b
    pbapp geodata import Wards_December_2024_BGC.geojson --dated 2024-12-31 \\
        --name "Wards, December 2024 (generalised)"
    pbapp geodata import Wards_May_2027_BGC.geojson --redrawn 2027-05-06 --dry-run
    """
    council, code = the_council(council_code)
    known, also = _known(council, asked)
    db.session.rollback()  # reading may take long, and the board's service goes on meanwhile
    try:
        read = read_boundaries(
            path, council_code=code, known=known, layer=layer, allow_gaps=allow_gaps, also=also
        )
    except FileProblems as problems:
        refuse(path.name, problems)
    year = dated.year if dated else _year_in(path) or clock.today().year
    facts = {
        "name": name or path.stem.replace("_", " "),
        "source": source,
        "attribution": attribution or ONS.format(year=year),
        "dated_on": dated.date() if dated else None,
    }
    _bring_in(path.name, code, read, asked, facts)


@geodata.command()
@click.option("--from-ons", is_flag=True, help="From the ONS Open Geography Portal.")
@click.option("--base-url", default=ons.BASE_URL, metavar="URL", help="Where its services are.")
@click.option("--layer", help="Which boundaries. Default: the newest generalised ones (BGC).")
@with_gaps
@with_wards
@a_council
@with_app
def fetch(
    from_ons: bool,
    base_url: str,
    layer: str | None,
    allow_gaps: bool,
    asked: Asked,
    council_code: str | None,
) -> None:
    """Fetch the council's ward boundaries over the internet and make them the current ones.

    For installations that may reach the internet; others download a file elsewhere and import it.
    Only the council's wards are asked for, page by page. A portal that is busy is asked again a few
    times. What comes is checked as a file is: if anything is wrong, every problem is listed,
    nothing is changed, and the exit code is 1.

    --layer names others than the newest generalised ones, as the portal calls them. For a council
    that was redrawn see `pbapp geodata import --help`.

    \b
    pbapp geodata fetch --from-ons
    pbapp geodata fetch --from-ons --layer Wards_December_2024_Boundaries_UK_BFC
    """
    if not from_ons:
        raise click.UsageError("Say from where: --from-ons.")
    council, code = the_council(council_code)
    known, also = _known(council, asked)
    db.session.rollback()  # the portal may take long, and the board's service goes on meanwhile
    try:
        fetched = ons.fetch_wards(
            ons.Portal(base_url),
            council_code=code,
            known_codes=[*(ward.code for ward in known), *(also or ())],
            service=layer,
        )
        read = check_boundaries(
            fetched.data, council_code=code, known=known, allow_gaps=allow_gaps, also=also
        )
    except FileProblems as problems:
        refuse("What the portal has", problems)
    click.echo(f"Fetched {fetched.vintage.service} in {fetched.pages} pages.")
    facts = {
        "name": fetched.vintage.title,
        "source": "Office for National Statistics",
        "attribution": ONS.format(year=fetched.vintage.year),
    }
    _bring_in("What the portal has", code, read, asked, facts)


def _year_in(path: Path) -> str | None:
    """A year in a file's name, for the copyright line."""
    words = "".join(c if c.isdigit() else " " for c in path.stem).split()
    return next((word for word in words if len(word) == 4 and word.startswith("20")), None)


def _known(council: Area | None, asked: Asked) -> tuple[list[KnownWard], frozenset[str] | None]:
    """The wards a file is held against; where they are others now, the codes it may have too."""
    known = places.known_wards(council) if council else []
    if council is None or asked.on is None:
        return known, None
    former = {ward.code for ward in places.former_wards(council)}
    return known, frozenset(former.union(*asked.named.values()))


def _bring_in(
    what: str, code: str, read: ReadBoundaries, asked: Asked, facts: dict[str, Any]
) -> None:
    """Keep what was read, or with a dry run say what that would do; all of it or nothing."""
    council = queries.find_area(code) or places.set_up_areas(
        gss_code=code, name=read.council_name or code
    )
    try:
        change = _change(council, read, asked)
        outcome = bringing_in.bring_in(
            council=council, read=read, change=change, on=asked.on, **facts
        )
    except FileProblems as problems:
        db.session.rollback()
        refuse(what, problems)
    except Refused as refused:
        db.session.rollback()
        refuse(what, FileProblems([say(refused)]))
    if outcome.redrawn is not None:
        _say_redrawn(outcome, outcome.redrawn)
    if asked.dry_run:
        _say_ahead(council)
        db.session.rollback()
        click.echo("Nothing was kept: this was a dry run.")
        return
    db.session.commit()
    _say_imported(council, outcome, read)


def _change(council: Area, read: ReadBoundaries, asked: Asked) -> Succession | None:
    if asked.on is None:
        return None
    return succession(
        wards=places.known_wards(council),
        former=places.former_wards(council),
        became=queries.successor_codes(council),
        shapes=read.wards,
        named=asked.named,
    )


def _say_redrawn(outcome: Outcome, redrawn: Redrawn) -> None:
    for ward, following in redrawn.ended:
        now = ", ".join(map(_called, following)) or "nothing"
        click.echo(f"Ends: {_called(ward)}. It becomes {now}.")
    for ward in redrawn.revived:
        click.echo(f"Is back: {_called(ward)}.")
    changed = [one for _ward, wards in redrawn.ended for one in wards]
    for ward in redrawn.new:
        if ward not in changed:
            click.echo(
                f"New, and of no board: {_called(ward)}. Name it under a board in the council's "
                "file, and run pbapp council import."
            )
    for board, names in bringing_in.boards_with(changed):
        click.echo(f"{board.name} has now: {', '.join(names)}.")
    for round in outcome.drafts:
        click.echo(f"In preparation, and goes along: the round “{round.title}”.")
    if outcome.followers:
        click.echo(f"People who follow these wards and go along: {outcome.followers:,}.")
    if redrawn.postcodes:
        click.echo(
            f"{redrawn.postcodes:,} postcodes wait for their new ward: import the list of the new "
            "wards, pbapp geodata postcodes FILE --replace."
        )
    if redrawn.zones:
        click.echo(
            f"{redrawn.zones:,} data zones are in no ward now: import them again, "
            "pbapp geodata deprivation FILE."
        )


def _called(ward: Area) -> str:
    return f"{ward.gss_code} {ward.name}"


def _say_ahead(council: Area) -> None:
    """What the worker would find of entries."""
    coming = bringing_in.look_ahead(council)
    going_on = sum(one.goes_on for one in coming.found)
    found = [one for one in coming.found if not one.goes_on]
    outside = sum(one.is_outside for one in found)
    click.echo(
        f"Of {coming.number:,} entries with a place or without a ward now, {going_on:,} would be "
        f"in the ward of the same name, {len(found) - outside:,} would move to another ward of "
        f"their board, and {outside:,} would wait for a moderator."
    )
    for one in found[:SHOWN]:
        nowhere = "its ward has to be chosen" if one.is_asked else "no ward"
        now = one.now.name if one.now else nowhere
        click.echo(f"  - {one.name}: {one.before or 'no ward'}, then {now}.")
    if len(found) > SHOWN:
        click.echo(f"  … and {len(found) - SHOWN:,} more.")


def _say_imported(council: Area, outcome: Outcome, read: ReadBoundaries) -> None:
    boundary_set = outcome.boundary_set
    total = sum(ward.area_km2 for ward in read.wards)
    click.echo(
        f"Imported {len(read.wards)} wards of {council.name}, {total:,.1f} km², "
        f"from EPSG:{read.epsg}: “{boundary_set.name}” is now current."
    )
    if read.other_wards:
        click.echo(f"Left out {read.other_wards} features of other councils.")
    click.echo(f"On every map: {queries.attribution(boundary_set)}")
    click.echo("The worker redraws the maps; `pbapp maps build` does it now.")
    click.echo(WARDS_AGAIN)
