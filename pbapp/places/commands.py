"""`pbapp geodata`: ward boundaries, postcodes and deprivation, from files or the ONS."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import click

from pbapp.db import db
from pbapp.places import queries, services
from pbapp.places.coordinates import to_osgb36
from pbapp.places.deprivation_file import read_zones
from pbapp.places.models import Area
from pbapp.places.postcode_file import ReadPostcodes, read_postcodes
from pbapp.places.problems import FileProblems, brief
from pbapp.web.commands import with_app

SCOTTISH_GOVERNMENT = (
    "Contains information from the Scottish Government licensed under the Open Government "
    "Licence v.3.0."
)
WARDS_AGAIN = (
    "The worker works out again which ward each entry of the map is in. Moderators find what "
    "changed at /desk/assets/wards."
)
EXPECTED, MUCH_BETTER = 0.999, 0.005  # shares of the postcodes in their ward
A_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
A_FILE_OR_FOLDER = click.Path(exists=True, readable=True, path_type=Path)
a_council = click.option(
    "--council",
    "council_code",
    metavar="CODE",
    help="The council's GSS code (S12000050). Needed when there are several, or none yet.",
)


a_layer = click.option(
    "--layer",
    metavar="NAME",
    help="Which layer or Shapefile, where the file has several that could be it.",
)


@click.group()
def geodata() -> None:
    """Ward boundaries, postcodes and deprivation.

    \b
    pbapp geodata import wards.geojson
    pbapp geodata fetch --from-ons
    pbapp geodata postcodes postcodes.csv
    pbapp geodata deprivation simd2020v2.csv
    pbapp geodata check

    Without boundaries the product shows a schematic drawing, and asks people for their ward
    instead of working it out. docs/operators/boundaries-and-postcodes.md says where to get both
    files.
    """


@geodata.command()
@click.argument("paths", metavar="FILE…", type=A_FILE_OR_FOLDER, nargs=-1, required=True)
@click.option("--replace", is_flag=True, help="Remove the council's postcodes not in the files.")
@a_council
@with_app
def postcodes(paths: tuple[Path, ...], replace: bool, council_code: str | None) -> None:
    """Import postcodes and the ward of each from CSV files.

    FILE is a CSV file, a zip with such files as it is downloaded, or a folder of either; there may
    be several. All of them are read before anything is stored.

    The first line names the columns, in any order: a postcode (postcode, pcds, pcd) and a ward's
    code (ward_code, ElectoralWard…Code, osward, WDyyCD). A position is taken where there is one:
    latitude and longitude, or easting and northing. Files of Code-Point Open, which have no such
    line, are read too, and so are the Scottish Postcode Directory and the ONS's.

    Only the council's wards are taken; ended postcodes and those without a ward are left out and
    counted. Postcodes that we have are updated, others added. If any row is wrong, its line is
    listed, nothing is changed, and the exit code is 1. A file in a zip or folder that has no
    postcodes is passed over and named.

    The demo's made-up ZZ postcodes are never touched.

    \b
    pbapp geodata postcodes codepo_gb.zip
    pbapp geodata postcodes ml.csv g.csv fk.csv eh.csv --replace
    """
    council, code = the_council(council_code)
    if council is None:
        raise click.UsageError(f"There is no council {code} yet. Import its boundaries first.")
    ward_codes = [ward.gss_code for ward in queries.list_wards(council)]
    if not ward_codes:
        raise click.UsageError(f"We know no ward of {council.name}. Import boundaries first.")
    db.session.rollback()
    try:
        read = read_postcodes(*paths, ward_codes=ward_codes, council_code=code)
    except FileProblems as problems:
        refuse(", ".join(path.name for path in paths), problems)
    taken = services.import_postcodes(council=council, rows=read.rows, replace=replace)
    db.session.commit()
    _say_taken(council, read, taken)
    if taken.moved:
        click.echo(WARDS_AGAIN)


def _say_taken(council: Area, read: ReadPostcodes, taken: services.Taken) -> None:
    click.echo(
        f"Read {len(read.rows):,} postcodes of {council.name}: {taken.added:,} new, "
        f"{taken.moved:,} changed, {taken.unchanged:,} as before, {taken.removed:,} removed."
    )
    for number, why in (
        (read.elsewhere, "for wards of other councils"),
        (read.ended, "for postcodes that have ended"),
        (read.parts, "for the smaller part of a postcode that a boundary splits"),
        (read.without_ward, "without a ward"),
    ):
        if number:
            click.echo(f"Left out {number:,} rows {why}.")
    if read.passed_over:
        names = ", ".join(brief(name, 40) for name in read.passed_over[:5])
        more = len(read.passed_over) - 5
        click.echo(f"No postcodes in {names}{f' and {more} more files' if more > 0 else ''}.")


@geodata.command()
@click.argument("path", metavar="FILE", type=A_FILE)
@click.option(
    "--name", help="What to call these figures. Default: what the file says, or its name."
)
@click.option("--source", default="Scottish Government", show_default=True)
@click.option("--attribution", help="The words that must stand beside the figures.")
@click.option(
    "--dated",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The day the figures were published.",
)
@a_layer
@a_council
@with_app
def deprivation(
    path: Path,
    name: str | None,
    source: str,
    attribution: str | None,
    dated: datetime | None,
    layer: str | None,
    council_code: str | None,
) -> None:
    """Import data zones and their place in the Scottish Index of Multiple Deprivation.

    FILE is a table (CSV) or has shapes (GeoJSON, GeoPackage, zipped Shapefile). It needs a data
    zone's code (DataZone, dz11_code), its people (Total_population, SAPE2017) and its fifth or
    tenth (SIMD2020v2_Quintile, SIMD2020v2_Decile). A table also needs lat and lon. The ward is
    ward_code or WDyyCD; where there is none, the official boundaries say which ward a zone's middle
    is in.

    Boards then see how many entries there are for every 1,000 people, and how far it is to the
    nearest one. Only sums by ward are shown; no data zone is ever named.

    What was imported before is replaced. If anything is wrong, every problem is listed, nothing is
    changed, and the exit code is 1.

    \b
    pbapp geodata deprivation simd2020v2.csv --dated 2020-01-28
    """
    council, code = the_council(council_code)
    if council is None:
        raise click.UsageError(f"There is no council {code} yet. Import its boundaries first.")
    ward_codes = [ward.gss_code for ward in queries.list_wards(council)]
    ward_at = queries.wards_by_point(council)
    db.session.rollback()
    try:
        read = read_zones(path, ward_codes=ward_codes, ward_at=ward_at, layer=layer)
    except FileProblems as problems:
        refuse(path.name, problems)
    taken = services.import_deprivation(
        council=council,
        rows=read.rows,
        name=name or read.edition or path.stem.replace("_", " "),
        source=source,
        attribution=attribution or SCOTTISH_GOVERNMENT,
        dated_on=dated.date() if dated else None,
    )
    db.session.commit()
    people = sum(row.people for row in read.rows)
    click.echo(
        f"Imported {len(read.rows):,} data zones of {council.name} with {people:,} people: "
        f"“{taken.name}”."
    )
    if read.elsewhere:
        click.echo(f"Left out {read.elsewhere:,} data zones of other councils.")
    click.echo(f"Beside the figures: {taken.attribution}")


@geodata.command()
@click.option("--json", "as_json", is_flag=True, help="For a program: one JSON object.")
@a_council
@with_app
def check(as_json: bool, council_code: str | None) -> None:
    """Say how many postcodes lie in the shape of the ward their source gives them.

    A share under 99.9 % means that boundaries and postcodes are of different years, or that the
    boundaries are too coarse. Whether they are in OSGB 36 longitude and latitude, 100 m off, is
    tried and said. With schematic boundaries there is no share: nothing is ever worked
    out from a drawing.

    --json prints wards, postcodes (real ones with a position), in_their_ward, share (0 to 1) and
    boundary_set.
    """
    council, code = the_council(council_code)
    found = queries.check_agreement(council) if council else None
    if found is None:
        raise click.ClickException(
            f"There are no boundaries of {code} yet. Import some: pbapp geodata import FILE"
        )
    if as_json:
        figures = {
            "wards": found.wards,
            "postcodes": found.postcodes,
            "in_their_ward": found.in_their_ward,
            "share": found.share,
            "boundary_set": found.boundary_set,
        }
        click.echo(json.dumps(figures, ensure_ascii=False))
        return
    click.echo(f"Boundaries: {found.boundary_set}, {found.wards} wards.")
    click.echo(f"Postcodes with a position: {found.postcodes:,}.")
    if found.without_position:
        click.echo(f"Postcodes without one, not counted: {found.without_position:,}.")
    if found.in_their_ward is None:
        click.echo("The boundaries are schematic, so no ward is worked out from them.")
    elif found.share is not None:
        click.echo(f"In their ward: {found.in_their_ward:,}, that is {found.share:.2%}.")
        _try_osgb36(council, found.share)


def _try_osgb36(council: Area | None, share: float) -> None:
    """Boundaries in the old longitude and latitude are 100 m off, which no number of theirs tells.

    The postcodes do: then they fit much better once they are moved the same way.
    """
    if council is None or share >= EXPECTED:
        return
    again = queries.check_agreement(council, moved=to_osgb36())
    if again is not None and again.share is not None and again.share > share + MUCH_BETTER:
        click.echo(
            f"As OSGB 36 (EPSG:4277) they would fit for {again.share:.2%}: the file's longitude "
            "and latitude are the old ones, about 100 m off. Convert it to EPSG:4326 and import it "
            "again."
        )


# --- shared -----------------------------------------------------------------------------------


def the_council(code: str | None) -> tuple[Area | None, str]:
    """The council meant, if we have it, and its code."""
    if code:
        code = code.strip().upper()
        return queries.find_area(code), code
    councils = queries.list_councils()
    if len(councils) != 1:
        there_are = ", ".join(area.gss_code for area in councils) or "none yet"
        raise click.UsageError(f"Say which council: --council CODE. There are: {there_are}.")
    return councils[0], councils[0].gss_code


def refuse(name: str, problems: FileProblems) -> NoReturn:
    click.echo(f"{name} was not imported. Nothing was changed.", err=True)
    for problem in problems.shown():
        click.echo(f"  - {problem}", err=True)
    raise SystemExit(1)
