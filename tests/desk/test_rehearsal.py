"""A round is tried before it is real: nothing of a rehearsal is public, and nothing of it stays."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from pbapp.ballots.keys import key_file
from pbapp.ballots.log.checking import check_logs
from pbapp.ballots.log.queries import open_logs
from pbapp.db import Base, db
from pbapp.delivery.services import offer_all
from pbapp.messages.models import Mail
from pbapp.proposals.models import Proposal
from pbapp.refusal import Refused
from pbapp.rounds.models import PhaseKind, Round, VoteType
from pbapp.rounds.queries import find_any_round, find_phase, find_round
from pbapp.rounds.setup import throwing
from pbapp.web.context import settings
from tests.ballots.walk import vote
from tests.client import Browser
from tests.desk.test_decide import token_of
from tests.desk.test_round import button
from tests.proposals.factories import make_proposal, on_ballot, quick
from tests.rounds.factories import make_round
from tests.rounds.set_ups import begin
from tests.world import World

DESK = "/desk/rounds/small-grants"
REHEARSAL = "small-grants-rehearsal"


def rehearse(officer: Browser) -> Round:
    page = officer.get(DESK)
    officer.submit(page, form=button(page, "Make a rehearsal"))
    found = find_any_round(REHEARSAL)
    assert found is not None
    return found


def sealed(officer: Browser, second_officer: Browser, slug: str) -> None:
    page = officer.get(f"/desk/rounds/{slug}")
    officer.submit(page, form=button(page, "Ask for the ballot to be sealed"))
    page = second_officer.get(f"/desk/rounds/{slug}")
    second_officer.submit(page, form=button(page, "Seal the ballot"))


def test_officers_rehearse_the_whole_vote_and_nobody_else_sees_any_of_it(
    officer: Browser,
    second_officer: Browser,
    stranger: Browser,
    group_member: Browser,
    world: World,
) -> None:
    round = make_round(world)
    on_ballot(world, round, title="Canal lights")
    copy = rehearse(officer)
    assert rehearse(officer).id == copy.id  # a second click
    sealed(officer, second_officer, REHEARSAL)
    vote(officer, copy, "1")
    for path in ("", "/proposals", "/vote", "/log", "/results", "/data", "/calendar.ics"):
        stranger.get(f"/rounds/{REHEARSAL}{path}", status=404)
    for path in (
        "/",
        "/rounds",
        "/boards/coatbridge",
        "/boards/coatbridge/calendar.ics",
        "/boards/coatbridge/priorities/mental-health",
        f"/boards/coatbridge/wards/{world.wards[10].gss_code}",
    ):
        assert "ehearsal" not in stranger.get(path).html
    assert group_member.get("/account/").text.count("Canal lights") == 1
    assert find_round(REHEARSAL) is None
    assert "A rehearsal" in officer.get(f"/desk/rounds/{REHEARSAL}").text
    assert REHEARSAL in officer.get("/desk/rounds").html
    db.session.refresh(round)
    assert round.sealed_at is None


def test_thrown_away_nothing_of_it_is_left_but_its_number(
    officer: Browser, second_officer: Browser, world: World
) -> None:
    round = make_round(world)
    on_ballot(world, round)
    before = rows()
    copy = rehearse(officer)
    sealed(officer, second_officer, REHEARSAL)
    vote(officer, copy, "1")
    key = key_file(settings().keys, copy.id)
    assert key.exists()
    page = officer.get(f"/desk/rounds/{REHEARSAL}")
    token = {"csrf_token": token_of(page)}
    officer.submit(page, form=button(page, "Throw the rehearsal away"))
    officer.post(f"/desk/rounds/{REHEARSAL}/throw-away", data=token, status=404)
    assert not key.exists()
    after = rows()
    kept = {name for name in after if after[name] != before.get(name)}
    # What is kept beside the officers' log: the bare row, mail that was sent, jobs, drafts.
    assert kept <= {"round", "audit_event", "mail", "job", "email_code", "tries"}
    assert after["round"] == before["round"] + 1
    assert after["proposal"] == 1
    officer.get(f"/rounds/{REHEARSAL}", status=404)
    assert copy.id not in open_logs()
    assert not [problem for log in check_logs(settings().keys) for problem in log.problems]


def test_no_money_is_offered_in_a_rehearsal(officer: Browser, world: World) -> None:
    make_round(world)
    with pytest.raises(Refused, match="rehearsal"):
        offer_all(round=rehearse(officer), by=world.officer, link=str)


def rows() -> dict[str, int]:
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def test_only_a_rehearsal_is_thrown_away_or_closed_by_hand(officer: Browser, world: World) -> None:
    round = make_round(world, PhaseKind.VOTING)
    quick(world, round, 1)
    db.session.commit()
    with pytest.raises(Refused, match="Only a rehearsal"):
        throwing.throw_away(round=round, by=world.officer)
    token = {"csrf_token": token_of(officer.get(DESK))}
    for act in ("throw-away", "close-rehearsal"):
        officer.post(f"{DESK}/{act}", data=token)
    assert "Only the vote of a rehearsal" in officer.get(DESK).text
    assert db.session.scalar(select(func.count()).select_from(Proposal)) == 1


def test_its_vote_is_closed_by_hand_to_try_the_count(
    officer: Browser, second_officer: Browser, world: World
) -> None:
    round = make_round(world)
    on_ballot(world, round)
    copy = rehearse(officer)
    sealed(officer, second_officer, REHEARSAL)
    page = officer.get(f"/desk/rounds/{REHEARSAL}")
    officer.submit(page, form=button(page, "Close the vote of the rehearsal now"))
    voting = find_phase(copy, PhaseKind.VOTING)
    assert voting is not None
    db.session.refresh(voting)
    assert "Count the votes" in officer.get(f"/desk/rounds/{REHEARSAL}").text


def test_without_proposals_the_rehearsal_has_examples(officer: Browser, world: World) -> None:
    make_round(world)
    copy = rehearse(officer)
    titles = [p.title for p in db.session.query(Proposal).filter_by(round_id=copy.id)]
    assert len(titles) == 6
    assert all(title.startswith("Example: ") for title in titles)
    officer.get(f"/rounds/{REHEARSAL}/proposals")
    officer.get(f"/rounds/{REHEARSAL}/proposals/1")


def test_nobody_else_rehearses(
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    board_member: Browser,
    officer_elsewhere: Browser,
    world: World,
) -> None:
    round = make_round(world)
    for browser in (resident, group_member, board_member, officer_elsewhere):
        token = {"csrf_token": token_of(browser.get("/rounds"))}
        for act in ("rehearse", "close-rehearsal", "throw-away"):
            browser.post(f"{DESK}/{act}", data=token, status=403)
        browser.get(f"{DESK}/preview", status=403)
        browser.get(f"{DESK}/sealed", status=403)
    assert "sign-in" in str(stranger.get(f"{DESK}/preview", status=303).location)
    assert db.session.query(Round).filter_by(rehearses_id=round.id).count() == 0


@pytest.mark.parametrize("template", ["small-grants", "local-works", "mainstream", "youth"])
def test_the_ballot_is_tried_out_before_there_is_one(
    officer: Browser, world: World, template: str
) -> None:
    round = begin(world, template)
    path = f"/desk/rounds/{round.slug}/preview"
    page = officer.get(path)
    assert "The projects are made up" in page.text
    assert "Example: walking football" in page.text
    tried = officer.submit(page, {"choice": []}, form="ballot", status=422)
    assert "Choose at least" in tried.errors()[0]


@pytest.mark.parametrize(
    ("values", "wrong", "right"),
    [
        (
            {"vote_type": VoteType.CUMULATIVE, "points_each": 10, "points_most": 6},
            {"points-1": "7"},
            {"points-1": "6", "points-2": "4"},
        ),
        ({"vote_type": VoteType.ORDINAL, "max_choices": 3}, {}, {"rank-1": "2", "rank-4": "1"}),
        ({"vote_type": VoteType.CHOOSE_ONE, "max_choices": 1}, {}, {"choice": "3"}),
    ],
    ids=["points", "order", "one"],
)
def test_each_way_to_vote_can_be_tried(
    officer: Browser,
    world: World,
    values: dict[str, Any],
    wrong: dict[str, str],
    right: dict[str, str],
) -> None:
    round = begin(world)
    for name, value in values.items():
        setattr(round, name, value)
    db.session.commit()
    page = officer.get(f"/desk/rounds/{round.slug}/preview")
    tried = officer.submit(page, wrong, form="ballot", status=422)
    assert tried.errors()
    fits = officer.submit(tried, {**dict.fromkeys(wrong, ""), **right}, form="ballot", status=200)
    assert "This fits the rules" in fits.text


def test_choices_that_fit_are_said_to_fit(officer: Browser, world: World) -> None:
    round = begin(world)
    page = officer.get(f"/desk/rounds/{round.slug}/preview")
    tried = officer.submit(page, {"choice": ["1", "2"]}, form="ballot", status=200)
    assert "This fits the rules" in tried.text


def test_what_will_be_sealed_is_said_in_words(officer: Browser, world: World) -> None:
    round = make_round(world)
    on_ballot(world, round, title="Canal lights")
    text = officer.get(f"{DESK}/sealed").text
    for words in ("Canal lights", "£1,000.50", "Most votes first.", "Example Council Fund"):
        assert words in text


def test_more_time_is_told_to_those_it_is_about_and_shown(
    officer: Browser, stranger: Browser, world: World
) -> None:
    from datetime import timedelta

    round = make_round(world)
    make_proposal(world, round)
    phase = find_phase(round, PhaseKind.SUBMISSION)
    assert phase is not None
    assert phase.ends_at is not None
    later = (phase.ends_at + timedelta(days=2)).date().isoformat()
    before = db.session.query(Mail).count()
    fields = {
        "kind": "submission",
        "day": later,
        "time": "17:00",
        "reason": "The library was shut.",
    }
    officer.submit(officer.get(DESK), fields, form="extend")
    told = db.session.query(Mail).filter_by(template="phase_extended").all()
    assert db.session.query(Mail).count() == before + len(told)
    assert {mail.to_address for mail in told} == {
        "group_member@example.org",
        "second_officer@example.org",
        "board_member@example.org",
    }
    assert "Why: The library was shut." in stranger.get("/rounds/small-grants").text
    assert "A phase was given more time" in stranger.get("/rounds/small-grants/history").text
