"""The readable history of an entry: all of it for those who work on it, the published for all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pbapp.assets.models import AssetState
from pbapp.audit.models import Revision


@dataclass
class Edit:
    """What changed from one published text to the next, and who made the (last) change."""

    at: datetime
    by: str
    changes: dict[str, list[Any]] = field(default_factory=dict)


# What tells where something is. Where not all of it shows now, it is no history either.
TELLS_WHERE = ("where_words", "postcode", "point", "exact_place")


def published_edits(
    revisions: Iterable[Revision],
    approved_at: Sequence[datetime],
    without: Collection[str] = (),
) -> list[Edit]:
    """The edits the public saw, newest first, `without` what may not be seen any more.

    An edit that waited for an officer counts from its approval and only by what came out of it:
    words that were returned, perhaps for naming somebody, must not come back as history. What led
    to the first publication is left out too. A revision's `note` is the state it left.
    """
    approvals = sorted(approved_at)
    edits: list[Edit] = []
    waiting: Edit | None = None
    for revision in sorted(revisions, key=lambda one: one.number):
        waiting = _publish(waiting, approvals, revision.at, edits)
        waiting = _add(waiting, revision)
        if revision.note == AssetState.PUBLISHED:
            edits.append(waiting)
            waiting = None
    _publish(waiting, approvals, None, edits)
    for edit in edits:
        edit.changes = {name: ends for name, ends in edit.changes.items() if name not in without}
    first = approvals[0] if approvals else None
    seen = [edit for edit in edits if edit.changes and (first is None or edit.at > first)]
    return sorted(seen, key=lambda edit: edit.at, reverse=True)


def _publish(
    waiting: Edit | None, approvals: list[datetime], before: datetime | None, edits: list[Edit]
) -> Edit | None:
    """Move what waits among the edits if an officer approved it before the next revision."""
    if waiting is None:
        return None
    since = [at for at in approvals if at >= waiting.at and (before is None or at < before)]
    if not since:
        return waiting
    waiting.at = since[0]
    edits.append(waiting)
    return None


def _add(waiting: Edit | None, revision: Revision) -> Edit:
    edit = waiting or Edit(revision.at, revision.by)
    edit.at, edit.by = revision.at, revision.by
    for name, (before, after) in revision.changes.items():
        first = edit.changes[name][0] if name in edit.changes else before
        if first == after:
            edit.changes.pop(name, None)
        else:
            edit.changes[name] = [first, after]
    return edit
