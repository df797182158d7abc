"""Every way to show that one may vote leads to one list: each person once, whichever they use."""

from __future__ import annotations

import secrets
from itertools import count, product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from pbapp import create_app
from pbapp.ballots.models import Voter
from pbapp.ballots.roll import listed, terms
from pbapp.ballots.roll import services as roll
from pbapp.ballots.roll.identity import age_bands, tidy_mobile
from pbapp.ballots.roll.models import CardCheck, Conflict, RollConflict
from pbapp.ballots.roll.networks import range_of
from pbapp.db import db, write_transaction
from pbapp.messages.models import Mail, MailChannel
from pbapp.refusal import Refused
from pbapp.rounds.models import Connection, Method, Round
from pbapp.web import limits
from tests.ballots import papers
from tests.ballots.boxes import Box
from tests.ballots.factories import admit, open_round
from tests.ballots.walk import ABOUT, newest_code, vote_page
from tests.client import Browser, Page
from tests.world import World

ALL = [method.value for method in Method]
ONLINE = [Method.EMAIL, Method.SMS, Method.CODE, Method.CARD]
labels = count(1)
SMITH = {"name": "John Smith", "postcode": "ZZ7 1AA"}


@pytest.fixture
def keys(app: Flask) -> Path:
    return app.extensions["pbapp"].keys


@pytest.fixture
def round(world: World) -> Round:
    return open_round(world, guards={"methods": ALL}, min_age=8)


def codes(world: World, round: Round, keys: Path, size: int = 2, **whom: Any) -> list[str]:
    key = roll.open_key(round=round, keys=keys)
    _batch, made = listed.make_codes(
        round=round,
        key=key,
        by=world.officer,
        label=f"Class {next(labels)}",
        size=size,
        whom=listed.ForWhom(**whom),
        form_key=secrets.token_hex(16),
    )
    db.session.commit()
    return made


def cards(world: World, round: Round, keys: Path, *numbers: str) -> None:
    listed.add_cards(
        round=round,
        key=roll.open_key(round=round, keys=keys),
        by=world.officer,
        label=f"Library {next(labels)}",
        check=CardCheck.NONE,
        numbers=numbers,
    )
    db.session.commit()


def proofs(world: World, round: Round, keys: Path) -> dict[Method, list[roll.Proof]]:
    """Two proofs of each way online, as two people would have them."""
    cards(world, round, keys, "30001234", "30001235")
    tokens = {
        Method.EMAIL: ["a@example.org", "b@example.org"],
        Method.SMS: ["+447700900001", "+447700900002"],
        Method.CODE: codes(world, round, keys),
        Method.CARD: ["30001234", "30001235"],
    }
    return {method: [roll.Proof(method, t) for t in both] for method, both in tokens.items()}


def people(round: Round) -> int:
    return db.session.scalar(select(func.count()).where(Voter.round_id == round.id)) or 0


def test_one_person_cannot_come_twice_by_any_two_ways(
    world: World, round: Round, keys: Path
) -> None:
    both = proofs(world, round, keys)
    hall = papers.make_venue(world, round)
    for number, (first, second) in enumerate(product(ONLINE, repeat=2)):
        who = {**SMITH, "name": f"John {'abcdefghijklmnop'[number]}xx"}
        voter = admit(round, keys, proof=fresh(world, round, keys, both, first, number), **who)
        other = fresh(world, round, keys, both, second, number + 100)
        with pytest.raises(roll.NotOneOfOne) as refused:
            admit(round, keys, proof=other, **who)
        assert refused.value.why is Conflict.OTHER_WAY
        db.session.rollback()
        papers.mark(world, round, keys, hall, name=who["name"], postcode=SMITH["postcode"])
        with pytest.raises(roll.NotOneOfOne) as refused:
            admit(round, keys, proof=other, **who)
        assert refused.value.why is Conflict.ON_PAPER
        db.session.rollback()
        assert db.session.get_one(Voter, voter.id).assurance == 3
    assert people(round) == 16


def fresh(
    world: World,
    round: Round,
    keys: Path,
    both: dict[Method, list[roll.Proof]],
    method: Method,
    number: int,
) -> roll.Proof:
    """A proof of a way that nobody has used."""
    if method is Method.EMAIL:
        return roll.Proof(method, f"p{number}@example.org")
    if method is Method.SMS:
        return roll.Proof(method, f"+44770090{number:04}")
    if method is Method.CARD:
        cards(world, round, keys, f"4000{number:06}")
        return roll.Proof(method, f"4000{number:06}")
    return roll.Proof(method, codes(world, round, keys, size=1)[0])


def test_father_and_son_of_one_name_at_one_postcode_each_vote_once_by_any_two_ways(
    world: World, round: Round, keys: Path
) -> None:
    both = proofs(world, round, keys)
    for number, (fathers, sons) in enumerate(product(ONLINE, repeat=2)):
        who = {**SMITH, "name": f"John {'abcdefghijklmnop'[number]}xx"}
        one = fresh(world, round, keys, both, fathers, number)
        two = fresh(world, round, keys, both, sons, number + 100)
        father = admit(round, keys, proof=one, age_band="45", **who)
        son = admit(round, keys, proof=two, age_band="16", **who)
        assert father.id != son.id
        assert admit(round, keys, proof=one, age_band="45", **who).id == father.id
        assert admit(round, keys, proof=two, age_band="16", **who).id == son.id
        assert {father.assurance, son.assurance} <= {1, 2}
        assert (father.method, son.method) == (fathers, sons)


@pytest.mark.parametrize("method", [Method.EMAIL, Method.SMS])
def test_a_couple_with_one_phone_each_vote_once(
    world: World, round: Round, keys: Path, method: Method
) -> None:
    proof = proofs(world, round, keys)[method][0]
    ann = admit(round, keys, proof=proof, **{**SMITH, "name": "Ann Smith"})
    bob = admit(round, keys, proof=proof, **{**SMITH, "name": "Bob Smith"})
    assert ann.id != bob.id
    assert admit(round, keys, proof=proof, **{**SMITH, "name": "ann smith"}).id == ann.id
    assert people(round) == 2


@pytest.mark.parametrize("method", [Method.CODE, Method.CARD])
def test_a_code_or_a_card_is_one_person(
    world: World, round: Round, keys: Path, method: Method
) -> None:
    proof = proofs(world, round, keys)[method][0]
    ann = admit(round, keys, proof=proof, **{**SMITH, "name": "Ann Smith"})
    again = {"name": " ANN  Smith", "postcode": "ZZ10 1AA"}
    assert admit(round, keys, proof=proof, **again).id == ann.id
    with pytest.raises(roll.NotOneOfOne) as refused:
        admit(round, keys, proof=proof, **{**SMITH, "name": "Bob Smith"})
    assert refused.value.why is Conflict.OTHER_NAME


def test_a_code_that_is_wrong_taken_back_or_for_others_lets_nobody_in(
    world: World, round: Round, keys: Path
) -> None:
    made = codes(world, round, keys, 2, area_id=world.wards[7].id, age_band="12")
    fits = {"area_id": world.wards[7].id, "age_band": "12"}
    first, second = (roll.Proof(Method.CODE, code) for code in made)
    for proof, who, said in (
        (roll.Proof(Method.CODE, "0" * 12), fits, "not one of our codes"),
        (first, {**fits, "age_band": "25"}, "does not fit"),
        (first, {**fits, "area_id": world.wards[10].id}, "does not fit"),
    ):
        with pytest.raises(Refused, match=said) as refused:
            admit(round, keys, proof=proof, **who)
        assert refused.value.field == "token"
        db.session.rollback()
    pupil = admit(round, keys, proof=first, name="Pia Pupil", **fits)
    (count,) = listed.count_codes(round)
    assert listed.revoke_codes(round=round, batch=count.batch, by=world.officer) == 1
    assert listed.revoke_codes(round=round, batch=count.batch, by=world.officer) == 0
    db.session.commit()
    with pytest.raises(Refused, match="taken back"):
        admit(round, keys, proof=second, **fits)
    db.session.rollback()
    assert admit(round, keys, proof=first, name="Pia Pupil", **fits).id == pupil.id
    (count,) = listed.count_codes(round)
    assert (count.batch.size, count.used, count.revoked) == (2, 1, 1)


def test_children_come_by_a_code_from_school_and_no_other_way(
    world: World, round: Round, keys: Path
) -> None:
    both = proofs(world, round, keys)
    for method in ONLINE:
        if method is Method.CODE:
            assert admit(round, keys, proof=both[method][0], age_band="8").assurance == 2
            continue
        with pytest.raises(Refused, match="code from school"):
            admit(round, keys, proof=both[method][0], age_band="8")
        db.session.rollback()
    assert terms.ways_online(round, "8") == [Method.CODE]
    assert terms.ways_online(round, "12") == ONLINE


def test_only_the_sealed_ways_and_connections_let_anybody_in(world: World, keys: Path) -> None:
    round = open_round(world, guards={"methods": ["sms", "table"], "connections": ["live"]})
    assert terms.ways_online(round, "25") == [Method.SMS]
    with pytest.raises(Refused):
        admit(round, keys)
    proof = roll.Proof(Method.SMS, "+447700900001")
    with pytest.raises(Refused, match="connections"):
        admit(round, keys, proof=proof, connection=Connection.WORK)
    db.session.rollback()
    assert admit(round, keys, proof=proof).method is Method.SMS
    round.config = {k: v for k, v in (round.config or {}).items() if k not in ("methods",)}
    assert terms.ways_online(round) == [Method.EMAIL]  # a round sealed in the older form


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("07700 900123", "+447700900123"),
        ("+44 (0)7700-900 123", "+447700900123"),
        ("0044 7700 900123", "+447700900123"),
        ("07624 900123", "+447624900123"),
        ("0141 496 0123", None),
        ("07012 345678", None),
        ("07600 123456", None),
        ("+1 202 555 0123", None),
        ("٠٧٧٠٠٩٠٠١٢٣", None),
        ("", None),
    ],
)
def test_a_mobile_number_has_one_form(typed: str, number: str | None) -> None:
    assert tidy_mobile(typed) == number


def test_cards_are_read_from_a_file_and_bad_lines_named_by_number() -> None:
    text = "Card,Name\n3000 1234,Jo\n\n30001234;again\n'30001242'\n"
    assert listed.read_numbers(text, CardCheck.NONE) == ["30001234", "30001242"]
    with pytest.raises(Refused, match=r"2 lines hold no number.*: 2, 4"):
        listed.read_numbers("79927398713\n79927398710\n79927398713\nJo Bell\n", CardCheck.LUHN)
    with pytest.raises(Refused, match="no card numbers"):
        listed.read_numbers("Card\n", CardCheck.NONE)


def test_a_range_of_addresses_is_wider_than_a_household() -> None:
    assert range_of("203.0.113.77") == range_of("::ffff:203.0.113.1") == "203.0.113.0/24"
    assert range_of("2001:db8:1:2::9") == "2001:db8:1::/48"
    assert range_of("unix") is range_of(None) is None


def test_the_age_groups_part_children_from_older_pupils() -> None:
    assert [value for value, _s, _e in age_bands(8)][:4] == ["under", "8", "12", "16"]
    assert [value for value, _s, _e in age_bands(None)][:3] == ["0", "12", "16"]


# --- in the browser -------------------------------------------------------------------------


def to_ways(browser: Browser, round: Round, **about: Any) -> Page:
    page = browser.submit(browser.get(vote_page(round)), {**ABOUT, **about})
    return browser.follow(page)


def test_a_voter_picks_a_way_and_gets_a_text(stranger: Browser, round: Round) -> None:
    page = to_ways(stranger, round)
    assert "With a code by text message" in page.links()
    page = stranger.get(page.links()["With a code by text message"])
    wrong = stranger.submit(page, {"mobile": "0141 496 0123"}, status=422)
    assert "UK mobile number" in " ".join(wrong.errors())
    page = stranger.follow(stranger.submit(page, {"mobile": "07700 900123"}))
    assert "+447700900123" in page.text
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.channel, mail.to_address) == (MailChannel.SMS, "+447700900123")
    stranger.follow(stranger.submit(page, {"code": newest_code()}))
    assert db.session.scalars(select(Voter)).one().method is Method.SMS


def test_a_code_is_taken_as_people_write_it_and_a_wrong_one_explained(
    stranger: Browser, world: World, round: Round, keys: Path
) -> None:
    made = codes(world, round, keys)
    page = to_ways(stranger, round)
    page = stranger.get(page.links()["With a code from a letter, a school or a group"])
    wrong = stranger.submit(page, {"token": "ABCD"}, status=422)
    assert "not one of our codes" in " ".join(wrong.errors())
    typed = f"{made[0][:4].lower()}-{made[0][4:8]} {made[0][8:]}".replace("0", "o")
    page = stranger.submit(wrong, {"token": typed})
    assert page.location.endswith("/choose")
    voter = db.session.scalars(select(Voter)).one()
    assert (voter.method, voter.assurance) == (Method.CODE, 2)
    other = Browser(stranger.app)
    page = to_ways(other, round, name="Somebody Else")
    page = other.get(page.links()["With a code from a letter, a school or a group"])
    page = other.submit(page, {"token": made[0]}, status=422)
    assert "under another name" in " ".join(page.errors())
    noted = db.session.scalars(select(RollConflict)).one()
    assert (noted.kind, noted.method, noted.count) == (Conflict.OTHER_NAME, Method.CODE, 1)


def test_a_child_is_asked_for_a_code_and_nothing_else(stranger: Browser, round: Round) -> None:
    page = to_ways(stranger, round, age_band="8")
    assert "12 letters and digits" in page.text
    stranger.get(vote_page(round, "/prove/email"), status=404)


def test_a_round_at_tables_only_says_so(stranger: Browser, world: World) -> None:
    round = open_round(world, guards={"methods": ["table"]})
    assert "A person lets you in" in to_ways(stranger, round).text


@pytest.mark.usefixtures("stopped_clock")
def test_guessing_card_numbers_ends_for_everybody_behind_one_network(
    stranger: Browser, world: World, round: Round, keys: Path
) -> None:
    cards(world, round, keys, "30001234")
    page = to_ways(stranger, round)
    page = stranger.get(page.links()["With the number of a card"])
    for number in range(20):
        stranger.submit(page, {"token": f"3000{9000 + number}"}, status=422)
    stranger.submit(page, {"token": "30001234"}, status=429)
    other = Browser(stranger.app)
    page = to_ways(other, round, name="Somebody Else")
    page = other.get(page.links()["With the number of a card"])
    other.submit(page, {"token": "30001234"}, status=429)
    assert people(round) == 0


@pytest.mark.usefixtures("stopped_clock")
def test_wrong_tries_are_counted_for_all_processes_together(box: Box) -> None:
    other = create_app(box.app.extensions["pbapp"])
    caller = secrets.token_hex(8)
    for number in range(6):
        with (box.app, other)[number % 2].app_context(), write_transaction():
            assert not limits.is_spent("wrong card", caller, 6, 3600)
            limits.hit("wrong card", caller, tries=6, seconds=3600)
            db.session.commit()
    for app in (box.app, other):
        with app.app_context():
            assert limits.is_spent("wrong card", caller, 6, 3600)
            db.session.remove()
    with other.app_context():
        db.engine.dispose()


@pytest.mark.usefixtures("stopped_clock")
def test_a_known_and_an_unknown_address_look_the_same_and_cost_the_same(
    stranger: Browser, round: Round, keys: Path, count_queries: Any
) -> None:
    admit(round, keys, email="known@example.org", **SMITH)
    seen = []
    for address in ("known@example.org", "other@example.org"):
        browser = Browser(stranger.app)
        page = to_ways(browser, round, **SMITH, age_band="25")
        page = browser.get(page.links()["With a code by e-mail"])
        count_queries.reset()
        page = browser.follow(browser.submit(page, {"email": address}))
        seen.append((count_queries.number, page.text.replace(address, "")))
    assert seen[0] == seen[1]
