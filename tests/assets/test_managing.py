"""A group's entries in one place: confirmed together, copied for a new year, handed over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import delete, func, select

from pbapp import clock
from pbapp.assets.claiming import services as claims
from pbapp.assets.claiming.models import ClaimState
from pbapp.assets.keeping.holding import hand_to
from pbapp.assets.keeping.reporting import Part
from pbapp.assets.managing import copying, pages, queries, services
from pbapp.assets.managing.models import Handover
from pbapp.assets.models import (
    Asset,
    AssetKind,
    AssetSession,
    AssetState,
    Confirmer,
    Precision,
    Status,
    Where,
)
from pbapp.assets.times import Session
from pbapp.concerns.services import Subject, raise_concern
from pbapp.db import db, flush
from pbapp.messages.models import Mail, MailState
from pbapp.organisations.models import MemberRole
from pbapp.organisations.queries import find_member
from pbapp.refusal import Refused
from tests.assets.factories import make_asset, without_point
from tests.client import Browser, QueryCounter
from tests.organisations.factories import make_group
from tests.organisations.letters import letters
from tests.world import World


@pytest.fixture
def path(world: World) -> str:
    """Where the group's entries are; its only member leads it."""
    return f"/groups/{world.group.id}/entries"


def make_ours(world: World, name: str, **values: object) -> Asset:
    return make_asset(world, name, organisation_id=world.group.id, **values)


def a_season(first: date, last: date) -> AssetSession:
    return AssetSession(days=2, opens=600, closes=720, starts_on=first, until_on=last)


def test_all_that_are_ticked_are_confirmed_in_one_press(
    world: World, group_member: Browser, path: str
) -> None:
    empty = group_member.get(path)
    assert "Nothing on the map belongs to your group yet." in empty.text
    assert f"group={world.group.id}" in empty.links()["Add one for the group"]
    hall, paused = make_ours(world, "Hall"), make_ours(world, "Shed", status=Status.PAUSED)
    waiting = make_ours(world, "Choir", state=AssetState.WAITING)
    left = make_ours(world, "Left alone")
    other = make_asset(world, "Not ours")
    about = Subject("asset", str(hall.id), hall.name, f"/assets/{hall.id}", world.board.id)
    raise_concern(about=about, text="The door is shut.", part=Part.WHEN)
    raise_concern(about=about, text="It should not be here.", part=Part.NOT_HERE)
    home = group_member.get(f"/groups/{world.group.id}")
    page = group_member.get(home.links()["Keep them true, copy, hand over"])
    for words in ("1 report waits", "Closed for now", "Waiting to be checked"):
        assert words in page.text
    assert "Read what is wrong: Hall" in page.links()
    page = group_member.follow(group_member.submit(page, form="entries", press="do=confirm"))
    assert "Tick at least one entry first." in page.text
    ticked = {"asset": [str(one.id) for one in (hall, paused, waiting, other)]}
    data = {**group_member.token(), **ticked, "do": "confirm"}
    for _press in range(2):
        page = group_member.follow(group_member.post(path, data))
    assert "2 entries now say that they were confirmed today." in page.text
    confirmed = {one.name for one in db.session.scalars(select(Asset)) if one.confirmed_at}
    assert confirmed == {"Hall", "Shed"}
    assert hall.confirmed_by is Confirmer.GROUP
    assert left.confirmed_at is None


def test_copies_are_looked_at_before_they_are_sent(
    world: World, group_member: Browser, path: str
) -> None:
    first, last = date(2025, 9, 2), date(2025, 10, 28)
    old = make_ours(world, "Singalong 2025", sessions=[a_season(first, last)], main="poverty")
    plain = make_ours(world, "Choir", sessions=[AssetSession(days=1, opens=600, closes=660)])
    chosen = {"asset": [str(old.id), str(plain.id)], "do": "copy", **group_member.token()}
    page = group_member.follow(group_member.post(path, chosen))
    assert "until Tuesday 27 October 2026" in page.text
    assert "until Tuesday 28 October 2025" in page.text
    assert "Its times have no dates" in page.text
    nothing = {"copy": []}
    page = group_member.submit(page, nothing, form="copies", status=422)
    assert "Tick at least one entry first." in page.text
    page = group_member.get(f"{path}/copy?asset={old.id}&asset={plain.id}")
    fields = {"copy": [str(old.id), str(plain.id)], f"name-{plain.id}": ""}
    page = group_member.submit(page, fields, form="copies", status=422)
    assert "Enter a name." in page.text
    assert db.session.scalar(select(func.count()).select_from(Asset)) == 2
    fields[f"name-{plain.id}"] = "Choir for beginners"
    told = [group_member.follow(group_member.submit(page, fields, form="copies")) for _ in range(2)]
    assert "2 entries sent in." in told[0].text
    assert "These copies have been sent in already." in told[1].text
    assert len(letters("asset_received")) == 2
    made = db.session.scalars(select(Asset).where(Asset.name == "Singalong 2026")).one()
    assert made.state is AssetState.WAITING
    assert (made.organisation_id, made.confirmed_at) == (world.group.id, None)
    assert [(one.starts_on, one.until_on) for one in made.sessions] == [
        (date(2026, 9, 1), date(2026, 10, 27))
    ]
    assert [link.priority_id for link in made.priorities] == [world.priorities["poverty"].id]
    assert (made.lat, old.name) == (old.lat, "Singalong 2025")
    assert db.session.scalar(select(func.count()).select_from(Asset)) == 4
    gift = make_ours(world, "Gift", kind=AssetKind.INDIVIDUAL, **without_point())
    group_member.get(f"{path}/copy?asset={gift.id}", status=404)


def test_copies_of_one_name_are_all_sent(world: World, group_member: Browser, path: str) -> None:
    """Also of an entry that was sent in a moment ago; another page is another copy."""
    ours = [make_ours(world, "Choir", submitted_at=clock.now()) for _ in range(2)]
    there = f"{path}/copy?" + "&".join(f"asset={one.id}" for one in ours)
    for number in (4, 6):
        page = group_member.follow(group_member.submit(group_member.get(there), form="copies"))
        assert "2 entries sent in." in page.text
        assert db.session.scalar(select(func.count()).select_from(Asset)) == number
    untold = {**group_member.token(), "copy": [str(ours[0].id)]}
    page = group_member.post(there, untold, status=422)
    odd = {f"name-{ours[0].id}": "  Choir\0\n of us ", "copy": [str(ours[0].id)]}
    group_member.submit(page, odd, form="copies")
    assert db.session.scalars(select(Asset).where(Asset.name == "Choir of us")).one()


def test_more_than_a_page_of_entries_is_never_cut_short(
    world: World, group_member: Browser, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_COPIES", 5)
    many = [str(make_ours(world, f"Entry {number}").id) for number in range(6)]
    ticked = group_member.get(group_member.get(path).links()["Tick all of them"])
    assert sorted(v for n, v in ticked.form("entries").filled({}) if n == "asset") == sorted(many)
    data = {**group_member.token(), "asset": many}
    page = group_member.follow(group_member.post(path, {**data, "do": "confirm"}))
    assert "6 entries now say" in page.text
    page = group_member.follow(group_member.post(path, {**data, "do": "copy"}))
    assert "Tick 5 entries at a time for copies." in page.text
    page = group_member.follow(group_member.post(path, {**data, "asset": many[:4], "do": "copy"}))
    group_member.submit(page, form="copies")
    assert letters("asset_received") == []
    gift = make_ours(world, "Gift", kind=AssetKind.INDIVIDUAL, **without_point())
    for do, said in (("copy", "cannot be copied"), ("confirm", "Only what is on the map")):
        page = group_member.post(path, {**data, "asset": str(gift.id), "do": do})
        assert said in group_member.follow(page).text


def test_one_entry_begins_a_new_one_that_is_not_sent_yet(
    world: World, group_member: Browser, path: str
) -> None:
    old = make_ours(world, "Gala Day 2025", sessions=[a_season(date(2025, 6, 3), date(2025, 6, 3))])
    page = group_member.get(f"{path}/copy?asset={old.id}")
    page = group_member.follow(group_member.submit(page, form=1))
    assert "draft=" in page.path
    assert page.form().filled({})
    assert "Gala Day 2026" in page.html
    assert "Gala Day 2026" in group_member.get("/assets/new").text  # on any device of theirs
    assert db.session.scalar(select(func.count()).select_from(Asset)) == 1


def test_times_move_by_52_weeks_and_only_the_year_it_was_for_changes() -> None:
    season = Session(2, 600, 720, starts_on=date(2025, 9, 2), until_on=date(2025, 10, 28))
    moved = copying.later(season)
    assert copying.later(replace(season, until_on=date.max)).until_on == date.max
    assert (moved.starts_on, moved.until_on) == (date(2026, 9, 1), date(2026, 10, 27))
    assert moved.starts_on is not None
    assert moved.starts_on.weekday() == 1
    weekly = Session(2, 600, 720)
    assert copying.later(weekly) == weekly
    assert copying.next_year("Gala 2025, since 2019", {2025}) == "Gala 2026, since 2019"
    assert copying.next_year("Room 12025", {2025}) == "Room 12025"
    assert copying.next_year("Winter 2025/26", {2025, 2026}) == "Winter 2026/27"


def test_an_entry_goes_to_a_group_that_takes_it(
    world: World,
    group_member: Browser,
    resident: Browser,
    path: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trust = make_group("Example Hall Trust", lead=world.resident)
    hall = make_ours(world, "Hall")
    page = group_member.get(group_member.get(path).links()["Hand over: Hall"])
    assert "No other group here" in group_member.get(f"{page.path}?q=nobody").text
    monkeypatch.setattr(queries, "MOST_FOUND", 1)
    page = group_member.get(f"{page.path}?q=trust")
    assert "Type more of the name" in page.text
    group_member.submit(page, form="offer", status=422)
    group_member.submit(page, {"to": str(trust.id)}, form="offer")
    group_member.submit(page, {"to": str(trust.id)}, form="offer")
    assert "Offered to Example Hall Trust" in group_member.get(path).text
    ((to, letter),) = letters("handover")
    assert to == world.resident.email
    theirs = f"/groups/{trust.id}/entries"
    assert theirs in letter.text
    resident.submit(resident.get(theirs), form=0, press="answer=yes")
    assert hall.organisation_id == trust.id
    assert db.session.query(Handover).count() == 0
    ((to, letter),) = letters("handover_answered")
    assert (to, letter.subject) == (
        world.group_member.email,
        "Example Hall Trust looks after “Hall” now",
    )
    data = {**resident.token(), "answer": "yes"}
    page = resident.follow(resident.post(f"/groups/{trust.id}/handovers/{hall.id}", data))
    assert "This has been answered already." in page.text


def test_an_offer_is_declined_or_taken_back_and_an_entry_let_go(
    world: World, group_member: Browser, path: str
) -> None:
    trust = make_group("Example Hall Trust", lead=world.resident)
    hall = make_ours(world, "Hall")

    def offer() -> Handover:
        services.offer(asset=hall, group=world.group, to=trust, by=world.group_member, url="")
        found = queries.find_handover(hall.id)
        assert found is not None
        return found

    services.answer(handover=offer(), yes=False, by=world.resident, url="")
    assert hall.organisation_id == world.group.id
    handover = offer()
    with pytest.raises(Refused, match="Only a lead"):
        services.answer(handover=handover, yes=True, by=world.group_member, url="")
    with pytest.raises(Refused, match="offered to a group already"):
        services.offer(
            asset=hall, group=world.group, to=make_group("Third"), by=world.group_member, url=""
        )
    db.session.commit()
    page = group_member.get(f"{path}/{hall.id}/hand-over")
    group_member.submit(page, form=0)
    assert db.session.query(Handover).count() == 0
    page = group_member.get(f"{path}/{hall.id}/hand-over")
    for _press in range(2):
        group_member.submit(page, form=1)
    assert hall.organisation_id is None
    with pytest.raises(Refused, match="does not look after"):
        services.offer(
            asset=make_asset(world), group=world.group, to=trust, by=world.group_member, url=""
        )


def test_an_offer_ends_with_its_owner(world: World, resident: Browser) -> None:
    trust = make_group("Example Hall Trust", lead=world.resident)
    third = make_group("Third", lead=world.resident)
    lives = {"exact_lat": 55.86712, "exact_lon": -4.03412, "exact_postcode": "ML5 3AB"}
    hidden = {"lat": None, "lon": None, "is_home": True, "shown_as": Precision.WARD}
    hall = make_ours(world, "Hall", **lives, **hidden)
    claim = claims.claim(asset=hall, organisation=third, says="Ours", by=world.resident)

    def offer(asset: Asset) -> Handover:
        services.offer(asset=asset, group=world.group, to=trust, by=world.group_member, url="")
        found = queries.find_handover(asset.id)
        assert found is not None
        return found

    offer(hall)
    claims.approve(claim=claim, by=world.officer, url="")
    assert queries.find_handover(hall.id) is None
    assert (hall.where_kind, hall.exact_lat, hall.exact_postcode) == (Where.WARD, None, None)
    hand_to(hall, world.group.id)  # they get it back: what they once offered stays forgotten
    assert "would hand" not in resident.get(f"/groups/{trust.id}/entries").text
    dead = offer(hall)
    hall.organisation_id = None
    flush()
    with pytest.raises(Refused, match="does not look after it any more"):
        services.answer(handover=dead, yes=True, by=world.resident, url="")
    services.answer(handover=dead, yes=False, by=world.resident, url="")
    assert queries.find_handover(hall.id) is None

    hand_to(hall, world.group.id)
    asked = claims.claim(asset=hall, organisation=trust, says="Ours", by=world.resident)
    services.answer(handover=offer(hall), yes=True, by=world.resident, url="")
    assert asked.state is ClaimState.APPROVED  # no officer says no to what they have
    off_the_map = make_ours(world, "Returned", state=AssetState.RETURNED)
    with pytest.raises(Refused, match="that is on the map"):
        services.let_go(asset=off_the_map, group=world.group, by=world.group_member)


def test_a_group_is_written_to_once_a_day_about_what_others_offer(world: World) -> None:
    trust = make_group("Example Hall Trust", lead=world.resident)
    one, two, three, four = (make_ours(world, name) for name in ("One", "Two", "Three", "Four"))

    def offer(asset: Asset) -> None:
        url = "https://pb.example.org"
        services.offer(asset=asset, group=world.group, to=trust, by=world.group_member, url=url)

    offer(one)
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        for asset in (two, three, four):
            offer(asset)
        (mail,) = db.session.query(Mail).filter(Mail.not_before > clock.now())
        handover = queries.find_handover(three.id)
        assert handover is not None
        services.take_back(handover=handover, by=world.group_member)
    first, second = letters("handover")
    assert first[1].subject == "Would Example Hall Trust look after “One”?"
    assert second[1].subject == "Would you look after 2 more entries on the map?"
    assert "Three" not in second[1].text
    assert (mail.not_before - mail.written_at) > timedelta(hours=23)
    claims.lapse(assets=[two, four], url="")
    assert mail.state is MailState.CANCELLED


def test_an_offer_that_is_gone_meanwhile_is_neither_taken_nor_taken_back(world: World) -> None:
    trust = make_group("Example Hall Trust", lead=world.resident)
    hall = make_ours(world, "Hall")

    def gone() -> Handover:
        services.offer(asset=hall, group=world.group, to=trust, by=world.group_member, url="")
        read = queries.find_handover(hall.id)
        assert read is not None
        db.session.execute(delete(Handover).execution_options(synchronize_session=False))
        return read

    read = gone()
    with pytest.raises(Refused, match="answered already"):
        services.answer(handover=read, yes=True, by=world.resident, url="")
    assert hall.organisation_id == world.group.id
    db.session.expunge(read)
    with pytest.raises(Refused, match="answered already"):
        services.take_back(handover=gone(), by=world.group_member)


def test_a_groups_entries_are_its_members_affair(
    world: World, stranger: Browser, resident: Browser, officer: Browser, group_member: Browser
) -> None:
    hall = make_asset(world, "Hall", organisation_id=world.group.id)
    base = f"/groups/{world.group.id}"
    pages = (
        f"{base}/entries",
        f"{base}/entries/copy?asset={hall.id}",
        f"{base}/entries/{hall.id}/hand-over",
    )
    for path in pages:
        stranger.refused(path, 303)
        for browser in (resident, officer):
            browser.refused(path)
    token = resident.get("/account/groups").form(0).filled({})[0][1]
    posts = (
        "entries",
        f"entries/{hall.id}/copy",
        f"entries/{hall.id}/let-go",
        f"handovers/{hall.id}",
    )
    for end in posts:
        resident.post(f"{base}/{end}", {"csrf_token": token}, status=403)
    member = find_member(world.group.id, world.group_member.id)
    assert member is not None
    member.role = MemberRole.MEMBER
    db.session.commit()
    group_member.refused(f"{base}/entries/{hall.id}/hand-over")
    assert "Hand over: Hall" not in group_member.get(f"{base}/entries").links()


def test_the_page_asks_no_more_of_the_database_for_more_entries(
    world: World, group_member: Browser, path: str, count_queries: QueryCounter
) -> None:
    asked = []
    for number in range(8):
        make_ours(world, f"Entry {number}")
        count_queries.reset()
        group_member.get(path)
        asked.append(count_queries.number)
    assert asked[-1] == asked[1]
