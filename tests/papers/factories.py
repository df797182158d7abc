"""Meetings for tests, and people who see to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.boards.models import Board, Membership, Role
from pbapp.boards.queries import has_role
from pbapp.db import db
from pbapp.papers.meetings.models import Meeting
from tests.world import World

PDF = b"%PDF-1.7\nan example\n"


def give(account: Account, board: Board, role: Role) -> Account:
    """A role more for somebody, if it is one more."""
    if has_role(account.id, board.id, [role]):
        return account
    db.session.add(Membership(board=board, account_id=account.id, role=role, since=clock.now()))
    db.session.commit()
    return account


def a_meeting(world: World, *, days: float = 14, **values) -> Meeting:
    """A meeting so many days from now (before now: a minus), two hours long."""
    at = clock.now() + timedelta(days=days)
    given = {
        "board_id": world.board.id,
        "starts_at": datetime(at.year, at.month, at.day, 18, 30, tzinfo=at.tzinfo),
        "minutes": 120,
        "place": "Dunbeth Hall",
    }
    meeting = Meeting(**{**given, **values})
    db.session.add(meeting)
    db.session.commit()
    return meeting


def packed(*names: str, mimetype: str = "") -> BytesIO:
    """A zip file with parts of these names."""
    out = BytesIO()
    with ZipFile(out, "w") as parts:
        if mimetype:
            parts.writestr("mimetype", mimetype)
        for name in names:
            parts.writestr(name, "x")
    out.seek(0)
    return out
