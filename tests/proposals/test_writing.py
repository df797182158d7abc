"""Writing a proposal page by page: saved as one goes, sent once, never losing what was typed."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.proposals.writing.models import ProposalDraft
from pbapp.rounds.models import QuestionKind, Round, RoundQuestion
from pbapp.web.models import Upload
from tests.assets.factories import make_asset
from tests.client import Browser, Page
from tests.proposals.writing import NEW, answers, begin, fill, kept, problems, the_proposal, write
from tests.rounds.factories import make_round
from tests.world import World


@pytest.fixture
def round(world: World) -> Round:
    return make_round(world)


def test_a_member_writes_page_by_page_sends_it_in_once_and_gets_a_mail(
    group_member: Browser, world: World, round: Round
) -> None:
    check = write(group_member, world)
    assert check.h1 == "Look through it and send it in"
    assert "Walking football" in check.text
    assert db.session.query(Proposal).count() == 0
    sent = [group_member.submit(check, form="send") for _ in range(2)]
    assert {one.location for one in sent} == {"/rounds/small-grants/proposals/1"}
    assert "We have your proposal." in group_member.follow(sent[0]).text
    proposal = the_proposal()
    assert proposal.cost_pence == 950_00
    assert (proposal.state, proposal.organisation_id) == (ProposalState.SUBMITTED, world.group.id)
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.to_address, mail.template) == (world.group_member.email, "proposal_received")


def test_under_a_thousand_pounds_there_are_at_most_ten_questions_on_three_pages(
    group_member: Browser, world: World, round: Round
) -> None:
    given = answers(world)
    page, questions, pages = begin(group_member), 0, 0
    while page.h1 != "Look through it and send it in":
        form = page.html[page.html.index('id="page"') :]
        rows = form.count('class="pb_cost"')
        # Part of the question before: the ages, the place, the words for a picture.
        parts = sum(
            form.count(f'id="{name}"') for name in ("young_ages", "where_words", "photo_alt")
        )
        questions += form.count('class="ds_question') - 2 * rows - parts
        pages += 1
        page = fill(group_member, page, given[("idea", "where", "money")[pages - 1]])
    assert (questions, pages) == (10, 3)


def test_from_a_thousand_pounds_there_is_one_more_page(
    group_member: Browser, world: World, round: Round
) -> None:
    given = answers(world)
    more = write(group_member, world, money={"costs-0-amount": "1,200.50"})
    assert more.h1 == "A little more"
    page = group_member.submit(more, form="page", press="act=next", status=422)
    for problem in ("Enter the day.", "Say who pays after that"):
        assert problem in problems(page)
    funding = {"funding-0-what": "Our savings", "funding-0-amount": "50.25"}
    check = fill(
        group_member,
        page,
        given["more"],
        **funding,
        permission_landowner="asked",
        creates="A football group",
        **{f"support_{world.priorities['poverty'].id}": "Tea is free."},
    )
    assert "Our savings: £50.25 (Our own money)" in check.text
    shown = group_member.follow(group_member.submit(check, form="send"))
    for words in ("£1,300.25 in money", "We have asked", "A football group", "Tea is free."):
        assert words in shown.text
    proposal = the_proposal()
    assert (proposal.cost_pence, proposal.other_pence) == (1_250_00, 50_25)


MISTAKES = {
    "idea": [
        ({"title": ""}, "Give your idea a title."),
        ({"title": "\u202e \u200b"}, "Give your idea a title."),
        ({"title": "\x00"}, "Give your idea a title."),
        ({"title": "x" * 121}, "at most 120 characters"),
        ({"summary": "", "what": "", "who_benefits": ""}, "Say in one line"),
        ({"young": None}, "Say whether children"),
        ({"young": "perhaps"}, "Say whether children"),
        ({"young": "checked"}, "Say of which ages"),
    ],
    "where": [
        ({"how_it_helps": ""}, "Say how your idea helps"),
        ({"priority": None}, "Choose the priority"),
        ({"priority": "٣"}, "Choose the priority"),
        ({"ward": None}, "Choose one ward or more"),
        ({"ward": ["999999"]}, "Choose one ward or more"),
        ({"lat": "north", "lon": "1"}, "Put the pin again"),
        ({"lat": "nan", "lon": "1"}, "Put the pin again"),
        ({"lat": "91", "lon": "1"}, "Put the pin again"),
    ],
    "money": [
        ({"costs-0-amount": "١٢"}, "Enter an amount in pounds"),
        ({"costs-0-amount": "1_000"}, "Enter an amount in pounds"),
        ({"costs-0-amount": "1e3"}, "Enter an amount in pounds"),
        ({"costs-0-amount": "-5"}, "Enter an amount in pounds"),
        ({"costs-0-amount": "1.234"}, "two digits after the dot"),
        ({"costs-0-amount": "0"}, "Each cost must be more than £0."),
        ({"costs-0-amount": ""}, "Enter what this costs."),
        ({"costs-0-what": ""}, "Say what this pays for."),
        ({"costs-0-amount": "15,000"}, "Your costs add up to £15,049.50"),
        (dict.fromkeys(("costs-0-what", "costs-0-amount", "costs-1-what", "costs-1-amount"), ""),
         "Add at least one cost above £0."),
    ],
}  # fmt: skip


def test_a_mistake_is_named_beside_its_field_and_nothing_typed_is_lost(
    group_member: Browser, world: World, round: Round
) -> None:
    page = begin(group_member)
    for name, mistakes in MISTAKES.items():
        given = answers(world)[name]
        for values, problem in mistakes:
            wrong = group_member.submit(
                page, {**given, **values}, form="page", press="act=next", status=422
            )
            assert problem in problems(wrong), values
            ids = {e.get("id") for e in wrong.root.iter()}
            assert {a[1:] for a in wrong.links().values() if a.startswith("#")} <= ids
            for field in ("what", "how_it_helps", "costs-1-what"):
                if field in given and field not in values:
                    assert kept(wrong)[field] == given[field]
        page = fill(group_member, page, given)
    assert db.session.query(Proposal).count() == 0


def test_whats_wrong_on_the_last_page_is_named_too(
    group_member: Browser, world: World, round: Round
) -> None:
    more = write(group_member, world, money={"costs-0-amount": "1,200"})
    for values, problem in [
        ({"starts_on": "soon"}, "Enter a day, like 04/12/2026."),
        ({"starts_on": "٤/١٢/٢٠٢٦"}, "Enter a day, like 04/12/2026."),
        ({"ends_on": "2027-03-01"}, "It has to end after it starts."),
        ({"minimum": "0"}, "Enter an amount above nothing"),
        ({"funding-0-what": "Savings"}, "Enter what this costs."),
        ({"permission_planning": "perhaps"}, "Not a valid choice"),
    ]:
        page = group_member.submit(
            more, {**answers(world)["more"], **values}, form="page", press="act=next", status=422
        )
        assert problem in problems(page), values
    check = fill(group_member, more, answers(world)["more"], minimum="2000")
    assert "not above £1,249.50" in problems(check)


def test_a_choice_that_is_none_of_ours_does_not_keep_anybody_from_the_check(
    group_member: Browser, world: World, round: Round
) -> None:
    more = write(group_member, world, money={"costs-0-amount": "1,200"})
    odd = {**answers(world)["more"], "permission_planning": "perhaps"}
    kept_so = group_member.submit(more, odd, form="page", press="act=save")
    assert "Not a valid choice" in problems(group_member.follow(kept_so))


def test_a_half_page_is_saved_and_found_again_after_signing_in_elsewhere(
    group_member: Browser, world: World, round: Round
) -> None:
    page = begin(group_member)
    half = {"title": "Walking football", "what": "Not yet"}
    saved = group_member.submit(page, half, form="page", press="act=save")
    check = group_member.follow(saved)
    assert "Saved. Nothing has been sent in yet." in check.text
    assert "Say in one line what your idea is." in problems(check)
    group_member.submit(check, form="send", status=422)
    other = Browser(group_member.app, world.group_member)
    link = other.get(NEW).links()["Walking football"]
    back = other.get(other.get(link).links()["Change: Your idea"])
    assert kept(back)["what"] == "Not yet"
    assert "Walking football" in other.get("/account/").links()


def test_beginning_twice_and_throwing_away(
    group_member: Browser, world: World, round: Round
) -> None:
    start = group_member.get(NEW)
    first, second = (group_member.submit(start, form="begin").location for _ in range(2))
    assert first == second
    check = group_member.follow(
        group_member.submit(group_member.get(str(first)), form="page", press="act=save")
    )
    for _ in range(2):
        group_member.submit(check, form=1)
    assert db.session.query(ProposalDraft).count() == 0


def test_more_rows_without_script_keep_what_was_typed(
    group_member: Browser, world: World, round: Round
) -> None:
    page = begin(group_member)
    page = fill(
        group_member, fill(group_member, page, answers(world)["idea"]), answers(world)["where"]
    )
    for number in (4, 5):
        given = answers(world)["money"] if number == 4 else {}
        sent = group_member.submit(page, given, form="page", press="act=costs")
        assert str(sent.location).endswith(f"#costs-{number}-what")
        page = group_member.follow(sent)
        assert f'id="costs-{number}-what"' in page.html
    assert kept(page)["costs-1-amount"] == "49.50"
    assert "Together: £950" in page.text
    draft = db.session.scalars(select(ProposalDraft)).one()
    rows = {f"costs-{number}-what": [f"Row {number}"] for number in range(25)}
    draft.fields = {**draft.fields, **rows}
    db.session.commit()
    page = group_member.get(page.path)
    assert page.html.count('class="pb_cost"') == 20
    assert "Add another cost" not in page.text


def picture(kind: str = "PNG") -> tuple[io.BytesIO, str]:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(file, kind)
    file.seek(0)
    return file, f"bench.{kind.lower()}"


def with_file(browser: Browser, page: Page, act: str, status: int = 303, **fields: Any) -> Page:
    data = {n: v for n, v in page.form("page").filled(fields) if v is not None}
    return browser.post(page.path, data={**data, **fields, "act": act}, status=status)


def test_pictures_survive_a_mistake_are_shown_with_their_words_and_come_off(
    group_member: Browser, world: World, round: Round
) -> None:
    page = fill(group_member, begin(group_member), answers(world)["idea"])
    wrong = with_file(group_member, page, "photo", 422, photo=picture())
    assert "Describe the picture" in problems(wrong)
    evil = (io.BytesIO(b"<svg onload=alert(1)>"), "bench.jpg")
    wrong = with_file(group_member, page, "photo", 422, photo=evil, photo_alt="A bench")
    assert "could not read this picture" in problems(wrong)
    wrong = with_file(group_member, page, "next", 422, photo=picture(), photo_alt="A bench")
    assert "Choose the priority" in problems(wrong)
    again = group_member.follow(
        with_file(group_member, wrong, "photo", photo=picture(), photo_alt="A pond")
    )
    assert [i.get("alt") for i in again.root.iter("img")] == ["A bench", "A pond"]
    uploads = {one.alt: one.id for one in db.session.scalars(select(Upload))}
    page = group_member.follow(
        group_member.submit(again, form="page", press=f"act=photo-off {uploads['A bench']}")
    )
    check = fill(
        group_member, fill(group_member, page, answers(world)["where"]), answers(world)["money"]
    )
    group_member.submit(check, form="send")
    photo = the_proposal().photo
    assert photo is not None
    assert photo.alt == "A pond"


def test_documents_are_known_by_their_bytes_and_handed_over_to_keep(
    group_member: Browser, stranger: Browser, world: World, round: Round
) -> None:
    page = write(group_member, world, money={"costs-0-amount": "1,200"})
    html = (io.BytesIO(b"<html><script>alert(1)</script>"), "quote.pdf")
    wrong = with_file(group_member, page, "document", 422, document=html)
    assert "do not know this kind of file" in problems(wrong)
    wrong = group_member.submit(page, form="page", press="act=document", status=422)
    assert "Choose a document first." in problems(wrong)
    pdf = (io.BytesIO(b"%PDF-1.7 example"), "../../quote.exe")
    title = 'Quote "A" <b>for</b>\u202e hall'
    page = group_member.follow(
        with_file(group_member, page, "document", document=pdf, document_title=title)
    )
    check = fill(group_member, page, answers(world)["more"])
    shown = group_member.follow(group_member.submit(check, form="send"))
    link = next(a for a in shown.links().values() if "/documents/" in a)
    answer = group_member.get(link).response
    assert answer.headers["Content-Disposition"] == "attachment; filename=Quote-A-b-for-b-hall.pdf"
    assert (answer.mimetype, answer.data) == ("application/pdf", b"%PDF-1.7 example")
    answer.close()
    stranger.get(link, 404)  # nobody else reads it before it is on the ballot
    group_member.get(f"{link.rpartition('/')[0]}/{UUID(int=0)}", 404)


def test_what_is_here_is_searched_and_tied_without_script(
    group_member: Browser, world: World, round: Round
) -> None:
    hall = make_asset(world, "Example Hall")
    make_asset(world, "Example Library")
    page = write(group_member, world, money={"costs-0-amount": "1,200"})
    page = group_member.follow(
        group_member.submit(page, {"find": "nowhere"}, form="page", press="act=find")
    )
    assert "Nothing on the map has “nowhere” in it." in page.text
    found = group_member.submit(page, {"find": "hall"}, form="page", press="act=find")
    page = group_member.follow(found)
    assert "Example Library" not in page.text
    page = group_member.follow(
        group_member.submit(page, {"add": [str(hall.id)]}, form="page", press="act=tie")
    )
    assert kept(page)["ties-0-name"] == "Example Hall"
    check = fill(group_member, page, answers(world)["more"], **{"ties-0-kind": "at_risk"})
    assert "Example Hall (Could do it harm)" in check.text
    group_member.submit(check, form="send")
    (tie,) = the_proposal().ties
    assert (tie.asset_id, tie.kind.value) == (hall.id, "at_risk")


def test_the_rounds_own_questions_are_asked_and_shown(
    group_member: Browser, world: World, round: Round
) -> None:
    question = RoundQuestion(
        round_id=round.id, position=1, kind=QuestionKind.YES_NO, text="Is it open to all?",
        is_required=True, options=[],
    )  # fmt: skip
    db.session.add(question)
    db.session.commit()
    page = write(group_member, world)
    assert page.h1 == "A little more"
    assert "running_costs" not in page.html  # below £1,000 only the round's own questions
    wrong = group_member.submit(page, form="page", press="act=next", status=422)
    assert "Answer this question." in problems(wrong)
    check = fill(group_member, page, {f"question_{question.id}": "yes"})
    shown = group_member.follow(group_member.submit(check, form="send"))
    assert "Is it open to all?" in shown.text
