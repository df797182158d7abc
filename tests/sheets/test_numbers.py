"""Numbers and pins that match, short addresses that come back, and maps that fit the paper."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbapp.gaps.drawing import Frame
from pbapp.sheets.codes import code_of, ids_of
from pbapp.sheets.landmarks import Landmark, label
from pbapp.sheets.layout import LAYOUTS
from pbapp.sheets.making import drawn
from pbapp.sheets.numbering import Pin, number
from pbapp.sheets.spreading import Drawn, spread
from pbapp.web.qr import qr_code
from tests.sheets.test_files import LINE, SHEET

FRAME = Frame(west=-4.1, north=55.9, narrow=0.56, scale=6000.0, width=348.0, height=612.0)
points = st.tuples(st.floats(55.81, 55.9), st.floats(-4.1, -4.0))


# --- numbers --------------------------------------------------------------------------------------


def covered(pins: list[Pin] | list[Drawn]) -> list[int]:
    """The numbers that pins stand for."""
    numbers: list[int] = []
    for run in (run for pin in pins for run in pin.label.split(", ")):
        first, _, last = run.partition("–")
        numbers += range(int(first), int(last or first) + 1)
    return sorted(numbers)


@settings(max_examples=40)
@given(st.lists(st.one_of(points, st.just((None, None))), max_size=20))
def test_every_thing_is_on_the_sheet_once_and_every_number_has_a_pin(places):
    things = [(n, lat, lon) for n, (lat, lon) in enumerate(places)]
    found, coarse = number(things, FRAME, near=5), number(things, FRAME, near=60)
    assert sorted(found.things + found.off_the_map) == list(range(len(places)))
    assert found.things == coarse.things
    everything = list(range(1, len(found.things) + 1))
    assert covered(found.pins) == covered(coarse.pins) == everything


def test_numbers_run_from_north_to_south_and_west_to_east():
    places = [("south", 55.82, -4.09), ("east", 55.895, -4.01), ("west", 55.894, -4.09)]
    assert number(places, FRAME, near=20).things == ["west", "east", "south"]


def test_things_too_close_share_a_pin():
    found = number(
        [("a", 55.85, -4.05), ("b", 55.8501, -4.05), ("c", 55.82, -4.05)], FRAME, near=20
    )
    assert [pin.label for pin in found.pins] == ["1–2", "3"]


def test_only_numbers_that_follow_each_other_share_a_pin():
    places = [("a", 55.85, -4.09), ("b", 55.85, -4.05), ("c", 55.85, -4.01)]
    assert [pin.label for pin in number(places, FRAME, near=999).pins] == ["1–3"]
    places = [("a", 55.8843, -4.09), ("b", 55.8718, -4.083), ("c", 55.8843, -4.0766)]
    assert [pin.label for pin in number(places, FRAME, near=60).pins] == ["1", "2", "3"]


def test_what_lies_outside_the_drawing_is_listed_apart():
    assert number([("far", 56.9, -4.05)], FRAME, near=20).off_the_map == ["far"]
    assert number([("any", 55.85, -4.05)], None, near=20).off_the_map == ["any"]


# --- what is drawn where --------------------------------------------------------------------------

FITTED = LAYOUTS["a4"].fit(FRAME)


def met(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(one[n] < other[n + 2] and other[n] < one[n + 2] for n in (0, 1))


def box(x: float, y: float, wide: float, high: float) -> tuple[float, ...]:
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def test_pins_side_by_side_do_not_cover_each_other_and_point_to_their_places() -> None:
    near = [Pin("16–17, 19", 100, 100), Pin("14–15", 104, 103), Pin("18", 106, 100)]
    found = spread([*near, Pin("7", 300, 300), Pin("40–41", 0, 0)], FITTED)
    boxes = [box(pin.x, pin.y, pin.wide - 0.2, pin.high - 0.2) for pin in found]
    assert not any(met(a, b) for n, a in enumerate(boxes) for b in boxes[:n])
    assert all(b[0] >= 0 and b[2] <= FITTED.frame_width and b[1] >= 0 for b in boxes)
    assert (found[3].x, found[3].y, found[3].is_moved) == (300, 300, False)
    assert any(pin.is_moved for pin in found[:3])
    assert [(pin.place_x, pin.place_y) for pin in found[:2]] == [(100, 100), (104, 103)]


def test_a_crowded_map_has_fewer_pins_rather_than_pins_far_from_their_places() -> None:
    lines = [replace(LINE, lat=55.85 + n % 9 / 2000, lon=-4.05 + n // 9 / 1000) for n in range(90)]
    sheet = replace(SHEET, frame=FRAME, lines=tuple(lines), landmarks=())
    pins = drawn(sheet, LAYOUTS["a4"])["pins"]
    assert covered(pins) == list(range(1, 91))
    assert not any(pin.is_far for pin in pins)


def test_a_landmark_is_named_where_its_name_covers_nothing_and_else_left_out() -> None:
    def names(*marks: tuple[str, float, float], pins: tuple[Pin, ...] = ()) -> list[str]:
        found = label([Landmark(*m) for m in marks], FRAME, FITTED, spread(pins, FITTED))
        return [f"{one.name} {one.anchor}" for one in found]

    middle, (x, y) = (55.85, -4.05), FRAME.place(55.85, -4.05)
    assert names(("Station", *middle)) == ["Station start"]
    assert names(("Station", 55.85, -4.1 + 340 / 0.56 / 6000)) == ["Station end"]
    assert names(("Station", *middle), pins=(Pin("7", x, y),)) == []
    assert names(("Station", *middle), pins=(Pin("7", x + 20, y),)) == ["Station end"]
    assert names(("Station", *middle), ("Park", 55.8501, -4.05)) == ["Station start"]
    assert names(("Far away", 56.9, -4.05), ("Long" * 9, *middle)) == []


@pytest.mark.parametrize("address", ["https://example.org/", "https://example.org/" + "a" * 200])
def test_a_qr_code_is_drawn_module_by_module(address):
    import segno

    code = qr_code(address)
    dark = {
        (int(x) + i, int(y))
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", code.path)
        for i in range(int(length))
    }
    matrix = segno.make_qr(address, error="m").matrix
    assert dark == {(x + 4, y + 4) for y, row in enumerate(matrix) for x, m in enumerate(row) if m}
    assert code.size == len(matrix) + 8


# --- short addresses ------------------------------------------------------------------------------


@given(st.uuids())
def test_a_code_leads_back_to_its_entry(id: UUID) -> None:
    code = code_of(id)
    first, last = ids_of(code) or (None, None)
    assert first
    assert last
    assert first <= id <= last
    assert ids_of(f" {code[:4].lower()}-{code[4:].lower()} ") == (first, last)


def test_what_looks_alike_on_paper_is_read_alike() -> None:
    assert ids_of("0O1IL000") == ids_of("00111000")


@pytest.mark.parametrize("typed", ["", "1234567", "123456789", "U2345678", "1234/678", "٣٣٣٣٣٣٣٣"])
def test_anything_else_is_no_code(typed: str) -> None:
    assert ids_of(typed) is None


# --- the paper ------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=lambda layout: layout.variant)
@pytest.mark.parametrize("high", [150.0, 612.0, 1900.0])
def test_a_map_fits_its_paper_and_its_numbers_keep_their_size(layout, high: float) -> None:
    frame = Frame(west=-4.1, north=55.9, narrow=0.56, scale=6000.0, width=348.0, height=high)
    fitted = layout.fit(frame)
    assert fitted.width <= layout.map_width + 0.1
    assert fitted.height <= layout.map_height + 0.1
    points = fitted.number * fitted.width / fitted.frame_width / 0.3528
    assert points == pytest.approx(layout.number_points, rel=0.02)
    assert 0 < fitted.bar <= frame.width / 3
