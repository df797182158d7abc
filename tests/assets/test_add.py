"""Adding an entry, as a resident does: three steps, a last look, and the e-mail."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
import time_machine
from PIL import Image

from pbapp import clock
from pbapp.assets.adding.forms import web_address_typed
from pbapp.assets.adding.pages import SENT_AN_HOUR
from pbapp.assets.entry import check_website
from pbapp.assets.models import Asset, AssetKind, AssetState, Where
from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.messages.rendering import put_into_words
from pbapp.web.limits import hit
from pbapp.web.models import Draft, Upload
from tests.assets.factories import make_asset, make_official_boundaries
from tests.client import Browser, Page
from tests.world import World

WHAT = {"kind": "place", "name": "Blairhill Hall", "summary": "A hall with a kitchen."}
WHERE = {"postcode": "ZZ7 1AA", "where_words": "Behind the library"}


def jpeg(size: tuple[int, int] = (40, 30), kind: str = "JPEG") -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, kind)
    out.seek(0)
    return out


def step(browser: Browser, page: Page, fields: dict[str, Any], **options: Any) -> Page:
    return browser.follow(browser.submit(page, fields, **options))


def at_where(browser: Browser, **what: str) -> Page:
    return step(browser, browser.get("/assets/new"), {**WHAT, **what})


def at_more(browser: Browser, **where: str) -> Page:
    return step(browser, at_where(browser), where or WHERE)


def at_check(browser: Browser, **more: Any) -> Page:
    return step(browser, at_more(browser), more)


def only_asset() -> Asset:
    return db.session.query(Asset).one()


def newest(template: str) -> Mail:
    mails = db.session.query(Mail).filter_by(template=template).order_by(Mail.written_at)
    return mails.all()[-1]


def prove(browser: Browser, page: Page, email: str = "rosa@example.org") -> Page:
    """Send from the last look, with the code that comes by e-mail."""
    asked = step(browser, page, {"email": email})
    return step(browser, asked, {"code": newest("asset_proof").context["code"]})


def another(code: str) -> str:
    """A code that is surely not this one."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


def test_a_stranger_adds_an_entry_and_is_told(
    stranger: Browser, world: World, officer: Browser
) -> None:
    poverty = str(world.priorities["poverty"].id)
    health = str(world.priorities["mental-health"].id)
    page = at_check(
        stranger, main=poverty, supports=[health], opening="Fridays", website="www.example.org"
    )
    for said in ("Blairhill Hall", "Coatbridge North", "Poverty (most of all), Mental Health"):
        assert said in page.text
    done = prove(stranger, page, "Rosa@Example.org")

    assert done.h1 == "Thank you: we have your entry"
    asset = only_asset()
    assert (asset.state, asset.where_kind, asset.area_id) == (
        AssetState.WAITING,
        Where.POSTCODE,
        world.wards[7].id,
    )
    assert asset.website == "https://www.example.org"
    assert {(p.priority.slug, p.is_main) for p in asset.priorities} == {
        ("poverty", True),
        ("mental-health", False),
    }
    assert "Blairhill" not in stranger.get("/assets").text
    assert asset.submitter_email == "rosa@example.org"
    assert list(db.session.query(Draft).filter_by(kind="asset").one().fields) == ["sent", "board"]


def test_the_link_in_the_mail_changes_the_entry_without_an_account(
    stranger: Browser, world: World
) -> None:
    prove(stranger, at_check(stranger))
    letter = put_into_words(newest("asset_received"))
    link = next(line for line in letter.text.splitlines() if line.startswith("http"))
    path = re.sub(r"^https?://[^/]+", "", link)

    page = stranger.get(path)
    assert page.h1 == "Change an entry"
    stranger.submit(page, {"name": "Blairhill Big Hall"})
    assert only_asset().name == "Blairhill Big Hall"
    stranger.get(f"{path}x", status=303)  # asked to sign in


def test_a_resident_who_is_signed_in_is_written_to_without_being_asked(
    resident: Browser, world: World
) -> None:
    page = at_check(resident)
    assert "We will write to you at resident@example.org" in page.text
    resident.submit(page)
    assert only_asset().submitted_by_id == world.resident.id
    assert db.session.query(Mail).one().to_address == "resident@example.org"


def test_pressing_send_twice_adds_one_entry(resident: Browser, world: World) -> None:
    page = at_check(resident)
    first = resident.submit(page)
    again = resident.submit(page)
    assert first.location == again.location
    only_asset()
    back = resident.get(page.path, status=303)  # the back button
    assert back.location == first.location


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Enter a name."),
        ({"name": "\0\u202e "}, "Enter a name."),
        ({"summary": ""}, "Say in one line what it offers."),
        ({"kind": None}, "Choose what kind of thing it is."),
        ({"name": "x" * 121}, "Use 120 characters or fewer."),
    ],
)
def test_the_first_step_says_what_is_missing_and_keeps_the_rest(
    stranger: Browser, world: World, fields: dict[str, Any], said: str
) -> None:
    page = stranger.submit(stranger.get("/assets/new"), {**WHAT, **fields}, status=422)
    assert said in page.errors()
    kept = dict(page.form().filled({}))
    assert kept["summary" if "summary" not in fields else "name"] in WHAT.values()


def test_a_kind_that_does_not_exist_is_refused(stranger: Browser, world: World) -> None:
    page = stranger.submit(stranger.get("/assets/new"), {**WHAT, "kind": "villain"}, status=422)
    assert page.errors()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Say where it is"),
        ({"postcode": "ZZ99 9ZZ"}, "The gap is ours"),
        ({"postcode": "ZZ9 1AA"}, "outside Coatbridge"),
        ({"postcode": "banana"}, "Enter a full postcode"),
        ({"postcode": "ZZ7 1AA", "ward": "no-place"}, "Take the postcode and the pin away too."),
        ({"ward": "S13003050"}, "Choose one of the wards"),
        ({"lat": "55.86"}, "Enter both numbers, or neither."),
        ({"lat": "nan", "lon": "nan"}, "Enter a number of degrees"),
        ({"lat": "\u0665\u0665", "lon": "-4"}, "Enter a number of degrees"),
        ({"lat": "1_0", "lon": "1e3"}, "Enter a number of degrees"),
        ({"lat": "95", "lon": "-4"}, "Enter a number of degrees"),
        ({"lat": "-4.03", "lon": "55.86"}, "a long way from Coatbridge"),
        ({"lat": "55.867", "lon": "-4.034"}, "Choose the ward too"),
    ],
)
def test_the_second_step_says_why_and_keeps_what_was_typed(
    stranger: Browser, world: World, fields: dict[str, str], said: str
) -> None:
    make_official_boundaries(world, schematic=True)
    page = stranger.submit(
        at_where(stranger), {**fields, "where_words": "By the canal"}, status=422
    )
    assert said in " ".join(page.errors())
    kept = dict(page.form().filled({}))
    assert kept["where_words"] == "By the canal"
    assert all(kept[name] == value for name, value in fields.items() if name != "ward")


def test_a_pin_and_a_ward_go_together_while_the_map_is_a_drawing(
    stranger: Browser, world: World
) -> None:
    make_official_boundaries(world, schematic=True)
    page = at_more(stranger, lat="55.8670", lon="-4.0340", ward="S13003048")
    prove(stranger, step(stranger, page, {}))
    asset = only_asset()
    assert (asset.where_kind, asset.lat, asset.area_id) == (
        Where.POINT,
        55.867,
        world.wards[7].id,
    )


def test_something_may_be_all_over_or_have_no_fixed_place(resident: Browser, world: World) -> None:
    page = step(resident, at_more(resident, ward="everywhere"), {})
    assert "No one place" in page.text
    resident.submit(page)
    page = step(resident, at_more(resident, ward="no-place"), {})
    assert "No fixed place" in page.text
    resident.submit(page)
    for asset in db.session.query(Asset):
        said = "all over Coatbridge" if asset.serves else "No fixed place"
        assert said in resident.get(f"/assets/{asset.id}").text
    served = {len(asset.serves) for asset in db.session.query(Asset)}
    assert {asset.where_kind for asset in db.session.query(Asset)} == {Where.NOWHERE}
    assert served == {0, 3}  # the wards of the board


def test_a_persons_gift_is_asked_for_no_pin(stranger: Browser, world: World) -> None:
    leads_to_them = {**WHAT, "kind": "individual", "summary": "Ring me on 07700 900123"}
    refused = stranger.submit(stranger.get("/assets/new"), leads_to_them, status=422)
    assert "Leave out addresses, phone numbers" in " ".join(refused.errors())
    page = at_where(stranger, kind="individual")
    names = {name for name, _ in page.form().filled({})}
    assert "lat" not in names
    assert "never shown as a point" in page.text
    forged = {"csrf_token": dict(page.form().filled({}))["csrf_token"]}
    refused = stranger.post(page.path, {**forged, "lat": "55.867", "lon": "-4.034"}, status=422)
    assert "never shown as a point" in " ".join(refused.errors())

    more = step(stranger, page, {"postcode": "ZZ7 1AA"})
    asked = {name for name, _ in more.form().filled({})}
    assert not asked & {"contact_name", "cost", "sessions-0-opens", "photo", "website"}
    prove(stranger, step(stranger, more, {}))
    asset = only_asset()
    assert (asset.kind, asset.lat, asset.postcode) == (AssetKind.INDIVIDUAL, None, None)
    own_page = re.search(r"/gifts/mine/\S+", put_into_words(newest("asset_received")).text)
    assert own_page
    assert "Take my gift off and delete it" in stranger.get(own_page[0]).text
    fix = re.search(r"/assets/\S+/edit\S+", put_into_words(newest("asset_received")).text)
    assert fix
    assert "Your gift: how long it stays, letters, taking it off" in stranger.get(fix[0]).links()


@pytest.mark.parametrize(
    "website", ["javascript:alert(1)", "data:text/html,x", "https://", "http://a b", "ftp://x.org"]
)
def test_a_website_must_be_one(stranger: Browser, world: World, website: str) -> None:
    page = stranger.submit(at_more(stranger), {"website": website}, status=422)
    assert "web address" in " ".join(page.errors())
    assert dict(page.form().filled({}))["website"] == website


def test_a_web_address_is_kept_as_pages_take_it_however_a_phone_spells_it() -> None:
    assert check_website("Https://Example.org/A") == "https://Example.org/A"
    assert web_address_typed(" Www.example.org/a:b") == "https://Www.example.org/a:b"
    assert web_address_typed("javascript:alert(1).x") == "javascript:alert(1).x"


def test_a_photo_needs_words_and_is_kept(stranger: Browser, world: World) -> None:
    page = at_more(stranger)
    photo = {"photo": (jpeg(), "hall.jpg")}
    refused = stranger.submit(page, photo, press="add_time=yes", status=200)
    assert "Your photo so far" in refused.text
    refused = stranger.submit(refused, {}, status=422)
    assert "Describe the picture" in " ".join(refused.errors())
    check = f"{page.path.replace('/more', '/check')}"
    assert "/assets/new/more" in (stranger.get(check, status=303).location or "")

    fields = {"photo_alt": "A hall", "website": "javascript:x"}
    refused = stranger.submit(refused, fields, status=422)
    assert "Your photo so far" in refused.text
    assert dict(refused.form().filled({}))["photo_alt"] == "A hall"

    checked = step(stranger, refused, {"website": "", "photo_alt": "A green hall"})
    assert 'class="pb_photo pb_photo--small"' in checked.html
    prove(stranger, checked)
    photo = only_asset().photo
    assert photo
    assert photo.alt == "A green hall"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "JPEG"),
        (b"<html><script>alert(1)</script></html>", "JPEG"),
        (b"", "JPEG"),
        (jpeg().getvalue()[:100], "JPEG"),
        (jpeg((9000, 9000), "PNG").getvalue(), "too large"),
    ],
    ids=["svg", "html", "empty", "cut off", "huge"],
)
def test_what_is_no_picture_is_refused_and_its_words_are_kept(
    stranger: Browser, world: World, content: bytes, said: str
) -> None:
    fields = {"photo": (io.BytesIO(content), "photo.jpg"), "photo_alt": "A hall"}
    page = stranger.submit(at_more(stranger), fields, status=422)
    assert said in " ".join(page.errors())
    assert dict(page.form().filled({}))["photo_alt"] == "A hall"
    assert db.session.query(Upload).count() == 0


def test_it_can_be_saved_at_any_step_and_gone_on_with_by_link(
    stranger: Browser, resident: Browser, world: World
) -> None:
    page = at_where(stranger)
    back = stranger.get("/assets/new")  # with the Back button: nobody has the link yet
    assert "draft=" + page.path.partition("draft=")[2] in back.html
    assert "Blairhill Hall" in back.text
    assert "Blairhill Hall" not in resident.get("/assets/new").text
    saved = step(stranger, page, {"where_words": "Half way"}, press="later=yes")
    link = next(e.text for e in saved.root.iter("code")) or ""
    path = re.sub(r"^https?://[^/]+", "", link)

    elsewhere = resident.get(path)
    assert dict(elsewhere.form().filled({}))["name"] == "Blairhill Hall"
    where = step(resident, elsewhere, {})
    assert dict(where.form().filled({}))["where_words"] == "Half way"
    stranger.get("/assets/new?draft=nonsense")
    assert stranger.get("/assets/new/where?draft=nonsense", status=303).location == "/assets/new"


def test_two_devices_on_one_draft_keep_what_the_other_saved(
    stranger: Browser, resident: Browser, world: World
) -> None:
    here = at_more(stranger)
    there = resident.get(here.path)
    resident.submit(there, {"description": "Soup on Fridays", "cost_words": "£2"})
    both = step(stranger, here, {"website": "https://example.org", "cost_words": "£3"})
    assert both.path == here.path
    assert "kept: Tell people more." in both.text
    assert "in place of: More about the cost “£2”." in both.text
    kept = dict(both.form().filled({}))
    assert (kept["description"], kept["website"], kept["cost_words"]) == (
        "Soup on Fridays",
        "https://example.org",
        "£3",
    )
    assert "/check" in step(stranger, both, {"description": ""}).path
    assert "/check" in step(stranger, here, {"description": "x"}).path  # with the Back button


def test_what_nobody_can_type_is_saved_and_loaded_all_the_same(
    stranger: Browser, world: World
) -> None:
    odd = {"name": "a\0b", "summary": "x" * 30_000}
    saved = stranger.submit(stranger.get("/assets/new"), odd, press="later=yes")
    token = (saved.location or "").partition("draft=")[2]
    page = stranger.get(f"/assets/new?draft={token}")
    assert dict(page.form().filled({}))["name"] == "ab"


def test_one_network_cannot_flood_the_officers(stranger: Browser, world: World) -> None:
    with time_machine.travel(clock.now(), tick=False):  # all within one hour that is counted
        page = at_check(stranger)
        for _ in range(SENT_AN_HOUR):
            hit("entries sent", "127.0.0.1", tries=SENT_AN_HOUR, seconds=3600)
        db.session.commit()
        stranger.submit(page, status=429)
    assert db.session.query(Asset).count() == 0


def test_an_empty_form_can_be_saved_but_not_sent(stranger: Browser, world: World) -> None:
    saved = stranger.submit(stranger.get("/assets/new"), {}, press="later=yes")
    token = re.search(r"draft=([^&]+)", saved.location or "")
    assert token
    back = stranger.get(f"/assets/new/check?draft={token[1]}", status=303)
    page = stranger.follow(back)
    assert "Enter a name." in page.errors()


def test_an_answer_can_be_changed_at_the_last_look(stranger: Browser, world: World) -> None:
    page = at_check(stranger)
    link = page.links()["Change Name"]
    again = step(stranger, stranger.get(link), {"name": "Other Hall"})
    assert again.h1 == "Check and send"
    assert "Other Hall" in again.text


def test_a_likely_double_is_shown_before_sending(stranger: Browser, world: World) -> None:
    make_asset(world, "The Blairhill hall")
    make_asset(world, "Blairhill Hall", state=AssetState.WAITING, summary="secret")
    page = at_check(stranger)
    assert "Is it here already?" in page.text
    assert "The Blairhill hall" in page.text
    assert "secret" not in page.text
    prove(stranger, page)  # it is a question, not a wall
    assert db.session.query(Asset).filter_by(submitter_email="rosa@example.org").count() == 1


def test_repeated_fields_and_foreign_priorities_do_no_harm(stranger: Browser, world: World) -> None:
    token = dict(stranger.get("/assets/new").form().filled({}))["csrf_token"]
    twice = {**WHAT, "name": ["One", "Two"], "csrf_token": token}
    page = stranger.follow(stranger.post("/assets/new", twice))
    more = step(stranger, page, WHERE)
    refused = stranger.submit(more, {"main": "999999", "supports": ["999999"]}, status=422)
    assert refused.errors()


def test_a_wrong_address_is_said_at_the_end(stranger: Browser, world: World) -> None:
    page = stranger.submit(at_check(stranger), {"email": "rosa@"}, status=422)
    assert "Enter an e-mail address" in " ".join(page.errors())
    assert db.session.query(Asset).count() == 0


def test_a_line_of_its_own_cannot_be_smuggled_into_our_e_mail(
    stranger: Browser, world: World
) -> None:
    token = dict(stranger.get("/assets/new").form().filled({}))["csrf_token"]
    name = "Hall\n\nhttps://evil.example.org\n\n"
    page = stranger.follow(
        stranger.post("/assets/new", {**WHAT, "name": name, "csrf_token": token})
    )
    checked = step(stranger, step(stranger, page, WHERE), {})
    stranger.submit(checked, {"email": "victim@example.org"})
    letter = put_into_words(db.session.query(Mail).one())
    assert "evil" not in letter.html + letter.text  # no word of a stranger's before the proof
    prove(stranger, checked, "victim@example.org")
    letter = put_into_words(newest("asset_received"))
    assert 'href="https://evil' not in letter.html
