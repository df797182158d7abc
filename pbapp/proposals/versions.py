"""The versions of a proposal, each whole, and what changed from one to the next word by word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pbapp.audit.models import Revision

WORDS = re.compile(r"\s+|\w+|[^\w\s]")
# Beyond so many words a comparison by words says less than the two texts side by side.
MOST_WORDS = 1500


@dataclass(frozen=True)
class Piece:
    """A run of text that stayed, was added or was taken out."""

    kind: str  # same, added, removed
    text: str


def compare(before: str, after: str) -> list[Piece]:
    """Two texts as one: what stayed, what was taken out, what was added, in reading order."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return [Piece("removed", before), Piece("added", after)]
    pieces: list[Piece] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(old[a:b])))
            continue
        if b > a:
            pieces.append(Piece("removed", "".join(old[a:b])))
        if d > c:
            pieces.append(Piece("added", "".join(new[c:d])))
    return _tidy(pieces)


def _tidy(pieces: list[Piece]) -> list[Piece]:
    """Put changes together that only a space parts: a screen reader reads runs, not crumbs."""
    found: list[Piece] = []
    held: dict[str, str] = {"removed": "", "added": ""}

    def close() -> None:
        found.extend(Piece(kind, text) for kind, text in held.items() if text)
        held.update(removed="", added="")

    for place, piece in enumerate(pieces):
        last = place == len(pieces) - 1
        if piece.kind != "same":
            held[piece.kind] += piece.text
        elif any(held.values()) and not piece.text.strip() and not last:
            held["removed"] += piece.text
            held["added"] += piece.text
        else:
            close()
            found.append(piece)
    close()
    return found


@dataclass(frozen=True)
class Version:
    """How a proposal stood: `number` from 1; `revision` is the edit that made it (None: the first).

    `changes` are (field, pieces); `whole` is every field as it then was.
    """

    number: int
    revision: Revision | None
    changes: list[tuple[str, list[Piece]]]
    whole: dict[str, str]


def versions_of(now: dict[str, str], revisions: Sequence[Revision]) -> list[Version]:
    """Every version, the newest first. `now` is the proposal's snapshot, `revisions` its edits."""
    ordered = sorted(revisions, key=lambda one: one.number)
    whole = dict(now)
    found: list[Version] = []
    for place in range(len(ordered), 0, -1):
        revision = ordered[place - 1]
        changes = [
            (field, compare(_text(before), _text(after)))
            for field, (before, after) in revision.changes.items()
        ]
        found.append(Version(place + 1, revision, changes, dict(whole)))
        whole |= {field: _text(before) for field, (before, _after) in revision.changes.items()}
    found.append(Version(1, None, [], whole))
    return found


def _text(value: Any) -> str:
    return str(value or "")
