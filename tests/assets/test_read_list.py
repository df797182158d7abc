"""Tables as spreadsheets of this world save them, and files that are none."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pbapp.assets.alike import Kin, Known
from pbapp.assets.lists import cells, importing
from pbapp.assets.lists.columns import guess
from pbapp.assets.lists.file import MOST_BYTES, Table, read_list
from pbapp.refusal import Refused

ROWS = 'name;where\nCafé;A, B\n\n ; \nHall;"C\nD"\n'


@pytest.mark.parametrize(
    "data",
    [
        ROWS.encode(),
        ROWS.encode("utf-8-sig"),
        ROWS.encode("utf-16"),
        ROWS.encode("utf-16-le"),
        b"\n\n" + ROWS.encode(),
        b"Clubs of the town;\nas of May;\n" + ROWS.encode(),
        ROWS.replace("\n", ";;\r\n").replace("C;;\r\n", "C\n").encode(),
        ROWS.encode("cp1252"),
        ROWS.replace("\n", "\r\n").encode(),
        b"sep=;\n" + ROWS.encode(),
        ROWS.replace("A, B", '"A| B"').replace(";", "\t").replace("A| B", "A, B").encode(),
    ],
    ids=[
        "utf-8",
        "bom",
        "utf-16",
        "no-mark",
        "late",
        "titled",
        "trailing",
        "windows",
        "crlf",
        "sep",
        "tabs",
    ],
)
def test_a_table_is_read_however_it_was_saved(data: bytes) -> None:
    table = read_list(data)
    assert table.head == ["name", "where"]
    assert [line.cells[:1] for line in table.lines] == [["Café"], ["Hall"]]
    assert table.lines[0].cells[1] == "A, B"
    assert Table.from_rows(table.as_rows()) == table


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"name\n", "no rows below"),
        (b"PK\x03\x04rest of a workbook", "save it as CSV"),
        (b"\xd0\xcf\x11\xe0rest", "save it as CSV"),
        (b"name\nA\0B\n", "could not read"),
        (b"\x81\x8d\x8f\n\x90", "could not read"),
        (b"\xff\xfenam", "could not read"),
        (b'name,where\nA,\n"Hall,\nB\nC\n', "begins on line 3 .* quotation mark"),
        (b"name,name,name (2)\nA,B,C\n", "Two columns"),
        (b"name" + b",x" * 60 + b"\nA\n", "more than 60 columns"),
        (b"\n<table><tr><td>name</td>\n</tr>", "could not read"),
        (b"name\n" + b"A\n" * 1001, "more than 1000 rows"),
        (b"name\n" + b"A" * MOST_BYTES, "larger than 2 MB"),
        (b"name\n" + b"A" * 140_000, "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_in_words(data: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        read_list(data)
    assert refused.value.field == "file"


@given(st.binary(max_size=400))
@example(b"\0")
def test_any_file_is_a_table_or_is_refused(data: bytes) -> None:
    try:
        table = read_list(data)
    except Refused:
        return
    assert all(len(line.cells) >= len(table.head) for line in table.lines)


def test_hours_in_words_of_their_own_are_proposed_as_words() -> None:
    strict, loose = b"name,times\nA,Tue 10:00-12:00\nB,\n", b"name,times\nA,When dry\n"
    assert importing.proposed(read_list(strict)).columns["sessions"] == "times"
    assert importing.proposed(read_list(loose)).columns == {"name": "name", "opening": "times"}


def test_columns_of_one_name_are_told_apart_by_their_number() -> None:
    assert read_list(b"name,,phone,phone\nA,x,1,2\n").head == ["name", "(2)", "phone", "phone (4)"]


def test_the_columns_of_a_register_are_guessed() -> None:
    head = ["name", "category", "asset_kind", "postcode", "lat", "lon", "ward_code"]
    head += ["source", "source_ref", "licence"]
    assert guess(head) == {
        "name": "name",
        "kind": "asset_kind",
        "summary": "category",
        "postcode": "postcode",
        "ward": "ward_code",
        "lat": "lat",
        "lon": "lon",
        "source": "source",
        "source_ref": "source_ref",
        "licence": "licence",
    }
    assert guess(["Venue", "E-mail"]) == {"where_words": "Venue"}
    other = {"name": "Name of group", "website": "Web site", "postcode": "Post Code"}
    assert guess(list(other.values())) == other
    gaelic = {"name": "Ainm", "description": "Tuairisgeul", "website": "Làrach-lìn"}
    assert guess([*gaelic.values(), "Còd-puist"]) == {**gaelic, "postcode": "Còd-puist"}


def test_cells_mean_the_same_as_a_spreadsheet_saves_them() -> None:
    assert cells.read_alert_until("30/06/2026") == cells.read_alert_until("2026-06-30")
    assert cells.read_ages("16.0", "") == (16, None)
    for day in ("31/06/2026", "06-30-2026"):
        with pytest.raises(Refused, match="2026-06-30"):
            cells.read_alert_until(day)


@pytest.mark.parametrize(
    ("name", "area", "is_found"),
    [
        ("The Whifflet Bowling Club", 1, True),
        ("Bowling Club, Whiflet", 1, True),
        ("WHIFFLET BOWLING CLUB", 2, False),
        ("Whifflet Chess Club", 1, False),
        ("2nd Whifflet Bowling Club", 1, True),
        ("", 1, False),
    ],
)
def test_a_name_is_known_whatever_its_spelling_in_the_same_ward(
    name: str, area: int, is_found: bool
) -> None:
    known = Known()
    known.add(Kin("Whifflet Bowling Club", 1), "A register", "SC1")
    assert bool(known.find(name, area)) is is_found


def test_groups_with_other_numbers_are_others() -> None:
    known = Known()
    known.add(Kin("7th Coatbridge Boys Brigade Company", 1))
    assert not known.find("15th Coatbridge Boys Brigade Company", 1)
    assert known.find("7th Coatbridge Boys' Brigade", 1)


def test_a_number_in_the_same_source_is_certain() -> None:
    known = Known()
    known.add(Kin("Whifflet Bowling Club", 1), "A register", "SC1")
    kin = known.find("Another name", 2, "A register", "SC1")
    assert kin
    assert kin.is_certain
    assert known.find("Another name", 2, "Another register", "SC1") is None
