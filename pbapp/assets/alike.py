"""Is it here already? Entries of a board by name and ward, for a whole list at once."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

LIKE = 0.85
NUMBER = re.compile(r"\d+")
RARE = 50  # entries of one ward that share a word
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
    """What is here, so kept that long lists may be compared with long lists.

    The very same name is looked up. Nearly the same one is sought only among those of the ward that
    share a word which is rare there: "club" says nothing, "Whifflet" does.
    """

    def __init__(self) -> None:
        self._by_reference: dict[tuple[str, str], Kin] = {}
        self._by_id: dict[str, Kin] = {}
        self._by_key: dict[tuple[int | None, str], Kin] = {}
        self._by_word: dict[tuple[int | None, str], list[tuple[str, Kin]]] = defaultdict(list)

    def add(self, kin: Kin, source: str = "", reference: str | None = None) -> None:
        key = key_of(kin.name)
        self._by_key.setdefault((kin.area_id, key), kin)
        for word in set(key.split()):
            self._by_word[kin.area_id, word].append((key, kin))
        if reference:
            self._by_reference.setdefault((source, reference), kin)
        if kin.id:
            self._by_id[str(kin.id)] = kin

    def find(
        self, name: str, area_id: int | None, source: str = "", reference: str | None = None
    ) -> Kin | None:
        """The likest: of the same list by its reference, else of nearly this name in this ward.

        A table of ours that comes back refers to entries by their own ids.
        """
        known = self._by_reference.get((source, reference)) if reference else None
        known = known or self._by_id.get((reference or "").lower())
        if known:
            return replace(known, is_certain=True)
        key = key_of(name)
        for area in (area_id, None):
            if (area, key) in self._by_key and key:
                return self._by_key[area, key]
        best, score = None, 0.0
        for other, kin in self._candidates(key, area_id):
            if _are_numbered_apart(key, other):
                continue
            alike = likeness(key, other)
            if alike >= LIKE and alike > score:
                best, score = kin, alike
        return best

    def _candidates(self, key: str, area_id: int | None) -> Iterator[tuple[str, Kin]]:
        for area in dict.fromkeys((area_id, None)):
            for word in dict.fromkeys(key.split()):
                sharing = self._by_word.get((area, word), ())
                if len(sharing) <= RARE:
                    yield from sharing


def _are_numbered_apart(one: str, other: str) -> bool:
    """Whether both names have numbers, and others: the 7th company is not the 15th."""
    ours, theirs = NUMBER.findall(one), NUMBER.findall(other)
    return bool(ours and theirs) and sorted(ours) != sorted(theirs)


def likeness(one: str, other: str, least: float = LIKE) -> float:
    """From 0 to 1; 0 for anything clearly under `least`."""
    matcher = difflib.SequenceMatcher(None, one, other)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    return matcher.ratio()
