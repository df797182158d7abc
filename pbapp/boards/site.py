"""Whose pages these are: the council and board named at the top of every page, from data."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, abort, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pbapp.boards.access import any_counter, any_officer
from pbapp.boards.models import Board
from pbapp.boards.queries import find_former_ward, find_ward, list_boards, list_wards
from pbapp.db import db
from pbapp.places.models import Area
from pbapp.places.queries import list_heirs
from pbapp.web.context import settings


@dataclass
class Site:
    """What the layout says about whose service this is. All of it may be missing at first."""

    council_name: str | None = None
    board_name: str | None = None
    board_url: str | None = None
    plan_url: str | None = None
    proposals_url: str | None = None
    phase_label: str | None = None
    phase_text: str | None = None
    logo_url: str | None = None
    colour: str | None = None
    help_email: str | None = None
    help_phone: str | None = None


def init_app(app: Flask) -> None:
    @app.context_processor
    def site() -> dict[str, object]:
        return {"site": the_site(), "has_desk": any_officer, "helps_to_count": any_counter}


def use_board(board: Board) -> None:
    """This request is about one board: its name goes to the top of the page."""
    if g.get("board") is not board:
        g.board = board
        g.pop("site", None)


def the_ward(board: Board, code: str) -> Area:
    """The ward that an address of this request means; every other form leads to its GSS code."""
    found = find_ward(board, code) or _heir(board, code)
    if code != found.gss_code:
        known = {**(request.view_args or {}), "code": found.gss_code}
        asked = request.query_string.decode("latin-1")
        abort(redirect(url_for(request.endpoint or "", **known) + (f"?{asked}" if asked else "")))
    return found


def _heir(board: Board, code: str) -> Area:
    """The ward that one that is no more has become; if it is several or none, a page says so."""
    former = find_former_ward(board, code)
    if former is None:
        abort(404)
    heirs = list_heirs(former)
    if len(heirs) == 1 and find_ward(board, heirs[0].gss_code) is not None:
        return heirs[0]
    boards = {ward.id: one for one in list_boards() for ward in list_wards(one)}
    page = render_template(
        "boards/former_ward.html",
        board=board,
        ward=former,
        heirs=[(ward, boards[ward.id]) for ward in heirs if ward.id in boards],
    )
    return abort(make_response(page, 410))


def the_board() -> Board | None:
    """The board this request is about, else the installation's first."""
    if "board" not in g:
        query = select(Board).options(joinedload(Board.council)).order_by(Board.id).limit(1)
        g.board = db.session.scalar(query)
    board: Board | None = g.board
    return board


def the_site() -> Site:
    """Made once a request."""
    if "site" not in g:
        g.site = _make(the_board())
    site: Site = g.site
    return site


def _make(board: Board | None) -> Site:
    if board is None:
        return Site(**_phase())
    council = board.council
    return Site(
        council_name=council.name,
        board_name=board.name,
        board_url=f"/boards/{board.slug}",
        plan_url=f"/boards/{board.slug}/plan",
        proposals_url=f"/rounds?board={board.slug}",
        logo_url=f"/uploads/{council.logo_id}.jpg" if council.logo_id else None,
        colour=council.colour.removeprefix("#") or None,
        help_email=council.help_email,
        help_phone=council.help_phone,
        **_phase(),
    )


def _phase() -> dict[str, str]:
    """The banner above every page of the demo."""
    if not settings().is_demo:
        return {}
    sentence = _("The people, groups and money here are made up.")
    return {"phase_label": _("Example"), "phase_text": sentence}
