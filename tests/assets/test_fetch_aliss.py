"""Reading ALISS from a local server that answers like it, and what becomes of its services."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from pbapp.assets import services
from pbapp.assets.commands import assets as command
from pbapp.assets.lists import aliss, aliss_feed, importing
from pbapp.assets.lists.aliss_feed import Service, fetch, read_service
from pbapp.assets.models import Asset, AssetKind, AssetState, Where
from pbapp.db import db
from pbapp.refusal import Refused
from tests.assets.factories import make_asset
from tests.client import Browser, QueryCounter
from tests.world import World

Answer = Callable[[str, dict[str, str]], tuple[int, Any]]
GREEK = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta"]
PAGE = "https://www.aliss.org/services/{}/"


def raw(number: int, postcode: str = "ZZ7 1AA", **values: Any) -> dict[str, Any]:
    """A service as ALISS writes it."""
    place = {
        "id": f"place-{number}",
        "formatted_address": f"{number} Example Street, Coatbridge, {postcode}",
        "name": "",
        "postal_code": postcode,
        "latitude": 55.8,
        "longitude": -4.0,
    }
    service = {
        "id": f"service-{number}",
        "organisation": {"id": f"org-{number}", "name": "Example Charity", "is_claimed": True},
        "name": f"{GREEK[number % 7]} drop-in {number}",
        "description": "<p>Tea &amp; talk.</p><script>alert(1)</script><p>All welcome.</p>",
        "url": "https://charity.example.org/",
        "phone": "01236 000000",
        "email": "someone@example.org",
        "aliss_url": PAGE.format(number),
        "last_updated": "2026-09-01T10:00:00.123456Z",
        "categories": [],
        "locations": [place],
        "service_areas": [],
    }
    return {**service, **values}


class Aliss:
    """A server on this machine. `answer` may be replaced; `asked` keeps what it was asked."""

    def __init__(self, data: list[Any]) -> None:
        self.data, self.asked = data, []
        self.answer: Answer = self.page

    def page(self, path: str, query: dict[str, str]) -> tuple[int, Any]:
        if path != "/v5/import/":
            return 404, {"detail": "Not found."}
        number, size = int(query["page"]), 2
        part = self.data[(number - 1) * size : number * size]
        following = f"http://127.0.0.1:1/v5/import/?page={number + 1}"
        return 200, {
            "meta": {"licence": "https://creativecommons.org/licenses/by/4.0/", "attribution": []},
            "count": len(self.data),
            "next": following if number * size < len(self.data) else None,
            "previous": None,
            "data": part,
        }


@pytest.fixture
def serve() -> Iterator[Callable[[list[Any]], tuple[Aliss, str]]]:
    servers = []

    def start(data: list[Any]) -> tuple[Aliss, str]:
        site = Aliss(data)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {key: values[0] for key, values in parse_qs(parts.query).items()}
                site.asked.append(self.path)
                status, body = site.answer(parts.path, query)
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", body)
                self.end_headers()
                self.wfile.write(
                    body.encode() if isinstance(body, str) else json.dumps(body).encode()
                )

            def log_message(self, *_arguments: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return site, f"http://127.0.0.1:{server.server_port}/v5"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def no_wait(_seconds: float) -> None:
    pass


def test_every_page_is_read_and_none_from_another_host(serve: Any) -> None:
    site, base = serve([raw(number) for number in range(5)])
    found = fetch(f"{base}/", sleep=no_wait)
    assert [service.id for service in found] == [f"service-{number}" for number in range(5)]
    assert len(site.asked) == 3
    one = found[0]
    assert one.description == "Tea & talk.\nAll welcome."
    assert one.updated_at == datetime(2026, 9, 1, 10, 0, 0, 123456, tzinfo=UTC)
    assert (one.page, one.organisation) == (PAGE.format(0), "Example Charity")


def test_a_busy_server_is_asked_again(serve: Any) -> None:
    site, base = serve([raw(1)])
    answers = iter([(503, "busy"), (429, "slow down")])
    site.answer = lambda path, query: next(answers, None) or site.page(path, query)
    waits: list[float] = []
    assert len(fetch(base, sleep=waits.append)) == 1
    assert len(waits) == 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((500, "no"), "did not answer"),
        ((404, "no"), "answered 404"),
        ((200, "<html>"), "with JSON"),
        ((200, "[" * 100_000), "with JSON"),
        ((200, [1, 2]), "like ALISS"),
        ((200, {"data": "none"}), "like ALISS"),
        ((200, {"data": [], "count": 9, "next": None}), "has 9 services and gave 0"),
        ((200, {"data": [], "next": "more"}), "more pages"),
        ((302, "http://127.0.0.1:1/elsewhere"), "another site"),
        ((302, "file:///etc/hostname"), "answered 302"),
    ],
)
def test_anything_else_is_refused_in_words(serve: Any, answer: Any, said: str) -> None:
    site, base = serve([])
    site.answer = lambda _path, _query: answer
    with pytest.raises(Refused, match=said):
        fetch(base, sleep=no_wait)


def test_a_page_that_is_too_large_is_not_read(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _site, base = serve([raw(1)])
    monkeypatch.setattr(aliss_feed, "MOST_BYTES", 100)
    with pytest.raises(Refused, match="more than we can read"):
        fetch(base, sleep=no_wait)


@pytest.mark.parametrize("base", ["file:///etc", "ftp://example.org", "example.org", "https://"])
def test_only_web_addresses_are_read(base: str) -> None:
    with pytest.raises(Refused, match="base address"):
        fetch(base)


@pytest.mark.parametrize(
    "odd", [None, 7, {}, {"id": "x"}, {"id": 7, "name": "x"}, {"id": "x", "name": " \u200b "}]
)
def test_what_is_no_service_is_left_out(odd: Any) -> None:
    assert read_service(odd) is None


def test_odd_values_of_a_service_are_left_out() -> None:
    odd = raw(1, url="javascript:alert(1)", organisation=None, last_updated="soon", locations=[7])
    service = read_service({**odd, "description": None, "aliss_url": 5})
    assert service == Service("service-1", odd["name"], "", "", None, None, None, [])


# --- suggestions ----------------------------------------------------------------------------


def taken(*raws: dict[str, Any]) -> list[Service]:
    return [service for one in raws if (service := read_service(one))]


def ours() -> list[Asset]:
    return list(db.session.scalars(select(Asset).where(Asset.source == "ALISS")))


def test_services_of_the_boards_wards_become_suggestions(
    stranger: Browser, officer: Browser, world: World
) -> None:
    make_asset(world, "Delta drop-in 3")
    found = taken(raw(1), raw(2, "ZZ9 1AA"), raw(3), raw(4, "ZZ99 9ZZ"), raw(5, locations=[]))
    batch = aliss.suggest(board=world.board, found=found)
    db.session.commit()
    assert batch.findings == {
        "rows": 5,
        "imported": 1,
        "elsewhere": 1,
        "likely_here": 1,
        "postcode_unknown": 1,
        "without_place": 1,
    }
    (one,) = ours()
    assert (one.state, one.kind) == (AssetState.WAITING, AssetKind.INSTITUTION)
    assert (one.where_kind, one.area_id) == (Where.POSTCODE, world.wards[7].id)
    assert one.summary == "Run by Example Charity"
    assert "Street" not in one.where_words
    assert "01236" not in f"{one.description}{one.where_words}"
    stranger.get(f"/assets/{one.id}", status=404)
    services.approve(asset=one, by=world.officer, url="https://example.org")
    db.session.commit()
    page = stranger.get(f"/assets/{one.id}")
    assert page.links()["ALISS"] == PAGE.format(1)
    assert "CC BY 4.0" in page.text
    assert "ALISS" in officer.get("/desk/assets/import").text


def test_a_second_fetch_follows_what_waits_and_leaves_the_rest(world: World) -> None:
    aliss.suggest(board=world.board, found=taken(raw(1), raw(2), raw(3)))
    first, second, _third = sorted(ours(), key=lambda asset: asset.name.split()[-1])
    services.approve(asset=first, by=world.officer, url="https://example.org")
    db.session.commit()
    changed = {"name": "A new name", "description": "New words"}
    moved = raw(2, **changed)
    moved["locations"][0]["postal_code"] = "ZZ10 1AA"
    batch = aliss.suggest(board=world.board, found=taken(raw(1, **changed), moved, raw(3)))
    db.session.commit()
    findings = batch.findings
    assert (second.postcode, second.area_id) == ("ZZ10 1AA", world.wards[10].id)
    assert (findings["theirs_now"], findings["updated"], findings["as_before"]) == (1, 1, 1)
    assert (first.name, second.name) == (raw(1)["name"], "A new name")
    assert len(ours()) == 3


def test_areas_it_serves_come_along_and_a_service_without_a_place_too(world: World) -> None:
    areas = [
        {"code": "S13003051", "type": "Ward", "name": "Coatbridge West"},
        {"code": "S12000050", "type": "Local Authority", "name": "North Lanarkshire"},
        "odd",
    ]
    found = taken(
        raw(1, service_areas=areas),
        raw(2, service_areas=areas, locations=[]),
        raw(3, service_areas=areas[1:], locations=[]),
    )
    for findings in ({"imported": 2, "without_place": 1}, {"as_before": 2, "without_place": 1}):
        batch = aliss.suggest(board=world.board, found=found)
        db.session.commit()
        assert {**batch.findings, "rows": 0} == {"imported": 0, "rows": 0, **findings}
    placed, coming = sorted(ours(), key=lambda asset: asset.name)
    assert (placed.where_kind, coming.where_kind) == (Where.POSTCODE, Where.NOWHERE)
    for asset in (placed, coming):
        assert [link.area.gss_code for link in asset.serves] == ["S13003051"]


def test_what_aliss_has_no_more_is_named_and_stays(officer: Browser, world: World) -> None:
    aliss.suggest(board=world.board, found=taken(raw(1), raw(2), raw(3), raw(4)))
    first, second, third, _fourth = sorted(ours(), key=lambda asset: asset.name.split()[-1])
    services.approve(asset=first, by=world.officer, url="https://example.org")
    third.state = AssetState.REFUSED
    old = raw(4, last_updated="2020-01-01T00:00:00Z")
    batch = aliss.suggest(
        board=world.board, found=taken(old), since=datetime(2026, 6, 1, tzinfo=UTC)
    )
    db.session.commit()
    assert batch.findings["withdrawn"] == 2
    links = officer.get(f"/desk/assets/import/{batch.id}").links()
    assert {first.name, second.name} <= set(links)
    assert third.name not in links
    assert len(ours()) == 4


def test_only_what_changed_since_is_looked_at(world: World, count_queries: QueryCounter) -> None:
    old = raw(1, last_updated="2026-01-01T00:00:00Z")
    assert aliss.last_fetched(world.board) is None
    batch = aliss.suggest(
        board=world.board,
        found=taken(old, raw(2), raw(3, last_updated=None)),
        since=datetime(2026, 6, 1, tzinfo=UTC),
    )
    assert (batch.findings["imported"], batch.findings["not_changed_since"]) == (2, 1)
    count_queries.reset()
    aliss.suggest(board=world.other_board, found=taken(*map(raw, range(20))))
    assert count_queries.number <= 15  # a directory of thousands holds up nobody
    assert aliss.last_fetched(world.board) == batch.read_at - aliss.OVERLAP


def test_a_fetch_is_undone_like_any_list(world: World) -> None:
    batch = aliss.suggest(board=world.board, found=taken(raw(1), raw(2)))
    assert importing.undo(batch=batch, by=world.officer) == (2, 0)
    assert ours() == []


def test_the_command_says_what_came_of_it(
    serve: Any, app: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pbapp.create_app", lambda: app)
    _site, base = serve([raw(1), raw(2), raw(3, "ZZ9 1AA")])
    asked = ["fetch-aliss", "--board", "coatbridge", "--base-url", base]
    tried = CliRunner().invoke(command, [*asked, "--dry-run"])
    assert "2 new suggestions" in tried.output, tried.output
    assert ours() == []
    done = CliRunner().invoke(command, asked)
    assert "1 are in wards of other boards" in done.output
    assert len(ours()) == 2
    assert CliRunner().invoke(command, ["fetch-aliss", "--board", "nowhere"]).exit_code == 2
