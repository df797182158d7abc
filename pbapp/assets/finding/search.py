"""Words somebody typed: what each may be found by, typing mistakes forgiven, and how well it fits.

A word is sought in an entry's own text, and in the names of its ward, its organisation and its
terms. Where it is hardly anywhere, the likest words that are here are sought as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Integer, and_, case, false, func, or_, select

from pbapp.assets.finding.folding import fold, stem, words_in
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
LITTLE = frozenset({"the", "and", "of", "a", "an", "in", "at", "for", "to", "on", "near"})
# What makes an entry one that everybody sees; what closed for good has left.
SHOWN = (Asset.state == AssetState.PUBLISHED, Asset.status != Status.CLOSED)


@dataclass(frozen=True)
class Word:
    """One word as typed and folded, what has it in its name, and the words that are like it."""

    text: str
    area_ids: tuple[int, ...] = ()
    organisation_ids: tuple[object, ...] = ()
    terms: tuple[tuple[Vocabulary, str], ...] = ()
    number: int = 0
    alike: tuple[str, ...] = ()

    @property
    def has_names(self) -> bool:
        return bool(self.area_ids or self.organisation_ids or self.terms)


@dataclass(frozen=True)
class Search:
    """All the words. `meant` has what was probably meant, where a word is nowhere here."""

    text: str = ""
    words: tuple[Word, ...] = ()

    @property
    def meant(self) -> str:
        said = [w.alike[0] if not w.number and w.alike else w.text for w in self.words]
        return " ".join(said) if said != [w.text for w in self.words] else ""

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
        return Search(typed.strip(), (Word(""),)) if typed.strip() else Search()
    wards = _wards(board_id)
    groups = _organisations(board_id)
    words = [_named(text, wards, groups) for text in texts]
    numbers = db.session.execute(
        select(*[func.coalesce(func.sum(_one(_has(word))), 0) for word in words]).where(
            *shown(board_id)
        )
    ).one()
    words = [replace(word, number=int(n)) for word, n in zip(words, numbers, strict=True)]
    if any(_may_be_mistyped(word) for word in words):
        known = _vocabulary(board_id, [name for name, _ in [*wards, *groups]])
        words = [
            replace(word, alike=_alike(word.text, known)) if _may_be_mistyped(word) else word
            for word in words
        ]
        words = [_with_names(word, wards, groups) for word in words]
    return Search(fold(typed), tuple(words))


def shown(board_id: int) -> tuple[ColumnElement[bool], ...]:
    """A board's entries that everybody sees."""
    return (Asset.board_id == board_id, *SHOWN)


def matches(word: Word) -> ColumnElement[bool]:
    if not word.text:
        return false()
    inside = [Asset.search_text.like(f"%{word.text}%")] if len(word.text) > 3 else []
    alike = [Asset.search_text.like(f"% {other} %") for other in word.alike]
    return or_(_has(word), *inside, *alike)


def rank(word: Word) -> ColumnElement[int]:
    """0 for a word of the name, up to 5 for one that is only like it."""
    text, ending = word.text, stem(word.text)
    return case(
        (_like(f"% {text} %|%", f"% {ending} %|%"), EXACT),
        (_like(f"% {ending}%|%"), 1),
        (_like(f"% {text} %", f"% {ending} %"), 2),
        (_has(word), 3),
        (_like(f"%{text}%"), INSIDE),
        else_=ALIKE,
    )


def _has(word: Word) -> ColumnElement[bool]:
    """Has the word, or one that begins with it, or belongs to something named so."""
    found: list[ColumnElement[bool]] = [Asset.search_text.like(f"% {stem(word.text)}%")]
    if word.area_ids:
        # Whose gift it is must not show by the ward it is in.
        served = select(AssetArea.asset_id).where(AssetArea.area_id.in_(word.area_ids))
        within = or_(Asset.area_id.in_(word.area_ids), Asset.id.in_(served))
        found.append(and_(within, Asset.kind != AssetKind.INDIVIDUAL))
    if word.organisation_ids:
        found.append(Asset.organisation_id.in_(word.organisation_ids))
    for vocabulary, slug in word.terms:
        marked = select(AssetTerm.asset_id).where(
            AssetTerm.vocabulary == vocabulary, AssetTerm.slug == slug
        )
        found.append(Asset.id.in_(marked))
    return or_(*found)


def _like(*patterns: str) -> ColumnElement[bool]:
    return or_(*[Asset.search_text.like(pattern) for pattern in dict.fromkeys(patterns)])


def _one(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0).cast(Integer)


def _wards(board_id: int) -> list[tuple[str, int]]:
    query = (
        select(Area.name, Area.id)
        .join(BoardArea, BoardArea.area_id == Area.id)
        .where(BoardArea.board_id == board_id)
    )
    return [(fold(name), id) for name, id in db.session.execute(query)]


def _organisations(board_id: int) -> list[tuple[str, object]]:
    query = (
        select(Organisation.name, Organisation.id)
        .join(Asset, Asset.organisation_id == Organisation.id)
        .where(*shown(board_id))
        .distinct()
    )
    return [(fold(name), id) for name, id in db.session.execute(query)]


def _begins(name: str, text: str) -> bool:
    return f" {text}" in f" {name}"


def _named(text: str, wards: list[tuple[str, int]], groups: list[tuple[str, object]]) -> Word:
    start = stem(text)
    if len(start) < 3:
        return Word(text)
    return Word(
        text,
        area_ids=tuple(id for name, id in wards if _begins(name, start)),
        organisation_ids=tuple(id for name, id in groups if _begins(name, start)),
        terms=tuple(
            (vocabulary, slug)
            for vocabulary, terms in TERMS.items()
            for slug, words in terms.items()
            if _begins(fold(str(words)), start)
        ),
    )


def _may_be_mistyped(word: Word) -> bool:
    return word.number < FEW and len(word.text) > 3


def _vocabulary(board_id: int, names: Iterable[str]) -> list[str]:
    """Every word that is here, a name's words included; numbers are never mistyped words."""
    texts = db.session.scalars(select(Asset.search_text).where(*shown(board_id)))
    labels = (fold(str(words)) for terms in TERMS.values() for words in terms.values())
    known: set[str] = set()
    for text in (*texts, *names, *labels):
        known.update(text.split())
    return sorted(word for word in known if len(word) > 2 and not word.isdigit())


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


def _with_names(word: Word, wards: list[tuple[str, int]], groups: list[tuple[str, object]]) -> Word:
    """A mistyped name of a ward, a group or a term finds what is theirs."""
    if word.number or word.has_names or not word.alike:
        return word
    others = [_named(other, wards, groups) for other in word.alike]
    return replace(
        word,
        area_ids=tuple(id for other in others for id in other.area_ids),
        organisation_ids=tuple(id for other in others for id in other.organisation_ids),
        terms=tuple(term for other in others for term in other.terms),
    )
