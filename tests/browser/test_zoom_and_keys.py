"""The pages that matter most at 400 % zoom (320 x 256) and by the keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.harness import NewPage, review
from tests.browser.roles import Officer

ZOOMED = {"width": 320, "height": 256}  # 1280 x 1024 at 400 %, as WCAG 1.4.10 has it

# What Tab should come to: one stop for a group of radio buttons, none in what is folded away.
# How each looks is kept, to see whether the focus changes it; a box that the design system draws
# itself shows its focus on its label.
STOPS = """() => {
    const seen = (element) => element.checkVisibility({visibilityProperty: true})
        && element.getClientRects().length
        && !element.closest("details:not([open]) > :not(summary)");
    const groups = new Set();
    window.look = (element) => [element, ...(element.labels || [])].flatMap(
        (one) => [null, "::before", "::after"].map((part) => {
            const style = getComputedStyle(one, part);
            return [style.outlineStyle, style.outlineWidth, style.boxShadow, style.strokeWidth,
                style.backgroundColor, style.borderColor].join();
        })).join();
    window.stops = [...document.querySelectorAll(
        "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']",
    )].filter((element) => {
        if (!seen(element) || element.disabled || element.tabIndex < 0) return false;
        if (element.type !== "radio") return true;
        const again = groups.has(element.name);
        groups.add(element.name);
        return !again;
    });
    window.looks = window.stops.map(window.look);
    return window.stops.length;
}"""

# Where the focus is, and what is wrong with that.
FOCUS = """() => {
    const element = document.activeElement;
    const stop = window.stops.findIndex((one) => one === element
        || (one.type === "radio" && one.name === element.name && one.form === element.form));
    const place = element.getBoundingClientRect();
    const middle = (start, end, most) => (Math.max(start, 0) + Math.min(end, most)) / 2;
    const over = document.elementFromPoint(
        middle(place.left, place.right, innerWidth), middle(place.top, place.bottom, innerHeight));
    const faults = [];
    if (place.bottom <= 0 || place.top >= innerHeight) faults.push("out of view");
    if (over?.closest(".pb_bar-box") && !element.closest(".pb_bar-box")) faults.push("covered");
    if (window.looks[stop] === window.look(element)) faults.push("not marked");
    return {stop, faults, isDone: element === document.body,
        what: element.getAttribute("aria-label") || element.innerText || element.id};
}"""

NAMES = "places => window.stops.filter((_, n) => !places.includes(n)).map(e => e.outerHTML)"


@pytest.fixture
def zoomed(new_page: NewPage) -> Page:
    return new_page(ZOOMED)


@pytest.mark.parametrize("path", ["/", "/assets", "/rounds/small-grants/vote/choose"])
def test_a_page_works_zoomed_and_by_keys_alone(zoomed: Page, path: str) -> None:
    zoomed.goto(path, wait_until="networkidle")
    review(zoomed)
    walk(zoomed)


def test_the_money_bar_never_covers_what_has_the_focus(phone: Page) -> None:
    phone.goto("/rounds/small-grants/vote/choose")
    walk(phone)


def test_the_desk_works_zoomed_and_by_keys_alone(zoomed: Page) -> None:
    officer = Officer(zoomed)
    officer.signs_in()
    officer.at("/desk")
    walk(zoomed)


def walk(page: Page) -> None:
    """Tab through the whole page: everything is reached, in view, uncovered and marked."""
    expected = page.evaluate(STOPS)
    reached: set[int] = set()
    faults: list[str] = []
    for _ in range(expected * 2):
        page.keyboard.press("Tab")
        focus: dict[str, Any] = page.evaluate(FOCUS)
        if focus["isDone"]:
            break
        reached.add(focus["stop"])
        faults += [f"{fault}: {focus['what']}" for fault in focus["faults"]]
    missed = page.evaluate(NAMES, sorted(reached))
    assert not missed, f"never reached on {page.url}: {missed}"
    assert not faults, f"{page.url}:\n" + "\n".join(faults)
