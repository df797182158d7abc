"""Is it here already? Entries of a board by name and ward, for a whole list at once."""

from __future__ import annotations

import difflib
from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

LIKE = 0.85
LITTLE = frozenset({"the", "and", "of", "a", "in", "at", "for", "scio", "ltd"})


@dataclass(frozen=True)
class Kin:
    """Something that a row may be the same as: an entry here, or an earlier line of the list."""

    name: str
    area_id: int | None
    id: UUID | None = None
    line: int | None = None
    is_certain: bool = False


def key_of(name: str) -> str:
    """A name without what people write differently: case, marks, little words, word order."""
    words = "".join(c if c.isalnum() else " " for c in name.casefold()).split()
    return " ".join(sorted(word for word in words if word not in LITTLE))


class Known:
    """What is here; only names that share a rare word are compared, so that lists may be long."""

    def __init__(self) -> None:
        self._by_reference: dict[tuple[str, str], Kin] = {}
        self._by_word: dict[str, list[tuple[str, Kin]]] = defaultdict(list)

    def add(self, kin: Kin, source: str = "", reference: str | None = None) -> None:
        key = key_of(kin.name)
        for word in set(key.split()):
            self._by_word[word].append((key, kin))
        if reference:
            self._by_reference.setdefault((source, reference), kin)

    def find(
        self, name: str, area_id: int | None, source: str = "", reference: str | None = None
    ) -> Kin | None:
        """The likest: of the same list by its reference, else of nearly this name in this ward."""
        if reference and (source, reference) in self._by_reference:
            kin = self._by_reference[source, reference]
            return Kin(kin.name, kin.area_id, kin.id, kin.line, is_certain=True)
        key = key_of(name)
        lists = sorted((self._by_word[w] for w in set(key.split()) if w in self._by_word), key=len)
        best, score = None, LIKE
        for candidates in lists[:3]:
            for other, kin in candidates:
                if area_id is not None and kin.area_id not in (None, area_id):
                    continue
                likeness = _likeness(key, other, score)
                if likeness > score or (best is None and likeness == score):
                    best, score = kin, likeness
        return best


def _likeness(one: str, other: str, enough: float) -> float:
    if one == other:
        return 1.0
    matcher = difflib.SequenceMatcher(None, one, other)
    if matcher.real_quick_ratio() < enough or matcher.quick_ratio() < enough:
        return 0.0
    return matcher.ratio()
