"""Rooms upstairs may end what somebody could do for a group without being asked who they are."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

End = Callable[[UUID], bool]
_ends: list[End] = []


def at_parting(end: End) -> End:
    """Do this, with the group's id, whenever somebody leaves a group or is removed.

    It returns whether links to report by have ended that the group can have sent anew.
    """
    _ends.append(end)
    return end


def end_links(organisation_id: UUID) -> bool:
    """Have every room do its part; whether the group needs new links."""
    ended = [end(organisation_id) for end in _ends]
    return any(ended)
