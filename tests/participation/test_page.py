"""Who took part against who lives here, for everybody once the result is out."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from pbapp import clock
from pbapp.ballots.closing.models import Closing
from pbapp.db import db
from pbapp.engagement.models import Engagement, EngagementKind, SeldomHeard, Voice
from pbapp.participation import queries, services
from pbapp.participation.models import FormKey, FormTotal, Source
from pbapp.places.models import DataZone
from pbapp.refusal import Refused
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase
from pbapp.upkeep import CHORES
from tests.client import Browser, QueryCounter
from tests.results.factories import counted_round
from tests.results.test_count_button import token
from tests.results.test_fifths import know_the_index
from tests.results.test_import_round import TOWN, import_text
from tests.world import World

PAGE = "/rounds/small-grants/participation"
PAPER = "/desk/rounds/small-grants/paper-forms"
COMMUNITY = "/desk/boards/coatbridge/community"
FORTY = {
    "forms": "40",
    "age-18_24": "6",
    "age-25_34": "20",
    "age-65_74": "12",
    "age-prefer_not": "2",
    "groups-unpaid_carers": "2",
    "groups-disabled": "15",
    "groups-faith": "10",
    "groups-none": "14",
}


@pytest.fixture
def round(world: World) -> Round:
    return counted_round(world).round


def enter(officer: Browser, round: Round) -> None:
    """The forms on paper, the day before the result was out."""
    out = find_phase(round, PhaseKind.PUBLISHED)
    moment, out.starts_at = out.starts_at, clock.now() + timedelta(days=1)
    db.session.commit()
    officer.submit(officer.get(PAPER), FORTY, form="paper-forms")
    find_phase(round, PhaseKind.PUBLISHED).starts_at = moment
    db.session.commit()


def listened(world: World, *groups: SeldomHeard) -> None:
    db.session.add(
        Engagement(
            board_id=world.board.id,
            kind=EngagementKind.STALL,
            voice=Voice.RESIDENTS,
            title="Stall at the market",
            held_on=clock.today() - timedelta(days=60),
            place="Main Street",
            people=85,
            groups=[group.value for group in groups],
            heard="Prices.",
            recorded_at=clock.now(),
        )
    )
    db.session.commit()


def test_places_are_measured_against_who_lives_there(world: World, round: Round, stranger: Browser):
    know_the_index(world)
    db.session.scalars(select(DataZone).where(DataZone.population == 600)).one().population = 900
    db.session.commit()
    text = stranger.get(PAGE).text
    assert "65 people voted." in text
    assert (
        "Fewer people of Coatbridge North voted: 34 of each 1,000 who live there, and 50 of each "
        "1,000 over the whole area."
    ) in text
    assert "Coatbridge West 24 voted, 200 people live there 120.0" in text
    assert "Coatbridge South how many live there is not known not shown" in text
    assert "Example index" in text


def test_who_was_not_heard_is_said_beside_the_listening_that_reached_them(
    world: World, round: Round, officer: Browser, stranger: Browser
):
    listened(world, SeldomHeard.UNPAID_CARERS)
    assert "so we do not know which groups we heard from" in stranger.get(PAGE).text
    enter(officer, round)
    known = {"source": "A census of 2022", "age-65_74": 14, "age-75": 9, "groups-disabled": 60}
    officer.submit(officer.get(COMMUNITY), known, form="community")
    page = stranger.get(PAGE)
    assert (
        "Unpaid carers: we have no number that we may show. It is small, or would give a small "
        "one away. 1 time of listening in that year reached them: Stall at the market."
    ) in page.text
    assert (
        "Disabled people and people with long-term conditions: 38 in 100 of those who told us "
        "about themselves, and 60 in 100 of the people who live here. No listening in that year "
        "says that it reached them."
    ) in page.text
    assert "40 people filled in the voluntary form." in page.text
    assert "the list of voters does not say it" in page.text
    assert "25 to 34 20" in page.text
    assert "Faith communities: " not in page.text  # told, and nothing is known to compare with
    assert "Stall at the market Street stall" in page.text
    assert "85" in page.text
    told = list(csv.DictReader(io.StringIO(stranger.get(f"{PAGE}.csv").html.lstrip("\ufeff"))))
    by_name = {(row["by"], row["key"]): row for row in told}
    assert by_name["age", "25_34"]["people"] == "20"
    assert by_name["groups", "unpaid_carers"]["held_back"] == "yes"


def test_no_totals_are_entered_once_the_result_is_out(
    world: World, round: Round, officer: Browser, stranger: Browser
):
    enter(officer, round)
    before = queries.totals(round)
    page = officer.get(PAPER)
    assert "they can no longer be entered" in page.text
    assert "Save the totals" not in page.html
    one_more = {**FORTY, "forms": "41", "groups-faith": "11", "csrf_token": token(officer)}
    page = officer.post(PAPER, one_more, status=422)
    assert page.errors() == ["The result is out, so no totals can be entered any more."]
    with pytest.raises(Refused, match="The result is out"):
        services.set_paper(round=round, forms=41, numbers={}, by=world.officer)
    db.session.expire_all()
    assert queries.totals(round) == before


def test_wrong_totals_are_said_beside_the_field(world: World, officer: Browser):
    round = counted_round(world, published=False).round
    many = {"forms": "10", "age-75": "6", "age-25_34": "5", "groups-faith": "x"}
    page = officer.submit(officer.get(PAPER), many, form="paper-forms", status=422)
    assert page.errors() == ["Enter a whole number."]
    page = officer.submit(
        officer.get(PAPER), {**many, "groups-faith": ""}, form="paper-forms", status=422
    )
    assert page.errors() == ["These are more people than there are forms."]
    assert 'value="6"' in page.html
    page = officer.submit(officer.get(PAPER), {"forms": "-1"}, form="paper-forms", status=422)
    assert page.errors() == ["Enter a whole number."]
    wrong = {"source": "", "age-16_17": 60, "age-75": 50}
    page = officer.submit(officer.get(COMMUNITY), wrong, form="community", status=422)
    assert page.errors() == [
        "Say where these numbers are from, and of which year.",
        "The ages together are more than 100 of 100 people.",
    ]
    assert queries.totals(round, Source.PAPER)["about_forms", "answered"] == 0
    officer.submit(officer.get(PAPER), FORTY, form="paper-forms")
    assert 'value="40"' in officer.get(PAPER).html


def test_before_the_result_only_the_board_sees_it_and_no_forms_yet(
    world: World, stranger: Browser, board_member: Browser
):
    counted_round(world, published=False)
    assert "is shown together with the result" in stranger.get(PAGE).text
    stranger.get(f"{PAGE}.csv", status=404)
    early = board_member.get(PAGE)
    assert "Not public yet" in early.text
    assert "its numbers are shown once the result is out" in early.text


def test_only_officers_of_the_board_enter_totals(
    round: Round, stranger: Browser, board_member: Browser, officer_elsewhere: Browser
):
    for browser, status in ((stranger, 303), (board_member, 403), (officer_elsewhere, 403)):
        for address in (PAPER, COMMUNITY):
            browser.get(address, status=status)
            browser.post(address, {**FORTY, "csrf_token": token(browser)}, status=status)
    import_text(TOWN, slug="town")
    stranger.get("/rounds/town/participation", status=404)


def test_small_numbers_go_with_the_ballots_and_the_page_stays(
    world: World, round: Round, officer: Browser, stranger: Browser
):
    assert services.forget_small_numbers in CHORES
    enter(officer, round)
    db.session.add(FormKey(key="k" * 32, round_id=round.id))
    db.session.commit()
    before = stranger.get(PAGE).text
    services.forget_small_numbers()  # the ballots are still there
    assert db.session.scalars(select(FormKey)).all()
    gone = clock.now()
    db.session.add(Closing(round_id=round.id, began_at=gone, destroyed_at=gone))
    db.session.commit()
    with time_machine.travel(gone + timedelta(days=29)):
        for _ in range(2):
            services.forget_small_numbers()
            db.session.commit()
        kept = db.session.scalars(select(FormTotal)).all()
        assert {row.source for row in kept} == {Source.KEPT}
        small = {(r.question, r.answer) for r in kept if r.people is None}
        assert ("groups", "unpaid_carers") in small
        assert not db.session.scalars(select(FormKey)).all()
        assert stranger.get(PAGE).text.partition("Trust")[0] == before.partition("Trust")[0]
    page = officer.post(PAPER, {**FORTY, "csrf_token": token(officer)}, status=422)
    assert page.errors() == ["The ballots are destroyed, and only totals are kept since."]


def test_the_page_asks_the_database_little(
    world: World, round: Round, stranger: Browser, count_queries: QueryCounter
):
    for _ in range(5):
        listened(world)
    stranger.get(PAGE)
    count_queries.reset()
    stranger.get(PAGE)
    assert count_queries.number <= 16, count_queries.statements
