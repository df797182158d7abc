"""Every macro draws valid HTML, with its ids once and its labels tied to their fields."""

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import html5lib
import pytest
from flask import Flask
from jinja2 import Environment, FileSystemLoader
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FieldList,
    FileField,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from tests import client

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
XHTML = "{http://www.w3.org/1999/xhtml}"
NASTY = '<b onclick="x">&\''


class MoneyField(StringField):
    pass


class CostForm(Form):
    what = StringField("What for", [InputRequired("Say what the money is for")])


class IdeaForm(Form):
    name = StringField("Name", [InputRequired("Enter a name")])
    email = EmailField("E-mail")
    story = TextAreaField("Your idea", [Length(max=20, message="Use 20 characters or fewer")])
    ward = SelectField("Ward", choices={"10": "North", "11": "South"})
    link = RadioField(
        "Your link", [InputRequired("Choose your link")], choices={"live": "Live", "work": "Work"}
    )
    gains = SelectMultipleField(
        "Who gains",
        choices={"young": "Young people", "carers": "Carers"},
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    agree = BooleanField("I agree")
    cost = MoneyField("Cost")
    starts_on = DateField("Starts on")
    picture = FileField("Picture")
    token = HiddenField(default="kept")
    costs = FieldList(FormField(CostForm), min_entries=1)


@pytest.fixture(scope="module")
def jinja() -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_null_translations(newstyle=True)
    env.filters["money"] = lambda pence: f"£{pence / 100:,.0f}"
    env.filters["day"] = env.filters["moment"] = lambda value: value.strftime("%d %B %Y")
    env.globals["csrf_token"] = lambda: "the-token"
    env.globals["static_url"] = lambda filename: f"/static/{filename}"
    env.globals["get_flashed_messages"] = lambda **_: [("success", "Saved")]
    env.globals["url_for"] = lambda endpoint, **values: f"/{endpoint}?page={values['page']}"
    return env


@pytest.fixture
def draw(jinja):
    def draw(source: str, **context):
        text = jinja.from_string(source).render(**context)
        start = "<!doctype html><html lang=en><head><title>x</title></head><body>"
        return review(f"{start}{text}</body></html>"), text

    return draw


def review(document: str):
    """Parse strictly, then check what a parser does not: ids, labels, references, the policy."""
    tree = html5lib.HTMLParser(strict=True).parse(document)
    elements = [e for e in tree.iter() if isinstance(e.tag, str)]
    ids = Counter(e.get("id") for e in elements if e.get("id"))
    assert [name for name, times in ids.items() if times > 1] == []
    labels = {e.get("for") for e in elements if e.tag == XHTML + "label"}
    for e in elements:
        for name in ("aria-describedby", "aria-labelledby"):
            assert set((e.get(name) or "").split()) <= set(ids), f"{name} of {e.attrib}"
        assert not [a for a in e.attrib if a == "style" or a.startswith("on")], e.attrib
        control = e.tag in {XHTML + "input", XHTML + "select", XHTML + "textarea"}
        if control and e.get("type") != "hidden":
            assert e.get("id") in labels, f"no label for {e.attrib}"
    assert labels <= set(ids)
    return tree


FORM = """
{% from "components/forms.html" import button_group, csrf, error_summary, field, form_tag,
   hidden, post_button, submit %}
{{ error_summary(form) }}
{% call form_tag(form, action="/ideas", warn=true, autosave="/ideas/draft", upload=true) %}
  {{ field(form.name, hint="As people know it", autocomplete="off", width=20) }}
  {{ field(form.email, optional=true) }}
  {{ field(form.story, count=20, rows=3) }}
  {{ field(form.ward) }}
  {{ field(form.link, hints={"work": "Paid or not"}) }}
  {{ field(form.gains, hint="As many as fit") }}
  {{ field(form.agree, hint="You can change your mind") }}
  {{ field(form.cost) }}
  {{ field(form.starts_on) }}
  {{ field(form.picture) }}
  {% for cost in form.costs %}{{ field(cost.form.what) }}{% endfor %}
  {% call button_group() %}
    {{ submit("Send my idea") }}{{ submit("Later", "secondary", name="act", value="later") }}
  {% endcall %}
{% endcall %}
{{ post_button("Withdraw", "/ideas/1/withdraw", values={"why": nasty}) }}
"""


def test_a_form_is_valid_and_every_field_has_its_label(draw):
    tree, text = draw(FORM, form=IdeaForm(), nasty=NASTY)
    assert "error-summary" not in text
    assert "data-warn-unsaved" in text
    assert 'value="kept"' in text
    assert text.count('name="csrf_token" value="the-token"') == 2
    assert NASTY not in text
    legends = [e.text.strip() for e in tree.iter(XHTML + "legend")]
    assert legends == ["Your link", "Who gains"]


def test_errors_stand_beside_their_field_and_link_to_it_from_the_top(draw):
    form = IdeaForm(MultiDict({"story": "x" * 21, "costs-0-what": ""}))
    assert not form.validate()
    tree, text = draw(FORM, form=form, nasty="")
    ids = {e.get("id") for e in tree.iter() if isinstance(e.tag, str)}
    links = re.findall(r'<a href="#([^"]+)">', text)
    assert set(links) <= ids
    assert {"name", "story", "link-0", "costs-0-what"} <= set(links)
    by_id = {e.get("id"): e for e in tree.iter() if isinstance(e.tag, str) and e.get("id")}
    assert by_id["name"].get("aria-invalid") == "true"
    assert by_id["name"].get("aria-describedby") == "name-hint name-error"
    assert by_id["link"].get("aria-describedby") == "link-error"
    assert "maxlength" not in by_id["story"].attrib


def test_money_has_its_pound_sign_and_a_date_its_own_input(draw):
    _, text = draw(FORM, form=IdeaForm(), nasty="")
    assert re.search(r'ds_currency-wrapper">\s*<input[^>]*inputmode="decimal"', text)
    assert 'type="date"' in text
    assert "characters left" in text


PARTS = {
    "heading": '{{ p.heading("A & B", "Round 1", id="top") }}',
    "lede": '{{ p.lede(nasty) }}{{ p.sort_note("Random") }}{{ p.contact("Call us", "/help") }}',
    "breadcrumbs": '{{ p.breadcrumbs([("Home", "/"), (nasty, none)]) }}',
    "section": '{{ p.section_heading("Ideas", "ideas", "/ideas") }}',
    "card": """{% call p.card_grid(2) %}
        {{ p.card(nasty, "/x", nasty, meta=["£400", nasty], tags=["Poverty", p.tag("Example")],
                  picture="/p.jpg", alt=nasty, footer="Confirmed", id="c1") }}
        {% call p.card("Two") %}<p>Body</p>{% endcall %}{% endcall %}""",
    "tags": '{{ p.tag(nasty, "good") }}{{ p.status(nasty, "bad") }}{{ p.example_tag() }}',
    "action": '{{ p.big_action("Vote", "/vote", nasty) }}',
    "messages": """{{ p.inset(nasty) }}{{ p.notice(nasty, "success", focusable=true) }}
        {{ p.warning(nasty) }}{% call p.notice(tone="error") %}<p>x</p>{% endcall %}""",
    "details": '{% call p.details("Why", open=true) %}<p>x</p>{% endcall %}',
    "summary_list": """{{ p.summary_list([("Cost", nasty),
        {"key": "Ward", "value": "North", "url": "/w", "action": none}]) }}""",
    "stats": '{% call p.stat_row() %}{{ p.stat("1,200", nasty, "up") }}{% endcall %}',
    "timeline": """{{ p.timeline([{"name": nasty, "when": "May", "state": "done"},
        {"name": "Vote", "state": "current", "note": "9 days left", "url": "/v"},
        {"name": "Count"}]) }}""",
    "steps": '{{ p.steps(["Check", "Prove", "Choose"], 2, {1: "/check"}) }}',
    "table": """{{ p.table("Costs", ["What", "How much"], [[nasty, "£4"],
        [{"text": "Hall", "url": "/h"}, none]], numeric=[1], foot=["All", "£4"], id="t") }}""",
    "pagination": '{{ p.pagination(4, 9, "ideas", {"ward": "10"}, "#results") }}',
    "money_bar": '{{ p.money_bar(10000, 2500, "Pot") }}{{ p.money_bar(0, 1) }}',
    "bar_chart": """{{ p.bar_chart("Votes", [{"label": nasty, "value": 3, "text": "3 votes"},
        {"label": "B", "value": 0, "note": "none", "url": "/b"}]) }}{{ p.bar_chart("No", []) }}""",
    "history": """{{ p.history([{"who": nasty, "at": now, "what": "Changed",
        "changes": [("Cost", "£4", nasty), ("New", none, "x")]}]) }}""",
    "task_list": """{{ p.task_list([{"text": nasty, "url": "/t", "note": "late",
        "status": "Late", "tone": "bad"}, {"text": "plain"}]) }}""",
    "empty": '{{ p.empty(nasty, "/new", "Add one") }}',
    "copy": '{{ p.copy("ABCD-1234") }}',
    "time": "{{ p.day(now) }}{{ p.when(now) }}",
}


@pytest.mark.parametrize("part", PARTS)
def test_each_part_of_a_page_is_valid_and_escapes_what_people_typed(draw, part):
    source = '{% import "components/page.html" as p %}' + PARTS[part]
    _, text = draw(source, nasty=NASTY, now=datetime(2026, 12, 4, 17, tzinfo=UTC))
    assert NASTY not in text
    if "nasty" in source:
        assert "&lt;b onclick=" in text


def test_every_macro_of_the_page_parts_is_drawn_here(jinja):
    macros = set(re.findall(r"macro (\w+)\(", (TEMPLATES / "components/page.html").read_text()))
    inner = {"cell", "table_row", "page_link", "visually_hidden", "table_region"}
    used = set(re.findall(r"p\.(\w+)\(", " ".join(PARTS.values())))
    assert macros - inner - used == set()


def test_a_timeline_says_its_states_in_words(draw):
    source = '{% import "components/page.html" as p %}' + PARTS["timeline"]
    _, text = draw(source, nasty="Ideas")
    assert re.findall(r"__state\">(\w+)<", text) == ["Done", "Now", "Next"]
    assert text.count('aria-current="step"') == 1


def test_a_bar_chart_is_its_own_table(draw):
    source = '{% import "components/page.html" as p %}' + PARTS["bar_chart"]
    tree, _ = draw(source, nasty="A")
    widths = [e.get("width") for e in tree.iter("{http://www.w3.org/2000/svg}rect")]
    assert widths == ["100%", "100.0%", "100%", "0.0%"]
    cells = ["".join(e.itertext()).strip() for e in tree.iter(XHTML + "td")]
    assert cells == ["3 votes", "0"]


BALLOT = """{% import "components/ballot.html" as b %}
{% call b.ballot_form(kind=kind, money=true) %}
{% call b.ballot_pot(budget=10000, most=3, each=5) %}
  {{ b.choice(1, nasty, 4000, kind=kind, given=2, places=["1st", "2nd"], url="/p/1", text=nasty,
            tags=["Poverty"], meta=["North"], chosen=true) }}
  {{ b.choice(2, "Hall", 9000, kind=kind, error="Costs £90; you have £60 left") }}
  {{ b.ballot_status(nasty, share=40.0, total=1) }}
{% endcall %}{% endcall %}"""


def test_a_ballot_works_without_script_and_carries_what_the_script_needs(draw):
    tree, text = draw(BALLOT, nasty=NASTY, kind="ticks")
    assert NASTY not in text
    boxes = [e for e in tree.iter(XHTML + "input") if e.get("name") == "choice"]
    assert [(b.get("value"), b.get("checked")) for b in boxes] == [("1", ""), ("2", None)]
    items = [e for e in tree.iter(XHTML + "div") if e.get("data-cost")]
    assert [item.get("data-cost") for item in items] == ["4000", "9000"]
    assert 'aria-describedby="choice-2-why choice-2-about"' in text
    assert "Costs £90; you have £60 left" in text
    assert 'data-budget="10000"' in text


@pytest.mark.parametrize("kind", ["one", "points", "ranks"])
def test_each_way_of_voting_has_a_field_a_project_without_script(draw, kind: str):
    tree, text = draw(BALLOT, nasty=NASTY, kind=kind)
    assert NASTY not in text
    fields = [
        (e.get("type"), e.get("name"))
        for e in tree.iter()
        if e.get("data-ballot-input") is not None
    ]
    assert (
        fields
        == {
            "one": [("radio", "choice"), ("radio", "choice")],
            "points": [("text", "points-1"), ("text", "points-2")],
            "ranks": [(None, "rank-1"), ("text", "rank-2")],
        }[kind]
    )
    buttons = [e for e in tree.iter(XHTML + "button") if e.get("type") == "button"]
    assert all(e.get("hidden") is not None or kind == "ranks" for e in buttons)


def test_a_map_says_what_it_is_and_can_be_skipped(draw):
    source = """{% from "components/map.html" import map_region %}
    {{ map_region("d1", features="/assets.geojson?ward=10&kind=place", label=nasty, after="list",
                  kinds=[("place", "Places"), ("group", nasty)], source="OS", schematic=true) }}
    <div id="list"></div>
    {{ map_region("d2", id="two", locate={"lat": "#lat", "lon": "#lon", "real": true}) }}"""
    _, text = draw(source, nasty=NASTY)
    assert NASTY not in text
    assert 'data-map-features="/assets.geojson?ward=10&amp;kind=place"' in text
    assert 'href="#list"' in text
    assert text.count('data-boundaries="real"') == 1
    assert "Schematic, not ward boundaries." in text


PLAIN_PAGES = ["400", "403", "404", "413", "429", "500", "503", "expired", "refused"]


@pytest.mark.parametrize("name", PLAIN_PAGES)
def test_an_error_page_is_a_whole_page_in_plain_words(jinja, name):
    page = jinja.get_template(f"errors/{name}.html").render(
        typed=[("story", NASTY), ("csrf", "")], action="/ideas?x=1", sentence=NASTY
    )
    tree = review(page)
    h1 = [" ".join(e.itertext()).strip() for e in tree.iter(XHTML + "h1")]
    title = next(" ".join(e.itertext()) for e in tree.iter(XHTML + "title"))
    assert len(h1) == 1
    assert title.startswith(h1[0])
    assert NASTY not in page
    assert name not in page.split("<main")[1] or name in ("expired", "refused")


@pytest.mark.parametrize("name", ["400", "429", "503", "expired", "refused"])
def test_a_form_that_failed_can_be_sent_again_as_it_was_typed(jinja, name):
    page = jinja.get_template(f"errors/{name}.html").render(
        typed=[("story", "Tea & cake"), ("story", "two")], action="/ideas?x=1"
    )
    form = page[page.index('id="send-again"') :]
    assert 'action="/ideas?x=1"' in page
    assert 'name="csrf_token" value="the-token"' in form
    assert 'name="story" value="Tea &amp; cake"' in form
    assert 'name="story" value="two"' in form


def test_the_page_for_our_own_fault_asks_nothing_of_the_database(jinja):
    source = (TEMPLATES / "errors/500.html").read_text()
    assert '{% extends "layouts/bare.html" %}' in source
    bare = (TEMPLATES / "layouts/bare.html").read_text()
    for name in ("site", "viewer", "get_flashed_messages", "csrf_token"):
        assert not re.search(r"{[{%][^}]*\b" + name, bare)
    page = jinja.get_template("errors/500.html").render(typed=[("story", "Tea")], action="/ideas")
    assert "send-again" not in page
    assert "Tea" in page


def test_an_email_is_its_paragraphs_with_addresses_as_links(jinja):
    html = jinja.get_template("emails/_layout.html").render(
        subject="Your code",
        paragraphs=[[("Hello", False), ("https://example.org/a?b=1", True)], [("Bye", False)]],
        language="gd",
    )
    tree = review(html)
    assert tree.get("lang") == "gd"
    assert [e.get("href") for e in tree.iter(XHTML + "a")] == ["https://example.org/a?b=1"]
    assert "http" not in html.replace("https://example.org/a?b=1", "")


def test_the_layout_names_the_board_and_marks_where_the_reader_is(jinja):
    class Site:
        board_name = "A & B Board"
        council_name = NASTY
        phase_label = "Example"
        plan_url = "/boards/a/plan"

    class Request:
        path = "/assets/7"

    source = (
        '{% extends "base.html" %}{% block title %}Places{% endblock %}'
        "{% block caption %}Round 1{% endblock %}{% block content %}<p>x</p>{% endblock %}"
    )
    page = jinja.from_string(source).render(site=Site(), request=Request(), viewer=None)
    tree = review(page)
    assert re.search("<title>Places . A &amp; B Board</title>", page)
    assert NASTY not in page
    current = {e.get("href") for e in tree.iter(XHTML + "a") if e.get("aria-current")}
    assert current == {"/assets"}
    assert "Proposals and votes" not in page  # its address is not known
    h1 = next(e for e in tree.iter(XHTML + "h1"))
    assert "".join(h1.itertext()) == "Places"


def test_a_page_without_a_site_still_stands(jinja):
    page = jinja.from_string('{% extends "base.html" %}{% block title %}X{% endblock %}').render()
    review(page)
    assert "Community Board" in page


@pytest.mark.parametrize(("officer", "shown"), [(True, 2), (False, 0)])
def test_the_desk_is_in_the_menu_of_officers_alone(jinja, officer, shown):
    class Person:
        name = "Morag"

    source = '{% extends "base.html" %}{% block title %}X{% endblock %}'
    page = jinja.from_string(source).render(viewer=Person(), has_desk=lambda: officer)
    review(page)
    assert page.count('href="/desk"') == shown  # once for phones, once for wide screens
    assert page.count('action="/account/sign-out"') == 2


def test_the_review_of_pages_finds_a_fault_each_time_and_reads_the_same_page_once() -> None:
    ids = [f"{digit * 8}-0000-4000-8000-000000000000" for digit in "12"]
    shown = {
        "one": f'<p id="{ids[0]}">Fine</p>',
        "other": f'<p id="{ids[1]}">Fine</p>',
        "twice": f'<p id="{ids[0]}">Fine</p><p id="{ids[0]}">Fine</p>',
        "apart": f'<p id="{ids[0]}">Fine</p><p id="{ids[1]}">Fine</p>',
    }
    bare = Flask("bare")
    bare.add_url_rule("/<name>", "page", lambda name: shown[name])

    def page(name: str) -> client.Page:
        return client.Page(name, bare.test_client().get(f"/{name}"))

    for name in ("one", "apart"):
        client.review_once(page(name))
    for _ in range(2):
        with pytest.raises(AssertionError, match="used twice"):
            client.review_once(page("twice"))
    again = page("other")
    client.review_once(again)
    assert not again.is_read
