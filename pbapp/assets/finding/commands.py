"""`pbapp assets landmarks`: the places by which people say where something is."""

from __future__ import annotations

from pathlib import Path

import click

from pbapp.assets.finding.landmark_file import FileProblem, read_landmarks, replace_landmarks
from pbapp.boards.queries import find_board
from pbapp.db import db
from pbapp.web.commands import with_app


@click.command("landmarks")
@click.argument(
    "path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--board", "slug", required=True, help="The board's short name (my-town).")
@click.option("--source", default="", help="Where the file is from, and its licence.")
@with_app
def landmarks(path: Path, slug: str, source: str) -> None:
    """Read in the places everybody knows: "300 m north-east of the station".

    FILE is GeoJSON: points, each with a property "name". They take the place of those read in
    before. Stations, libraries, schools, big shops and crossings serve best; some fifty are plenty
    for a town. docs/operators/landmarks.md says where to get them.
    """
    board = find_board(slug)
    if board is None:
        raise click.UsageError(f"There is no board {slug}.")
    try:
        marks = read_landmarks(path.read_bytes())
        number = replace_landmarks(board=board, marks=marks, source=source[:200])
    except FileProblem as problem:
        raise click.ClickException(str(problem)) from problem
    db.session.commit()
    click.echo(f"Landmarks for {board.place_name}: {number}.")
    if number < len(marks):
        click.echo(f"Far away and left out: {len(marks) - number}.")
