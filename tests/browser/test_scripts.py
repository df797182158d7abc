"""The scripts of static/js, each on a small page of the project's own components."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, jsonify, render_template_string, request
from playwright.sync_api import Browser, Page, expect
from wtforms import Form, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired

from tests.browser.harness import DESKTOP, PHONE, NewPage, review, served, watched_pages

ROOT = Path(__file__).resolve().parents[2]
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:"

MAP_SCRIPT = """
window.pbappMaps = window.pbappMaps || {};
window.pbappMaps.d1 = function (id) {
  const map = L.map(id, { center: [55.86, -4.02], zoom: 13 });
  const square = (name, x) => ({ type: "Feature", properties: { name },
    geometry: { type: "Polygon", coordinates: [[[x, 55.84], [x + 0.04, 55.84], [x + 0.04, 55.88],
                                                [x, 55.88], [x, 55.84]]] } });
  L.geoJSON({ type: "FeatureCollection",
              features: [square("North", -4.07), square("South", -4.03)] }).addTo(map);
  return map;
};
"""

PLACES = [
    {"id": 1, "name": "Hall <b>", "kind": "place", "ward": "North", "at": (-4.05, 55.86)},
    {"id": 2, "name": "Shed", "kind": "group", "ward": "South", "at": (-4.01, 55.85)},
    {"id": 3, "name": "Library", "kind": "place", "ward": "South", "at": (-4.0095, 55.8505)},
]

# A street's entries, all shown in its middle.
STREET = [
    {"id": n, "name": f"Shop {n:02}", "kind": "place", "ward": "North", "at": (-4.05, 55.86)}
    for n in range(1, 26)
]


def places_of(kind: str) -> list[dict[str, Any]]:
    return STREET if kind == "street" else [p for p in PLACES if kind in ("", p["kind"])]


IMPORTS = """{% from "components/forms.html" import error_summary, field, form_tag, submit %}
{% from "components/ballot.html" import ballot_form, ballot_pot, ballot_status, choice %}
{% from "components/map.html" import map_head, map_region, map_scripts %}
{% from "components/page.html" import copy %}
"""

FRAME = '{% extends "base.html" %}{% block title %}Try it{% endblock %}' + IMPORTS

BALLOT = (
    FRAME
    + """{% block content %}{% call ballot_form(money=true) %}
{% call ballot_pot(budget=1000000, most=3) %}
{% for title, cost in [("Tea", 400000), ("Paint", 300000), ("Path", 500000), ("Kit", 50000),
                       ("Pens", 10000)] %}
{{ choice(loop.index, title, cost, text="What it is.", tags=["Poverty"], url="/x") }}
{% endfor %}
{{ ballot_status("You have £10,000 to spend", share=0) }}{% endcall %}{% endcall %}{% endblock %}
{% block scripts %}<script defer src="{{ static_url('js/ballot.js') }}"></script>{% endblock %}"""
)

LIST = """<div id="list" data-map-features="/places.geojson?kind={{ kind }}">
<p>{{ places|length }} entries</p><ul class="pb_places">{% for p in places %}
<li data-map-row="{{ p.id }}">{{ p.name }}
<button type="button" class="ds_button" data-map-show>Show {{ p.name }}</button></li>
{% endfor %}</ul></div>"""

MAP = (
    FRAME
    + """{% block head %}{{ map_head() }}{% endblock %}
{% block scripts %}{{ map_scripts("d1") }}{% endblock %}
{% block content %}<p><a href="/map?kind=group" hx-get="/map?kind=group" hx-target="#list"
hx-swap="outerHTML" hx-push-url="true">Only groups</a></p>
{{ map_region("d1", features="/places.geojson?kind=", label="What is here", after="list",
              kinds=[("place", "Places"), ("group", "Groups")], source="Example") }}"""
    + LIST
    + "{% endblock %}"
)

BOTH = "2 entries: 1 Groups, 1 Places. Activate to look closer"

LOCATE = (
    FRAME
    + """{% block head %}{{ map_head() }}{% endblock %}
{% block scripts %}{{ map_scripts("d1", locate=true) }}{% endblock %}
{% block content %}<form novalidate><input type="hidden" id="lat" name="lat">
<input type="hidden" id="lon" name="lon"></form>
{{ map_region("d1", features="/places.geojson?kind=", label="Where it is",
              locate={"lat": "#lat", "lon": "#lon", "real": real}) }}{% endblock %}"""
)

KEEP_WHAT_BUTTONS_SAY = """() => {
    window.said = [];
    new MutationObserver((changes) => said.push(...changes.map((one) => one.target.textContent)))
        .observe(document.querySelector("button[data-copy]"), { childList: true });
}"""

IDEA = """<div id="idea">{{ error_summary(form) }}
{% call form_tag(form, action="/idea", warn=true, autosave="/draft",
                 **{"hx-post": "/idea", "hx-target": "#idea", "hx-swap": "outerHTML"}) %}
{{ field(form.name) }}{{ field(form.story, count=20) }}{{ submit("Send") }}{% endcall %}</div>"""

FORM = (
    FRAME
    + "{% block content %}"
    + IDEA
    + """<p><button class="ds_button" hx-get="/busy" hx-target="#idea">Ask</button></p>
{{ copy("ABCD-1234") }}<p><a href="/ballot">Leave</a></p>{% endblock %}
{% block scripts %}<script defer src="{{ static_url('js/autosave.js') }}"></script>{% endblock %}"""
)


class IdeaForm(Form):
    name = StringField("Name", [InputRequired("Enter a name")])
    story = TextAreaField("Story")
    kept = HiddenField(default="yes")


def make_site() -> Flask:
    app = Flask(
        __name__, static_folder=str(ROOT / "static"), template_folder=str(ROOT / "templates")
    )
    app.secret_key = "only for this test"
    app.extensions["drafts"] = []
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters.update(money=lambda pence: f"£{pence // 100:,}", day=str, moment=str)
    app.jinja_env.globals.update(
        csrf_token=lambda: "the-token", static_url=lambda name: f"/static/{name}"
    )

    @app.after_request
    def forbid(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    @app.get("/ballot")
    def ballot():
        return render_template_string(BALLOT)

    @app.get("/map")
    def map_page():
        kind = request.args.get("kind", "")
        places = places_of(kind)
        source = LIST if request.headers.get("HX-Request") else MAP
        html = render_template_string(source, places=places, kind=kind)
        return html, {"Vary": "HX-Request", "Cache-Control": "no-store"}

    @app.get("/locate")
    def locate():
        return render_template_string(LOCATE, real="real" in request.args)

    @app.get("/idea")
    def idea():
        return render_template_string(FORM, form=IdeaForm())

    @app.post("/idea")
    def send_idea():
        assert request.headers["X-CSRFToken"] == "the-token"
        form = IdeaForm(request.form)
        form.validate()
        return render_template_string(IMPORTS + IDEA, form=form), 422

    @app.post("/draft")
    def draft():
        app.extensions["drafts"].append((request.headers["X-CSRFToken"], request.form.to_dict()))
        return "", 204

    @app.get("/busy")
    def busy():
        return render_template_string(
            '{% extends "base.html" %}{% block title %}Wait a minute{% endblock %}'
        ), 429

    @app.get("/maps/d1.js")
    def map_script():
        return MAP_SCRIPT, {"Content-Type": "text/javascript"}

    @app.get("/places.geojson")
    def features():
        kind = request.args.get("kind", "")
        return jsonify(
            type="FeatureCollection",
            features=[
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": place["at"]},
                    "properties": {**place, "url": f"/places/{place['id']}"},
                }
                for place in places_of(kind)
            ],
        )

    return app


@pytest.fixture(scope="module")
def site_app() -> Flask:
    return make_site()


@pytest.fixture(scope="module")
def address(site_app: Flask) -> Iterator[str]:
    with served(site_app) as address:
        yield address


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[NewPage]:
    with watched_pages(browser, lambda: address) as new_page:
        yield new_page


@pytest.fixture
def page(opened: NewPage) -> Page:
    return opened(DESKTOP)


# --- the ballot -----------------------------------------------------------------------------------


def test_the_money_bar_follows_what_is_chosen(page):
    page.goto("/ballot")
    bar = page.locator("[data-ballot-text]")
    expect(bar).to_have_text("You have not chosen a project yet. £10,000 to spend")
    page.get_by_label("Tea").check()
    expect(bar).to_have_text("You have chosen 1 project for £4,000. £6,000 left")
    page.get_by_label("Paint").check()
    expect(bar).to_have_text("You have chosen 2 projects for £7,000. £3,000 left")
    expect(page.locator("[data-ballot-live]")).to_have_text(bar.inner_text())
    expect(page.locator("[data-ballot-fill]")).to_have_attribute("width", "70.0%")
    review(page)


def test_a_project_that_no_longer_fits_says_why_and_stays_in_reach(page):
    page.goto("/ballot")
    page.get_by_label("Tea").check()
    page.get_by_label("Paint").check()
    path = page.get_by_label("Path")
    expect(page.locator("#choice-3-why")).to_have_text("Costs £5,000; you have £3,000 left")
    path.focus()
    expect(path).to_be_focused()
    page.keyboard.press("Space")
    expect(path).not_to_be_checked()
    expect(page.locator("[data-ballot-live]")).to_have_text(
        "Path: Costs £5,000; you have £3,000 left"
    )
    page.get_by_label("Kit").check()
    expect(page.locator("#choice-5-why")).to_have_text(
        "You can choose 3. Take one out to choose this"
    )


def test_the_tray_holds_what_is_chosen_and_lets_go_of_it(page):
    page.goto("/ballot")
    page.get_by_label("Tea").check()
    page.get_by_label("Kit").check()
    page.get_by_text("Your choices (2)").click()
    page.get_by_role("button", name="Take out Tea").click()
    expect(page.get_by_label("Tea")).not_to_be_checked()
    expect(page.get_by_role("button", name="Take out Kit")).to_be_focused()
    expect(page.get_by_text("Your choices (1)")).to_be_visible()


def test_a_ballot_without_script_has_its_boxes_and_its_button(opened):
    page = opened(PHONE, javascript=False)
    page.goto("/ballot")
    page.get_by_label("Path").check()
    expect(page.get_by_text("You have £10,000 to spend")).to_be_visible()
    expect(page.get_by_role("button", name="Look over my vote")).to_be_visible()
    expect(page.get_by_text("Your choices (")).to_be_hidden()


# --- the map --------------------------------------------------------------------------------------


def test_markers_clusters_and_wards_have_names_and_typed_text_stays_text(page):
    page.goto("/map")
    expect(page.get_by_role("button", name="Hall <b>, Places, North")).to_be_visible()
    expect(page.get_by_role("button", name=BOTH)).to_be_visible()
    expect(page.get_by_role("button", name="North: activate to zoom in")).to_have_attribute(
        "tabindex", "0"
    )
    assert page.locator(".map b").count() == 0
    assert "Leaflet" not in page.locator(".map").inner_text()
    review(page)


def test_a_marker_opens_by_key_closes_with_escape_and_gets_the_focus_back(page):
    page.goto("/map")
    hall = page.get_by_role("button", name="Hall <b>, Places, North")
    hall.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Hall <b>")).to_be_focused()
    expect(page.locator('[data-map-row="1"]')).to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    expect(hall).to_be_focused()
    expect(page.locator("[aria-current=true]")).to_have_count(0)


def test_a_cluster_opens_by_key_and_hands_the_focus_on(page):
    page.goto("/map")
    page.get_by_role("button", name=BOTH).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".pb_pin:focus")).to_have_attribute("aria-label", re.compile("South$"))


def test_what_no_zoom_takes_apart_is_told_by_name(page):
    page.goto("/map?kind=street")
    cluster = page.get_by_role("button", name="25 entries: 25 Places. Activate to look closer")
    cluster.focus()
    page.keyboard.press("Enter")
    told = page.get_by_role("dialog", name="25 entries at this place")
    expect(told.get_by_role("button", name=re.compile("^Shop"))).to_have_count(20)
    expect(told).to_contain_text("And 5 more. The list on this page has them all.")
    expect(told.get_by_role("button", name="Shop 01")).to_be_focused()
    review(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Shop 02")).to_be_visible()
    expect(page.get_by_role("link", name="Shop 02")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".pb_cluster")).to_be_focused()


def test_a_map_whose_places_do_not_come_says_so(page):
    page.route("**/places.geojson?kind=group", lambda route: route.abort())
    page.goto("/map")
    expect(page.locator(".pb_cluster")).to_be_visible()
    page.get_by_role("link", name="Only groups").click()
    expect(page.get_by_role("status").filter(has_text="could not load")).to_be_visible()
    expect(page.locator(".pb_cluster, .pb_pin")).to_have_count(0)
    expect(page.locator("#list")).to_contain_text("1 entries")


def test_the_list_opens_its_marker(page):
    page.goto("/map")
    expect(page.locator(".pb_cluster")).to_be_visible()
    page.get_by_role("button", name="Show Shed").click()
    expect(page.locator(".leaflet-popup")).to_contain_text("Shed")
    expect(page.locator('[data-map-row="2"]')).to_have_class("pb_on")


def test_a_filter_moves_list_and_map_and_back_undoes_it(page):
    page.goto("/map")
    expect(page.locator(".pb_cluster")).to_be_visible()
    page.get_by_role("link", name="Only groups").click()
    expect(page.locator("#list")).to_contain_text("1 entries")
    expect(page.get_by_role("button", name="Shed, Groups, South")).to_be_visible()
    expect(page.get_by_role("button", name="Hall <b>, Places, North")).to_have_count(0)
    assert page.url.endswith("/map?kind=group")
    page.go_back()
    expect(page.locator("#list")).to_contain_text("3 entries")
    expect(page.get_by_role("button", name="Hall <b>, Places, North")).to_be_visible()
    expect(page.locator(".leaflet-container")).to_have_count(1)


def test_without_script_the_list_is_there_and_the_map_says_so(opened):
    page = opened(PHONE, javascript=False)
    page.goto("/map")
    expect(page.get_by_text("The map needs JavaScript.")).to_be_visible()
    expect(page.locator("#list")).to_contain_text("3 entries")


# --- picking a place ------------------------------------------------------------------------------


def test_arrow_keys_move_a_pin_and_say_where_it_is(page):
    page.goto("/locate?real")
    expect(page.locator(".pb_cluster")).to_be_visible()
    page.locator(".leaflet-container").focus()
    page.keyboard.press("ArrowUp")
    said = page.locator("[data-locate-live]")
    expect(said).to_contain_text("Pin at 55.8600 north, 4.0200 west. In South.")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowLeft")
    expect(said).to_contain_text("In North.")
    assert float(page.locator("#lon").input_value()) < -4.03
    page.get_by_role("button", name="Take the pin away").click()
    expect(said).to_have_text("The pin is gone.")
    expect(page.locator("#lat")).to_have_value("")


def test_a_click_puts_the_pin_and_a_schematic_map_names_no_ward(page):
    page.goto("/locate")
    expect(page.locator(".pb_cluster")).to_be_visible()
    page.locator(".leaflet-container").click(position={"x": 400, "y": 100})
    said = page.locator("[data-locate-live]")
    expect(said).to_contain_text("Pin at 55.")
    assert "In " not in said.inner_text()
    expect(page.locator(".pb_pin--here")).to_have_count(1)


# --- forms ----------------------------------------------------------------------------------------


def test_errors_get_the_focus_and_lead_to_their_field(page):
    page.goto("/idea")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#error-summary")).to_be_focused()
    page.get_by_role("link", name="Enter a name").click()
    expect(page.get_by_label("Name")).to_be_focused()
    review(page)


def test_a_draft_is_kept_and_says_when(page, site_app):
    page.goto("/idea")
    page.get_by_label("Story").fill("x" * 25)
    expect(page.locator("#story-count")).to_have_text("You have 5 characters too many")
    expect(page.locator("[data-autosave-status]")).to_contain_text("Saved ")
    token, typed = site_app.extensions["drafts"][-1]
    assert token == "the-token"
    assert typed["story"] == "x" * 25
    assert typed["kept"] == "yes"


def test_leaving_with_something_unsaved_asks_first(page):
    page.goto("/idea")
    page.get_by_label("Name").fill("Tea")
    asked: list[str] = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", stay)
    page.get_by_role("link", name="Leave").click()
    page.wait_for_url("**/ballot")
    assert asked == ["beforeunload"]


def test_an_error_page_takes_the_place_of_the_content(page):
    page.goto("/idea")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wait a minute")
    expect(page.locator("#main-content")).to_be_focused()
    assert page.locator("main").count() == 1


def test_a_code_can_be_copied(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/idea")
    page.evaluate(KEEP_WHAT_BUTTONS_SAY)  # it says so for four seconds only
    page.get_by_role("button", name="Copy").click()
    page.wait_for_function("() => window.said.includes('Copied')")
    assert page.evaluate("() => navigator.clipboard.readText()") == "ABCD-1234"


def test_the_menu_opens_without_script(opened):
    page = opened(PHONE, javascript=False)
    page.goto("/idea")
    link = page.locator(".pb_nav--phone").get_by_role("link", name="How voting works")
    expect(link).to_have_count(0)
    page.get_by_text("Menu").click()
    expect(link).to_be_visible()
