"""A published result is corrected by two people, with a reason; the old edition stays readable."""

from __future__ import annotations

import io
import zipfile

import pytest
from sqlalchemy import select

from pbapp.db import db
from pbapp.delivery import services as delivery
from pbapp.jobs import services as jobs
from pbapp.messages.models import Telling
from pbapp.refusal import Refused
from pbapp.results import queries as results
from pbapp.results.corrections import correcting, queries
from pbapp.results.corrections.models import CorrectionKind
from pbapp.results.models import Count
from pbapp.rounds.models import Round
from tests.client import Browser
from tests.results.factories import counted_round
from tests.results.test_count_button import token
from tests.world import World

DESK = "/desk/rounds/small-grants/correct"
ZIP = "/rounds/small-grants/data/small-grants-open-data.zip"
RESULT = "/rounds/small-grants/results"
HISTORY = "/rounds/small-grants/result-history"
WHAT = {"what": "Walking football is no longer funded.", "reason": "It was not in the area."}
OUT = {**WHAT, "kind": "count", "withdrawn": ["2"]}


@pytest.fixture
def round(world: World) -> Round:
    return counted_round(world).round


def winners(round: Round) -> list[str]:
    return [row.project_key for row in results.winners(round)]


def work() -> None:
    jobs.run_due()
    db.session.expire_all()


def test_two_people_correct_the_count_and_the_old_result_can_still_be_read(
    round: Round, officer: Browser, second_officer: Browser, stranger: Browser
):
    assert winners(round) == ["2", "1", "4"]
    officer.submit(officer.get(DESK), OUT, form="correction")
    assert "being counted again" in second_officer.get(DESK).text
    work()
    page = second_officer.get(DESK)
    assert "These would no longer win: School uniform bank, Walking football." in page.text
    assert "These would win besides: Tablet library." in page.text
    assert "Walking football £3,000" not in stranger.get(HISTORY).text
    assert "You asked for it" in officer.get(DESK).text
    assert winners(round) == ["2", "1", "4"]  # nothing changes before the second has agreed
    second_officer.submit(page)
    work()
    assert winners(round) == ["1", "3"]
    now = stranger.get(RESULT)
    assert "This result was corrected on" in now.text
    assert WHAT["what"] in now.text
    assert "It was set aside in a correction of this result" in now.text
    before = stranger.get(f"{RESULT}?edition=1")
    assert "This is the result as it was, and it was corrected" in before.text
    assert "3 of 5 projects are funded" in before.text
    told = stranger.get(HISTORY).text
    assert "by a voting lead and a voting lead" in told
    assert WHAT["reason"] in told
    stranger.get(f"{RESULT}/compare")
    stranger.get(f"{RESULT}/compare?edition=1", status=404)  # this one was not compared
    for wrong in ("0", "x", "99999"):
        stranger.get(f"{RESULT}?edition={wrong}", status=404)
    with zipfile.ZipFile(io.BytesIO(stranger.get(ZIP).response.data)) as archive:
        assert WHAT["what"] in archive.read("README.txt").decode()
    tellings = db.session.scalars(select(Telling.template, Telling.subjects)).all()
    assert tellings == ["result_corrected"]
    work()  # a second run finds that it is done
    assert db.session.query(Count).filter_by(is_official=True).count() == 1


def test_words_are_corrected_without_counting_and_undone_counts_come_back(
    round: Round, officer: Browser, second_officer: Browser, stranger: Browser
):
    officer.submit(officer.get(DESK), {**WHAT, "kind": "words"}, form="correction")
    second_officer.submit(second_officer.get(DESK))
    assert winners(round) == ["2", "1", "4"]
    assert "Edition 2" in stranger.get(HISTORY).text
    for withdrawn in (["2"], []):
        fields = {**OUT, "withdrawn": withdrawn}
        officer.submit(officer.get(DESK), fields, form="correction")
        work()
        second_officer.submit(second_officer.get(DESK))
        work()
    assert winners(round) == ["2", "1", "4"]
    assert len(queries.list_corrections(round)) == 3
    third = queries.list_counts_of(round, 3)
    assert [count.edition for count in third] == [3]
    assert [count.edition for count in queries.list_counts_of(round, 2)] == [1]


def test_what_would_change_nothing_or_comes_too_late_is_refused(
    world: World, round: Round, officer: Browser, second_officer: Browser
):
    same = {**OUT, "withdrawn": []}
    page = officer.submit(officer.get(DESK), same, form="correction", status=422)
    assert page.errors() == ["With these projects set aside the count would be what it is now."]
    assert WHAT["what"] in page.html
    officer.submit(officer.get(DESK), OUT, form="correction")
    assert (
        "There is no correction"
        not in officer.follow(officer.post(f"{DESK}/agree", {"csrf_token": token(officer)})).text
    )
    assert queries.find_open(round).agreed_at is None  # never by the one who asked
    with pytest.raises(Refused, match="asked for a correction already"):
        correcting.ask(round=round, by=world.officer, kind=CorrectionKind.WORDS, **WHAT)
    with pytest.raises(Refused, match="Look at what comes out first"):
        correcting.agree(round=round, by=world.second_officer)
    officer.submit(officer.get(DESK), press=None, form=0)
    assert queries.find_open(round) is None
    delivery.offer_all(round=round, by=world.officer, link=lambda number: f"/{number}")
    db.session.commit()
    page = officer.submit(officer.get(DESK), OUT, form="correction", status=422)
    assert "Money of this round has been offered already" in page.text


def test_nobody_else_corrects_a_result(
    world: World, round: Round, stranger: Browser, board_member: Browser, officer_elsewhere
):
    for browser, status in ((stranger, 303), (board_member, 403), (officer_elsewhere, 403)):
        browser.get(DESK, status=status)
        for path in ("", "/agree", "/take-back"):
            data = {**OUT, "csrf_token": token(browser)}
            browser.post(f"{DESK}{path}", data, status=status)
    early = counted_round(world, slug="early", published=False).round
    with pytest.raises(Refused, match="Only a published result"):
        correcting.ask(round=early, by=world.officer, kind=CorrectionKind.WORDS, **WHAT)
