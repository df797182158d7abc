"""What is open on a board now, in words for a sheet of paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from pbapp import clock
from pbapp.boards.models import Board
from pbapp.rounds.models import Method, PhaseKind, Round
from pbapp.rounds.queries import can_vote, list_rounds, state_of
from pbapp.rounds.words import state_words
from pbapp.web.context import settings
from pbapp.web.qr import Code, qr_code

MOST = 3  # so that it stays one page
ROOM = 1400  # letters that one page in large print has room for
LINE = 60  # what a line takes of it, however short


@dataclass(frozen=True)
class Open:
    """One round on the sheet: what it is doing, what to do, until when, and where."""

    title: str
    summary: str
    state: str
    todo: str
    until: datetime | None
    at_tables: bool
    code: Code


def what_is_open(board: Board) -> list[Open]:
    """The board's rounds that are not over, the most pressing first."""
    now = clock.now()
    found = []
    for round in list_rounds(board):
        state = state_of(round, now)
        if round.is_imported or state.is_over or state.kind is PhaseKind.PUBLISHED:
            continue
        found.append(_open(round, now))
    return found[:MOST]


def _open(round: Round, now: datetime) -> Open:
    state = state_of(round, now)
    votes = bool(can_vote(round, now))
    page = f"{settings().public_url}/rounds/{round.slug}"
    return Open(
        title=round.title,
        summary=round.summary,
        state=state_words(round, now),
        todo=_todo(state.kind, votes),
        until=state.current.ends_at if state.current else None,
        at_tables=votes and Method.TABLE in round.methods,
        code=qr_code(f"{page}/vote" if votes else page),
    )


def _todo(kind: PhaseKind | None, votes: bool) -> str:
    if votes:
        return _("Vote")
    if kind is PhaseKind.SUBMISSION:
        return _("Send in your idea")
    if kind is PhaseKind.INTEREST:
        return _("Tell us your idea in short")
    return _("Read about it")


def fitting(paragraphs: list[list[str]]) -> tuple[list[list[str]], bool]:
    """As much of a text as one page in large print takes, and whether that is less than all."""
    kept: list[list[str]] = []
    left = ROOM
    for lines in paragraphs:
        need = sum(-(-len(line) // LINE) * LINE or LINE for line in lines) + LINE // 2
        if need > left:
            words = " ".join(lines)
            if not kept:  # one long paragraph: its beginning
                kept.append([words[:ROOM].rsplit(" ", 1)[0] + " …"])
            return kept, True
        kept.append(lines)
        left -= need
    return kept, False
