"""The whole loop by the people who make it go round, over three months, with script and without.

Plan → asset → proposal → ballot → vote → count → result → report to the board → money offered,
taken, paid and told of → the board pack → the plan. The clock of the
served site moves with this test's; the worker's jobs are done here (`OwnSite`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page

from pbapp import clock
from pbapp.rounds.models import PhaseKind
from pbapp.rounds.queries import find_phase, find_round
from tests.browser.group import GroupMember
from tests.browser.harness import DESKTOP, PHONE, NewPage, OwnSite
from tests.browser.roles import (
    BoardMember,
    Clerk,
    Officer,
    Resident,
    SecondLead,
    VotingLead,
)

BOARD, BOARD_PATH = "Coatbridge Community Board", "/boards/coatbridge"
ROUND, PATH = "Community spaces", "/rounds/community-spaces"
PRIORITY, PRIORITY_PATH = "Poverty", "/boards/coatbridge/priorities/poverty"
ENTRY = "Kettle at the Kiln"
IDEA = "Warm Fridays at the hall"


@dataclass
class Stage:
    """The site, who is on it, and what day it is there."""

    site: OwnSite
    enter: Callable[[type[Any]], Any]
    has_script: bool

    def phase(self, kind: PhaseKind) -> datetime:
        """When a phase of the round begins."""
        with self.site.app.app_context():
            round = find_round("community-spaces")
            assert round is not None
            phase = find_phase(round, kind)
            assert phase is not None
            return phase.starts_at

    @contextmanager
    def on_the_day(self, kind: PhaseKind) -> Iterator[None]:
        """An hour into a phase; what is due by then has been done."""
        with time_machine.travel(self.phase(kind) + timedelta(hours=1)):
            self.site.do_jobs()
            yield


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def stage(own_demo: OwnSite, new_page: NewPage, request: pytest.FixtureRequest) -> Stage:
    """With script residents are on phones and officers at desks; without it, the other way."""
    small, large = (PHONE, DESKTOP) if request.param else (DESKTOP, PHONE)

    pages: dict[type[Any], Page] = {}

    def enter(role: type[Any]) -> Any:
        if role not in pages:
            size = small if role in (Resident, BoardMember) else large
            pages[role] = new_page(size, javascript=request.param, base=own_demo.address)
        pages[role].context.clear_cookies()  # who comes back after weeks signs in anew
        return role(pages[role])

    return Stage(own_demo, enter, request.param)


def test_an_idea_goes_from_the_plan_to_the_report_to_the_board(stage: Stage) -> None:
    gather(stage)
    with stage.on_the_day(PhaseKind.REVIEW):
        seal(stage)
    with stage.on_the_day(PhaseKind.VOTING):
        receipt = vote(stage)
    with stage.on_the_day(PhaseKind.COUNTING):
        count(stage)
    with stage.on_the_day(PhaseKind.PUBLISHED):
        tell(stage, receipt)
        if stage.has_script:  # the same pages without it are seen in test_every_page
            spend(stage)


def gather(stage: Stage) -> None:
    """Today: the plan, an entry on the map, a proposal, and officers who read them."""
    resident, group, officer = map(stage.enter, (Resident, GroupMember, Officer))
    resident.reads_the_plan(PRIORITY)
    resident.signs_in()
    resident.adds_an_asset(
        name=ENTRY,
        kind="A place or building",
        summary="A kettle, warm chairs and a chat.",
        ward="Coatbridge North",
        postcode="ZZ7 1AA",
        priority=PRIORITY,
    )
    officer.signs_in()
    officer.puts_on_the_map(ENTRY)
    resident.finds_on_the_map(ENTRY, ward="Coatbridge North")

    group.signs_in()
    group.submits_a_proposal(
        PATH,
        title=IDEA,
        summary="Heat, soup and company when it is cold.",
        priority=PRIORITY,
        costs=[("Heating and rent", "1,800"), ("Soup and bread", "£650.50")],
        total="£2,450.50",
    )
    officer.puts_on_ballot(IDEA)
    officer.puts_on_ballot("Shelter for stalls")
    officer.sends_back("Open the shop front", "Say who owns the shop and whether they agree.")
    second = stage.enter(SecondLead)
    second.signs_in()
    second.agrees_to_refuse("A canopy for the food van")
    second.answers_an_appeal("It stands: the round does not pay for buildings.")


def seal(stage: Stage) -> None:
    """Checking: two people seal the ballot."""
    first, second = map(stage.enter, (VotingLead, SecondLead))
    first.signs_in()
    first.asks_to_seal(ROUND)
    second.signs_in()
    second.seals(ROUND)


def vote(stage: Stage) -> str:
    """Voting: somebody votes, changes the vote, and checks the receipt."""
    resident = stage.enter(Resident)
    resident.goes_to_vote(PATH)
    resident.shows_they_may_vote(
        postcode="zz7 1aa", name="Morag Testerton", age="25 to 34", email=resident.email
    )
    old = resident.votes_for("A dry place to sit")
    new = resident.changes_the_vote(IDEA, "Shelter for stalls")
    assert new != old
    resident.checks_a_receipt(PATH, old)
    resident.sees("This ballot was replaced by a later one")
    resident.checks_a_receipt(PATH, new)
    resident.sees("This ballot is in the box, and counts", IDEA)
    return new


def count(stage: Stage) -> None:
    """Counting: the votes are counted and certified by two, and nobody else sees it yet."""
    lead, resident = map(stage.enter, (VotingLead, Resident))
    lead.signs_in()
    lead.starts_the_count(ROUND)
    lead.sees("The count is running")
    stage.site.do_jobs()
    lead.sees_the_count_done()
    lead.sees(IDEA)
    resident.at(f"{PATH}/results")
    assert not resident.main.get_by_text(IDEA).count()
    lead.certifies(ROUND)
    lead.sees("Now a second person has to look at the same")
    second = stage.enter(SecondLead)
    second.signs_in()
    second.certifies(ROUND)
    second.sees("Two people have certified this count.")


def tell(stage: Stage, receipt: str) -> None:
    """The result is out: people read it, and the board its report."""
    resident, member = map(stage.enter, (Resident, BoardMember))
    resident.at("/")
    resident.at(f"{PATH}/results")
    resident.sees(IDEA, "Shelter for stalls", "£2,450.50", "Certified by two voting leads")
    resident.follows(IDEA)
    resident.checks_a_receipt(PATH, receipt)
    resident.sees("This ballot is in the sealed log, and counts")
    member.signs_in()
    member.reads_the_report(PATH, BOARD)
    member.sees(IDEA, PRIORITY, "£2,450.50")
    resident.at(PRIORITY_PATH)
    resident.sees(ENTRY)


def spend(stage: Stage) -> None:
    """One pound from the vote to its last report, and back to the plan it came from."""
    group, lead, member, resident = map(
        stage.enter, (GroupMember, VotingLead, BoardMember, Resident)
    )
    lead.signs_in()
    lead.offers_the_money(PATH)
    stage.site.do_jobs()
    group.signs_in()
    award = group.takes_the_money()
    lead.records_what_the_funder_decided(award, clock.today(), "2,450.50")
    stage.site.do_jobs()
    group.reports_the_end_by_link("Forty warm Fridays.", "2,450.50")
    group.puts_it_back_on_the_map(award, "Fridays at the hall")
    stage.site.do_chores()  # the board has met since: its next meetings are set
    clerk = stage.enter(Clerk)
    clerk.signs_in()
    clerk.makes_the_board_pack(BOARD_PATH)
    stage.site.do_jobs()
    clerk.reads_the_board_pack()
    clerk.sees(IDEA)
    member.signs_in()
    member.at(f"{BOARD_PATH}/said-and-did")
    member.sees(IDEA, "Forty warm Fridays.")
    resident.at(f"{BOARD_PATH}/thread")
    resident.follows(PRIORITY)
    resident.at(PRIORITY_PATH)
    resident.sees(IDEA)
    resident.at(award)
    resident.presses("I\u2019ve seen it")
    resident.sees("1 person has seen it.")
