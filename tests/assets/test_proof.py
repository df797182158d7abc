"""Without an account the address is proven before an officer sees the entry."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import time_machine

from pbapp import clock
from pbapp.assets.adding.models import OwnDraft
from pbapp.assets.adding.proving import MAILS_AT_ONCE
from pbapp.assets.models import Asset
from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.messages.rendering import put_into_words
from pbapp.web import drafts
from tests.assets.test_add import another, at_check, at_where, newest, prove, step
from tests.client import Browser
from tests.world import World


def link_of(mail: Mail) -> str:
    letter = put_into_words(mail)
    found = next(line for line in letter.text.splitlines() if line.startswith("http"))
    return re.sub(r"^https?://[^/]+", "", found)


def test_nothing_is_an_entry_before_the_code_is_right(
    stranger: Browser, officer: Browser, world: World
) -> None:
    page = step(stranger, at_check(stranger), {"email": "Rosa@Example.org"})
    assert page.h1 == "Enter the code"
    assert "rosa@example.org" in page.text
    assert db.session.query(Asset).count() == 0
    assert "Blairhill" not in officer.get("/desk").text

    code = newest("asset_proof").context["code"]
    wrong = stranger.submit(page, {"code": another(code)}, status=422)
    assert "This is not the code we sent last" in " ".join(wrong.errors())
    done = step(stranger, wrong, {"code": code})
    assert done.h1 == "Thank you: we have your entry"
    asset = db.session.query(Asset).one()
    assert asset.submitter_email == "rosa@example.org"
    assert stranger.follow(stranger.get(page.path, status=303)).h1 == done.h1


def test_the_link_works_late_on_another_device_by_a_press_and_once(
    stranger: Browser, resident: Browser, world: World
) -> None:
    stranger.submit(at_check(stranger), {"email": "rosa@example.org"})
    path = link_of(newest("asset_proof"))
    with time_machine.travel(clock.now() + timedelta(days=30)):
        page = resident.get(path)
        assert db.session.query(Asset).count() == 0  # a mail scanner has looked
        assert "Blairhill Hall" in page.text
        first = resident.submit(page)
        again = resident.submit(page)
    assert first.location == again.location
    assert db.session.query(Asset).count() == 1
    with time_machine.travel(clock.now() + drafts.KEPT_FOR * 2):
        assert resident.get(path, status=303).location == "/assets/new"


def test_a_link_for_one_address_does_not_prove_another(
    stranger: Browser, resident: Browser, world: World
) -> None:
    check = at_check(stranger)
    stranger.submit(check, {"email": "victim@example.org"})
    theirs = link_of(newest("asset_proof"))
    stranger.submit(check, {"email": "rosa@example.org"})
    assert resident.get(theirs, status=303).location == "/assets/new"
    assert check.path.split("draft=")[1][:20] not in theirs
    forged = re.sub(r"key=.{6}", "key=AAAAAA", theirs)
    assert resident.get(forged, status=303).location == "/assets/new"


@time_machine.travel(datetime(2026, 3, 10, 12, tzinfo=UTC))  # all in one stretch that is counted
def test_a_new_code_may_be_asked_for_but_not_without_end(stranger: Browser, world: World) -> None:
    page = step(stranger, at_check(stranger), {"email": "rosa@example.org"})
    old = newest("asset_proof").context["code"]
    again = {**stranger.token(), "again": "yes"}
    for _ in range(MAILS_AT_ONCE - 1):
        sent = stranger.follow(stranger.post(page.path, again))
    assert "The one before no longer works" in sent.text
    refused = stranger.post(page.path, again, status=422)
    assert "several e-mails" in " ".join(refused.errors())
    assert db.session.query(Mail).filter_by(template="asset_proof").count() == MAILS_AT_ONCE
    new = newest("asset_proof").context["code"]
    if new != old:
        stranger.submit(sent, {"code": old}, status=422)
    stranger.submit(sent, {"code": new})
    assert db.session.query(Asset).count() == 1


def test_a_code_that_comes_late_loses_nothing(stranger: Browser, world: World) -> None:
    page = step(stranger, at_check(stranger), {"email": "rosa@example.org"})
    code = newest("asset_proof").context["code"]
    with time_machine.travel(clock.now() + timedelta(days=1)):
        late = stranger.submit(page, {"code": code}, status=422)
        assert "Ask for a new one" in " ".join(late.errors())
        fresh = stranger.follow(stranger.post(page.path, {**stranger.token(), "again": "yes"}))
        stranger.submit(fresh, {"code": newest("asset_proof").context["code"]})
    assert db.session.query(Asset).count() == 1


def test_known_and_unknown_addresses_look_the_same(stranger: Browser, world: World) -> None:
    page = at_check(stranger)
    texts = []
    for address in ("resident@example.org", "nobody@example.org"):
        asked = step(stranger, page, {"email": address})
        texts.append(asked.text.replace(address, "them"))
    assert texts[0] == texts[1]
    # Whoever proves the address of an account sends as that account.
    prove(stranger, page, "resident@example.org")
    assert db.session.query(Asset).one().submitted_by_id == world.resident.id


def test_what_is_proven_stays_proven_when_something_else_is_wrong(
    stranger: Browser, world: World
) -> None:
    page = step(stranger, at_check(stranger), {"email": "rosa@example.org"})
    path = page.path.replace("/prove", "")
    stranger.submit(stranger.get(path), {"name": ""}, status=422)  # in another tab
    back = step(stranger, page, {"code": newest("asset_proof").context["code"]})
    assert "Enter a name." in back.errors()
    step(stranger, back, {"name": "Blairhill Hall"})
    check = stranger.get(page.path.replace("/prove", "/check"))
    stranger.submit(check)
    assert db.session.query(Asset).one().submitter_email == "rosa@example.org"


def test_the_drafts_link_is_mailed_and_mine_are_listed(
    stranger: Browser, resident: Browser, world: World
) -> None:
    saved = step(stranger, at_where(stranger), {"postcode": "ZZ7"}, press="later=yes")
    stranger.submit(saved, {"email": "rosa@example.org"})
    letter = put_into_words(newest("asset_draft"))
    assert "Blairhill" not in letter.text
    there = resident.get(link_of(newest("asset_draft")))
    assert dict(there.form().filled({}))["name"] == "Blairhill Hall"

    at_where(resident, name="My own hall")
    listed = resident.get("/assets/new")
    assert "My own hall" in listed.links()
    assert "Blairhill Hall" not in listed.links()
    went_on = resident.get(listed.links()["My own hall"])
    resident.submit(
        step(resident, step(resident, step(resident, went_on, {}), {"postcode": "ZZ7 1AA"}), {})
    )
    assert "My own hall" not in resident.get("/assets/new").links()
    assert "You have begun" not in stranger.get("/assets/new").text


def test_what_nobody_sends_is_forgotten_with_whose_it_was(resident: Browser, world: World) -> None:
    at_where(resident, name="Never sent")
    assert db.session.query(OwnDraft).count() == 1
    with time_machine.travel(clock.now() + drafts.KEPT_FOR + timedelta(days=1)):
        assert "Never sent" not in resident.get("/assets/new", status=200).text
        drafts.forget_old()
        db.session.commit()
    assert db.session.query(OwnDraft).count() == 0
