"""What other pages show of what followed a result."""

from __future__ import annotations

from typing import Any

from pbapp.boards.access import is_officer_of, roles_here
from pbapp.boards.models import Role
from pbapp.papers.followup import queries, words
from pbapp.papers.meetings.blueprint import runs
from pbapp.papers.meetings.models import Meeting
from pbapp.papers.packs.models import Pack


def of_meeting(meeting: Meeting) -> dict[str, Any]:
    """For the page of a meeting: what was noted, asked and set going there."""
    notings = queries.list_notings(meeting.id)
    entered = {noting.count.round_id for noting in notings if noting.count.is_official}
    waiting = words.to_note(meeting) if runs(meeting.board_id) else []
    return {
        "notings": notings,
        "questions": queries.list_questions(meeting.board_id, meeting.id),
        "actions": queries.list_actions(meeting.board_id, meeting.id),
        "to_note": [count.round for count in waiting if count.round_id not in entered],
        "is_clerk": is_officer_of(meeting.board_id, Role.CLERK),
        "is_chair": Role.CHAIR in roles_here(meeting.board_id),
        "followup": words,
    }


def of_pack(pack: Pack, number: int) -> dict[str, Any]:
    """For the page of a pack: what was decided with it in hand, since it was frozen."""
    decisions = queries.list_decisions(pack.id)
    notings = [one for one in queries.list_notings(pack.meeting_id) if one.pack_id == pack.id]
    return {
        "decisions": [one for one in decisions if number in (0, one.document)],
        "notings": [one for one in notings if one.confirmed_at],
        "handles_money": is_officer_of(pack.meeting.board_id, Role.CLERK, Role.VOTING_LEAD),
        "followup": words,
    }
