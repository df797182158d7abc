"""How meetings, and what was changed in them, are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pbapp.audit.models import Revision
from pbapp.audit.words import told as tell_edits
from pbapp.papers.meetings.models import Meeting, MeetingPaper, Presence
from pbapp.papers.meetings.queries import Sitting
from pbapp.web.babel import moment

NOT_FOR_NAMES = re.compile(r"[^a-z0-9]+")
FIELD = {
    "starts_at": _l("When"),
    "minutes": _l("Minutes"),
    "place": _l("Where"),
    "agenda": _l("Agenda"),
    "notes": _l("Notes"),
}
PRESENCE = {
    Presence.PRESENT: _l("Present"),
    Presence.APOLOGIES: _l("Sent apologies"),
    None: _l("Not there"),
}


@dataclass(frozen=True)
class MemberSaid:
    """A member of the board, and whether they were there."""

    name: str
    is_chair: bool
    presence: str


def name_of(meeting: Meeting) -> str:
    """What a meeting is called: what it is for, or a meeting of the board."""
    return meeting.title or _("Board meeting")


def members_said(people: Iterable[Sitting], meeting: Meeting, *, inside: bool) -> list[MemberSaid]:
    """Who of `people` was a member when the board met, and whether they were there.

    The board reads every name; others read the names of those who want theirs to be public.
    """
    there = {row.account_id: row.presence for row in meeting.attendance}
    return [
        MemberSaid(
            _called(one, inside=inside), one.is_chair, str(PRESENCE[there.get(one.account.id)])
        )
        for one in people
        if one.account.id in there or (one.since and one.since <= meeting.starts_at)
    ]


def _called(one: Sitting, *, inside: bool) -> str:
    if one.account.name and (inside or one.is_named):
        return one.account.name
    return _("A member of the board") if one.since else _("A former member of the board")


def file_name(paper: MeetingPaper) -> str:
    """A name to save a document under."""
    plain = unicodedata.normalize("NFKD", paper.title).casefold().encode("ascii", "ignore").decode()
    return f"{NOT_FOR_NAMES.sub('-', plain).strip('-') or f'paper-{paper.id}'}.{paper.ending}"


def size_of(paper: MeetingPaper) -> str:
    """ "PDF, 212 KB": what a download is before one presses it."""
    kind = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel"}.get(paper.ending, "OpenDocument")
    return _("%(kind)s, %(n)s KB", kind=kind, n=f"{paper.size // 1024 + 1:,}")


def told(revisions: Iterable[Revision]) -> list[dict[str, Any]]:
    """What was changed in a meeting, for the page's `history` macro."""
    return tell_edits(revisions, fields=FIELD, value=_value, who=lambda _by: _("for the board"))


def _value(name: str, value: Any) -> str:
    if name == "starts_at" and value:
        return moment(datetime.fromisoformat(value))
    if name == "agenda":
        return "; ".join(item["title"] for item in value or []) or _("Nothing yet")
    return str(value) or _("Nothing yet")
