"""What goes wrong is said plainly and loses nothing."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from pbapp.db import Busy
from pbapp.refusal import Refused
from tests.client import Browser
from tests.world import World


def test_a_page_that_is_not_there(stranger: Browser, world: World) -> None:
    page = stranger.get("/no-such-page", status=404)
    assert "Coatbridge Community Board" in page.text


def test_an_expired_form_keeps_what_was_typed(stranger: Browser, world: World) -> None:
    data = {"email": "a@example.org", "csrf_token": "stale"}
    page = stranger.post(
        "/account/sign-in", data, status=400, headers={"Sec-Fetch-Site": "same-origin"}
    )
    sent = stranger.submit(page)
    assert sent.location == "/account/code"


def test_a_form_posted_from_elsewhere_is_not_dressed_up_as_ours(
    stranger: Browser, world: World
) -> None:
    page = stranger.post(
        "/account/sign-in",
        {"email": "mallory@example.org"},
        status=400,
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert "mallory" not in page.html


def test_passwords_and_codes_are_not_kept_on_an_error_page(stranger: Browser, world: World) -> None:
    page = stranger.post(
        "/account/password",
        {"email": "a@example.org", "password": "hunter2hunter2"},
        status=400,
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert "hunter2" not in page.html


def test_a_photo_that_is_too_big_does_not_take_the_words_with_it(
    stranger: Browser, world: World
) -> None:
    photo = FileStorage(io.BytesIO(b"x" * 11_000_000), "a.jpg", "photo")
    boundary, body = encode_multipart({"story": "All of an evening", "photo": photo})
    kind = f"multipart/form-data; boundary={boundary}"
    for origin, is_kept in (("http://localhost", True), ("http://elsewhere.example", False)):
        page = stranger.post(
            "/assets/new/more", body, status=413, content_type=kind, headers={"Origin": origin}
        )
        assert ("All of an evening" in page.html) is is_kept


def test_a_form_of_ten_megabytes_is_too_large(stranger: Browser, world: World) -> None:
    page = stranger.post("/account/sign-in", {"email": "x" * 11_000_000}, status=413)
    assert "large" in page.text.lower() or "big" in page.text.lower()


@pytest.mark.parametrize(
    ("error", "status"),
    [(Busy(), 503), (RuntimeError("name@example.org"), 500), (Refused("No, and why."), 409)],
)
def test_trouble_inside_is_said_without_its_secrets(
    stranger: Browser, world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def explode() -> str:
        raise error

    explode.access_rule = True  # type: ignore[attr-defined]
    monkeypatch.setitem(stranger.app.view_functions, "pages.cookies", explode)
    page = stranger.get("/cookies", status=status)
    assert "name@example.org" not in page.html
    if status == 503:
        assert page.response.headers["Retry-After"]
    if status == 409:
        assert "No, and why." in page.text


def test_our_own_fault_is_said_even_when_the_database_cannot_be_asked(
    stranger: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> dict[str, object]:
        raise RuntimeError("no database")

    monkeypatch.setitem(stranger.app.template_context_processors, None, [fail])
    page = stranger.get("/cookies", status=500)
    assert page.h1 == "Sorry, something went wrong here"
    assert page.root.get("lang") == "en-GB"


def test_a_view_without_a_rule_stops_the_application(app: Flask) -> None:
    from pbapp.web.access import AccessError, refuse_open_views

    bare = Flask("bare")
    bare.add_url_rule("/open", "open", lambda: "hello")
    with pytest.raises(AccessError, match="open"):
        refuse_open_views(bare)
