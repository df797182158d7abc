"""Words somebody typed: what each may be found by, typing mistakes forgiven, and how well it fits.

A word is sought in an entry's own text, and in the names of its ward, its organisation and its
terms. Where it is hardly anywhere, the likest words that are here are sought as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, false, func, or_, select

from pbapp.assets.finding.folding import fold, stems, words_in
from pbapp.assets.models import (
    Asset,
    AssetArea,
    AssetKind,
    AssetState,
    AssetTerm,
    Status,
    Vocabulary,
)
from pbapp.assets.vocabulary import TERMS
from pbapp.boards.models import BoardArea
from pbapp.db import db
from pbapp.organisations.models import Organisation
from pbapp.places.models import Area

FEW = 3  # fewer entries than these have a word: it may be mistyped
MOST_ALIKE = 6
EXACT, INSIDE, ALIKE = 0, 4, 5
# Words that narrow nothing: who asks for "help with my benefits" need not find "with" and "my".
LITTLE = frozenset(
    """a an and any anything at by for from i in is me my near of on or our some something somewhere
    that the there to us we what where who with you your""".split()  # noqa: SIM905 — a list of words reads best as words
)
# What makes an entry one that everybody sees; what closed for good has left.
SHOWN = (Asset.state == AssetState.PUBLISHED, Asset.status != Status.CLOSED)

# The words of the texts that were taken apart last, by their hashes.
_taken_apart: dict[int, list[str]] = {}
TEXTS_KEPT = 4


@dataclass(frozen=True)
class Word:
    """One word as typed and folded, what has it in its name, and the words that are like it.

    `number`: how many entries have it, counted no further than `FEW`.
    """

    text: str
    area_ids: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()
    terms: tuple[tuple[Vocabulary, str], ...] = ()
    number: int = 0
    alike: tuple[str, ...] = ()

    @property
    def has_names(self) -> bool:
        return bool(self.area_ids or self.groups or self.terms)


@dataclass(frozen=True)
class Search:
    """All the words, and `text`, what was typed. `meant` has what was probably meant, where a word
    is nowhere here; of a word that is like nothing here there is no telling."""

    text: str = ""
    words: tuple[Word, ...] = ()

    @property
    def meant(self) -> str:
        if not self.unknown or not all(word.number or word.alike for word in self.words):
            return ""
        return " ".join(word.text if word.number else word.alike[0] for word in self.words)

    def only(self, typed: str) -> Search:
        """What was looked up of some of these words."""
        if typed and fold(typed) == self.text:
            return self
        texts = words_in(typed)
        return replace(self, words=tuple(word for word in self.words if word.text in texts))

    @property
    def unknown(self) -> str:
        """The words that are nowhere here."""
        return " ".join(word.text for word in self.words if not word.number)


def read_words(board_id: int, typed: str) -> Search:
    """Look the words up; at most four queries, however many words and entries there are."""
    texts = words_in(typed)
    texts = [text for text in texts if text not in LITTLE] or texts
    if not texts:
        # Nothing but marks: it is in no entry, and must not show all of them.
        return Search(words=(Word(""),)) if typed.strip() else Search()
    wards = _wards(board_id)
    groups = _groups(board_id)
    words = [_named(text, wards, groups) for text in texts]
    numbers = db.session.execute(select(*[_some(board_id, word) for word in words])).one()
    words = [replace(word, number=int(n)) for word, n in zip(words, numbers, strict=True)]
    if any(_may_be_mistyped(word) for word in words):
        known = _vocabulary(board_id, [folded for folded, _ in [*wards, *groups]])
        words = [
            replace(word, alike=_alike(word.text, known)) if _may_be_mistyped(word) else word
            for word in words
        ]
        words = [_with_names(word, wards, groups) for word in words]
        here = set(known)
        apart = [_two_words(word, here) for word in words]
        if apart != texts:
            return replace(read_words(board_id, " ".join(apart)), text=fold(typed))
    return Search(fold(typed), tuple(words))


def shown(board_id: int) -> tuple[ColumnElement[bool], ...]:
    """A board's entries that everybody sees."""
    return (Asset.board_id == board_id, *SHOWN)


def matches(word: Word) -> ColumnElement[bool]:
    """Has the word, or one that begins with it, or, of a longer one, one that has it inside; or
    belongs to something named so; or has one that is like it."""
    parts = [f"%{part}%" if len(part) > 3 else f"% {part}%" for part in stems(word.text)]
    kept = parts if word.number else []
    return or_(false(), _like(*kept, *[f"% {other} %" for other in word.alike]), *_named_so(word))


def rank(word: Word) -> ColumnElement[int]:
    """0 for a word of the name; more for one of the text; most for one that is only like it."""
    wholes, starts = (word.text, *stems(word.text)), stems(word.text)
    found: list[tuple[ColumnElement[bool], Any]] = [
        (_name_has(starts, "%"), case((_name_has(wholes, " %", ""), EXACT), else_=1)),
        (_like(*[f"% {whole} %" for whole in wholes]), 2),
        (or_(_like(*[f"% {start}%" for start in starts]), *_named_so(word)), 3),
        (_like(*[f"%{start}%" for start in starts]), INSIDE),
    ]
    alike = _name_has(word.alike, " %", "")
    return case(*(found if word.number else []), (alike, ALIKE), else_=ALIKE + 1)


def _name_has(starts: Iterable[str], *ends: str) -> ColumnElement[bool]:
    """Whether a word of the name, which is short and so soon read, is so and goes on so."""
    found = [
        Asset.sort_name.like(f"{before}{start}{end}")
        for start in starts
        for before in ("", "% ")
        for end in ends
    ]
    return or_(false(), *found)


def _some(board_id: int, word: Word) -> ScalarSelect[int]:
    """How many entries have a word, as far as it matters: a common one is read off the first."""
    found = select(Asset.id).where(*shown(board_id), matches(replace(word, number=FEW)))
    return select(func.count()).select_from(found.limit(FEW).subquery()).scalar_subquery()


def _named_so(word: Word) -> list[ColumnElement[bool]]:
    """Belongs to a ward, a group or a term that has the word in its name."""
    found: list[ColumnElement[bool]] = []
    if word.area_ids:
        # Whose gift it is must not show by the ward it is in.
        served = select(AssetArea.asset_id).where(AssetArea.area_id.in_(word.area_ids))
        within = or_(Asset.area_id.in_(word.area_ids), Asset.id.in_(served))
        found.append(and_(within, Asset.kind != AssetKind.INDIVIDUAL))
    if word.groups:
        named = select(Organisation.id).where(Organisation.name.in_(word.groups))
        found.append(Asset.organisation_id.in_(named))
    for vocabulary, slug in word.terms:
        marked = select(AssetTerm.asset_id).where(
            AssetTerm.vocabulary == vocabulary, AssetTerm.slug == slug
        )
        found.append(Asset.id.in_(marked))
    return found


def _like(*patterns: str) -> ColumnElement[bool]:
    found = [Asset.search_text.like(pattern) for pattern in dict.fromkeys(patterns)]
    return or_(false(), *found)


def _wards(board_id: int) -> list[tuple[str, int]]:
    query = (
        select(Area.name, Area.id)
        .join(BoardArea, BoardArea.area_id == Area.id)
        .where(BoardArea.board_id == board_id)
    )
    return [(fold(name), id) for name, id in db.session.execute(query)]


def _groups(board_id: int) -> list[tuple[str, str]]:
    """The names of groups that have something here, folded and as they are."""
    here = select(Asset.organisation_id).where(*shown(board_id))
    names = db.session.scalars(select(Organisation.name).where(Organisation.id.in_(here)))
    return [(fold(name), name) for name in names]


def _named(text: str, wards: list[tuple[str, int]], groups: list[tuple[str, str]]) -> Word:
    starts = tuple(f" {start}" for start in stems(text))
    if len(starts[0]) <= 3:
        return Word(text)

    def has(name: str) -> bool:
        return any(start in f" {name}" for start in starts)

    return Word(
        text,
        area_ids=tuple(id for name, id in wards if has(name)),
        groups=tuple(name for folded, name in groups if has(folded)),
        terms=tuple(
            (vocabulary, slug)
            for vocabulary, terms in TERMS.items()
            for slug, words in terms.items()
            if has(fold(str(words)))
        ),
    )


def _may_be_mistyped(word: Word) -> bool:
    return word.number < FEW and len(word.text) > 3


def _vocabulary(board_id: int, names: Iterable[str]) -> list[str]:
    """Every word that is here, a name's words included; numbers are never mistyped words.

    The text is read each time, so that no change is missed; only a new one is taken apart.
    """
    kept = db.session.scalar(
        select(func.aggregate_strings(Asset.search_text, " ")).where(*shown(board_id))
    )
    labels = (fold(str(words)) for terms in TERMS.values() for words in terms.values())
    text = " ".join((kept or "", *names, *labels))
    known = _taken_apart.pop(hash(text), None)
    if known is None:
        known = sorted(word for word in set(text.split()) if len(word) > 2 and not word.isdigit())
    _taken_apart[hash(text)] = known
    for oldest in list(_taken_apart)[:-TEXTS_KEPT]:
        _taken_apart.pop(oldest, None)
    return known


def _alike(text: str, known: list[str]) -> tuple[str, ...]:
    """The likest words, within one slip, or two in a long word; a swap of neighbours is one."""
    most = 1 if len(text) < 6 else 2
    # Three megabytes of a web process, for words that are nowhere: not before one is asked for.
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    found = process.extract(
        text, known, scorer=OSA.distance, score_cutoff=most, limit=MOST_ALIKE + 1
    )
    others = [(distance, word) for word, distance, _ in found if word != text]
    best = min((distance for distance, _ in others), default=0)
    return tuple(sorted(word for distance, word in others if distance == best))[:MOST_ALIKE]


def _two_words(word: Word, here: set[str]) -> str:
    """A word that is nowhere, as the two it is made of, if those are here: foodbank, food bank."""
    text = word.text
    if word.number or word.alike:
        return text
    pairs = ((text[:at], text[at:]) for at in range(3, len(text) - 2))
    return next((f"{one} {two}" for one, two in pairs if one in here and two in here), text)


def _with_names(word: Word, wards: list[tuple[str, int]], groups: list[tuple[str, str]]) -> Word:
    """A mistyped name of a ward, a group or a term finds what is theirs."""
    if word.number or word.has_names or not word.alike:
        return word
    others = [_named(other, wards, groups) for other in word.alike]
    return replace(
        word,
        area_ids=tuple(id for other in others for id in other.area_ids),
        groups=tuple(name for other in others for name in other.groups),
        terms=tuple(term for other in others for term in other.terms),
    )
