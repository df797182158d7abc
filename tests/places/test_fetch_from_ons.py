"""Fetching boundaries: a local server answers as the ONS's FeatureServer does."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from pbapp.places import ons, queries
from pbapp.places.problems import FileProblems
from tests.places.factories import CENTRES, COUNCIL, NAMES, square
from tests.places.test_geodata_commands import run  # noqa: F401 — a fixture

BGC = "Wards_December_2024_Boundaries_UK_BGC"
SERVICES = (
    "Wards_May_2024_Boundaries_UK_BGC",
    BGC,
    "Wards_December_2024_Boundaries_UK_BSC",
    "Wards_December_2025_Boundaries_UK_BSC",
    "LAD_December_2024_Boundaries_UK_BGC",
)
ELSEWHERE = "S13002900"


class Portal(ThreadingHTTPServer):
    """Wards of two councils, three records a page; what it is told to do wrong, it does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.says_council = True
        self.page = 3
        self.faults: list[object] = []  # each the fault of one answer, in order
        self.asked: list[dict[str, str]] = []
        self.paths: Counter[str] = Counter()
        self.ignores_offset = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/org/arcgis/rest/services"

    def answer(self, path: str, asked: dict[str, str]) -> object:
        if path.endswith("/services"):
            names = [{"name": name, "type": "FeatureServer"} for name in SERVICES]
            return {"currentVersion": 11.2, "services": names}
        if path.endswith("/FeatureServer"):
            return {"layers": [{"id": 0, "name": "WD"}]}
        if path.endswith("/FeatureServer/0"):
            names = ["FID", "WD24CD", "WD24NM"] + ["LAD24CD"] * self.says_council
            return {"fields": [{"name": n} for n in names], "maxRecordCount": self.page}
        return self.query(asked)

    def query(self, asked: dict[str, str]) -> object:
        self.asked.append(asked)
        codes = [*sorted(CENTRES), ELSEWHERE]
        council = re.fullmatch(r"LAD24CD='(\w+)'", asked["where"])
        wanted = re.fullmatch(r"WD24CD IN \((.*)\)", asked["where"])
        if council:
            codes = [c for c in codes if (c == ELSEWHERE) != (council[1] == COUNCIL)]
        elif wanted:
            codes = [c for c in codes if f"'{c}'" in wanted[1].split(",")]
        else:
            return {"error": {"code": 400, "message": "Invalid query"}}
        start = 0 if self.ignores_offset else int(asked["resultOffset"])
        page = codes[start : start + min(self.page, int(asked["resultRecordCount"]))]
        more = start + len(page) < len(codes)
        return {
            "type": "FeatureCollection",
            "features": [self.feature(code) for code in page],
            **({"properties": {"exceededTransferLimit": True}} if more else {}),
        }

    def feature(self, code: str) -> object:
        properties = {"WD24CD": code, "WD24NM": NAMES.get(code, "Elsewhere")}
        if self.says_council:
            properties["LAD24CD"] = COUNCIL if code in CENTRES else "S12000033"
        shape = {"type": "Polygon", "coordinates": [square(*CENTRES.get(code, (57.1, -2.1)))]}
        return {"type": "Feature", "properties": properties, "geometry": shape}


class Answer(BaseHTTPRequestHandler):
    server: Portal

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        self.server.paths[parts.path] += 1
        fault = self.server.faults.pop(0) if self.server.faults else None
        if fault == "hang up":
            self.connection.close()
            return
        status = fault if isinstance(fault, int) else 200
        body = fault if isinstance(fault, (dict, str)) else self.server.answer(parts.path, asked)
        raw = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.2/elsewhere")
        self.send_header("Content-Length", str(len(raw) + (9 if fault == "break off" else 0)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def portal():
    with Portal() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def fetch(portal, **options):
    waits: list[float] = []
    asked = ons.Portal(portal.address, wait=waits.append)
    found = ons.fetch_wards(asked, **({"council_code": COUNCIL} | options))
    return found, waits


def problem_of(portal, **options):
    with pytest.raises(FileProblems) as refused:
        fetch(portal, **options)
    return refused.value.problems[0]


# --- what is asked for ----------------------------------------------------------------------------


def test_all_pages_are_fetched_and_only_the_councils_wards(portal):
    found, waits = fetch(portal)
    assert [f["properties"]["WD24CD"] for f in found.data["features"]] == sorted(CENTRES)
    assert (found.pages, waits) == (2, [])
    assert [asked["resultOffset"] for asked in portal.asked] == ["0", "3"]
    first = portal.asked[0]
    assert (first["where"], first["outSR"], first["f"]) == (
        f"LAD24CD='{COUNCIL}'",
        "4326",
        "geojson",
    )
    assert first["outFields"] == "WD24CD,WD24NM,LAD24CD"


def test_the_newest_generalised_boundaries_are_preferred(portal):
    found, _ = fetch(portal)
    assert found.vintage.service == BGC
    assert found.vintage.title == "Wards, December 2024 (BGC)"


def test_others_are_fetched_where_they_are_named(portal):
    found, _ = fetch(portal, service="Wards_December_2025_Boundaries_UK_BSC")
    assert found.vintage.kind == "BSC"
    assert "It has: " + BGC in problem_of(portal, service="Wards_1999")


def test_without_a_field_for_the_council_its_wards_are_asked_for(portal, monkeypatch):
    portal.says_council = False
    monkeypatch.setattr(ons, "CODES_AT_ONCE", 3)
    found, _ = fetch(portal, known_codes=[*CENTRES, "x') OR ('1'='1"])
    assert len(found.data["features"]) == 4
    assert "OR" not in portal.asked[0]["where"]
    assert "know none of the council's wards" in problem_of(portal)


def test_a_full_last_page_is_not_the_end_unless_the_next_is_empty(portal):
    portal.page = 2
    found, _ = fetch(portal)
    assert (len(found.data["features"]), found.pages) == (4, 2)


# --- what goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [503, 429, 502, "hang up", "break off", {"error": {"code": 504, "message": "Timed out"}}],
)
def test_a_busy_portal_is_asked_again(portal, fault):
    portal.faults = [fault, fault]
    found, waits = fetch(portal)
    assert len(found.data["features"]) == 4
    assert waits == [1.0, 2.0]


def test_a_portal_that_stays_busy_is_left(portal):
    portal.faults = [503] * 9
    assert "it answered 503" in problem_of(portal)
    assert sum(portal.paths.values()) == ons.TRIES


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (404, "it answered 404"),
        (302, "sends us on to 127.0.0.2"),
        ({"error": {"code": 499, "message": "Token Required"}}, "error 499 (Token Required)"),
        ("<html>Sign in</html>", "XML"),
        ("[1]", "one object"),
        ({"services": []}, "lists no ward boundaries"),
        ({"services": [{"name": 5}, None, {"name": "Wards_Brumaire_2024_UK_BGC"}]}, "lists no"),
    ],
)
def test_what_will_not_pass_is_said_at_once(portal, fault, words):
    portal.faults = [fault]
    assert words in problem_of(portal)
    assert sum(portal.paths.values()) == 1


def test_the_same_page_twice_is_found_out(portal):
    portal.ignores_offset = True
    assert "the same wards on two pages (from 3)" in problem_of(portal)


def test_nobody_there_is_said(portal):
    waits: list[float] = []
    nobody = ons.Portal("http://127.0.0.1:9", wait=waits.append)
    with pytest.raises(FileProblems, match="could not be reached"):
        ons.fetch_wards(nobody, council_code=COUNCIL)
    assert waits == [1.0, 2.0, 4.0]


def test_too_much_is_not_taken(portal, monkeypatch):
    monkeypatch.setattr(ons, "MAX_BYTES", 700)
    assert "sent more than" in problem_of(portal)


@pytest.mark.parametrize(
    "address", ["http://example.org/rest", "ftp://example.org", "file:///etc", "/vsicurl/x", ""]
)
def test_only_https_is_spoken_but_to_this_machine(address):
    with pytest.raises(FileProblems, match="https"):
        ons.Portal(address)


# --- the command ----------------------------------------------------------------------------------


def test_what_is_fetched_becomes_the_current_boundaries(world, run, portal):  # noqa: F811
    result = run("fetch", "--from-ons", "--base-url", portal.address)
    assert result.exit_code == 0, result.output
    assert f"Fetched {BGC} in 2 pages." in result.output
    current = queries.current_boundary_set(world.council.area)
    assert current.name == "Wards, December 2024 (BGC)"
    assert "database right 2024" in current.attribution
    assert queries.find_ward_by_point(*CENTRES["S13003048"]) == world.wards[7]


def test_a_portal_without_our_wards_changes_nothing(world, run, portal):  # noqa: F811
    portal.faults = [404]
    result = run("fetch", "--from-ons", "--base-url", portal.address)
    assert result.exit_code == 1
    assert "Nothing was changed" in result.stderr
    assert queries.current_boundary_set(world.council.area) is None
    assert run("fetch").exit_code == 2
