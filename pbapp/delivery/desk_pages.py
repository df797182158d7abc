"""The awards of an officer's boards: what waits, what is late."""

from __future__ import annotations

from flask import render_template, request

from pbapp import clock
from pbapp.boards.access import any_officer, officer_board_ids
from pbapp.delivery import queries, words
from pbapp.delivery.blueprint import desk_bp
from pbapp.delivery.late import Matter, matters_of
from pbapp.web.access import access


@desk_bp.get("")
@access(any_officer)
def index() -> str:
    """Every award with what there is to do about it; `?only=…` shows one kind."""
    today = clock.today()
    awards = queries.list_of_boards(officer_board_ids())
    rows = [(award, matters_of(award, today)) for award in awards]
    asked = request.args.get("only", "")
    only = Matter(asked) if asked in set(Matter) else None
    return render_template(
        "delivery/desk.html",
        rows=[(award, found) for award, found in rows if only is None or only in found],
        number=len(rows),
        counts={one: sum(one in found for _award, found in rows) for one in Matter},
        only=only,
        today=today,
        words=words,
    )
