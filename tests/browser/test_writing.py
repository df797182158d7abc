"""A volunteer completes a proposal: on a small phone, by keyboard alone, and without script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.group import NEXT_YEAR, GroupMember
from tests.browser.harness import PHONE, NewPage, OwnSite, own_site
from tests.demos import copy_demo

ROUND = "/rounds/community-spaces"
COSTS = [("Rugs", "£350.50"), ("Hooks for coats", "99.50")]


@pytest.fixture(scope="module")
def taking(loaded_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnSite]:
    """One demo for the three journeys."""
    with own_site(copy_demo(loaded_demo, tmp_path_factory.mktemp("taking"))) as site:
        yield site


def test_on_a_360_px_phone_with_a_stop_and_a_picture(new_page: NewPage, taking: OwnSite) -> None:
    page = new_page(PHONE, base=taking.address)
    group = GroupMember(page)
    group.signs_in()
    group.begins_a_proposal(ROUND)
    page.get_by_label("What is your idea called?").fill("Rugs against the cold")
    expect(page.locator("[data-autosave-status]")).to_contain_text("Saved")
    group.at("/account/")  # the bus came; what was typed is there still
    group.follows("Rugs against the cold")
    group.follows("Change: Your idea")
    expect(page.get_by_label("What is your idea called?")).to_have_value("Rugs against the cold")
    group.tells_the_idea("Rugs against the cold", "Warm feet in the hall.")
    group.looks_round()
    page.get_by_role("link", name="Change: Why, and where").click()
    page.locator("#photo").set_input_files(
        files=[{"name": "rug.png", "mimeType": "image/png", "buffer": a_picture()}]
    )
    page.get_by_label("What can be seen in the picture?").fill("A blue rug")
    group.presses("Add the picture")
    expect(page.get_by_alt_text("A blue rug")).to_be_visible()
    group.says_why_and_where("Poverty")
    group.follows("Change: What it costs")
    group.adds_up(COSTS)
    group.presses("Save and go on")
    group.sees("Rugs: £350.50")
    group.presses("Send in our proposal")
    group.reads("Rugs against the cold")
    group.sees("Being checked", "£450")


def a_picture() -> bytes:
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (60, 40), "blue").save(file, "PNG")
    return file.getvalue()


def test_by_keyboard_alone(new_page: NewPage, taking: OwnSite) -> None:
    page = new_page(base=taking.address)
    group = GroupMember(page)
    group.signs_in()
    group.at(f"{ROUND}/proposals/new")
    keys = Keys(page)
    keys.pick("Tea and Tunes")
    keys.press("Begin")
    for label, text in {
        "What is your idea called?": "Curtains",
        "Your idea in one line": "Curtains against the draught.",
        "What will happen?": "We hang them in one weekend.",
        "Who gains from it?": "Everybody who sits by the window.",
    }.items():
        keys.type(page.get_by_label(label, exact=True), text)
    keys.pick("No")
    keys.press("Save and go on")
    keys.pick("Mental Health")
    keys.type(page.get_by_label("How does it help?", exact=True), "Warm people stay longer.")
    keys.pick("The whole area")
    keys.press("Save and go on")
    for number, (what, amount) in enumerate(COSTS):
        keys.type(page.locator(f"#costs-{number}-what"), what)
        keys.type(page.locator(f"#costs-{number}-amount"), amount)
    page.keyboard.press("Enter")  # in a field: goes on, and adds no row
    group.reads("A little more")  # for the round's own questions
    keys.press("Save and go on")
    group.reads("Look through it and send it in")
    keys.press("Send in our proposal")
    group.reads("Curtains")


class Keys:
    """Somebody who has no mouse: everything is reached by Tab."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, control: Locator) -> None:
        for _step in range(90):
            if control.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {control}")

    def type(self, field: Locator, text: str) -> None:
        self.reach(field)
        self.page.keyboard.type(text)

    def press(self, name: str) -> None:
        self.reach(self.page.locator("main").get_by_role("button", name=name, exact=True))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def pick(self, label: str) -> None:
        """A box by Space; an option by Tab to its group, then by the arrows."""
        option = self.page.get_by_label(label, exact=True)
        if option.get_attribute("type") == "checkbox":
            self.reach(option)
            self.page.keyboard.press("Space")
            return
        first = self.page.locator(f"input[name='{option.get_attribute('name')}']").first
        self.reach(first)
        self.page.keyboard.press("Space")
        while not option.is_checked():
            self.page.keyboard.press("ArrowDown")


def test_without_script_and_with_a_mistake(new_page: NewPage, taking: OwnSite) -> None:
    page = new_page(PHONE, javascript=False, base=taking.address)
    group = GroupMember(page)
    group.signs_in()
    group.begins_a_proposal(ROUND)
    group.tells_the_idea("A shelf for games", "Games for rainy days.")
    group.says_why_and_where("Mental Health")
    group.adds_up([("A shelf", "1_000")])
    group.presses("Save and go on")
    expect(page.locator("#error-summary")).to_contain_text("Enter an amount in pounds")
    group.adds_up([("A shelf", "£1,200.50")])
    group.presses("Save and go on")
    page.get_by_label("Search what is here").fill("kilnhead")
    group.presses("Search")
    group.picks("Kilnhead Community Hall")
    group.presses("Add what is ticked")
    group.sees("Kilnhead Community Hall")
    group.says_a_little_more()
    group.sees("Kilnhead Community Hall (Uses it)", f"1 October {NEXT_YEAR}")
    group.presses("Send in our proposal")
    group.reads("A shelf for games")
    group.sees("£1,200.50")
