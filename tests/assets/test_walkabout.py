"""Notes made without a connection: each taken once, nothing lost, and a reason where one is not."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import func, select

from pbapp import clock
from pbapp.assets.models import Asset, AssetState, Cost
from pbapp.assets.walkabout import services as walkabout
from pbapp.assets.walkabout.forms import NoteForm
from pbapp.assets.walkabout.models import WalkaboutSent
from pbapp.concerns.models import Concern
from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.messages.rendering import put_into_words
from tests.assets.factories import make_asset
from tests.client import Browser
from tests.world import World

HERE = "/assets/walkabout/coatbridge"
NOTE = {
    "kind": "place",
    "name": "Whifflet Hall",
    "summary": "A hall by the burn.",
    "postcode": "zz7 1aa",
    "cost": "free",
    "access_terms": ["step_free", "toilet"],
    "contact_name": "The caretaker",
    "contact_consent": "y",
}


def send(browser: Browser, key: str | None = None, status: int = 200, **values: Any) -> Any:
    """Post one note as the page does; what the service answers."""
    key = key or secrets.token_hex(16)
    return post(browser, "/entries", {**NOTE, "key": key, **values}, status)


def post(browser: Browser, to: str, values: dict[str, Any], status: int = 200) -> Any:
    token = browser.get(f"{HERE}/token").response.json["token"]
    data = {name: value for name, value in values.items() if value is not None}
    page = browser.post(HERE + to, data, status, headers={"X-CSRFToken": token})
    return page.response.json


def entries() -> list[Asset]:
    return list(db.session.scalars(select(Asset).order_by(Asset.name)))


def prove(browser: Browser, email: str = "walker@example.org") -> None:
    assert post(browser, "/code", {"email": email}) == {"email": email}
    code = db.session.scalars(select(Mail).where(Mail.template == "walkabout_code")).one()
    assert post(browser, "/prove", {"code": code.context["code"]}) == {"sender": email}


# --- the page -------------------------------------------------------------------------------------


def test_the_page_is_the_same_for_everybody_and_holds_no_token(
    stranger: Browser, officer: Browser, world: World
) -> None:
    assert stranger.get("/assets/walkabout", status=302).location == f"{HERE}/"
    page = stranger.get(f"{HERE}/")
    assert page.html == officer.get(f"{HERE}/").html
    assert "csrf" not in page.html
    assert "geolocation=(self)" in page.response.headers["Permissions-Policy"]
    assert "Print a form and fill it in by hand" in page.text
    worker = stranger.get(f"{HERE}/worker.js").response
    assert worker.headers["Cache-Control"] == "no-cache"
    stranger.get("/assets/walkabout/nowhere/", status=404)


def test_the_paper_form_asks_for_the_same(stranger: Browser, world: World) -> None:
    with stranger.app.test_request_context():
        form = NoteForm()
        form.offer(world.board)
        asked = [str(f.label.text) for f in form if f.name not in ("lat", "lon", "csrf_token")]
        asked += [str(option.label.text) for f in (form.kind, form.access_terms) for option in f]
        asked += [str(option.label.text) for option in form.ward]
    paper = stranger.get("/boards/coatbridge/paper-form").text
    apart = {"What kind of thing is it?": "What kind of thing is it? Tick one.", "Ward": "the ward"}
    missing = [words for words in asked if apart.get(words, words) not in paper]
    assert missing == []


# --- sending --------------------------------------------------------------------------------------


def test_a_note_becomes_an_entry_that_waits(
    resident: Browser, stranger: Browser, world: World
) -> None:
    assert send(resident)["outcome"] == "taken"
    (asset,) = entries()
    assert asset.state is AssetState.WAITING
    assert asset.submitted_by_id == world.resident.id
    assert asset.area_id == world.wards[7].id
    assert asset.cost is Cost.FREE
    assert [term.slug for term in asset.terms] == ["step_free", "toilet"]
    assert asset.contact is not None
    assert asset.contact.name == "The caretaker"
    stranger.get(f"/assets/{asset.id}", status=404)


def test_a_lost_reply_repeats_nothing(resident: Browser, world: World) -> None:
    key = secrets.token_hex(16)
    assert [send(resident, key)["outcome"] for _try in range(3)] == ["taken", "again", "again"]
    assert len(entries()) == 1
    assert len(received()) == 1


def received() -> list[Mail]:
    query = select(Mail).where(Mail.template == "walkabout_received").order_by(Mail.not_before)
    return list(db.session.scalars(query))


def test_one_letter_tells_of_all_that_was_sent_at_a_time(resident: Browser, world: World) -> None:
    with time_machine.travel(clock.now(), tick=False) as time:
        for name in ("Whifflet Hall", "Dunbeth Park"):
            send(resident, name=name)
        time.shift(timedelta(minutes=11))
        send(resident, name="Drumpellier Loch")
    first, second = (put_into_words(mail) for mail in received())
    assert first.subject == "We have the 2 entries you sent"
    for entry in entries()[1:]:
        assert entry.name in first.text
        assert f"/assets/{entry.id}/edit?key=" in first.text
    assert second.subject == "We have the 1 entry you sent"
    assert "Drumpellier Loch" in second.text


def test_a_change_after_it_was_taken_is_not_lost_silently(resident: Browser, world: World) -> None:
    key = secrets.token_hex(16)
    send(resident, key)
    assert send(resident, key, summary="Other words.")["outcome"] == "late"
    assert entries()[0].summary == "A hall by the burn."


def test_what_is_here_already_is_shown_before_it_is_taken(resident: Browser, world: World) -> None:
    hall = make_asset(world, "The Whifflet Hall")
    key = secrets.token_hex(16)
    answer = send(resident, key)
    assert answer["outcome"] == "alike"
    assert answer["like"] == [
        {
            "id": str(hall.id),
            "name": hall.name,
            "summary": hall.summary,
            "ward": "Coatbridge North",
            "why": "nearly the same name, the same spot and a similar name",
            "url": f"/assets/{hall.id}",
        }
    ]
    assert len(entries()) == 1
    assert send(resident, key, anyway="yes")["outcome"] == "taken"
    assert len(entries()) == 2


def test_the_same_with_a_difference_goes_to_an_officer_once(
    resident: Browser, world: World
) -> None:
    hall = make_asset(world, "The Whifflet Hall")
    key = secrets.token_hex(16)
    values = {"key": key, "text": "It closes at nine."}
    assert post(resident, f"/entries/{hall.id}", {**values, "text": ""}, 422)["errors"] == {
        "text": ["Say what is wrong."]
    }
    outcomes = [post(resident, f"/entries/{hall.id}", values)["outcome"] for _try in range(2)]
    assert outcomes == ["taken", "again"]
    (concern,) = db.session.scalars(select(Concern))
    assert (concern.text, concern.path) == ("It closes at nine.", f"/assets/{hall.id}")
    assert concern.address == world.resident.email
    other = make_asset(world, "Elsewhere", board_id=world.other_board.id)
    post(resident, f"/entries/{other.id}", values, 404)
    hidden = make_asset(world, "Hidden", state=AssetState.WAITING)
    post(resident, f"/entries/{hidden.id}", {**values, "key": secrets.token_hex(16)}, 422)


# --- who may --------------------------------------------------------------------------------------


def test_a_stranger_proves_an_address_once_for_all_they_send(
    stranger: Browser, world: World
) -> None:
    hall = make_asset(world, "Another hall")
    assert send(stranger, status=401) == {"sender": ""}
    post(stranger, f"/entries/{hall.id}", {"key": "0" * 32, "text": "x"}, 401)
    assert post(stranger, "/code", {"email": "nonsense"}, 422)["errors"]["email"]
    assert post(stranger, "/prove", {"code": "000000"}, 422)["errors"]["code"]
    with time_machine.travel(clock.now(), tick=False) as time:
        prove(stranger)
        for name in ("Whifflet Hall", "Dunbeth Park"):
            assert send(stranger, name=name)["outcome"] == "taken"
        assert {e.submitter_email for e in entries()} == {None, "walker@example.org"}
        time.shift(timedelta(hours=13))
        send(stranger, status=401)


def test_the_next_person_at_a_device_proves_their_own_address(
    stranger: Browser, resident: Browser, world: World
) -> None:
    prove(stranger)
    assert stranger.get(f"{HERE}/token").response.json["proved"] is True
    assert post(stranger, "/forget", {}) == {"sender": ""}
    assert stranger.get(f"{HERE}/token").response.json["proved"] is False
    send(stranger, status=401)
    post(stranger, "/prove", {"code": "000000"}, 422)
    told = resident.get(f"{HERE}/token").response.json
    assert (told["sender"], told["proved"]) == (world.resident.email, False)
    stranger.post(f"{HERE}/forget", {}, 400)


def test_the_list_leads_to_the_walkabout_and_the_paper_form(
    stranger: Browser, world: World
) -> None:
    found = stranger.get("/assets").links()
    assert found["Note what’s here on the way"] == f"{HERE}/"  # noqa: RUF001
    assert found["Print a form to fill in by hand"] == "/boards/coatbridge/paper-form"


def test_a_wrong_code_counts(stranger: Browser, world: World) -> None:
    post(stranger, "/code", {"email": "walker@example.org"})
    for _try in range(5):
        post(stranger, "/prove", {"code": "abc"}, 422)
    code = db.session.scalars(select(Mail).where(Mail.template == "walkabout_code")).one()
    refused = post(stranger, "/prove", {"code": code.context["code"]}, 422)
    assert "too often" in refused["errors"]["code"][0]


def test_nobody_sends_without_a_token_or_without_end(
    resident: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for to in ("/entries", f"/entries/{uuid4()}", "/code", "/prove"):
        resident.post(HERE + to, NOTE, 400)
    monkeypatch.setattr("pbapp.web.limits.hit", lambda *_a, **_k: False)
    send(resident, status=429)
    assert entries() == []


# --- bad input ------------------------------------------------------------------------------------

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"name": "x" * 121}, "name"),
    ({"kind": None}, "kind"),
    ({"kind": "spaceship"}, "kind"),
    ({"summary": None}, "summary"),
    ({"postcode": None}, "ward"),
    ({"postcode": "ZZ9 1AA"}, "postcode"),
    ({"postcode": None, "lat": "nan", "lon": "1e309"}, "lat"),
    ({"postcode": None, "lat": "-4.03", "lon": "55.86"}, "lat"),
    ({"cost": "lots"}, "cost"),
    ({"access_terms": ["lift_music"]}, "access_terms"),
    ({"contact_email": "nobody"}, "contact_email"),
    ({"contact_consent": None}, "contact_consent"),
    ({"description": "x" * 3001}, "description"),
]


def test_what_is_refused_says_why_beside_its_field_and_may_be_mended(
    resident: Browser, world: World
) -> None:
    key = secrets.token_hex(16)
    for values, field in WRONG:
        errors = send(resident, key, 422, **values)["errors"]
        assert field in errors, (values, errors)
    for nonsense in ("", "0" * 31, "g" * 32, "0" * 33, "../../etc"):
        assert send(resident, nonsense or " ", 422)["problems"] == ["This entry cannot be read."]
    assert entries() == []
    assert send(resident, key)["outcome"] == "taken"


def test_hostile_words_stay_words(resident: Browser, world: World) -> None:
    send(resident, name="<script>alert(1)</script>", summary="${alert(1)}\x00\u202e")
    (asset,) = entries()
    assert asset.name == "<script>alert(1)</script>"
    assert "\x00" not in asset.summary
    answer = resident.get(f"{HERE}/token").response
    assert answer.mimetype == "application/json"


def test_keys_are_forgotten_in_time(resident: Browser, world: World) -> None:
    send(resident)
    (sent,) = db.session.scalars(select(WalkaboutSent))
    assert re.fullmatch("[0-9a-f]{64}", sent.digest)
    walkabout.forget_old()
    assert db.session.scalar(select(func.count(WalkaboutSent.key))) == 1
    with time_machine.travel(clock.now() + timedelta(days=401)):
        walkabout.forget_old()
    assert db.session.scalar(select(func.count(WalkaboutSent.key))) == 0
