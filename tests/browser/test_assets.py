"""The asset map in a browser: map and list as one, adding by keyboard, and without script."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.harness import PHONE, NewPage, review, screenshot

# A ward's name is neither cut off by the map's edge nor buried under markers.
NAMES_IN_FULL = """() => {
    const map = document.querySelector(".map__canvas").getBoundingClientRect();
    const boxes = (what) => [...document.querySelectorAll(what)]
        .map((one) => one.getBoundingClientRect());
    const names = boxes(".pb_ward-name");
    const over = (a, b) => Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left))
        * Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
    return names.length === 3 && names.every((name) => name.left >= map.left
        && name.right <= map.right && name.top >= map.top && name.bottom <= map.bottom
        && boxes(".leaflet-marker-icon").reduce((sum, one) => sum + over(name, one), 0)
            < 0.4 * name.width * name.height);
}"""
WARD_UNDER_ITS_NAME = """() => {
    const names = [...document.querySelectorAll(".pb_ward-name")];
    const name = names.find((one) => one.textContent === "Coatbridge West");
    const box = name.getBoundingClientRect();
    const at = [box.x + box.width / 2, box.y + box.height / 2];
    return document.elementFromPoint(...at)?.matches("path.pb_ward--on") && at;
}"""
MAP_ON_PAPER = """() => {
    const { width, zoom } = document.querySelector(".map").style;
    return Math.round(parseFloat(width) * parseFloat(zoom));
}"""
POPUP_IN_VIEW = """() => {
    const map = document.querySelector(".map__canvas").getBoundingClientRect();
    const popup = document.querySelector(".leaflet-popup").getBoundingClientRect();
    return popup.top >= map.top && popup.left >= map.left && popup.right <= map.right;
}"""


def count(page: Page) -> int:
    text = page.locator("#results h2").inner_text()
    return int(text.split()[0])


def open_with_map(page: Page, path: str) -> None:
    """Open a page and wait for what is on its map."""
    page.goto(path)
    expect(page.locator(".leaflet-marker-icon").first).to_be_visible()


def fill_first_step(page: Page, name: str) -> None:
    page.goto("/assets/new")
    page.locator("label", has_text="A group or club").click()
    page.get_by_label("What is it called?").fill(name)
    page.get_by_label("Say in one line what it offers").fill("A choir for everybody.")
    page.get_by_role("button", name="Continue").click()


def test_filters_move_the_list_and_the_map_and_back_undoes_them(desktop: Page) -> None:
    open_with_map(desktop, "/assets")
    everything = count(desktop)
    expect(desktop.locator("h1")).to_have_css("unicode-bidi", "plaintext")  # Arabic names too

    with desktop.expect_response(re.compile(r"/assets/map\.json\?ward=S13003051$")):
        desktop.get_by_label("Ward").select_option("S13003051")
    expect(desktop).to_have_url(re.compile(r"/assets\?ward=S13003051$"))
    expect(desktop.locator("#results")).not_to_contain_text("Kilnhead Community Hall")
    assert count(desktop) < everything
    review(desktop)

    desktop.go_back()
    expect(desktop).to_have_url(re.compile(r"/assets$"))
    expect(desktop.locator("#results h2")).to_have_text(f"{everything} entries")
    desktop.go_forward()
    expect(desktop.get_by_label("Ward")).to_have_value("S13003051")


def test_words_are_looked_for_while_they_are_typed(phone: Page) -> None:
    phone.goto("/assets")
    phone.get_by_label("Words").fill("zzzz")
    expect(phone.locator("#results")).to_contain_text("Nothing fits what you chose")
    expect(phone).to_have_url(re.compile(r"\?q=zzzz$"))
    phone.get_by_role("link", name="Show everything").click()
    expect(phone.locator("#results li").first).to_be_visible()


def test_a_ward_chosen_on_the_map_is_chosen_on_the_page_and_again_clears_it(desktop: Page) -> None:
    open_with_map(desktop, "/assets")
    everything = count(desktop)
    ward = desktop.get_by_role("button", name="Coatbridge West: show only what is here")
    ward.focus()
    desktop.keyboard.press("Enter")
    expect(desktop).to_have_url(re.compile(r"/assets\?ward=S13003051$"))
    expect(desktop.get_by_label("Ward")).to_have_value("S13003051")
    expect(ward).to_have_attribute("aria-pressed", "true")
    expect(desktop.locator("[data-map-note]")).to_have_text(
        re.compile(r"^Coatbridge West only: \d+ on the map\.$")
    )
    assert count(desktop) < everything
    review(desktop)
    desktop.mouse.click(*desktop.wait_for_function(WARD_UNDER_ITS_NAME).json_value())
    expect(desktop).to_have_url(re.compile(r"/assets$"))
    expect(ward).to_have_attribute("aria-pressed", "false")
    expect(desktop.locator("[data-map-note]")).to_have_text(
        re.compile(r"^All wards: \d+ on the map\.$")
    )
    assert count(desktop) == everything


def test_beside_a_list_of_wards_a_ward_of_the_map_leads_to_its_page(desktop: Page) -> None:
    desktop.goto("/boards/coatbridge")
    desktop.locator(".map").get_by_role("link", name="Coatbridge West").focus()
    desktop.keyboard.press("Enter")
    expect(desktop).to_have_url(re.compile(r"/boards/coatbridge/wards/S13003051$"))


def test_the_map_can_be_used_at_320_pixels_and_tells_an_entry(new_page: NewPage) -> None:
    page = new_page({"width": 320, "height": 640})
    open_with_map(page, "/assets")
    page.wait_for_function(NAMES_IN_FULL)
    page.locator("[data-map-show]").first.click()
    dialog = page.locator(".map").get_by_role("dialog")
    expect(dialog.get_by_role("link")).to_be_focused()
    expect(dialog).to_contain_text(re.compile("Confirmed|Added"))
    review(page)
    screenshot(page, "assets-map-details-320")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator("[data-map-show]").first).to_be_focused()


def test_an_entry_of_the_list_opens_its_marker(desktop: Page) -> None:
    open_with_map(desktop, "/assets?kind=culture&view=map")
    row = desktop.locator("[data-map-row]", has=desktop.locator("[data-map-show]")).first
    name = row.get_by_role("link").inner_text()
    row.locator("[data-map-show]").click()
    expect(desktop.locator(".leaflet-popup-content")).to_contain_text(name)
    expect(desktop.locator(".leaflet-popup-content")).to_contain_text("onfirmed")
    desktop.wait_for_function(POPUP_IN_VIEW)
    expect(desktop.locator(".leaflet-marker-icon.pb_pin--on")).to_have_count(1)
    desktop.keyboard.press("Escape")
    expect(row.locator("[data-map-show]")).to_be_focused()
    pin = desktop.locator(".pb_pin").first
    pin.click()
    dialog = desktop.locator(".map").get_by_role("dialog")
    expect(dialog).to_be_focused()  # whoever listens hears that it opened
    desktop.keyboard.press("Escape")
    expect(pin).to_be_focused()
    desktop.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert desktop.evaluate(MAP_ON_PAPER) <= 640
    desktop.evaluate("dispatchEvent(new Event('afterprint'))")
    assert desktop.evaluate("document.querySelector('.map').style.width") == ""


def test_a_resident_adds_an_entry_by_keyboard(page: Page, tmp_path: Path) -> None:
    open_with_map(page, "/assets")
    fill_first_step(page, "Kilnhead Evening Choir")
    review(page)
    expect(page.locator(".leaflet-container")).to_be_visible()
    page.locator(".leaflet-container").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-locate-live]")).to_contain_text("Pin at 55.")
    entries = page.locator(".leaflet-marker-icon[role=button]")
    named = re.compile(r"^\d+ entries\. Activate|, Coatbridge")
    expect(entries.first).to_have_attribute("aria-label", named)
    assert page.locator(".map path[role=button]").count() == 0  # here wards are only ground
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator("#error-summary")).to_contain_text("Choose the ward too")
    review(page)
    page.locator("#ward label", has_text="Coatbridge West").click()
    page.get_by_role("button", name="Continue").click()
    review(page)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and send")
    expect(page.locator("main")).to_contain_text("With a pin on the map")
    review(page)
    screenshot(page, "assets-new-check")
    page.get_by_label("Your e-mail address").fill("choir@example.org")
    page.get_by_role("button", name="Send my entry").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter the code")
    review(page)
    page.get_by_label("The 6-digit code").fill("000000")
    page.get_by_role("button", name="Send my entry").click()
    expect(page.locator("#error-summary")).to_contain_text("This is not the code we sent last")


def test_a_resident_adds_an_entry_without_script(no_js: Page) -> None:
    fill_first_step(no_js, "Braemill Knitters")
    no_js.get_by_label("Postcode (optional)").fill("ZZ7 1AA")
    review(no_js)
    no_js.get_by_role("button", name="Save and come back later").click()
    expect(no_js.locator("code")).to_contain_text("/assets/new?draft=")
    review(no_js)
    no_js.get_by_role("link", name="Go on now").click()
    for _ in range(2):
        no_js.get_by_role("button", name="Continue").click()
    no_js.get_by_label("Tuesday").first.check()
    no_js.get_by_label("From", exact=True).first.fill("10:00")
    no_js.get_by_role("button", name="Add another time").click()
    expect(no_js.get_by_role("group", name="Regular time 2")).to_be_visible()
    review(no_js)
    screenshot(no_js, "assets-new-more")
    no_js.get_by_label("To", exact=True).first.fill("12:00")
    no_js.get_by_role("button", name="Continue").click()
    expect(no_js.locator("main")).to_contain_text("Tuesdays, 10am to noon")
    no_js.get_by_label("Your e-mail address").fill("knitters@example.org")
    no_js.get_by_role("button", name="Send my entry").click()
    expect(no_js.get_by_role("heading", level=1)).to_have_text("Enter the code")


def test_the_list_can_be_filtered_without_script(no_js: Page) -> None:
    no_js.goto("/assets")
    expect(no_js.get_by_role("button", name="Show on the map").first).to_be_hidden()
    no_js.get_by_label("Your postcode").fill("ZZ7 1AA")
    no_js.get_by_label("Kind").select_option("place")
    expect(no_js.get_by_role("button", name="Near me")).to_be_hidden()
    no_js.get_by_role("button", name="Show", exact=True).click()
    expect(no_js.locator("main")).to_contain_text("is in Coatbridge North")
    expect(no_js).to_have_url(re.compile("postcode=ZZ7.*kind=place"))
    expect(no_js.locator("#results")).to_contain_text("Kilnhead Community Hall")
    expect(no_js.locator("#results")).not_to_contain_text("Ferniebank Square")
    review(no_js)


def test_near_me_is_asked_for_and_a_refusal_leads_to_the_postcode(new_page: NewPage) -> None:
    page = new_page(PHONE)
    page.context.set_geolocation({"latitude": 55.863113, "longitude": -4.039888})
    page.goto("/assets")
    page.get_by_role("button", name="Near me").click()
    expect(page.locator("[data-near]")).to_contain_text("Enter your postcode instead")
    expect(page.get_by_label("Your postcode")).to_be_focused()
    page.context.grant_permissions(["geolocation"])
    page.get_by_role("button", name="Near me").click()
    expect(page).to_have_url(re.compile(r"within=1&near=55\.863,-4\.040$"))
    expect(page.locator("#results")).to_contain_text("Near Summerbank Library")
    expect(page.locator("#results li[data-map-row]").first).to_contain_text("away")
    review(page)
    page.get_by_text("More filters").click()
    page.get_by_label("Step-free").check()
    expect(page).to_have_url(re.compile(r"access=step_free"))
    page.get_by_role("link", name="Table", exact=True).click()
    expect(page.locator("table")).to_be_visible()
    expect(page.get_by_label("Step-free")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
    review(page)
    page.get_by_role("link", name="Take away: Access").click()
    expect(page).to_have_url(re.compile(r"near=.*view=table"))
    screenshot(page, "find-table")
