"""Every public page of the demo, found by following links from home, on a phone and a desktop."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.harness import DESKTOP, PHONE, NewPage, review, review_frame, screenshot

# Ids and names in an address become one: ten proposals are one kind of page, and two of a kind are
# looked at on a phone, one in the other looks.
NAMED = re.compile(r"(?<=/)(\d+|[0-9a-f-]{32,36})(?=/|$)")
FILES = re.compile(r"\.(atom|csv|docx|ics|json|jsonld|geojson|pb|pdf|py|txt|xml|zip)$")


def kind_of(path: str) -> str:
    return NAMED.sub("…", path)


def links_of(page: Page) -> list[str]:
    """The paths on this site that a page links to, without their queries."""
    own = urlsplit(page.url).netloc
    addresses = page.locator("a[href]").evaluate_all("links => links.map(link => link.href)")
    return [
        urlsplit(address).path or "/"
        for address in dict.fromkeys(addresses)
        if urlsplit(address).netloc == own and not FILES.search(urlsplit(address).path)
    ]


@pytest.mark.parametrize(("javascript", "alike"), [(True, 2), (False, 1)], ids=["script", "none"])
def test_every_public_page_is_fit_to_be_seen(
    new_page: NewPage, javascript: bool, alike: int
) -> None:
    page = new_page(PHONE, javascript=javascript)
    waiting, seen, faults = ["/"], Counter[str](), list[str]()
    known = {"/"}
    while waiting:
        path = waiting.pop(0)
        if seen[kind_of(path)] >= alike:
            continue
        seen[kind_of(path)] += 1
        answer = page.goto(path)
        if not answer or answer.status >= 400:
            faults.append(f"{path} is linked to and answers {answer and answer.status}")
            continue
        name = path.strip("/").replace("/", "-") or "home"
        try:
            review(page)
            if javascript:
                screenshot(page, name)
            if seen[kind_of(path)] == 1:
                look_wider(page, javascript, name)
        except AssertionError as fault:
            faults.append(str(fault))
        new = [link for link in links_of(page) if link not in known]
        known.update(new)
        waiting += new
    assert not faults, "\n\n".join(faults)
    assert len(seen) > 5, f"the home page leads nowhere: {seen}"


def look_wider(page: Page, javascript: bool, name: str) -> None:
    """The same page on a desktop; without script axe would say there what it said with it."""
    page.set_viewport_size(DESKTOP)
    try:
        if not javascript:
            review_frame(page)
            return
        if page.locator("[data-map]").count():
            page.reload()  # a map is drawn for the room it finds
        review(page)
        screenshot(page, name)
    finally:
        page.set_viewport_size(PHONE)
