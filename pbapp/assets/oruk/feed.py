"""What the Open Referral UK feed holds and how it is searched: published entries of every board."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from pbapp import clock
from pbapp.assets import plain
from pbapp.assets.finding.folding import words_in
from pbapp.assets.finding.matching import lasting
from pbapp.assets.finding.search import Word, matches
from pbapp.assets.models import (
    SUBJECT,
    Asset,
    AssetArea,
    AssetKind,
    AssetPriority,
    AssetSession,
    AssetState,
    AssetTerm,
    JoinBy,
    Vocabulary,
    Where,
)
from pbapp.assets.oruk import objects as oruk
from pbapp.assets.oruk import terms as vocabularies
from pbapp.assets.oruk.values import Thing, turned
from pbapp.assets.vocabulary import TERMS
from pbapp.boards.models import Board, BoardArea, Council
from pbapp.db import db
from pbapp.decisions.models import Decision, Outcome
from pbapp.organisations.models import Organisation
from pbapp.places.models import Area
from pbapp.plans import queries as plans
from pbapp.plans.models import Priority, PriorityVersion

METRES_A_DEGREE = 111_320


@dataclass(frozen=True)
class Near:
    """A circle: its middle and radius in metres."""

    lat: float
    lon: float
    metres: float


@dataclass(frozen=True)
class Hours:
    """A regular time on this day (Monday 0), from no earlier and to no later than these minutes."""

    day: int | None = None
    opens: int | None = None
    closes: int | None = None


@dataclass(frozen=True)
class Asked:
    """What somebody asks the feed for; everything given must fit."""

    search: str = ""
    modified_after: datetime | None = None
    term: UUID | None = None
    taxonomy: UUID | None = None
    organisation: UUID | None = None
    ward_id: int | None = None
    near: Near | None = None
    age_from: int | None = None
    age_to: int | None = None
    hours: Hours | None = None
    placed_only: bool = False


@dataclass(frozen=True)
class Found:
    """One page of entries, with the moment each was last published where that is known."""

    assets: list[Asset]
    total: int
    published_at: Mapping[UUID, datetime]

    def changed(self, asset: Asset) -> datetime:
        """The last moment anything of it changed: approval and confirmation count."""
        return _changed(asset, self.published_at)


def _changed(entry: Any, published_at: Mapping[UUID, datetime]) -> datetime:
    known = (entry.updated_at, entry.confirmed_at, published_at.get(entry.id))
    return max(moment for moment in known if moment is not None)


class Terms:
    """The vocabularies of the feed, made once a request."""

    @cached_property
    def boards(self) -> list[Board]:
        query = (
            select(Board)
            .options(
                joinedload(Board.council).joinedload(Council.area),
                selectinload(Board.board_areas).joinedload(BoardArea.area),
            )
            .order_by(Board.id)
        )
        return list(db.session.scalars(query))

    @cached_property
    def wording(self) -> dict[int, PriorityVersion]:
        return {
            version.priority_id: version
            for board in self.boards
            for version in plans.list_priorities(board.id)
        }

    @cached_property
    def wards(self) -> dict[int, list[Area]]:
        return {
            board.id: sorted((tie.area for tie in board.board_areas), key=lambda a: a.gss_code)
            for board in self.boards
        }

    @cached_property
    def sources(self) -> list[tuple[str, str]]:
        query = (
            select(Asset.source, Asset.licence).where(published(), Asset.source != "").distinct()
        )
        return sorted((source, licence) for source, licence in db.session.execute(query))

    def taxonomies(self) -> list[Thing]:
        known = [slug for slug in vocabularies.TAXONOMIES if slug != "sources" or self.sources]
        made = [vocabularies.taxonomy(slug) for slug in known]
        return made + [vocabularies.priority_taxonomy(board) for board in self.boards]

    def terms(self) -> list[Thing]:
        return [term for term, _ in self._with_conditions()]

    def condition(self, asked: Asked) -> ColumnElement[bool]:
        """Which entries have the term, or any term of the taxonomy, that was asked for."""
        wanted: list[ColumnElement[bool]] = []
        for term, fits in self._with_conditions():
            if asked.term and term["id"] != str(asked.term):
                continue
            if asked.taxonomy and term["taxonomy_id"] != str(asked.taxonomy):
                continue
            wanted.append(fits)
        return or_(*wanted) if wanted else false()

    def _with_conditions(self) -> Iterator[tuple[Thing, ColumnElement[bool]]]:
        for kind in vocabularies.KINDS:
            yield vocabularies.kind_term(kind), Asset.kind == kind
        for way in JoinBy:
            yield vocabularies.join_term(way), Asset.join_by == way
        for vocabulary, slugs in TERMS.items():
            for slug in slugs:
                yield vocabularies.marked_term(vocabulary, slug), _is_marked(vocabulary, slug)
        by_id = {board.id: board for board in self.boards}
        for priority in db.session.scalars(select(Priority).order_by(Priority.id)):
            helps = select(AssetPriority.asset_id).where(AssetPriority.priority_id == priority.id)
            term = vocabularies.priority_term(priority, by_id[priority.board_id], self.wording)
            yield term, Asset.id.in_(helps)
        for source, licence in self.sources:
            fits = (Asset.source == source) & (Asset.licence == licence)
            yield vocabularies.source_term(source, licence), fits


def _is_marked(vocabulary: Vocabulary, slug: str) -> ColumnElement[bool]:
    marked = select(AssetTerm.asset_id).where(
        AssetTerm.vocabulary == vocabulary, AssetTerm.slug == slug
    )
    return Asset.id.in_(marked)


def published() -> ColumnElement[bool]:
    """On the map and nobody's personal gift: those never leave the page."""
    return (Asset.state == AssetState.PUBLISHED) & (Asset.kind != AssetKind.INDIVIDUAL)


def _placed() -> ColumnElement[bool]:
    return Asset.area_id.is_not(None) & (Asset.where_kind != Where.NOWHERE)


def list_entries(
    asked: Asked, terms: Terms, *, page: int = 1, per_page: int | None = None
) -> Found:
    """One page by id, so that pages hold still while a reader goes through them."""
    query = _narrowed(asked, terms).with_only_columns(Asset.id)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    query = query.order_by(Asset.id)
    if per_page is not None:
        query = query.limit(per_page).offset((page - 1) * per_page)
    return _found(db.session.scalars(query).all(), total)


def _found(ids: Sequence[UUID], total: int) -> Found:
    return Found(plain.load(ids), total, _published_at(ids))


def list_moments(asked: Asked, terms: Terms) -> list[tuple[UUID, datetime]]:
    """Every id with the last moment that anything of it changed; nothing else is read."""
    columns = (Asset.id, Asset.updated_at, Asset.confirmed_at)
    query = _narrowed(asked, terms).with_only_columns(*columns).order_by(Asset.id)
    rows = db.session.execute(query).all()
    published_at = _published_at([row.id for row in rows])
    return [(row.id, _changed(row, published_at)) for row in rows]


def find_entry(asset_id: UUID, *, placed_only: bool = False) -> Found:
    query = select(Asset.id).where(published(), Asset.id == asset_id)
    if placed_only:
        query = query.where(_placed())
    ids = db.session.scalars(query).all()
    return _found(ids, len(ids))


def list_organisations(start: int, stop: int) -> tuple[int, list[Thing]]:
    """How many organisations the feed has, and a part of them by name.

    Of all of them the names and ids are read; of the part no more than it takes.
    """
    named = select(Asset.organisation_id).where(published())
    groups = select(Organisation.id, Organisation.name).where(Organisation.id.in_(named))
    alone = select(Asset.id, Asset.name).where(published(), _is_its_own())
    theirs = select(Asset.board_id).where(published(), _is_the_boards())
    boards = list(db.session.scalars(select(Board).where(Board.id.in_(theirs))))
    known = [
        *[(name.casefold(), str(id)) for id, name in db.session.execute(groups)],
        *[(name.casefold(), oruk.organisation_id(id)) for id, name in db.session.execute(alone)],
        *[(board.name.casefold(), vocabularies.board_id(board)) for board in boards],
    ]
    part = [id for _, id in sorted(known)[start:stop]]
    made = {thing["id"]: thing for thing in _organisations([UUID(id) for id in part])}
    made |= {thing["id"]: thing for thing in map(oruk.of_board, boards)}
    return len(known), [made[id] for id in part]


def _organisations(ids: Collection[UUID]) -> Iterator[Thing]:
    """Those of these ids that are groups, or entries that are organisations themselves."""
    groups = select(Organisation).where(Organisation.id.in_(ids))
    yield from map(oruk.of_group, db.session.scalars(groups))
    columns = (Asset.id, Asset.name, Asset.summary, Asset.description, Asset.website)
    entries = [turned("organisation", id) for id in ids]
    alone = select(*columns).where(Asset.id.in_(entries))
    yield from map(oruk.of_itself, db.session.execute(alone))


def _is_its_own() -> ColumnElement[bool]:
    return Asset.organisation_id.is_(None) & Asset.kind.in_(oruk.THEIR_OWN)


def _is_the_boards() -> ColumnElement[bool]:
    return Asset.organisation_id.is_(None) & Asset.kind.not_in(oruk.THEIR_OWN)


def whole_service(asset: Asset, found: Found, terms: Terms) -> Thing:
    return oruk.service(
        asset, terms.wording, terms.wards.get(asset.board_id, ()), found.changed(asset)
    )


def _narrowed(asked: Asked, terms: Terms) -> Select[Any]:
    query = select(Asset).where(published())
    if asked.search:
        # Every word is sought as it is; others like it are not. Marks alone are in no entry.
        words = [Word(word, number=1) for word in words_in(asked.search[:100])]
        query = query.where(*map(matches, words) if words else [false()])
    if asked.modified_after:
        query = query.where(_changed_since(asked.modified_after))
    if asked.term or asked.taxonomy:
        query = query.where(terms.condition(asked))
    if asked.organisation:
        query = query.where(_of_organisation(asked.organisation, terms))
    if asked.ward_id is not None:
        query = query.where(_serves(asked.ward_id, terms.boards))
    if asked.age_from is not None:
        query = query.where(Asset.age_from >= asked.age_from)
    if asked.age_to is not None:
        query = query.where(Asset.age_to <= asked.age_to)
    if asked.hours:
        query = query.where(_is_on(asked.hours))
    if asked.placed_only:
        query = query.where(_placed())
    return query.where(_within(asked.near)) if asked.near else query


def _changed_since(since: datetime) -> ColumnElement[bool]:
    """Changed, confirmed or approved: an old entry approved today is new to a reader."""
    approved = db.session.scalars(
        select(Decision.subject_id).where(
            Decision.subject_type == SUBJECT,
            Decision.outcome == Outcome.APPROVED,
            Decision.undone_at.is_(None),
            Decision.at >= since,
        )
    )
    ids = [UUID(subject_id) for subject_id in approved]
    return or_(Asset.updated_at >= since, Asset.confirmed_at >= since, Asset.id.in_(ids))


def _published_at(ids: Collection[UUID]) -> dict[UUID, datetime]:
    if not ids:
        return {}
    query = (
        select(Decision.subject_id, func.max(Decision.at))
        .where(
            Decision.subject_type == SUBJECT,
            Decision.outcome == Outcome.APPROVED,
            Decision.undone_at.is_(None),
        )
        .group_by(Decision.subject_id)
    )
    if len(ids) <= 500:
        query = query.where(Decision.subject_id.in_([str(one) for one in ids]))
    return {UUID(subject_id): at for subject_id, at in db.session.execute(query)}


def _of_organisation(wanted: UUID, terms: Terms) -> ColumnElement[bool]:
    """The entries of a group, those that a board answers for, or the one that is it itself."""
    if db.session.get(Organisation, wanted) is not None:
        return Asset.organisation_id == wanted
    for board in terms.boards:
        if vocabularies.board_id(board) == str(wanted):
            return (Asset.board_id == board.id) & _is_the_boards()
    return (Asset.id == turned("organisation", wanted)) & _is_its_own()


def _serves(ward_id: int, boards: Iterable[Board]) -> ColumnElement[bool]:
    """In a ward, serving it, or all over a board that has it: as the service areas say."""
    all_over = [b.id for b in boards if any(tie.area_id == ward_id for tie in b.board_areas)]
    coming = select(AssetArea.asset_id).where(AssetArea.area_id == ward_id)
    anywhere = Asset.area_id.is_(None) & ~Asset.serves.any()
    return or_(
        Asset.area_id == ward_id,
        Asset.id.in_(coming),
        anywhere & Asset.board_id.in_(all_over),
    )


def _is_on(hours: Hours) -> ColumnElement[bool]:
    """One regular time of it fits all that is asked."""
    query = select(AssetSession.asset_id).where(*lasting(clock.today()))
    if hours.day is not None:
        query = query.where(AssetSession.days.bitwise_and(1 << hours.day) != 0)
    if hours.opens is not None:
        query = query.where(AssetSession.opens >= hours.opens)
    if hours.closes is not None:
        query = query.where(AssetSession.closes <= hours.closes)
    return Asset.id.in_(query)


def _within(near: Near) -> ColumnElement[bool]:
    """Inside a circle, worked out as on a plane: exact enough within a council."""
    a_degree_east = METRES_A_DEGREE * math.cos(math.radians(near.lat))
    north = (Asset.lat - near.lat) * METRES_A_DEGREE
    east = (Asset.lon - near.lon) * a_degree_east
    return Asset.lat.is_not(None) & (north * north + east * east <= near.metres**2)
