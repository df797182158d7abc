"""A person's gift: no ward for others, letters through us, half a year of life."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from pbapp import clock
from pbapp.assets import queries as assets
from pbapp.assets.gifts import chores, links, queries, services
from pbapp.assets.gifts.models import Gift, GiftBlock, GiftCount, GiftLetter
from pbapp.assets.models import Asset, AssetKind, AssetState
from pbapp.assets.queries import Wanted
from pbapp.concerns.models import Concern
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.web.context import settings
from tests.assets.factories import make_asset, without_point
from tests.assets.test_add import another
from tests.client import Browser
from tests.organisations.letters import letters
from tests.world import World

GIVER = "giver@example.org"
ASKER = "asker@example.org"
HOSTILE = "<script>alert(1)</script>\n=HYPERLINK(1)\nhello"


def make_gift(
    world: World, name: str = "Guitar lessons", ward: int = 10, **values: object
) -> Asset:
    gift = {"kind": AssetKind.INDIVIDUAL, "area_id": world.wards[ward].id, "is_example": False}
    return make_asset(
        world, name, **{**gift, "submitter_email": GIVER, **without_point(), **values}
    )


def written(world: World, gift: Asset, text: str = "Can you teach me?", **values: object):
    said = {
        "email": ASKER,
        "name": "Sam",
        "gives_address": False,
        "secret": settings().secret_key,
        **values,
    }
    letter = services.write_letter(asset=gift, text=text, **said)  # type: ignore[arg-type]
    db.session.commit()
    return letter


def passed_on(world: World, gift: Asset, text: str = "Can you teach me?", **values: object):
    letter = written(world, gift, text, **values)
    prove(letter)
    return letter


def prove(letter: GiftLetter) -> None:
    services.prove(
        letter=letter,
        code=last_code(),
        secret=settings().secret_key,
        letter_url=links.letter_url(letter.id),
        gift_url=links.gift_url(letter.asset_id),
    )
    db.session.commit()


def last_code() -> str:
    return letters("gift_code")[-1][1].subject.split()[0]


def mine_in(text: str) -> str:
    found = re.search(r"/gifts/mine/\S+", text)
    assert found
    return found[0]


def test_nobody_finds_the_ward_of_a_gift(world: World, stranger: Browser, officer: Browser) -> None:
    gift = make_gift(world, main="poverty")
    hall = make_asset(world, "Example Hall", area_id=world.wards[10].id)
    ward, code = world.wards[10].name, world.wards[10].gss_code
    for path in (
        f"/assets/{gift.id}",
        "/assets?kind=individual",
        "/assets?kind=individual&view=table",
    ):
        main = next(stranger.get(path).root.iter("main"))
        links_and_text = [
            text
            for element in main.iter()
            if element.tag not in ("option", "select")
            for text in (element.text, element.tail, element.get("href"))
            if text
        ]
        assert not any(ward in text or code in text for text in links_and_text), path
    assert ward in officer.get(f"/assets/{gift.id}").text
    near = stranger.get(f"/assets?ward={code}")
    assert hall.name in near.text
    assert gift.name not in near.text
    assert gift.name in stranger.get("/assets?kind=individual").text
    board = world.board.id
    assert assets.list_published(Wanted(board, area_id=world.wards[10].id)).assets == [hall]
    assert assets.count_by_ward(board) == {world.wards[10].id: 1, None: 1}
    ward_page = stranger.get(f"/boards/{world.board.slug}/wards/{code}")
    assert "we do not say how many in this ward" in ward_page.text


def test_a_ward_says_how_many_only_from_five_on_and_not_at_once(
    world: World, stranger: Browser
) -> None:
    ward = world.wards[10]
    path = f"/boards/{world.board.slug}/wards/{ward.gss_code}"
    for number in range(5):
        make_gift(world, f"Gift {number}")
    assert queries.find_offered(world.board.id, ward.id).here is None
    chores.recount()
    assert queries.find_offered(world.board.id, ward.id).here == 5
    assert "5 people here offer a skill or a gift." in stranger.get(path).text
    small = [make_gift(world, f"New {number}", ward=7) for number in range(4)]
    chores.recount()
    assert (
        queries.find_offered(world.board.id, ward.id).here == 5
    )  # a new count would tell their ward
    make_gift(world, "New again")
    chores.recount()
    assert len(db.session.get_one(GiftCount, world.board.id).counted) == 10
    assert queries.find_offered(world.board.id, ward.id).here is None  # ward 7 has only four
    make_gift(world, "A fifth", ward=small[0].area_id and 7)
    assert queries.find_offered(world.board.id, world.wards[7].id).here is None


def test_a_letter_goes_to_its_giver_once_its_writer_has_proved_the_address(
    world: World, stranger: Browser
) -> None:
    gift = make_gift(world)
    page = stranger.get(stranger.get(f"/assets/{gift.id}").links()["Write to who offers this"])
    page = stranger.submit(
        page, {"name": "", "email": "no", "text": "see www.example.org"}, status=422
    )
    assert len(page.errors()) == 2
    typed = {"name": "Sam", "email": ASKER, "text": HOSTILE}
    page = stranger.submit(page, {**typed, "text": "see www.example.org"}, status=422)
    assert page.errors() == [
        "Leave web and e-mail addresses out: the giver cannot tell where they lead. "
        "Tick below if they may see your own."
    ]
    for field in ("name", "text"):
        stranger.submit(page, {**typed, field: "Free: evil.example/pay"}, status=422)
    code_page = stranger.follow(stranger.submit(page, typed))
    assert letters("gift_letter") == []
    again = stranger.submit(page, typed)
    assert again.location == code_page.path
    page = stranger.submit(code_page, {"code": another(last_code())}, status=422)
    done = stranger.follow(stranger.submit(page, {"code": last_code()}))
    assert done.h1.endswith("Your letter is on its way")
    assert stranger.get(code_page.path).h1 == done.h1

    ((to, letter),) = letters("gift_letter")
    assert to == GIVER
    assert ASKER not in letter.text + letter.html
    assert "> <script>alert(1)</script>" in letter.text
    assert "<script>" not in letter.html
    read = re.search(r"/gifts/letters/\S+", letter.text)[0]  # type: ignore[index]
    page = stranger.get(read)
    assert ASKER not in page.html
    assert "<script>alert" not in page.html
    page = stranger.submit(page, {"text": " "}, status=422)
    page = stranger.submit(page, {"text": "Yes, on Monday."})
    stranger.submit(stranger.get(read), form=0, press="block=yes")
    ((to, answer),) = letters("gift_answer")
    assert (to, GIVER in answer.text, "> Yes, on Monday." in answer.text) == (ASKER, False, True)


def test_an_address_is_given_only_with_its_owners_say_so(world: World) -> None:
    thought_better = make_gift(world, "Piano")
    first = written(world, thought_better, gives_address=True)
    assert passed_on(world, thought_better, name="S.").id == first.id
    letter = letters("gift_letter")[-1][1]
    assert ASKER not in letter.text
    assert "S. wrote to you" in letter.text
    passed_on(world, make_gift(world), gives_address=True)
    letter = letters("gift_letter")[-1][1]
    assert f"They let you see their address: {ASKER}" in letter.text


def test_a_giver_blocks_reports_and_stops(
    world: World, stranger: Browser, officer: Browser
) -> None:
    first, second = make_gift(world), make_gift(world, "Plumbing")
    letter = passed_on(world, first, "You are a fool.")
    path = links.letter_url(letter.id).removeprefix("http://127.0.0.1:8000")
    path = path[path.index("/gifts") :]
    stranger.submit(stranger.get(path), form=1, press="report=yes")
    stranger.submit(stranger.get(path), form=1, press="report=yes")
    assert db.session.query(GiftBlock).count() == 1
    (concern,) = db.session.scalars(select(Concern))
    assert "You are a fool." in concern.text
    assert concern.title in officer.get("/desk?what=concern").text
    assert len(letters("gift_letter")) == 1
    passed_on(world, first, "Once more.")
    assert len(letters("gift_letter")) == 1  # blocked, and not told
    services.block(letter=passed_on(world, second), secret=settings().secret_key)
    assert len(letters("gift_letter")) == 2
    assert queries.is_blocked(make_gift(world, "Sewing").id, ASKER.upper(), settings().secret_key)

    mine = f"/gifts/mine/{links.gift_key(first.id)}"
    chores.begin_lives()
    db.session.commit()
    stranger.submit(stranger.get(mine), form=1, press="wish=no letters")
    assert "Write to who offers this" not in stranger.get(f"/assets/{first.id}").links()
    stranger.get(f"/assets/{first.id}/write", status=404)
    with pytest.raises(Refused, match="Nobody can be written to"):
        written(world, first, "Hello")


def test_letters_are_few_and_forgotten(world: World) -> None:
    gift = make_gift(world)
    sent = passed_on(world, gift, "One")
    written(world, gift, "Two")
    with pytest.raises(Refused, match="Wait for an answer"):
        written(world, gift, "Three")
    for number in range(3):
        written(world, make_gift(world, f"Gift {number}"))
    with pytest.raises(Refused, match="5 letters today"):
        written(world, make_gift(world, "Gift 9"))
    with time_machine.travel(clock.now() + timedelta(days=2)):
        chores.forget_old()
        assert list(db.session.scalars(select(GiftLetter))) == [sent]
    with time_machine.travel(clock.now() + timedelta(days=31)):
        chores.forget_old()
        assert db.session.query(GiftLetter).count() == 0


def test_a_gift_stays_half_a_year_unless_its_giver_says_so(world: World, stranger: Browser) -> None:
    gift = make_gift(world)
    passed_on(world, gift)
    mine = f"/gifts/mine/{links.gift_key(gift.id)}"
    for state, said in (
        (AssetState.WAITING, "An officer looks at it first"),
        (AssetState.RETURNED, "an officer asks you to change something"),
        (AssetState.REFUSED, "It is not on the list. We wrote to you why."),
        (AssetState.PUBLISHED, "It has just come on the list"),
    ):
        gift.state = state
        db.session.commit()
        assert said in stranger.get(mine).text

    def live(days: float) -> None:
        """Chores and commit, so many days on."""
        with time_machine.travel(start + timedelta(days=days)):
            for chore in (chores.begin_lives, chores.remind, chores.end_lives):
                chore()
            db.session.commit()

    start = clock.now()
    live(0)
    live(160)
    assert letters("gift_ending") == []
    live(170)
    live(171)
    ((to, letter),) = letters("gift_ending")
    assert to == GIVER
    mine = mine_in(letter.text)
    with time_machine.travel(start + timedelta(days=172)):
        page = stranger.get(mine)
        stranger.submit(page, form=0, press="wish=renew")
    live(184)
    assert gift.state is AssetState.PUBLISHED
    live(172 + 183)
    assert gift.state is AssetState.ENDED
    stranger.get(f"/assets/{gift.id}", status=404)
    ((_, letter),) = letters("gift_ended")
    mine = mine_in(letter.text)
    with time_machine.travel(start + timedelta(days=360)):
        stranger.submit(stranger.get(mine), form=0, press="wish=renew")
        assert gift.name in stranger.get("/assets?kind=individual").text
    live(360 + 183)
    live(360 + 183 + 32)
    assert db.session.scalar(select(Asset.id).where(Asset.name == "Guitar lessons")) is None
    assert db.session.query(Gift).count() == db.session.query(GiftLetter).count() == 0
    with time_machine.travel(start + timedelta(days=360 + 183 + 33)):
        assert "We have deleted it" in stranger.get(mine, status=410).text


def test_a_giver_takes_a_gift_off_and_a_wrong_key_opens_nothing(
    world: World, stranger: Browser
) -> None:
    gift, other = make_gift(world), make_gift(world, "Plumbing")
    mine = f"/gifts/mine/{links.gift_key(gift.id)}"
    page = stranger.get(mine)
    stranger.get(f"/gifts/mine/{links.gift_key(make_asset(world).id)}", status=404)
    for path in ("/gifts/mine/x", "/gifts/letters/x", f"/gifts/letters/{links.gift_key(gift.id)}"):
        stranger.get(path, status=404)
    stranger.post("/gifts/mine/x", {**stranger.token(), "wish": "off"}, status=404)
    for status in (303, 410):  # a second press finds it gone
        stranger.submit(page, press="wish=off", status=status)
    assert list(db.session.scalars(select(Asset.name).where(Asset.submitter_email == GIVER))) == [
        other.name
    ]
    assert "It is deleted" in stranger.get(mine, status=410).text
