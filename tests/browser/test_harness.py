"""The watch over the pages is itself watched: each fault it is there for makes a test fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, request
from playwright.sync_api import Browser, Page

from tests.browser.harness import (
    DESKTOP,
    PHONE,
    NewPage,
    first_visit_weight,
    review,
    served,
    watched_pages,
)

FRAME = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Bus stop – Example</title>{head}</head>
<body><main><h1>Bus stop</h1>{body}</main></body></html>"""

PAGES = {
    "good": "<p>All is well.</p>",
    "inline-style": '<p style="color: red">Refused.</p>',
    "inline-script": "<script>document.title = 'Refused'</script>",
    "other-host": '<p><img src="https://elsewhere.example/cat.png" alt="A cat"></p>',
    "missing-file": '<p><img src="/cat.png" alt="A cat"></p>',
    "throws": '<script src="/throws.js"></script>',
    "no-alt": '<p><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></p>',
    "faint": "<p class=faint>Hard to read.</p>",
    "wide": '<pre class="wide">Wide.</pre>',
    "twice": '<p id="one">One.</p><p id="one">Two.</p>',
    "two-headings": "<h1>Another</h1>",
}


@pytest.fixture(scope="module")
def little_site() -> Iterator[str]:
    app = Flask(__name__)

    @app.after_request
    def forbid(response):
        allowed = "img-src 'self' data: https://elsewhere.example"
        if request.path == "/inline-script":
            allowed = "img-src 'self'"
        response.headers["Content-Security-Policy"] = f"default-src 'self'; {allowed}"
        return response

    @app.get("/<name>")
    def show(name: str):
        head = '<link rel="stylesheet" href="/style.css">'
        if name not in PAGES:
            return FRAME.format(head=head, body="<p>Not here.</p>"), 404
        return FRAME.format(head=head, body=PAGES[name])

    @app.get("/cat.png")
    def cat():
        return "", 404

    @app.get("/broken")
    def broken():
        return FRAME.format(head="", body="<p>Sorry.</p>"), 500

    @app.get("/style.css")
    def style():
        text = ".faint { color: #ccc } .wide { width: 2000px }"
        return text, {"Content-Type": "text/css"}

    @app.get("/throws.js")
    def throws():
        return "throw new Error('Oh no')", {"Content-Type": "text/javascript"}

    with served(app) as address:
        yield address


@pytest.fixture
def open_page(new_page: NewPage, little_site: str) -> Page:
    return new_page(PHONE, base=little_site)


def visit(browser: Browser, base: str, path: str, *, javascript: bool = True) -> None:
    with watched_pages(browser, lambda: base) as new_page:
        new_page(javascript=javascript).goto(path, wait_until="networkidle")


def test_a_good_page_passes(open_page: Page) -> None:
    open_page.goto("/good")
    review(open_page)


def test_a_page_that_is_not_there_is_no_fault_of_the_browser(open_page: Page) -> None:
    assert open_page.goto("/nowhere").status == 404
    review(open_page)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/inline-style", "style-src"),
        ("/inline-script", "script-src"),
        ("/other-host", "another host: https://elsewhere.example/cat.png"),
        ("/missing-file", "404 for .*/cat.png"),
        ("/broken", "500 for .*/broken"),
        ("/throws", "Oh no"),
    ],
)
def test_a_complaint_of_the_browser_fails_the_test(
    browser: Browser, little_site: str, path: str, said: str
) -> None:
    with pytest.raises(AssertionError, match=said):
        visit(browser, little_site, path)


@pytest.mark.parametrize("path", ["/inline-style", "/other-host", "/missing-file", "/broken"])
def test_a_complaint_counts_without_script_too(
    browser: Browser, little_site: str, path: str
) -> None:
    with pytest.raises(AssertionError, match="The browser complained"):
        visit(browser, little_site, path, javascript=False)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/no-alt", "image-alt"),
        ("/faint", "color-contrast"),
        ("/wide", "scrolls sideways: 2"),
        ("/twice", "the id one is there twice"),
        ("/two-headings", "one h1 is wanted"),
    ],
)
def test_a_page_that_is_not_fit_fails_its_review(open_page: Page, path: str, said: str) -> None:
    open_page.goto(path)
    with pytest.raises(AssertionError, match=said):
        review(open_page)


def test_a_page_is_reviewed_without_script_too(new_page: NewPage, little_site: str) -> None:
    page = new_page(PHONE, javascript=False, base=little_site)
    page.goto("/good")
    review(page)
    page.goto("/faint")
    with pytest.raises(AssertionError, match="color-contrast"):
        review(page)


def test_a_first_visit_is_weighed(new_page: NewPage, little_site: str) -> None:
    page = new_page(DESKTOP, base=little_site)
    page.goto("/good")
    weight = first_visit_weight(page, "/good")
    assert weight.requests == 2
    assert 500 < weight.bytes < 2_000
    assert "/style.css" in str(weight)
