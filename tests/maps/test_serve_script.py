"""The address of a map's script."""

import gzip

import pytest

from pbapp.db import db
from pbapp.maps import services

SCRIPT = b'(window.pbappMaps = {})["a"] = () => {};'
DIGEST = "0123456789abcdef" * 2


@pytest.fixture
def part(app):
    services.keep_part(
        subject="board/1",
        language="en",
        digest=DIGEST,
        script_gz=gzip.compress(SCRIPT),
        attribution="Us",
        is_schematic=True,
    )
    db.session.commit()


def test_anybody_gets_the_script_packed_and_keeps_it(part, stranger):
    response = stranger.get(f"/maps/{DIGEST}.js", headers={"Accept-Encoding": "gzip"}).response
    assert response.mimetype == "text/javascript"
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.data) == SCRIPT
    assert "immutable" in response.headers["Cache-Control"]
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("accepts", ["", "gzip;q=0"])
def test_who_cannot_unpack_gets_it_plain(part, stranger, accepts):
    response = stranger.get(f"/maps/{DIGEST}.js", headers={"Accept-Encoding": accepts}).response
    assert "Content-Encoding" not in response.headers
    assert response.data == SCRIPT


def test_who_has_it_is_not_sent_it_again(part, stranger):
    tag = stranger.get(f"/maps/{DIGEST}.js").response.headers["ETag"]
    stranger.get(f"/maps/{DIGEST}.js", headers={"If-None-Match": tag}, status=304)


@pytest.mark.parametrize("name", ["nothing", "0" * 32, "%2e%2e", "x" * 5000])
def test_another_name_is_not_found(part, stranger, name):
    stranger.get(f"/maps/{name}.js", status=404)
