"""The log that a board reads, and the days it promises."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pbapp import clock
from pbapp.boards.models import AllowedDays, ClosedDay
from pbapp.db import db
from pbapp.desk import services
from pbapp.messages.models import Mail
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase
from tests.client import Browser
from tests.proposals.factories import on_ballot
from tests.rounds.factories import make_round
from tests.world import World


@pytest.fixture
def round(world: World) -> Round:
    return make_round(world)


def test_a_board_member_reads_what_officers_did(
    board_member: Browser,
    resident: Browser,
    stranger: Browser,
    officer_elsewhere: Browser,
    world: World,
    round: Round,
) -> None:
    proposal = on_ballot(world, round)
    assert "What officers did: the log" not in resident.get("/boards/coatbridge").text
    page = board_member.get("/boards/coatbridge")
    page = board_member.get(page.links()["What officers did: the log"])
    assert f"Proposal: approved {proposal.id}" in page.text
    assert "Orla Officer" in page.text
    assert "Gil Group" not in page.text
    assert "approved" not in board_member.get("/desk/log?what=round").text
    assert "approved" not in officer_elsewhere.get("/desk/log").text
    officer_elsewhere.get("/desk/log?board=coatbridge", status=404)
    resident.get("/desk/log", status=403)
    stranger.get("/desk/log", status=303)
    board_member.get("/desk/log?page=999999999&what=nonsense")


def test_officers_say_how_long_each_kind_may_take(
    officer: Browser, officer_elsewhere: Browser, board_member: Browser, world: World
) -> None:
    page = officer.get("/desk/service")
    bad = {"days-proposal": "0", "closed": "25 December"}
    page = officer.submit(page, bad, form="service", status=422)
    assert page.errors() == [
        "Enter a number of days from 1 to 60.",
        "Write each day on a line of its own, like 2026-12-25.",
    ]
    good = {"days-proposal": "3", "closed": "2026-12-25\n2026-12-25\n\n2027-01-01"}
    officer.submit(page, good, form="service")
    assert [(row.kind, row.days) for row in db.session.query(AllowedDays)] == [("proposal", 3)]
    assert {row.on for row in db.session.query(ClosedDay)} == {
        date(2026, 12, 25),
        date(2027, 1, 1),
    }
    assert 'value="3"' in officer.get("/desk/service").html
    officer_elsewhere.get("/desk/service?board=coatbridge", status=403)
    board_member.get("/desk/service", status=403)


def test_no_address_is_in_the_key_of_a_mail(officer: Browser, world: World, round: Round) -> None:
    on_ballot(world, round)
    world.group_member.email = f"{'g' * 200}@example.org"
    phase = find_phase(round, PhaseKind.REVIEW)
    assert phase is not None
    services.extend(
        round=round,
        kind=PhaseKind.REVIEW,
        ends_at=(phase.ends_at or clock.now()) + timedelta(hours=1),
        reason="The library was closed.",
        by=world.officer,
        phase_words="Checking",
        until_words="Friday",
        url="https://pb.example.org/",
    )
    mails = db.session.query(Mail).all()
    assert {mail.to_address for mail in mails} >= {world.group_member.email}
    assert [mail.key for mail in mails if "@" in mail.key] == []
