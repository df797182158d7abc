"""What a board's wards have for each priority and what they lack."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request

from pbapp import clock
from pbapp.boards import queries as boards
from pbapp.boards.models import Board
from pbapp.boards.site import use_board
from pbapp.gaps import drawing, files, queries, words
from pbapp.gaps.measures import Cell
from pbapp.gaps.queries import Gaps
from pbapp.gaps.shading import scale_of
from pbapp.places.models import Boundary
from pbapp.places.queries import attribution
from pbapp.plans.models import PriorityVersion
from pbapp.web.access import access, anyone

bp = Blueprint("gaps", __name__, url_prefix="/boards/<slug>")
blueprints = (bp,)

MEASURES = {"per_1000": words.per_1000, "confirmed": words.confirmed, "distance": words.distance}


@bp.get("/gaps")
@access(anyone)
def index(slug: str) -> str:
    """Ward by priority: how much, how sure, how far. `?priority=` shades the map by one."""
    board = _board(slug)
    gaps = queries.find_gaps(board, clock.now())
    chosen = _chosen(gaps)
    rows = [gaps.row_of(ward) for ward in gaps.wards]
    lines: list[tuple[PriorityVersion | None, list[Cell]]] = [(None, [row.overall for row in rows])]
    lines += [(v, [row.cells[v.priority_id] for row in rows]) for v in gaps.priorities]
    shapes = queries.list_shapes([ward.id for ward in gaps.wards])
    return render_template(
        "gaps/index.html",
        board=board,
        gaps=gaps,
        people=[row.people for row in rows],
        tables={
            name: [(version, [say(cell) for cell in cells]) for version, cells in lines]
            for name, say in MEASURES.items()
        },
        chosen=chosen,
        map=_map(gaps, shapes, chosen) if shapes else None,
    )


@bp.get("/gaps.csv")
@access(anyone)
def table(slug: str) -> Response:
    """The same figures for a spreadsheet."""
    board = _board(slug)
    response = Response(files.gaps_csv(queries.find_gaps(board, clock.now())), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename=gaps-{board.slug}.csv"
    return response


def _chosen(gaps: Gaps) -> PriorityVersion | None:
    wanted = request.args.get("priority")
    return next((v for v in gaps.priorities if v.priority.slug == wanted), None)


def _map(gaps: Gaps, shapes: list[Boundary], chosen: PriorityVersion | None) -> dict[str, object]:
    """The wards with a shade and a figure each, and what the shades mean."""
    cells: dict[int, Cell] = {
        row.area_id: row.overall if chosen is None else row.cells[chosen.priority_id]
        for row in gaps.rows
    }
    scale = scale_of([cell.per_1000 for cell in cells.values()])
    frame = drawing.frame_of(shapes)
    names = {ward.id: ward.name for ward in gaps.wards}
    unknown = any(cell.per_1000 is None for cell in cells.values())
    return {
        "frame": frame,
        "wards": [
            {
                "drawn": drawn,
                "name": names[drawn.area_id],
                "shade": scale.shade(cells[drawn.area_id].per_1000),
                "figure": words.per_1000(cells[drawn.area_id]).figure,
            }
            for drawn in drawing.draw(shapes, frame)
        ],
        "legend": words.legend(scale, unknown),
        "source": attribution(shapes[0].boundary_set),
    }


def _board(slug: str) -> Board:
    board = boards.find_board(slug)
    if board is None:
        abort(404)
    use_board(board)
    return board
