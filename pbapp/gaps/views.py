"""What a board's wards have for each priority and what they lack."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request

from pbapp import clock
from pbapp.boards import queries as boards
from pbapp.boards.models import Board
from pbapp.boards.site import use_board
from pbapp.gaps import drawing, files, queries, words
from pbapp.gaps.queries import Gaps
from pbapp.gaps.weak import queries as weak
from pbapp.places.models import Boundary
from pbapp.places.queries import attribution
from pbapp.plans.models import PriorityVersion
from pbapp.proposals import queries as proposals
from pbapp.web.access import access, anyone

bp = Blueprint("gaps", __name__, url_prefix="/boards/<slug>")
blueprints = (bp,)


@bp.get("/gaps")
@access(anyone)
def index(slug: str) -> str:
    """Ward by priority: how much, how sure, when, how far, and where it is weakest.

    `?measure=` draws the map of one figure, `?priority=` of one priority.
    """
    board = _board(slug)
    now = clock.now()
    gaps = queries.find_gaps(board, now)
    chosen, measure = _chosen(gaps), _measure()
    shapes = queries.list_shapes([ward.id for ward in gaps.wards])
    return render_template(
        "gaps/index.html",
        board=board,
        gaps=gaps,
        source=words.source_told(gaps.source) if gaps.source else "",
        measures=words.MEASURES.values(),
        tables={one.slug: _table(gaps, one) for one in words.MEASURES.values()},
        weak=weak.find_spots(gaps, proposals.list_undecided(board, now)),
        say_weak=words.weak,
        chosen=chosen,
        measure=measure,
        map=_map(gaps, shapes, chosen, measure) if shapes else None,
    )


@bp.get("/gaps.csv")
@access(anyone)
def table(slug: str) -> Response:
    """The same figures for a spreadsheet."""
    board = _board(slug)
    response = Response(files.gaps_csv(queries.find_gaps(board, clock.now())), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename=gaps-{board.slug}.csv"
    return response


@bp.get("/gaps-columns.csv")
@access(anyone)
def columns(slug: str) -> Response:
    """What each column of that file says."""
    board = _board(slug)
    response = Response(files.columns_csv(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename=gaps-columns-{board.slug}.csv"
    return response


def _table(
    gaps: Gaps, measure: words.Measure
) -> list[tuple[PriorityVersion | str | None, list[words.Said]]]:
    """Lines of figures, a figure a ward; first how many people there are, if that is the rate's."""
    rows = [gaps.row_of(ward) for ward in gaps.wards]
    people = [("people", [words.people(row.people) for row in rows])]
    return [
        *(people if measure is words.PER_1000 else []),
        (None, [measure.say(row.overall) for row in rows]),
        *(
            (version, [measure.say(row.cells[version.priority_id]) for row in rows])
            for version in gaps.priorities
        ),
    ]


def _chosen(gaps: Gaps) -> PriorityVersion | None:
    wanted = request.args.get("priority")
    return next((v for v in gaps.priorities if v.priority.slug == wanted), None)


def _measure() -> words.Measure:
    return words.MEASURES.get(request.args.get("measure", ""), words.PER_1000)


def _map(
    gaps: Gaps, shapes: list[Boundary], chosen: PriorityVersion | None, measure: words.Measure
) -> dict[str, object]:
    """The wards with a shade and a figure each, and what the shades mean."""
    said = {
        row.area_id: measure.say(row.overall if chosen is None else row.cells[chosen.priority_id])
        for row in gaps.rows
    }
    scale = measure.scale(said.values())
    shades = {area_id: measure.shade(one, scale) for area_id, one in said.items()}
    frame = drawing.frame_of(shapes)
    names = {ward.id: ward.name for ward in gaps.wards}
    wards = sorted(drawing.draw(shapes, frame), key=lambda drawn: names[drawn.area_id])
    labels = [(drawn, (names[drawn.area_id], said[drawn.area_id].figure)) for drawn in wards]
    return {
        "frame": frame,
        "is_numbered": not drawing.have_room(labels),
        "wards": [
            {"drawn": drawn, "name": name, "shade": shades[drawn.area_id], "figure": figure}
            for drawn, (name, figure) in labels
        ],
        "legend": words.legend(scale, set(shades.values()), measure),
        "source": attribution(shapes[0].boundary_set),
    }


def _board(slug: str) -> Board:
    board = boards.find_board(slug)
    if board is None:
        abort(404)
    use_board(board)
    return board
