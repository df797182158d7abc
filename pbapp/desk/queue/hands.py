"""What a thing's page shows officers of its board alone: notes, and whose hands it is in."""

from __future__ import annotations

from typing import Any

from pbapp.boards.access import is_officer_of
from pbapp.desk.access import the_officer
from pbapp.desk.queue import queries
from pbapp.desk.queue.forms import NoteForm


def facts_for(
    kind: str, id: str, board_id: int | None, note: NoteForm | None = None
) -> dict[str, Any]:
    """Notes and hands, for officers of the board only; a trained counter reads neither."""
    if not is_officer_of(board_id):
        return {"has_notes": False}
    ref = queries.plain_ref(id)
    return {
        "has_notes": True,
        "note_form": note or NoteForm(formdata=None, prefix="note"),
        "notes": queries.list_notes(kind, ref),
        "me": the_officer(),
        "assignment": queries.find_assignment(kind, ref),
        "officers": queries.list_officers([board_id] if board_id else []),
        "hands_kind": kind,
        "ref": ref,
    }
