"""A published result is corrected by two people, with a reason; the old edition stays readable."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from pbapp import clock
from pbapp.db import db
from pbapp.delivery import services as delivery
from pbapp.delivery.models import Award, AwardState
from pbapp.jobs import services as jobs
from pbapp.jobs.models import JobState
from pbapp.messages import following
from pbapp.messages.models import Telling
from pbapp.refusal import Refused
from pbapp.results import queries as results
from pbapp.results.corrections import correcting, queries
from pbapp.results.corrections.models import Correction, CorrectionKind
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


def seen(round: Round) -> str:
    return queries.digest_of(queries.find_open(round))


def work() -> None:
    jobs.run_due()
    db.session.expire_all()


def test_two_people_correct_the_count_and_the_old_result_can_still_be_read(
    round: Round, officer: Browser, second_officer: Browser, stranger: Browser
):
    assert winners(round) == ["2", "1", "4"]
    following.follow(subject=f"round {round.id}", address="jo@example.org", is_proven=True)
    db.session.commit()
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
    assert "Correction of a result" in officer.get("/desk/messages").text
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
        correcting.agree(round=round, seen=seen(round), by=world.second_officer)
    with pytest.raises(Refused, match="A correction of the count is open"):
        delivery.offer_all(round=round, by=world.officer, link=str)
    officer.submit(officer.get(DESK), press=None, form=0)
    assert queries.find_open(round) is None
    delivery.offer_all(round=round, by=world.officer, link=lambda number: f"/{number}")
    db.session.commit()
    page = officer.submit(officer.get(DESK), OUT, form="correction", status=422)
    assert "Money of this round has been offered already" in page.text


def test_only_the_correction_that_was_looked_at_is_agreed_to(
    world: World, round: Round, officer: Browser, second_officer: Browser
):
    officer.submit(officer.get(DESK), {**WHAT, "kind": "words"}, form="correction")
    looked_at = second_officer.get(DESK)
    back = officer.get(DESK)
    officer.submit(back)
    other = {**WHAT, "kind": "words", "reason": "For another reason."}
    officer.submit(officer.get(DESK), other, form="correction")
    for said in (
        second_officer.follow(second_officer.submit(looked_at)).text,
        officer.follow(officer.submit(back)).text,
    ):
        assert "This is not the correction you looked at" in said
    assert queries.find_open(round).agreed_at is None
    second_officer.submit(second_officer.get(DESK))
    assert queries.find_newest(round).reason == "For another reason."


def test_what_was_counted_is_not_shown_for_a_correction_asked_for_meanwhile(
    world: World, round: Round, monkeypatch: pytest.MonkeyPatch
):
    first = correcting.ask(
        round=round, by=world.officer, kind=CorrectionKind.COUNT, withdrawn=["2"], **WHAT
    )
    db.session.commit()
    reckon, id = correcting.reckon_round, first.id

    def meanwhile(of: Round, *, withdrawn: set[str]) -> object:
        made = reckon(of, withdrawn=withdrawn)
        row = db.session.get(Correction, id)
        row.withdrawn, row.asked_at = ["1"], row.asked_at + timedelta(seconds=5)
        db.session.commit()
        return made

    monkeypatch.setattr(correcting, "reckon_round", meanwhile)
    correcting.count_again(job_id=uuid4(), correction_id=id)
    db.session.expire_all()
    assert db.session.get(Correction, id).found is None


def test_a_correction_that_cannot_be_counted_can_be_taken_back(
    world: World, round: Round, officer: Browser, second_officer: Browser
):
    officer.submit(officer.get(DESK), OUT, form="correction")
    work()
    second_officer.submit(second_officer.get(DESK))
    page = officer.get(DESK)
    assert "Take it back" not in page.text
    correcting.find_job(queries.find_open(round)).state = JobState.FAILED
    db.session.commit()
    page = officer.get(DESK)
    assert "The count did not work" in page.text
    officer.submit(page)
    assert queries.find_open(round) is None
    assert winners(round) == ["2", "1", "4"]


def test_nobody_agrees_once_money_was_offered(world: World, round: Round, officer: Browser):
    officer.submit(officer.get(DESK), OUT, form="correction")
    work()
    offered(round, world)
    with pytest.raises(Refused, match="offered already"):
        correcting.agree(round=round, seen=seen(round), by=world.second_officer)


def offered(round: Round, world: World) -> None:
    row = results.winners(round)[0]
    db.session.add(
        Award(
            round_id=round.id,
            proposal_id=row.proposal_id,
            allocation_id=row.id,
            state=AwardState.OFFERED,
            amount_pence=row.awarded,
            link="/1",
            offered_at=clock.now(),
        )
    )
    db.session.commit()


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
