"""The figures of the gap table, without a database."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbapp.gaps.measures import Cover, Entry, Times, Zone, measure, nearest_km
from pbapp.gaps.shading import NO_DATA, NONE, scale_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HERE, THERE = 1, 2
POVERTY, HEALTH = 10, 11


def entry(area=HERE, lat=55.86, lon=-4.03, days=None, helps=(), serves=(), **more):
    confirmed_at = None if days is None else NOW - timedelta(days=days)
    return Entry(area, lat, lon, confirmed_at, frozenset(helps), frozenset(serves), **more)


def zone(area=HERE, people=1000, quintile=1, lat=55.86, lon=-4.03):
    return Zone(area, people, quintile, lat, lon)


def first(entries=(), zones=()):
    rows = measure(
        area_ids=[HERE, THERE],
        priority_ids=[POVERTY, HEALTH],
        entries=list(entries),
        zones=list(zones),
        now=NOW,
    )
    return rows[0]


def test_entries_are_counted_against_the_people_of_the_ward():
    row = first([entry(helps=[POVERTY]), entry(), entry(THERE)], [zone(people=4000)])
    assert row.people == 4000
    assert (row.overall.entries, row.overall.per_1000) == (2, 0.5)
    assert (row.cells[POVERTY].entries, row.cells[POVERTY].per_1000) == (1, 0.25)


def test_nothing_is_zero_and_unknown_is_not():
    counted = first([], [zone(people=4000)]).cells[HEALTH]
    assert (counted.entries, counted.per_1000, counted.share_fresh) == (0, 0.0, None)
    unknown = first([entry(helps=[HEALTH])]).cells[HEALTH]
    assert (unknown.entries, unknown.per_1000, unknown.distance) == (1, None, None)


def test_an_area_without_people_has_no_rate():
    row = first([entry()], [zone(people=0)])
    assert row.people is None
    assert row.overall.per_1000 is None


@pytest.mark.parametrize(("days", "fresh"), [(None, 0), (0, 1), (365, 1), (366, 0)])
def test_confirmed_within_a_year_is_fresh(days, fresh):
    assert first([entry(days=days)]).overall.fresh == fresh


def test_half_and_furthest_are_told_by_people_not_by_zones():
    zones = [zone(people=900, lat=55.86), zone(people=100, lat=55.87), zone(people=100, lat=55.90)]
    found = first([entry(helps=[POVERTY])], zones).cells[POVERTY].distance
    assert found.people == 1100
    assert found.half == 0
    assert found.furthest == pytest.approx(4.45, abs=0.01)


def test_only_the_areas_of_greatest_need_are_measured():
    found = first([entry()], [zone(quintile=2), zone(quintile=5)]).overall.distance
    assert (found.people, found.half) == (0, None)


def test_the_nearest_may_be_in_the_next_ward():
    found = first([entry(THERE, helps=[POVERTY])], [zone(lat=55.87)]).cells[POVERTY].distance
    assert found.half == pytest.approx(1.11, abs=0.01)


def test_without_a_point_there_is_nothing_to_measure_to():
    found = first([entry(lat=None, lon=None, helps=[POVERTY])], [zone()]).cells[POVERTY].distance
    assert (found.people, found.half, found.furthest) == (1000, None, None)


@given(
    st.floats(55.7, 56.0),
    st.floats(-4.2, -3.7),
    st.lists(st.tuples(st.floats(55.7, 56.0), st.floats(-4.2, -3.7)), min_size=1, max_size=9),
)
def test_the_flat_distance_is_that_on_the_globe(lat, lon, points):
    def on_the_globe(other_lat, other_lon):
        a, b = math.radians(lat), math.radians(other_lat)
        turn = math.radians(other_lon - lon)
        chord = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(turn / 2) ** 2
        return 2 * 6371 * math.asin(math.sqrt(chord))

    expected = min(on_the_globe(*point) for point in points)
    assert nearest_km(lat, lon, sorted(points)) == pytest.approx(expected, rel=0.005, abs=0.001)


def test_evenings_and_weekends_are_shares_of_what_is_known():
    times = [Times(evening=True), Times(weekend=True), Times(), None]
    found = first([entry(times=one) for one in times]).overall
    assert found.here == Cover(entries=4, known=3, evening=1, weekend=1)
    assert found.share_evening == found.share_weekend == pytest.approx(1 / 3)


def test_times_that_nobody_knows_are_not_none():
    assert first([entry()]).overall.share_evening is None
    assert first([entry(times=Times())]).overall.share_evening == 0
    assert first([]).overall.share_weekend is None


def test_what_comes_from_elsewhere_is_counted_apart():
    found = first(
        [
            entry(helps=[POVERTY], serves=[HERE]),
            entry(THERE, serves=[HERE], times=Times(evening=True), days=1),
            entry(THERE, helps=[POVERTY]),
            entry(None, everywhere=True, helps=[POVERTY]),
        ],
        [zone(people=1000)],
    )
    assert (found.overall.entries, found.overall.fresh, found.overall.per_1000) == (1, 0, 1.0)
    assert found.overall.here.evening == 0
    assert found.overall.coming == Cover(entries=2, known=1, evening=1)
    assert found.cells[POVERTY].coming.entries == 1


def test_ten_thousand_entries_are_all_counted():
    entries = [
        entry(HERE, 55.8 + n % 97 / 1000, -4.1 + n % 89 / 1000, helps=[POVERTY, HEALTH])
        for n in range(10_000)
    ]
    zones = [zone(lat=55.8 + n / 1000, lon=-4.1 + n / 1000) for n in range(40)]
    row = first(entries, zones)
    assert (row.overall.entries, row.cells[POVERTY].entries) == (10_000, 10_000)
    assert row.overall.per_1000 == 250.0


# --- shades -------------------------------------------------------------------------------------


def test_shades_tell_nothing_from_not_known():
    scale = scale_of([None, 0.0, 0.3, 0.9])
    assert scale.ends == (0.3, 0.6, 0.9)
    figures = (None, 0.0, 0.01, 0.34, 0.36, 0.9, 2.0)
    assert [scale.shade(f) for f in figures] == [NO_DATA, NONE, "1", "1", "2", "3", "3"]


@pytest.mark.parametrize("figures", [[], [None], [0.0], [0.0, None]])
def test_without_figures_there_are_no_steps(figures):
    scale = scale_of(figures)
    assert scale.ends == ()
    assert scale.shade(0.0) == NONE


@given(st.lists(st.one_of(st.none(), st.floats(0, 1000)), max_size=6))
def test_more_is_never_drawn_lighter(figures):
    scale = scale_of(figures)
    shades = [scale.shade(f) for f in sorted(f for f in figures if f)]
    assert shades == sorted(shades)
    assert set(shades) <= {"1", "2", "3"}
