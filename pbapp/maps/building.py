"""Draw every board's map in every language: a job of the worker, and a command.

The shapes are read in one transaction and the maps kept in another; nothing is locked while Folium
draws between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from pbapp.boards.models import Board, Council
from pbapp.db import db, write_transaction
from pbapp.jobs import services as jobs
from pbapp.jobs.services import job
from pbapp.maps import services
from pbapp.maps.builders import DrawnMap, Tiles, WardToDraw, draw_wards
from pbapp.maps.queries import board_subject
from pbapp.places import queries as places
from pbapp.places.models import Area, Boundary, BoundarySet
from pbapp.web.context import settings


@dataclass(frozen=True)
class BoardToDraw:
    """All that a board's map is made of, out of the database."""

    subject: str
    name: str
    wards: list[WardToDraw]
    attribution: str
    is_schematic: bool


@dataclass(frozen=True)
class Built:
    """One map that was drawn; `is_new` if it differs from the one before."""

    name: str
    language: str
    digest: str
    size: int
    is_new: bool


@job(services.BUILD)
def build_maps_job(job_id: UUID) -> None:
    build_maps(job_id)


def build_maps(job_id: UUID | None = None) -> list[Built]:
    """Draw every board's map; one without boundaries has none. Commits each as it is drawn."""
    boards = boards_to_draw()
    db.session.rollback()
    config = settings()
    tiles = Tiles(config.tile_url, config.tile_attribution or "") if config.tile_url else None
    wanted = [(board, language) for board in boards for language in config.languages]
    built = []
    for number, (board, language) in enumerate(wanted):
        if job_id:
            jobs.report(job_id, done=number, total=len(wanted), step=board.name)
        with force_locale(language.replace("-", "_")):
            label = _("Schematic, not ward boundaries") if board.is_schematic else ""
        drawn = draw_wards(board.wards, tiles=tiles, label=label)
        built.append(_keep(board, language, drawn))
    with write_transaction():
        services.forget_parts_but({(board.subject, language) for board, language in wanted})
        db.session.commit()
    return built


def _keep(board: BoardToDraw, language: str, drawn: DrawnMap) -> Built:
    packed = drawn.packed
    with write_transaction():
        is_new = services.keep_part(
            subject=board.subject,
            language=language,
            digest=drawn.digest,
            script_gz=packed,
            attribution=board.attribution,
            is_schematic=board.is_schematic,
        )
        db.session.commit()
    return Built(board.name, language, drawn.digest, len(packed), is_new)


def boards_to_draw() -> list[BoardToDraw]:
    """Every board whose wards have boundaries, with the neighbouring wards of its council."""
    query = (
        select(Board)
        .options(joinedload(Board.council).joinedload(Council.area))
        .options(selectinload(Board.board_areas))
        .order_by(Board.slug)
    )
    shapes: dict[int, list[Boundary]] = {}
    found = []
    for board in db.session.scalars(query):
        council = board.council.area
        current = places.current_boundary_set(council)
        if current is None:
            continue
        if current.id not in shapes:
            shapes[current.id] = places.list_boundaries(current)
        ours = {board_area.area_id for board_area in board.board_areas}
        wards = _wards(shapes[current.id], ours)
        if any(not ward.is_neighbour for ward in wards):
            found.append(
                BoardToDraw(
                    subject=board_subject(board.id),
                    name=board.name,
                    wards=wards,
                    attribution=_attribution(current, council),
                    is_schematic=current.is_schematic,
                )
            )
    return found


def _attribution(boundaries: BoundarySet, council: Area) -> str:
    """Whose shapes these are, and whose postcodes put pins where they are."""
    line = places.source_line(boundaries)
    return f"{line} {places.postcode_credit()}" if places.has_real_postcodes(council) else line


def _wards(shapes: list[Boundary], ours: set[int]) -> list[WardToDraw]:
    """The board's wards, and those whose box comes near them: a map looks odd cut off."""
    own = [shape for shape in shapes if shape.area_id in ours]
    if not own:
        return []
    south, north = min(s.south for s in own), max(s.north for s in own)
    west, east = min(s.west for s in own), max(s.east for s in own)
    return [
        WardToDraw(
            code=shape.area.gss_code,
            name=shape.area.name,
            geometry=shape.geometry,
            is_neighbour=shape.area_id not in ours,
        )
        for shape in shapes
        if shape.south <= north and shape.north >= south
        if shape.west <= east and shape.east >= west
    ]
