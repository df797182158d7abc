"""What a first visit to a public page costs somebody with a slow phone and little data."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.harness import PHONE, NewPage, first_visit_weight

KB = 1024
ROUND, FINISHED = "/rounds/small-grants", "/rounds/small-grants-last-year"
BOARD = "/boards/coatbridge"

# Where "…" stands, the first link of the list that begins so is meant.
PAGES = (
    "/",
    "/how-voting-works",
    "/assets",
    "/assets/…",
    "/assets/new",
    BOARD,
    f"{BOARD}/wards/…",
    f"{BOARD}/plan",
    f"{BOARD}/priorities/…",
    "/rounds",
    ROUND,
    f"{ROUND}/proposals",
    f"{ROUND}/proposals?view=map",
    f"{ROUND}/proposals?view=table",
    f"{ROUND}/proposals/…",
    f"{ROUND}/vote",
    f"{ROUND}/vote/choose",
    f"{FINISHED}/results",
    f"{FINISHED}/results/…",
    f"{FINISHED}/data",
    f"{BOARD}/papers",
    f"{BOARD}/papers/small-grants-last-year",
)
LISTED_ON = {f"{BOARD}/wards/…": BOARD, f"{BOARD}/priorities/…": f"{BOARD}/plan"}


def test_a_first_visit_is_light(new_page: NewPage) -> None:
    """100 KB and 8 requests; 250 KB and 14 with a map. Street tiles are off, as in every test."""
    page = new_page(PHONE)
    heavy = []
    for path in PAGES:
        weight = first_visit_weight(page, address_of(page, path))
        most, requests = (250, 14) if page.locator("[data-map]").count() else (100, 8)
        if weight.bytes > most * KB or weight.requests > requests:
            heavy.append(f"{path} (at most {most} KB in {requests}): {weight}")
    assert not heavy, "\n".join(heavy)


def address_of(page: Page, path: str) -> str:
    """The path itself, or the first address on its list that begins so."""
    start, dots, _rest = path.partition("…")
    if not dots:
        return path
    page.goto(LISTED_ON.get(path, start.rstrip("/")))
    links = page.locator("main a[href]")
    found = links.evaluate_all("links => links.map(link => new URL(link.href).pathname)")
    return next(one for one in found if one.startswith(start) and not one.endswith("/new"))
