"""Any entry becomes an object of the standard, and our own check agrees with its schemas."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbapp.assets import times
from pbapp.assets.entry import check_website
from pbapp.assets.models import (
    Asset,
    AssetArea,
    AssetContact,
    AssetKind,
    AssetPriority,
    AssetSession,
    AssetState,
    AssetTerm,
    Cost,
    JoinBy,
    Precision,
    SessionUse,
    Status,
    Where,
)
from pbapp.assets.oruk import objects as oruk
from pbapp.assets.oruk import terms as vocabularies
from pbapp.assets.oruk.shape import (
    AT_LOCATION,
    AT_LOCATION_LINE,
    SERVICE,
    SERVICE_LINE,
    TAXONOMY,
    TERM,
    faults,
)
from pbapp.assets.oruk.values import as_uri, turned
from pbapp.assets.vocabulary import TERMS
from pbapp.boards.models import Board, Council
from pbapp.organisations.models import Organisation, OrganisationKind
from pbapp.places.models import Area, AreaType
from pbapp.plans.models import Priority
from pbapp.refusal import Refused
from tests.assets import oruk_schemas

pytestmark = pytest.mark.shared

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
named = words.map(str.strip).filter(bool)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def is_taken(address: str) -> bool:
    try:
        return check_website(address) is not None
    except Refused:
        return False


websites = st.none() | words.map(lambda text: f"https://example.org/{text}").filter(is_taken)
websites |= words.map(lambda text: f"http://{text}").filter(is_taken)


days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@st.composite
def sessions(draw: st.DrawFn) -> AssetSession:
    """A regular time as the database could hold it."""
    opens = draw(st.integers(0, 1439))
    starts_on, until_on = sorted((draw(days), draw(days)))
    every = draw(st.integers(1, 12))
    return AssetSession(
        id=draw(st.integers(1, 10**6)),
        use=draw(st.sampled_from(SessionUse)),
        days=draw(st.integers(1, 127)),
        opens=opens,
        closes=draw(st.integers(opens + 1, 1440)),
        nth=draw(st.sampled_from([None, 1, 2, 3, 4, -1])),
        every=every,
        starts_on=starts_on if every > 1 or draw(st.booleans()) else None,
        until_on=draw(st.sampled_from([None, until_on])),
        note=draw(words),
    )


def contact(draw: st.DrawFn) -> AssetContact:
    return AssetContact(
        name=draw(words),
        phone="01236 000000",
        email=draw(words | st.just("ask@example.org")),
    )


@st.composite
def entries(draw: st.DrawFn) -> Asset:
    """An entry as the database could hold it, never put there."""
    council_area = Area(area_type=AreaType.COUNCIL, gss_code="S12000050", name="Council")
    board = Board(slug="place", name="A board", place_name="Place")
    board.council = Council(area=council_area, name="A council")
    ward = Area(area_type=AreaType.WARD, gss_code="S13003048", name=draw(named))
    other = Area(area_type=AreaType.WARD, gss_code="S13003049", name=draw(named))
    where = draw(st.sampled_from(Where))
    placed = where is Where.POINT or (where is Where.POSTCODE and draw(st.booleans()))
    group = Organisation(
        id=uuid4(),
        kind=OrganisationKind.GROUP,
        name=draw(named),
        description=draw(words),
        website=draw(websites),
        email="private@example.org",
    )
    priority = Priority(id=1, slug="health", name=draw(named))
    marked = st.sampled_from([(v, slug) for v, slugs in TERMS.items() for slug in slugs])
    ages = sorted(draw(st.tuples(st.integers(0, 120), st.integers(0, 120))))
    return Asset(
        id=uuid4(),
        board=board,
        status=draw(st.sampled_from(Status)),
        alert=draw(words),
        alert_until=draw(st.none() | days),
        cost=draw(st.none() | st.sampled_from(Cost)),
        cost_words=draw(words),
        age_from=draw(st.sampled_from([None, ages[0]])),
        age_to=draw(st.sampled_from([None, ages[1]])),
        eligibility=draw(words),
        join_by=draw(st.none() | st.sampled_from(JoinBy)),
        review_due_on=draw(st.none() | days),
        shown_as=draw(st.sampled_from(Precision)),
        terms=[AssetTerm(vocabulary=v, slug=s) for v, s in draw(st.sets(marked, max_size=5))],
        sessions=draw(st.lists(sessions(), max_size=3, unique_by=lambda one: one.id)),
        serves=[AssetArea(area=other)] if draw(st.booleans()) else [],
        contact=contact(draw) if draw(st.booleans()) else None,
        kind=draw(st.sampled_from([k for k in AssetKind if k is not AssetKind.INDIVIDUAL])),
        name=draw(named),
        summary=draw(words),
        description=draw(words),
        opening=draw(words),
        access=draw(words),
        website=draw(websites),
        where_kind=where,
        where_words=draw(words),
        lat=draw(st.floats(-90, 90)) if placed else None,
        lon=draw(st.floats(-180, 180)) if placed else None,
        postcode="ML5 3AB" if where is Where.POSTCODE else None,
        area=None if where is Where.NOWHERE else ward,
        organisation=draw(st.none() | st.just(group)),
        state=AssetState.PUBLISHED,
        updated_at=draw(moments),
        confirmed_at=draw(st.none() | moments),
        priorities=[AssetPriority(priority=priority, priority_id=1, is_main=draw(st.booleans()))],
        source=draw(words),
        licence=draw(words),
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(asset=entries())
def test_any_entry_is_valid_by_both_standards_and_by_our_own_check(asset: Asset) -> None:
    whole = oruk.service(asset, {})
    line = oruk.service_line(asset)
    at = oruk.at_location(asset)
    wrong = oruk_schemas.faults("oruk", "service", whole)
    wrong += oruk_schemas.faults("hsds", "service", whole)
    wrong += oruk_schemas.faults("oruk", "service_list", line)
    wrong += oruk_schemas.faults("oruk", "service_at_location", at)
    wrong += oruk_schemas.faults("hsds", "service_at_location", at)
    in_list = oruk.at_location_line(asset)
    wrong += faults(in_list, AT_LOCATION_LINE)
    wrong += oruk_schemas.faults("oruk", "service_at_location_list", in_list)
    wrong += [*faults(whole, SERVICE), *faults(line, SERVICE_LINE), *faults(at, AT_LOCATION)]
    assert not wrong
    assert "private@example.org" not in str(whole)
    assert "01236 000000" not in str(whole)  # the UK profile has no place for a number
    for session, schedule in zip(asset.sessions, whole.get("schedules", ()), strict=False):
        _check_times(session, schedule)


def _check_times(session: AssetSession, schedule: dict[str, Any]) -> None:
    """A reader who follows the rule from its start gets the days that we mean."""
    assert schedule["freq"] == ("WEEKLY" if session.nth is None else "MONTHLY")
    assert schedule["opens_at"] < schedule["closes_at"] or session.closes - session.opens == 1
    if "valid_to" in schedule and session.until_on:
        assert schedule["valid_to"] <= session.until_on.isoformat()
    if session.starts_on:
        first = date.fromisoformat(schedule["dtstart"])
        assert first >= session.starts_on
        known = times.occurrences(session, session.starts_on, first)
        assert [one.start.date() for one in known] in ([first], [])


def nodes(thing: Any, path: tuple = ()) -> list[tuple]:
    """The way to every value in an object."""
    found = [path] if path else []
    inner = thing.items() if isinstance(thing, dict) else enumerate(thing)
    for key, value in inner:
        deeper = (*path, key)
        found += nodes(value, deeper) if isinstance(value, dict | list) else [deeper]
    return found


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(asset=entries(), data=st.data())
def test_our_check_finds_whatever_the_schemas_find(asset: Asset, data: st.DataObject) -> None:
    broken = copy.deepcopy(oruk.service(asset, {}))
    *way, last = data.draw(st.sampled_from(nodes(broken)))
    inner: Any = broken
    for key in way:
        inner = inner[key]
    if isinstance(inner, dict) and data.draw(st.booleans()):
        del inner[last]
    else:
        inner[last] = data.draw(
            st.sampled_from([None, 7, "no", True, [], {}, "not a uuid", {"extra": "key"}])
        )
    if oruk_schemas.faults("oruk", "service", broken):
        assert list(faults(broken, SERVICE))


def test_an_id_made_from_a_rows_leads_back_to_it() -> None:
    row = UUID("8113ee0c-de8e-42b2-9d2d-e20f548c8965")
    made = turned("at", row)
    assert turned("at", made) == row
    assert (made.version, made.variant) == (row.version, row.variant)
    assert len({row, made, turned("organisation", row)}) == 3


def test_the_vocabularies_are_valid() -> None:
    terms = [vocabularies.kind_term(kind) for kind in vocabularies.KINDS]
    terms += [vocabularies.join_term(way) for way in JoinBy]
    terms += [vocabularies.marked_term(v, slug) for v, slugs in TERMS.items() for slug in slugs]
    terms.append(vocabularies.source_term("ALISS", "CC BY"))
    assert len({term["id"] for term in terms}) == len(terms)
    for term in terms:
        assert not list(faults(term, TERM))
        assert not oruk_schemas.faults("oruk", "taxonomy_term", term)
        assert not oruk_schemas.faults("hsds", "taxonomy_term", term)
    for taxonomy in map(vocabularies.taxonomy, vocabularies.TAXONOMIES):
        assert not list(faults(taxonomy, TAXONOMY))
        assert not oruk_schemas.faults("oruk", "taxonomy", taxonomy)
        assert not oruk_schemas.faults("hsds", "taxonomy", taxonomy)


@pytest.mark.parametrize(
    ("address", "made"),
    [
        ("https://example.org", "https://example.org/"),
        ("https://café.example/né e?a=ü", "https://xn--caf-dma.example/n%C3%A9%20e?a=%C3%BC"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ('https://example.org/"<x>', "https://example.org/%22%3Cx%3E"),
        ("javascript:alert(1)", None),
        ("https://", None),
        ("https://exa mple.org/", None),
        (None, None),
    ],
)
def test_a_web_address_becomes_a_plain_uri_or_nothing(address: str, made: str | None) -> None:
    assert as_uri(address) == made
