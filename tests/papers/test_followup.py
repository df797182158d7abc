"""After the vote: noted by two, asked and answered, acted on by services, paid by the funder."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from pbapp import clock
from pbapp.audit.models import Event
from pbapp.boards.models import Role
from pbapp.db import db
from pbapp.delivery import queries as delivery
from pbapp.delivery import services as money
from pbapp.delivery.models import Award, AwardState
from pbapp.jobs import services as jobs
from pbapp.jobs.worker import load_jobs
from pbapp.messages.models import Mail
from pbapp.messages.rendering import put_into_words
from pbapp.papers.followup import services as followup
from pbapp.papers.followup.models import FunderDecision, Noting
from pbapp.papers.meetings import services as meetings
from pbapp.papers.meetings.models import Attendance, Meeting, MeetingPaper, Presence
from pbapp.papers.packs import making, queries, services
from pbapp.proposals.models import Proposal
from pbapp.refusal import Refused
from pbapp.results.models import Count
from pbapp.rounds.models import Round
from tests.client import Browser, Page, QueryCounter
from tests.desk.test_decide import token_of
from tests.papers.factories import a_meeting, give
from tests.results.factories import counted_round
from tests.world import World

PATH = "/boards/coatbridge/meetings"
NOTE = "note/small-grants"


@pytest.fixture
def clerk(second_officer: Browser, world: World) -> Browser:
    give(world.second_officer, world.board, Role.CLERK)
    return second_officer


@pytest.fixture
def chair(board_member: Browser, world: World) -> Browser:
    give(world.board_member, world.board, Role.CHAIR)
    return board_member


@pytest.fixture
def round(world: World) -> Round:
    """1 Warm room, 2 Walking football and 4 School uniform bank won; two conditions."""
    round = counted_round(world).round
    round.config = {**(round.config or {}), "conditions": "A bank account\nA PVG check"}
    for proposal in db.session.scalars(select(Proposal)):
        proposal.submitted_by_id = world.group_member.id
    db.session.commit()
    return round


@pytest.fixture
def held(world: World) -> Meeting:
    """A meeting the day before yesterday; Bea was there."""
    meeting = a_meeting(world, days=-2)
    meeting.attendance = [Attendance(account_id=world.board_member.id, presence=Presence.PRESENT)]
    db.session.commit()
    return meeting


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "render_pdf", lambda html: b"%PDF-" + html.encode())
    monkeypatch.setattr(making, "word_file", lambda *_a, **_k: b"a Word file")


def pack(meeting: Meeting, world: World) -> None:
    load_jobs()
    give(world.second_officer, world.board, Role.CLERK)
    services.press(meeting=meeting, by=world.second_officer)
    db.session.commit()
    jobs.run_due()
    db.session.expire_all()


def mails(template: str) -> list[Mail]:
    return list(db.session.scalars(select(Mail).where(Mail.template == template)))


def form_with(page: Page, end: str) -> int:
    """The place of the form whose address ends so."""
    main = page.root.find(".//main")
    assert main is not None
    return next(n for n, f in enumerate(main.iter("form")) if f.get("action", "").endswith(end))


# --- noted ----------------------------------------------------------------------------------


def test_the_clerk_notes_a_result_and_the_chair_confirms_it(
    clerk: Browser, chair: Browser, stranger: Browser, round: Round, held: Meeting, world: World
) -> None:
    pack(held, world)
    path = f"{PATH}/{held.id}"
    clerk.submit(clerk.get(f"{path}/{NOTE}"), {"words": "Well done to all."})
    assert "Waits for the chair to confirm" in stranger.get(path).text
    assert mails("result_noted") == []
    page = chair.get(path)
    for _press in range(2):
        chair.submit(page, form=form_with(page, "confirm"))
    text = stranger.get(path).text
    assert "Well done to all." in text
    assert "Entered by the clerk and confirmed by the chair" in text
    told = mails("result_noted")
    assert len(told) == 5
    assert "noted the result of Small grants" in put_into_words(told[0]).text
    verbs = set(db.session.scalars(select(Event.verb)))
    assert {"result.noting_entered", "result.noted"} <= verbs
    assert "Note the result of" not in clerk.get(path).text
    again = clerk.submit(clerk.get(f"{path}/{NOTE}"), status=422)
    assert again.errors() == ["This result has been noted already."]
    board_pack = stranger.get(f"{PATH}/{held.id}/packs/1", status=404)
    assert board_pack.status == 404


def test_two_people_note_a_result_never_one(
    clerk: Browser, round: Round, held: Meeting, world: World
) -> None:
    give(world.second_officer, world.board, Role.CHAIR)
    pack(held, world)
    path = f"{PATH}/{held.id}"
    clerk.submit(clerk.get(f"{path}/{NOTE}"))
    page = clerk.get(path)
    clerk.submit(page, form=form_with(page, "confirm"))
    assert "A second person has to confirm this" in clerk.get(path).text
    clerk.submit(page, form=form_with(page, "remove"))
    clerk.submit(page, form=form_with(page, "remove"))
    assert db.session.scalars(select(Noting)).all() == []


def test_a_result_is_noted_with_a_pack_and_who_was_there(
    clerk: Browser, round: Round, world: World
) -> None:
    for meeting, said in (
        (a_meeting(world), "The board has not met yet."),
        (a_meeting(world, days=-3), "Make the pack of this meeting first"),
    ):
        page = clerk.submit(clerk.get(f"{PATH}/{meeting.id}/{NOTE}"), status=422)
        assert said in page.errors()[0]
    pack(meeting, world)
    page = clerk.submit(clerk.get(f"{PATH}/{meeting.id}/{NOTE}"), status=422)
    assert "Say first who was at the meeting" in page.errors()[0]
    counted_round(world, slug="hidden", title="Hidden", published=False)
    meeting.others_present = "Three people"
    db.session.commit()
    page = clerk.submit(clerk.get(f"{PATH}/{meeting.id}/note/hidden"), status=422)
    assert "This result is not out" in page.errors()[0]
    clerk.get(f"{PATH}/{meeting.id}/note/nothing", status=404)


def test_a_result_that_was_corrected_is_noted_anew(
    clerk: Browser, chair: Browser, round: Round, held: Meeting, world: World
) -> None:
    pack(held, world)
    path = f"{PATH}/{held.id}"
    clerk.submit(clerk.get(f"{path}/{NOTE}"))
    page = chair.get(path)
    noting = db.session.scalars(select(Noting)).one()
    old = noting.count
    old.is_official, old.replaced_in = False, 2
    db.session.flush()
    fields = {c.key: getattr(old, c.key) for c in Count.__table__.columns if c.key != "id"}
    new = fields | {"is_official": True, "edition": 2, "replaced_in": None}
    db.session.add(Count(**new))
    db.session.commit()
    chair.submit(page, form=form_with(page, "confirm"))
    page = chair.get(path)
    assert "This result was corrected since." in page.text
    assert "The result was corrected since" in page.text
    assert "Confirm it" not in page.text
    assert mails("result_noted") == []
    assert "Note the result of Small grants" in clerk.get(path).text
    clerk.submit(clerk.get(f"{path}/{NOTE}"))
    assert "Confirm it" in chair.get(path).text


def test_what_somebody_deleted_meanwhile_is_gone_without_a_fuss(
    app, round: Round, held: Meeting, world: World
) -> None:
    pack(held, world)
    noting = followup.note(meeting=held, round=round, words="", by=world.second_officer)
    give(world.board_member, world.board, Role.CHAIR)
    db.session.execute(delete(Noting))
    followup.take_back(noting=noting, by=world.second_officer)
    paper = MeetingPaper(
        meeting=held, title="Draft", digest="a" * 64, ending="pdf", size=1, added_at=clock.now()
    )
    db.session.add(paper)
    db.session.commit()
    db.session.execute(delete(MeetingPaper))
    with pytest.raises(Refused):
        meetings.publish_paper(paper=paper, by=world.second_officer)
    meetings.take_away(paper=paper, by=world.second_officer)


def test_a_pack_asks_until_the_result_is_noted(
    clerk: Browser, chair: Browser, round: Round, held: Meeting, world: World
) -> None:
    a_meeting(world, days=-1)  # the result came out before the board last met
    for phase in round.phases:
        phase.starts_at -= timedelta(days=20)
    round.certified_at = clock.now() - timedelta(days=20)
    later = a_meeting(world)
    pack(held, world)
    pack(later, world)
    assert "Result of Small grants" in clerk.get(f"{PATH}/{later.id}/packs/1").text
    clerk.submit(clerk.get(f"{PATH}/{held.id}/{NOTE}"))
    page = chair.get(f"{PATH}/{held.id}")
    chair.submit(page, form=form_with(page, "confirm"))
    pack(later, world)
    assert "Result of Small grants" not in clerk.get(f"{PATH}/{later.id}/packs/2").text
    kept = clerk.get(f"{PATH}/{held.id}/packs/1").text
    assert "The board noted the result of Small grants" in kept


# --- questions and actions ------------------------------------------------------------------


def test_a_question_has_an_owner_and_an_answer_and_the_group_hears_of_both(
    chair: Browser, stranger: Browser, round: Round, held: Meeting
) -> None:
    path = f"{PATH}/{held.id}/questions"
    late = {"text": "When?", "owner": "The group", "due_on": "2020-01-01"}
    wrong = chair.submit(chair.get(path), late, status=422)
    assert wrong.errors() == ["This day has passed. Enter a day to come."]
    wrong = chair.submit(chair.get(path), {"text": "When does it open?"}, status=422)
    assert wrong.errors() == ["Say who answers."]
    assert "When does it open?" in wrong.html
    about = str(delivery_proposal(round, 1).id)
    chair.submit(
        chair.get(path), {"text": "When does it open?", "owner": "The group", "proposal": about}
    )
    page = stranger.get("/boards/coatbridge/actions")
    assert "When does it open? About “Warm room at the hall” Waits for an answer" in page.text
    link = chair.get("/boards/coatbridge/actions").links()["Write the answer: When does it open?"]
    for _press in range(2):
        chair.submit(chair.get(link), {"answer": "In May."})
    assert "In May." in stranger.get(f"{PATH}/{held.id}").text
    assert len(mails("board_question")) == len(mails("board_answer")) == 1
    assert "In May." in put_into_words(mails("board_answer")[0]).text


def test_the_second_of_two_sees_what_the_first_wrote(
    clerk: Browser, chair: Browser, round: Round, held: Meeting
) -> None:
    due = (clock.today() + timedelta(days=9)).isoformat()
    for end, fields, template, saved in (
        ("questions", {"text": "When?", "owner": "Us"}, "board_question", "answer"),
        ("actions", {"text": "Lend", "owner": "Us", "due_on": due}, "board_action", "progress"),
    ):
        about = {"proposal": str(delivery_proposal(round, 1).id)}
        page = chair.get(f"{PATH}/{held.id}/{end}")
        for _press in range(2):
            chair.submit(page, fields | about)
        assert len(mails(template)) == 1
        links = chair.get("/boards/coatbridge/actions").links()
        [link] = [link for name, link in links.items() if name.endswith(f": {fields['text']}")]
        mine, theirs = chair.get(link), clerk.get(link)
        clerk.submit(theirs, {saved: "The clerk's words."})
        stale = chair.submit(mine, {saved: "The chair's words."}, status=409)
        assert "The clerk&#39;s words." in stale.html
        assert "The chair&#39;s words." in stale.html
        chair.submit(stale)
        assert "The chair's words." in chair.get("/boards/coatbridge/actions").text


def delivery_proposal(round: Round, number: int) -> Proposal:
    query = select(Proposal).where(Proposal.round_id == round.id, Proposal.number == number)
    return db.session.scalars(query).one()


def test_a_service_changes_instead_of_a_grant_by_a_day_and_says_how_it_goes(
    clerk: Browser, stranger: Browser, round: Round, held: Meeting, world: World
) -> None:
    path = f"{PATH}/{held.id}/actions"
    about = str(delivery_proposal(round, 3).id)
    fields = {"text": "Lend tablets", "owner": "Libraries", "proposal": about}
    for day, said in (
        ("2020-01-01", "This day has passed. Enter a day to come."),
        ("", "Enter the day."),
    ):
        assert clerk.submit(clerk.get(path), {**fields, "due_on": day}, status=422).errors() == [
            said
        ]
    due = (clock.today() + timedelta(days=30)).isoformat()
    clerk.submit(clerk.get(path), {**fields, "due_on": due})
    page = clerk.get("/boards/coatbridge/actions")
    link = page.links()["Say how it goes: Lend tablets"]
    clerk.submit(clerk.get(link), {"status": "under_way", "progress": "Ten are there."})
    text = stranger.get("/boards/coatbridge/actions").text
    assert "Lend tablets About “Tablet library” Under way Libraries" in text
    assert "Ten are there." in text
    told = mails("board_action")
    assert len(told) == 2
    assert "Libraries does this, by" in put_into_words(told[1]).text
    coming = a_meeting(world)
    pack(coming, world)
    assert "Ten are there." in clerk.get(f"{PATH}/{coming.id}/packs/1").text


# --- a funder decides -----------------------------------------------------------------------


@pytest.fixture
def report(round: Round, held: Meeting, world: World) -> str:
    """The report of a pack that asks to approve three awards."""
    link = "https://pb.example.org/awards/{}".format
    for award in money.offer_all(round=round, by=world.officer, link=link):
        money.accept(award=award, by=world.group_member)
    db.session.commit()
    pack(held, world)
    return f"{PATH}/{held.id}/packs/1/reports/1"


def sitting(**more: str) -> dict[str, str]:
    return {
        "decided_on": clock.today().isoformat(),
        "present": "Ada Example\nBo Example",
        "interests-0-name": "Bo Example",
        "interests-0-about": "Sits on the hall committee; left the room",
        **more,
    }


def test_a_funder_approves_several_awards_at_once_and_the_reserve_moves_up(
    officer: Browser, stranger: Browser, report: str, round: Round
) -> None:
    page = officer.get(f"{report}/decision")
    assert "communities committee" in page.html
    fields = sitting(
        **{
            "awards-0-outcome": "approved",
            "awards-1-outcome": "not_paid",
            "awards-1-condition": "A PVG check",
        }
    )
    for _press in range(2):
        officer.submit(page, fields)
    first, second = (delivery.find_award(round, number) for number in (1, 2))
    assert first is not None
    assert second is not None
    assert (first.state, second.state) == (AwardState.APPROVED, AwardState.NOT_PAID)
    assert second.condition == "A PVG check"
    assert first.decided_by == "The council's communities committee"
    assert first.conflicts == "Bo Example: Sits on the hall committee; left the room"
    assert len(db.session.scalars(select(FunderDecision)).all()) == 1
    assert len(mails("award_approved")) == len(mails("award_not_paid")) == 1
    text = officer.get(report).text
    for words in (
        "Decided with this version in hand",
        "Warm room at the hall: £4,000. Approved; under way",
        "Not paid: A PVG check",
        "Ada Example, Bo Example",
        "Bo Example: Sits on the hall committee",
    ):
        assert words in text
    assert "School uniform bank" in officer.get(f"{report}/decision").text
    other = {**fields, "awards-0-outcome": "not_paid", "awards-0-condition": "A PVG check"}
    late = officer.submit(page, other, status=422)
    assert late.errors() == ["“Warm room at the hall” has been decided already."]


def test_a_decision_that_cannot_be_leaves_everything_as_it_was(
    officer: Browser, report: str, round: Round
) -> None:
    page = officer.get(f"{report}/decision")
    for fields, said in (
        ({}, "Say of at least one award what was decided."),
        ({"awards-0-outcome": "not_paid"}, "Pick the published condition that was not met."),
        ({"awards-0-outcome": "approved", "present": ""}, "Say who was there."),
        (
            {"awards-0-outcome": "approved", "interests-0-name": ""},
            "Say who declared this.",
        ),
        ({"awards-0-outcome": "approved", "decided_on": "2999-01-01"}, "has not come yet"),
    ):
        wrong = officer.submit(page, sitting(**fields), status=422)
        assert said in " ".join(wrong.errors())
        assert "Ada Example" in wrong.html or "present" in fields
    states = {award.state for award in db.session.scalars(select(Award))}
    assert states == {AwardState.ACCEPTED}
    assert db.session.scalars(select(FunderDecision)).all() == []


def test_who_belongs_to_a_group_records_nothing_about_it(report: str, app, world: World) -> None:
    give(world.group_member, world.board, Role.CLERK)
    theirs = Browser(app, signed_in_as=world.group_member)
    page = theirs.get(f"{report}/decision")
    wrong = theirs.submit(page, sitting(**{"awards-0-outcome": "approved"}), status=422)
    assert "You belong to the group of “Warm room at the hall”" in wrong.errors()[0]


# --- who may --------------------------------------------------------------------------------


def test_only_those_who_see_to_it_write(
    world: World, stranger: Browser, report: str, held: Meeting, request: pytest.FixtureRequest
) -> None:
    path = f"{PATH}/{held.id}"
    paths = [f"{path}/{NOTE}", f"{path}/questions", f"{path}/actions", f"{report}/decision"]
    for one in paths:
        assert "sign-in" in (stranger.get(one, status=303).location or "")
    for persona in ("resident", "group_member", "officer_elsewhere", "board_member"):
        browser: Browser = request.getfixturevalue(persona)
        token = {"csrf_token": token_of(browser.get("/rounds"))}
        for one in paths:
            browser.get(one, status=403)
            browser.post(one, token, status=403)
        browser.post(f"{path}/noted/1/confirm", token, status=403)
        browser.get("/boards/coatbridge/actions/1", status=403)
        browser.get("/boards/coatbridge/actions/questions/1", status=403)


def test_a_board_that_noted_nothing_says_so(stranger: Browser, world: World) -> None:
    page = stranger.get("/boards/coatbridge/actions")
    assert "The board has noted no question and no action yet." in page.text
    stranger.get("/boards/nowhere/actions", status=404)


def test_the_page_of_a_meeting_takes_few_queries(
    stranger: Browser, chair: Browser, round: Round, held: Meeting, count_queries: QueryCounter
) -> None:
    for number in range(4):
        fields = {"text": f"Question {number}", "owner": "The office"}
        chair.submit(chair.get(f"{PATH}/{held.id}/questions"), fields)
    count_queries.reset()
    stranger.get(f"{PATH}/{held.id}")
    assert count_queries.number <= 14, count_queries.statements
    assert queries.find_newest(held.id) is None
