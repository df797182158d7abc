"""What a visitor asked to see, read from the address: the same for page, map and exports."""

from __future__ import annotations

from typing import Any

from flask import request

from pbapp.assets.blueprint import chosen_board
from pbapp.assets.forms import FilterForm
from pbapp.assets.models import AssetKind
from pbapp.assets.queries import Wanted
from pbapp.boards.models import Board
from pbapp.boards.queries import list_wards
from pbapp.places.models import Area
from pbapp.places.queries import PostcodeAnswer, PostcodeState
from pbapp.plans import queries as plans
from pbapp.plans.models import PriorityVersion


def wanted_from_address() -> Wanted:
    board = chosen_board()
    wards, priorities = list_wards(board), plans.list_priorities(board.id)
    return wanted_of(board, filters_of(wards, priorities, None), wards, priorities)


def filters_of(
    wards: list[Area], priorities: list[PriorityVersion], answer: PostcodeAnswer | None
) -> FilterForm:
    form = FilterForm(formdata=request.args or None)
    form.offer(wards, priorities)
    if answer and answer.ward and answer.state is PostcodeState.FOUND:
        form.ward.data = answer.ward.gss_code
    return form


def wanted_of(
    board: Board, form: FilterForm, wards: list[Area], priorities: list[PriorityVersion]
) -> Wanted:
    return Wanted(
        board_id=board.id,
        area_id=next((w.id for w in wards if w.gss_code == form.ward.data), None),
        priority_id=next(
            (v.priority_id for v in priorities if v.priority.slug == form.priority.data), None
        ),
        kind=AssetKind(form.kind.data) if form.kind.data else None,
        words=(form.q.data or "")[:100],
    )


def values_of(form: FilterForm) -> dict[str, Any]:
    """The filters as an address has them, without the empty ones."""
    chosen = {field.name: field.data for field in form if field.data}
    return {**chosen, **({"board": request.args["board"]} if "board" in request.args else {})}


def page_number() -> int:
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
