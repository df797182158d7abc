"""Entries are asked about three times, then shown last; what stops a letter, and what must not."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from pbapp import clock
from pbapp.assets import services
from pbapp.assets.claiming.models import Claim, ClaimState
from pbapp.assets.keeping import confirming, reminding, schedule
from pbapp.assets.keeping.models import AssetReminder
from pbapp.assets.models import Asset, AssetKind, AssetState, Confirmer, Method, Status
from pbapp.db import db
from pbapp.messages import bounces
from pbapp.messages.models import Mail, MailState
from tests.assets.factories import make_asset, without_point
from tests.client import Browser
from tests.organisations.letters import letters, told
from tests.world import World

LEAD = "group_member@example.org"


def due(world: World, name: str = "Example Hall", days: int = 0, **values: object) -> Asset:
    values.setdefault("organisation_id", world.group.id)
    on = clock.today() + timedelta(days=days)
    return make_asset(world, name, review_due_on=on, **values)


def sent() -> None:
    """The mail left."""
    db.session.query(Mail).update({Mail.state: MailState.SENT})
    db.session.commit()


def later(weeks: int) -> time_machine.travel:
    return time_machine.travel(clock.now() + timedelta(weeks=weeks, hours=1), tick=False)


def test_how_long_a_word_counts_follows_the_kind() -> None:
    today = clock.today()
    days = {kind: schedule.due_after(kind, today) for kind in AssetKind}
    assert days.pop(AssetKind.INDIVIDUAL) is None
    assert {kind.value: (on - today).days for kind, on in days.items() if on} == {
        "institution": 365,
        "place": 365,
        "association": 182,
        "exchange": 182,
        "culture": 730,
    }
    half = schedule.due_after(AssetKind.PLACE, today, by_visitor=True)
    assert half
    assert (half - today).days == 182


def test_three_reminders_rise_and_then_the_group_looks_after_it_no_more(
    world: World, stranger: Browser
) -> None:
    asset = due(world)
    claim = Claim(
        asset=asset,
        organisation_id=world.group.id,
        asked_by_id=world.group_member.id,
        asked_at=clock.now(),
        state=ClaimState.APPROVED,
        decided_at=clock.now(),
    )
    db.session.add(claim)
    db.session.commit()
    for weeks, stage in ((0, 1), (3, 2), (6, 3), (9, 4)):
        with later(weeks):
            reminding.remind()
            reminding.remind()  # twice, or by a second worker
            sent()
        assert asset.reminder_stage == stage
    assert told("asset_still_right") == [
        (LEAD, "Is “Example Hall” on the map still right?"),
        (LEAD, "We ask a second time: is “Example Hall” still right?"),
        (LEAD, "The last time we ask: is “Example Hall” still right?"),
    ]
    assert "You get this because you lead Example Canal Friends" in letters()[0][1].text
    assert asset.organisation_id is None
    assert claim.state is ClaimState.LAPSED
    assert told("asset_claim_ended") == [
        (LEAD, "Example Canal Friends no longer looks after “Example Hall”")
    ]
    page = stranger.get(f"/assets/{asset.id}").text
    assert "Nobody has said for a long time that this is right" in page
    assert "Nobody looks after this entry any more." in page
    with later(30):
        assert reminding.remind() == 0


def test_one_mail_lists_what_a_group_is_asked_about(world: World) -> None:
    for number in range(12):
        due(world, f"Hall {number:02}", days=number)
    later_on = due(world, "Much later", days=40)
    assert reminding.remind() == 1
    ((to, letter),) = letters("asset_still_right")
    assert (to, letter.subject) == (LEAD, "Are your 12 entries on the map still right?")
    assert letter.text.count("/confirm?key=") == 12
    assert later_on.reminder_stage == 0


def test_after_a_long_stop_and_with_mail_down_nothing_is_skipped(world: World) -> None:
    asset = due(world, days=-400)
    reminding.remind()
    with later(-8):  # the clock went back
        assert reminding.remind() == 0
    with later(3):  # the letter never left: the same stage again
        assert reminding.remind() == 1
    assert asset.reminder_stage == 1
    sent()
    with later(6):
        reminding.remind()
    assert asset.reminder_stage == 2
    assert [row.stage for row in db.session.query(AssetReminder).order_by("stage")] == [1, 2]
    db.session.commit()
    assert asset.version == 1  # to be asked is no change of an entry


def test_an_entry_whose_keepers_address_is_gone_comes_to_the_desk_in_the_end(
    world: World, officer: Browser
) -> None:
    asset = due(world, organisation_id=None, submitter_email="gone@example.org")
    for weeks in (0, 3, 6, 9):
        with later(weeks):
            reminding.remind()
            for mail in db.session.query(Mail).filter_by(state=MailState.WAITING):
                bounces.note(mail, "5.1.1")
    assert asset.reminder_stage == schedule.LAPSED
    assert asset.name in officer.get("/desk?what=check").links()


def test_who_has_no_page_of_their_own_gets_every_link_in_each_of_their_languages(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminding, "LISTED", 1)
    mine: dict[str, object] = {"organisation_id": None, "submitter_email": "me@example.org"}
    for name, language in (("One", "en"), ("Two", "en"), ("Three", "gd")):
        due(world, name, language=language, **mine)
    due(world, "Hall")
    due(world, "Room")
    assert reminding.remind() == 3
    theirs = [letter.text for to, letter in letters() if to == "me@example.org"]
    assert sorted(text.count("/confirm?key=") for text in theirs) == [1, 2]
    (ours,) = [letter.text for to, letter in letters() if to == LEAD]
    assert "1 more entry of your group is due:" in ours
    assert f"/groups/{world.group.id}/entries" in ours


def test_who_is_asked_and_who_is_not(world: World, officer: Browser) -> None:
    added = due(world, "Added", organisation_id=None, submitter_email="me@example.org")
    nobody = due(world, "Nobody's", organisation_id=None)
    left_alone = [
        due(world, "Gift", kind=AssetKind.INDIVIDUAL, **without_point()),
        due(world, "Waiting", state=AssetState.WAITING),
        due(world, "Gone", status=Status.CLOSED),
        due(world, "Resting", status=Status.PAUSED, alert_until=clock.today()),
    ]
    older = make_asset(world, "From before")
    reminding.remind()
    db.session.commit()
    assert told() == [("me@example.org", "Is “Added” on the map still right?")]
    assert "You get this because you added this" in letters()[0][1].text
    assert (added.reminder_stage, nobody.reminder_stage) == (1, 1)
    assert [asset.reminder_stage for asset in left_alone] == [0, 0, 0, 0]
    assert older.review_due_on
    assert older.review_due_on > clock.today() + timedelta(days=13)
    waiting = officer.get("/desk?what=check").links()
    assert "Nobody's" in waiting
    assert "Added" not in waiting
    page = officer.get(waiting["Nobody's"])
    closed = officer.follow(officer.submit(page, press="answer=closed"))
    page = officer.submit(closed, {"status": "active"})  # it is open, after all: nothing changes
    assert page.location == "/desk?what=check"
    page = officer.submit(officer.get(waiting["Nobody's"]), press="answer=right")
    assert page.location == "/desk?what=check"
    assert (nobody.confirmed_method, nobody.reminder_stage) == (Method.OFFICE, 0)
    assert "Nobody's" not in officer.get("/desk").links()


def test_whoever_is_asked_can_stop_it(world: World, stranger: Browser) -> None:
    group, added = (
        due(world),
        due(world, "Added", organisation_id=None, submitter_email="me@example.org"),
    )
    reminding.remind()
    db.session.commit()
    for to, letter in letters():
        path = next(word for word in letter.text.split() if "stop-asking" in word)
        path = path.partition("/assets/")[2]
        page = stranger.get(f"/assets/{path}")
        assert (group.name in page.text) == (to == LEAD)
        for _ in range(2):
            stranger.submit(page)
    sent()
    with later(3):
        assert reminding.remind() == 0
    assert added.submitter_email is None
    stranger.get("/assets/stop-asking?key=forged", status=404)


@pytest.mark.parametrize("asked", [True, False])
def test_a_visitors_word_shows_but_does_not_silence_the_question(world: World, asked: bool) -> None:
    asset = due(world, organisation_id=world.group.id if asked else None)
    before = asset.review_due_on
    confirming.confirm(asset=asset, as_a=Confirmer.VISITOR)
    assert asset.confirmed_by is Confirmer.VISITOR
    assert (asset.review_due_on == before) is asked


def test_publishing_and_editing_begin_the_time_anew(world: World, officer: Browser) -> None:
    asset = make_asset(world, state=AssetState.WAITING, kind=AssetKind.EXCHANGE)
    services.approve(asset=asset, by=world.officer, url="")
    half_a_year = clock.today() + timedelta(days=182)
    assert (asset.review_due_on, asset.confirmed_at) == (half_a_year, None)
    asset.review_due_on, asset.reminder_stage = clock.today(), 3
    page = officer.get(f"/assets/{asset.id}/edit")
    officer.submit(page, {"summary": "Swap uniforms.", "ward": "S13003048"})
    assert (asset.review_due_on, asset.reminder_stage) == (half_a_year, 0)
    assert (asset.confirmed_by, asset.confirmed_method) == (Confirmer.OFFICER, Method.EDIT)
