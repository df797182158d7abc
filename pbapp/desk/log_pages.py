"""The officers' log of a board, for its officers and its members: who did what, and when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import abort, render_template, request
from flask_babel import gettext as _

from pbapp.accounts.models import Account
from pbapp.audit import queries as audit
from pbapp.audit.models import Event
from pbapp.boards.access import board_ids_of, is_on_board
from pbapp.boards.models import BOARD_ROLES, OFFICER_ROLES, Board
from pbapp.boards.queries import list_boards, list_members_of
from pbapp.boards.site import use_board
from pbapp.desk.blueprint import bp
from pbapp.web.access import access

PER_PAGE = 50


def on_a_board(**_arguments: Any) -> bool:
    """An officer, a member or the chair of some board; they see the log of their own."""
    return bool(board_ids_of(OFFICER_ROLES | BOARD_ROLES))


@bp.get("/log")
@access(on_a_board)
def log() -> str:
    """What happened on one board, the newest first. Nothing in it can be changed."""
    boards = [board for board in list_boards() if is_on_board(board.id)]
    board = _chosen(boards)
    use_board(board)
    kinds = audit.list_subject_types(board.id)
    kind = request.args.get("what", "")
    kind = kind if kind in kinds else ""
    asked = request.args.get("page", "1")
    page = max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    events, total = audit.list_events(board.id, kind, page=page, per_page=PER_PAGE)
    return render_template(
        "desk/log.html",
        board=board,
        boards=boards,
        kinds=kinds,
        kind=kind,
        rows=_rows(events, board.id),
        page_number=page,
        pages=max(1, -(-total // PER_PAGE)),
        values={"board": board.slug, **({"what": kind} if kind else {})},
        spoken=spoken,
    )


def _chosen(boards: list[Board]) -> Board:
    slug = request.args.get("board", "")
    if not slug:
        return boards[0]
    return next((board for board in boards if board.slug == slug), None) or abort(404)


def spoken(word: str) -> str:
    """A word of the log for people: the log itself keeps short code words."""
    return word.replace(".", ": ").replace("_", " ").capitalize()


def _rows(events: Iterable[Event], board_id: int) -> list[dict[str, Any]]:
    people = {account.id: account for account in list_members_of(board_id)}
    return [
        {
            "event": event,
            "what": spoken(event.verb),
            "who": _who(event.actor, people),
            "facts": ", ".join(f"{name} {value}" for name, value in sorted(event.facts.items())),
        }
        for event in events
    ]


def _who(actor: str, people: dict[UUID, Account]) -> str:
    """Officers and members of the board by name; nobody else is named here."""
    kind, _colon, id = actor.partition(":")
    if kind != "account":
        return spoken(actor)
    account = people.get(UUID(id))
    return account.name or account.email if account else _("Somebody with an account")
