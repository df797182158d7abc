"""Who is one person, and who is two."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from pbapp.ballots import queries
from pbapp.ballots.models import Voter, VoterIdentifier
from pbapp.ballots.roll import contacts
from pbapp.ballots.roll import services as roll
from pbapp.ballots.roll.contacts import Contact
from pbapp.ballots.roll.identity import age_bands, is_name, tidy_contact, tidy_name
from pbapp.ballots.roll.models import ContactKind
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from tests.ballots.factories import admit, open_round
from tests.world import World

SMITH = {"email": "s@example.org", "name": "John Smith", "postcode": "ZZ7 1AA", "age_band": "25"}


@pytest.fixture
def keys(app: Flask) -> Path:
    return app.extensions["pbapp"].keys


@pytest.fixture
def round(world: World) -> Round:
    return open_round(world)


def test_the_list_keeps_no_name_address_or_postcode(world: World, round: Round, keys: Path) -> None:
    admit(round, keys, world.wards[10].id, **SMITH)
    rows = db.session.execute(select(Voter.__table__)).all()
    rows += db.session.execute(select(VoterIdentifier.__table__)).all()
    kept = str(rows).lower()
    for word in ("smith", "s@example.org", "zz7"):
        assert word not in kept
    voter = db.session.scalars(select(Voter)).one()
    assert (voter.area_id, voter.assurance) == (world.wards[10].id, 1)


def test_an_address_is_kept_apart_to_write_to_and_forgotten_at_once(
    world: World, round: Round, keys: Path
) -> None:
    other = open_round(world, slug="other")
    first, second = admit(round, keys, **SMITH), admit(round, keys)
    elsewhere = admit(other, keys, **SMITH)
    admit(round, keys, **{**SMITH, "email": "S+vote@example.org"})
    assert contacts.addresses(round.id, [first.id, elsewhere.id, "nobody"]) == {
        first.id: Contact(ContactKind.EMAIL, "S+vote@example.org")
    }
    assert set(contacts.addresses(round.id, [first.id, second.id])) == {first.id, second.id}
    assert contacts.forget(round.id) == 2
    assert contacts.addresses(round.id, [first.id, second.id]) == {}
    assert set(contacts.addresses(other.id, [elsewhere.id])) == {elsewhere.id}


@pytest.mark.parametrize(
    "again",
    [
        {},
        {"name": " JOHN  smith"},
        {"name": "Jóhn Smith."},
        {"name": "John-Smith"},
        {"name": "Jo\u200bhn Sm\u00adith"},
        {"name": "\u202eJohn\u2066 Smith"},
        {"name": "\uff2aohn Smith"},
        {"email": "S@Example.org "},
        {"email": "s+vote@example.org"},
        {"postcode": "ZZ11 1AA"},
        {"age_band": "35"},
    ],
)
def test_one_person_is_one_row_however_they_type(
    round: Round, keys: Path, again: dict[str, str]
) -> None:
    first = admit(round, keys, **SMITH)
    assert admit(round, keys, **{**SMITH, **again}).id == first.id


def test_a_couple_with_one_phone_are_two(round: Round, keys: Path) -> None:
    first = admit(round, keys, **SMITH)
    second = admit(round, keys, **{**SMITH, "name": "Mary Smith"})
    assert first.id != second.id
    assert queries.others_with_contact(second) == 1


def test_a_father_and_son_with_one_name_at_one_postcode_are_two(round: Round, keys: Path) -> None:
    father = admit(round, keys, **{**SMITH, "age_band": "45"})
    son = admit(round, keys, **{**SMITH, "age_band": "16", "email": "son@example.org"})
    assert father.id != son.id
    assert queries.others_with_contact(son) == 0


def test_one_person_with_two_addresses_is_not_two(round: Round, keys: Path) -> None:
    admit(round, keys, **SMITH)
    with pytest.raises(roll.NotOneOfOne, match="with another e-mail address"):
        admit(round, keys, **{**SMITH, "email": "s2@example.org"})


def test_nobody_can_take_over_a_vote_by_knowing_name_and_postcode(round: Round, keys: Path) -> None:
    first = admit(round, keys, **SMITH)
    with pytest.raises(roll.NotOneOfOne):
        admit(round, keys, **{**SMITH, "email": "thief@example.org"})
    db.session.rollback()
    assert db.session.scalars(select(Voter.id)).all() == [first.id]


def test_details_that_lead_to_two_people_go_to_a_human(round: Round, keys: Path) -> None:
    admit(round, keys, **SMITH)
    admit(round, keys, **{**SMITH, "email": "x@example.org", "postcode": "ZZ10 1AA"})
    with pytest.raises(roll.NotOneOfOne):
        admit(round, keys, **{**SMITH, "postcode": "ZZ10 1AA"})


def test_every_way_to_recognise_somebody_leads_to_one_row(round: Round, keys: Path) -> None:
    first = admit(round, keys, **SMITH)
    admit(round, keys, **{**SMITH, "postcode": "ZZ10 1AA"})
    assert set(db.session.scalars(select(VoterIdentifier.voter_id))) == {first.id}
    assert db.session.scalar(select(func.count()).select_from(VoterIdentifier)) == 3
    with pytest.raises(roll.NotOneOfOne):
        admit(round, keys, **{**SMITH, "email": "x@example.org", "postcode": "ZZ10 1AA"})


def test_an_address_serves_as_many_people_as_the_round_says(world: World, keys: Path) -> None:
    round = open_round(world, people_per_contact=2)
    for name in ("Ann Bell", "Bob Bell"):
        admit(round, keys, email="bell@example.org", name=name)
    with pytest.raises(roll.NotOneOfOne, match="2 people have used this e-mail address"):
        admit(round, keys, email="bell@example.org", name="Cat Bell")
    admit(round, keys, email="bell@example.org", name="ann bell")


def test_another_round_has_another_list(world: World, round: Round, keys: Path) -> None:
    other = open_round(world, slug="other")
    first, second = admit(round, keys, **SMITH), admit(other, keys, **SMITH)
    assert first.id != second.id
    digests = db.session.scalars(select(VoterIdentifier.digest)).all()
    assert len(set(digests)) == len(digests) == 4


def test_a_ward_outside_the_round_and_an_age_below_are_refused(
    world: World, round: Round, keys: Path
) -> None:
    with pytest.raises(Refused, match="outside the area"):
        admit(round, keys, world.wards[9].id)
    with pytest.raises(Refused, match="too young"):
        admit(round, keys, age_band="under")


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("Jo", True),
        ("Siân O'Neil-Smith", True),
        ("Łukasz Żółć", True),
        ("Олена Шевченко", True),
        ("محمد علي", True),
        ("山田 はなこ", True),
        ("J", False),
        ("", False),
        ("12345", False),
        ("J\u043e Bell", False),
    ],
)
def test_a_name_is_two_letters_of_one_alphabet(name: str, right: bool) -> None:
    assert is_name(name) is right


def test_names_and_addresses_are_compared_in_one_form() -> None:
    assert tidy_name(" Siân  O’Neil-Smith ") == "sian oneil smith"  # noqa: RUF001
    assert tidy_contact(" Jo+Vote@Example.org") == "jo@example.org"
    assert tidy_contact("+x@example.org") == "+x@example.org"


@pytest.mark.parametrize("min_age", [None, 8, 12, 16, 18])
def test_age_groups_cover_every_age_once(min_age: int | None) -> None:
    bands = age_bands(min_age)
    for age in range(110):
        inside = [v for v, start, end in bands if start <= age and (end is None or age <= end)]
        assert len(inside) == 1
        assert (inside[0] == "under") is (age < (min_age or 0))
