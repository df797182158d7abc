"""A round at the desk: what it still needs, sealing by two people, more time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pbapp import clock
from pbapp.db import db
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase
from pbapp.web.babel import local_day
from tests.client import Browser, Page
from tests.desk.test_decide import token_of
from tests.proposals.factories import make_proposal, on_ballot, quick
from tests.rounds.factories import make_round
from tests.world import World

DESK = "/desk/rounds/small-grants"


@pytest.fixture
def round(world: World) -> Round:
    return make_round(world)


def checks(page: Page) -> dict[str, bool]:
    """What the list says is done."""
    found = {}
    for li in page.root.iter("li"):
        if li.get("class") == "pb_tasks__item":
            text = " ".join("".join(li.itertext()).split())
            found[text.removesuffix(" Done").removesuffix(" Missing")] = text.endswith(" Done")
    return found


def button(page: Page, label: str) -> int:
    main = page.root.find(".//main")
    assert main is not None
    for at, form in enumerate(main.iter("form")):
        if any("".join(b.itertext()) == label for b in form.iter("button")):
            return at
    raise AssertionError(f"no button {label}")


def test_the_list_says_what_is_missing(officer: Browser, world: World, round: Round) -> None:
    make_proposal(world, round)
    page = officer.get(DESK)
    phase = find_phase(round, PhaseKind.SUBMISSION)
    assert phase is not None
    assert phase.ends_at is not None
    with officer.app.test_request_context():
        left = (local_day(phase.ends_at) - local_day(clock.now())).days
    assert f"Groups can send in proposals, {left} days left" in page.text
    assert checks(page) == {
        "Everybody can see the round": True,
        "Each pot names who gives the money and who approves payment": True,
        "How votes are counted is said in plain words": True,
        "Every proposal has been decided on 1 proposal waits": False,
        "There are projects on the ballot 0 projects on it": False,
        "One person has asked for the ballot to be sealed": False,
        "A second person has sealed it": False,
    }
    assert "Ask for the ballot to be sealed" not in page.text


def test_two_people_seal_it(
    officer: Browser, second_officer: Browser, world: World, round: Round
) -> None:
    on_ballot(world, round)
    page = officer.get(DESK)
    asked = officer.submit(page, form=button(page, "Ask for the ballot to be sealed"))
    page = officer.follow(asked)
    assert "You asked for it." in page.text
    officer.post(f"{DESK}/seal", data={"csrf_token": token_of(page)})
    assert "second person" in officer.get(DESK).text
    db.session.refresh(round)
    assert round.sealed_at is None

    page = second_officer.get(DESK)
    for _ in range(2):
        sealed = second_officer.submit(page, form=button(page, "Seal the ballot"))
    text = second_officer.follow(sealed).text
    assert "Sealed by Sam Second" in text
    assert "asked for by Orla Officer" in text
    db.session.refresh(round)
    assert round.config_hash is not None
    assert round.config_hash in text
    assert all(checks(second_officer.get(DESK)).values())


def test_what_still_waits_holds_the_seal_back(officer: Browser, world: World, round: Round) -> None:
    on_ballot(world, round)
    page = officer.get(DESK)
    make_proposal(world, round)
    asked = officer.submit(page, form=button(page, "Ask for the ballot to be sealed"))
    assert "Some proposals still wait for a decision." in officer.follow(asked).text
    db.session.refresh(round)
    assert round.seal_asked_by_id is None


def test_nobody_else_opens_or_seals(
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    board_member: Browser,
    officer_elsewhere: Browser,
    world: World,
    round: Round,
) -> None:
    on_ballot(world, round)
    assert "/account/sign-in" in str(stranger.get(DESK, status=303).location)
    for browser in (resident, group_member, board_member, officer_elsewhere):
        browser.get(DESK, status=403)
        token = {"csrf_token": token_of(browser.get("/rounds"))}
        for act in ("ask-to-seal", "seal", "extend"):
            browser.post(f"{DESK}/{act}", data=token, status=403)
    db.session.refresh(round)
    assert round.seal_asked_by_id is None


def test_while_voting_is_open_there_are_no_numbers_about_votes(
    officer: Browser, world: World
) -> None:
    from pbapp.proposals import queries
    from tests.rounds.factories import seal

    round = make_round(world, PhaseKind.VOTING)
    quick(world, round, 1)
    db.session.commit()
    seal(world, round, queries.ballot_projects(round))
    text = officer.get(DESK).text
    assert "While voting is open nobody sees how many have voted" in text
    assert "Count the votes" not in text


def test_when_voting_is_over_the_voting_lead_is_led_to_the_count(
    officer: Browser, world: World
) -> None:
    import time_machine

    from pbapp.proposals import queries
    from tests.rounds.factories import seal

    round = make_round(world, PhaseKind.COUNTING)
    quick(world, round, 1)
    db.session.commit()
    with time_machine.travel(clock.now() - timedelta(days=20), tick=False):
        seal(world, round, queries.ballot_projects(round))
    assert officer.get(DESK).links()["Count the votes"] == f"{DESK}/count"


def test_a_phase_gets_more_time_for_a_reason(officer: Browser, world: World, round: Round) -> None:
    phase = find_phase(round, PhaseKind.SUBMISSION)
    assert phase is not None
    assert phase.ends_at is not None
    later = phase.ends_at + timedelta(days=2)
    fields = {"kind": "submission", "day": later.date().isoformat(), "time": "17:00"}
    page = officer.get(DESK)
    bad = officer.submit(page, fields, form="extend", status=422)
    assert "Say why, so that people understand it." in bad.text
    done = officer.submit(bad, {"reason": "The library was shut."}, form="extend")
    assert "The dates are changed" in officer.follow(done).text
    db.session.refresh(phase)
    assert phase.ends_at.date() == later.date()


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"day": "2020-01-01", "time": "17:00"}, "never shorter"),
        ({"day": "soon", "time": "17:00"}, ""),
        ({"day": "2099-01-01", "time": "17:00"}, "no time for what comes next"),
    ],
)
def test_dates_that_cannot_be_are_refused(
    officer: Browser, round: Round, fields: dict[str, str], problem: str
) -> None:
    given = {"kind": "submission", "reason": "Snow.", **fields}
    page = officer.submit(officer.get(DESK), given, form="extend", status=422)
    assert problem in page.text
    assert dict(page.form("extend").filled({}))["reason"] == "Snow."
