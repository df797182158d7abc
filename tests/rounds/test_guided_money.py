"""The money of a round in set-up: its pots, who feeds each, and how they are parted."""

from __future__ import annotations

import pytest

from pbapp.db import db
from pbapp.rounds.models import Pot, Round
from pbapp.rounds.queries import find_any_round
from tests.client import Browser
from tests.rounds.set_ups import begin, desk, fill_pot
from tests.world import World


@pytest.fixture
def round(world: World) -> Round:
    return begin(world)


def test_several_funders_give_to_one_pot(officer: Browser, world: World, round: Round) -> None:
    path = desk(round, "set-up", "money", str(round.pots[0].id))
    officer.submit(officer.get(path), {}, form="pot", press="act=add", status=200)
    page = officer.get(path)
    officer.submit(
        page,
        {
            "funders-0-funder": str(world.funder.id),
            "funders-0-amount": "6,000",
            "funders-1-new_name": "Example NHS",
            "funders-1-amount": "1,500.50",
            "payment_approver": "The committee",
            "is_binding": "no",
        },
        form="pot",
        press="act=save",
    )
    pot = db.session.get(Pot, round.pots[0].id)
    assert pot is not None
    assert pot.budget_pence == 7_500_50
    assert [share.amount_pence for share in pot.shares] == [6_000_00, 1_500_50]
    assert pot.funder is not None
    assert pot.funder.name == "Example Council Fund"
    text = officer.get(f"/rounds/{round.slug}").text
    assert "Example Council Fund (£6,000), Example NHS (£1,500.50)" in text


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"funders-0-amount": "0", "funders-0-new_name": "X"}, "above nothing"),
        ({"funders-0-amount": "", "funders-0-new_name": "X"}, "how much they give"),
        ({"funders-0-amount": "5", "funders-0-new_name": ""}, "Choose who gives it"),
        ({"funders-0-amount": ""}, "Say who gives the money, and how much."),
        ({"payment_approver": ""}, "Say who approves payment."),
        ({"funders-0-amount": "12,3x"}, "Enter an amount in pounds"),
    ],
)
def test_a_pot_that_cannot_be_is_explained(
    officer: Browser, round: Round, fields: dict[str, str], error: str
) -> None:
    page = officer.get(desk(round, "set-up", "money", str(round.pots[0].id)))
    given = {"payment_approver": "The committee", **fields}
    answer = officer.submit(page, given, form="pot", press="act=save", status=422)
    assert any(error in one for one in answer.errors()), answer.errors()


def test_the_money_is_parted_by_ward_and_by_priority(officer: Browser, round: Round) -> None:
    fill_pot(officer, round, "10,000.01")
    page = officer.get(desk(round, "set-up", "money"))
    officer.submit(page, {"arrangement": "ward"}, form="set-up", press="act=next")
    found = find_any_round(round.slug)
    assert found is not None
    assert sorted(pot.name for pot in found.pots) == [
        "Coatbridge North",
        "Coatbridge South",
        "Coatbridge West",
    ]
    assert sum(pot.budget_pence for pot in found.pots) == 10_000_01
    assert all(pot.area_id and pot.funder_id for pot in found.pots)
    page = officer.get(desk(round, "set-up", "money"))
    officer.submit(page, {"arrangement": "priority"}, form="set-up", press="act=next")
    db.session.expire_all()
    assert [pot.name for pot in found.pots] == ["Poverty", "Mental Health", "Digital Inclusion"]


def test_pots_follow_the_wards_that_change_after_the_money_was_parted(
    officer: Browser, world: World, round: Round
) -> None:
    fill_pot(officer, round, "9,000")
    money, voters = desk(round, "set-up", "money"), desk(round, "set-up", "voters")
    officer.submit(officer.get(money), {"arrangement": "ward"}, form="set-up", press="act=next")
    two = [str(world.wards[7].id), str(world.wards[10].id)]
    officer.submit(officer.get(voters), {"wards": two}, form="set-up", press="act=next")
    assert "The wards or priorities have changed" in officer.get(desk(round, "set-up")).text
    officer.submit(officer.get(money), {}, form="set-up", press="act=next")
    assert {pot.area_id for pot in round.pots} == {world.wards[7].id, world.wards[10].id}
    assert all(pot.funder_id and pot.budget_pence == 3_000_00 for pot in round.pots)
    three = [*two, str(world.wards[11].id)]
    officer.submit(officer.get(voters), {"wards": three}, form="set-up", press="act=next")
    officer.submit(officer.get(money), {}, form="set-up", press="act=next")
    assert [pot.funder_id is None for pot in sorted(round.pots, key=lambda one: one.id)] == [
        False,
        False,
        True,
    ]
    text = officer.get(desk(round, "set-up")).text
    assert "The wards or priorities have changed" not in text
    assert "Say who gives the money." in text


def test_an_expired_sign_in_keeps_the_lines_of_a_pot(
    officer: Browser, world: World, round: Round
) -> None:
    from pbapp.accounts import services as accounts

    path = desk(round, "set-up", "money", str(round.pots[0].id))
    page = officer.get(path)
    accounts.sign_out_everywhere(account=world.officer)
    db.session.commit()
    typed = {"funders-0-new_name": "Example NHS", "funders-0-amount": "12,3x"}
    sent = officer.submit(page, typed, form="pot", press="act=save")
    assert "/account/sign-in?next=" in str(sent.location)
    token = accounts.sign_in(account=world.officer)
    db.session.commit()
    with officer.client.session_transaction() as session:
        session["_user_id"] = token
    kept = dict(officer.get(path).form("pot").filled({}))
    assert (kept["funders-0-new_name"], kept["funders-0-amount"]) == ("Example NHS", "12,3x")
