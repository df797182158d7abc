"""The readable history of an entry: all of it for those who work on it, the published for all."""

from __future__ import annotations

from collections import defaultdict
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


# What moved an entry by itself, where another change has who made it. A space and the name of
# the boundaries follow the first.
BOUNDARIES, POSTCODES = "boundaries", "postcodes"

# What tells where something is. Where not all of it shows now, it is no history either.
TELLS_WHERE = ("where_words", "postcode", "point", "exact_place")


def is_by_itself(by: str) -> bool:
    """Whether nobody made this change: its entry was moved with all others."""
    return by.partition(" ")[0] in (BOUNDARIES, POSTCODES)


def published_edits(
    revisions: Iterable[Revision],
    approved_at: Sequence[datetime],
    without: Collection[str] = (),
    taken_down_at: Sequence[datetime] = (),
) -> list[Edit]:
    """The edits the public saw, newest first, `without` what may not be seen any more.

    An edit that waited for an officer counts from its approval and only by what came out of it:
    words that were returned, perhaps for naming somebody, must not come back as history. Nor must
    those that showed when an officer took the entry down: what changed since the last approval
    counts from the next. What led to the first publication is left out too, and what an officer
    has hidden. A revision's `note` is the state it left.
    """
    kept = sorted(revisions, key=lambda one: one.number)
    approvals = sorted(approved_at)
    edits = _shown(kept, approvals, taken_down_at)
    hidden = _hidden_words(kept)
    for edit in edits:
        edit.changes = {
            name: ends
            for name, ends in edit.changes.items()
            if name not in without and not hidden.get(name, set()) & set(ends)
        }
    first = approvals[0] if approvals else None
    seen = [edit for edit in edits if edit.changes and (first is None or edit.at > first)]
    return sorted(seen, key=lambda edit: edit.at, reverse=True)


REVISED, APPROVED, TAKEN_DOWN = range(3)  # what comes first of one moment


def _shown(
    revisions: Sequence[Revision], approved_at: Iterable[datetime], taken_at: Iterable[datetime]
) -> list[Edit]:
    steps: list[tuple[datetime, int, Revision | None]] = [
        *((one.at, REVISED, one) for one in revisions),
        *((at, APPROVED, None) for at in approved_at),
        *((at, TAKEN_DOWN, None) for at in taken_at),
    ]
    edits: list[Edit] = []
    waiting: Edit | None = None
    approved = 0  # how many edits an officer has looked past
    for at, kind, revision in sorted(steps, key=lambda step: step[:2]):
        if revision is not None:
            waiting = _add(waiting, revision)
            if revision.note == AssetState.PUBLISHED:
                edits.append(waiting)
                waiting = None
        elif kind == APPROVED:
            approved = len(edits)
            if waiting is not None:
                waiting.at = at
                edits.append(waiting)
                waiting = None
        else:
            for edit in edits[approved:]:
                waiting = _add(waiting, edit)
            del edits[approved:]
    return edits


def _hidden_words(revisions: Iterable[Revision]) -> dict[str, set[Any]]:
    """By field, what changes that an officer has hidden said, before and after: the change next
    to one of them says it too.
    """
    words: dict[str, set[Any]] = defaultdict(set)
    for revision in revisions:
        for name, ends in revision.changes.items() if revision.is_hidden else ():
            words[name] |= {value for value in ends if value}
    return words


def _add(waiting: Edit | None, revision: Edit | Revision) -> Edit:
    edit = waiting or Edit(revision.at, revision.by)
    edit.at, edit.by = revision.at, revision.by
    for name, (before, after) in revision.changes.items():
        first = edit.changes[name][0] if name in edit.changes else before
        if first == after:
            edit.changes.pop(name, None)
        else:
            edit.changes[name] = [first, after]
    return edit
