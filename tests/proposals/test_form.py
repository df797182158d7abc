"""The form a group fills in: sent, saved for later, mended, and never losing what was typed."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from PIL import Image
from sqlalchemy import select

from pbapp import clock
from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.organisations import services as organisations
from pbapp.organisations.models import OrganisationKind
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.rounds.models import PhaseKind, Round
from pbapp.web.models import Draft, Upload
from tests.client import Browser, Page
from tests.proposals.factories import make_proposal, on_ballot, returned
from tests.rounds.factories import calendar, make_round, seal
from tests.world import World

NEW = "/rounds/small-grants/proposals/new"


@pytest.fixture
def round(world: World) -> Round:
    return make_round(world)


def answers(world: World, **values: Any) -> dict[str, Any]:
    given = {
        "title": "Walking football",
        "summary": "A weekly game at walking pace.",
        "what": "Two hours every Tuesday.",
        "who_benefits": "About 30 people.",
        "priority": str(world.priorities["mental-health"].id),
        "how_it_helps": "People look out for each other.",
        "ward": str(world.wards[10].id),
        "costs-0-what": "Hall hire",
        "costs-0-amount": "£1,200.50",
        "costs-1-what": "Tea",
        "costs-1-amount": "99.50",
    }
    return {**given, **values}


def the_proposal() -> Proposal:
    return db.session.scalars(select(Proposal)).one()


def problems(page: Page) -> str:
    """What the summary of errors says."""
    found = next(e for e in page.root.iter() if e.get("id") == "error-summary")
    return " ".join("".join(found.itertext()).split())


def test_a_member_sends_in_a_proposal_and_gets_a_mail(
    group_member: Browser, world: World, round: Round
) -> None:
    page = group_member.get(NEW)
    assert page.h1 == "Send in a proposal"
    sent = group_member.submit(page, answers(world), press="act=send")
    assert sent.location == "/rounds/small-grants/proposals/1"
    assert "We have your proposal." in group_member.follow(sent).text
    proposal = the_proposal()
    assert proposal.cost_pence == 1_300_00
    assert proposal.state is ProposalState.SUBMITTED
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.to_address, mail.template) == (world.group_member.email, "proposal_received")


def test_the_second_click_sends_nothing_twice(
    group_member: Browser, world: World, round: Round
) -> None:
    page = group_member.get(NEW)
    for _ in range(2):
        group_member.submit(page, answers(world))
    assert db.session.query(Proposal).count() == 1
    assert db.session.query(Mail).count() == 1


def test_under_a_thousand_pounds_there_are_at_most_ten_questions(
    group_member: Browser, round: Round
) -> None:
    page = group_member.get(NEW)
    before, _, after = page.html.partition("Only if you ask for £1,000 or more")
    form = before[before.index("<form class") :]
    of_the_picture = 2 - 1  # its file and its description are one question
    rows = form.count('class="pb_cost"')
    questions = form.count('class="ds_question') - 2 * rows - of_the_picture
    assert questions == 10
    assert after.count('class="ds_question') == 1


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"title": ""}, "Give your idea a title."),
        ({"title": "\u202e \u200b"}, "Give your idea a title."),
        ({"title": "x" * 121}, "at most 120 characters"),
        ({"summary": ""}, "Say in one line"),
        ({"what": ""}, "Say what will happen."),
        ({"who_benefits": ""}, "Say who gains"),
        ({"how_it_helps": ""}, "Say how your idea helps"),
        ({"priority": None}, "Choose the priority"),
        ({"priority": "٣"}, "Choose the priority"),
        ({"priority": "999999"}, "Choose the priority"),
        ({"ward": "999999"}, "Not a valid choice"),
        ({"costs-0-amount": "١٢"}, "Enter an amount in pounds"),
        ({"costs-0-amount": "1_000"}, "Enter an amount in pounds"),
        ({"costs-0-amount": "1e3"}, "Enter an amount in pounds"),
        ({"costs-0-amount": "-5"}, "Enter an amount in pounds"),
        ({"costs-0-amount": "1.234"}, "two digits after the dot"),
        ({"costs-0-amount": "0"}, "Each cost must be more than £0."),
        ({"costs-0-amount": ""}, "Enter what this costs."),
        ({"costs-0-what": ""}, "Say what this pays for."),
        ({"costs-0-amount": "15,000"}, "Your costs add up to £15,099.50"),
        ({"minimum": "2000"}, "not above £1,300"),
        ({"lat": "north", "lon": "1"}, "Put the pin again"),
        ({"lat": "nan", "lon": "1"}, "Put the pin again"),
        ({"lat": "91", "lon": "1"}, "Put the pin again"),
    ],
)
def test_a_mistake_is_named_and_nothing_typed_is_lost(
    group_member: Browser, world: World, round: Round, values: dict[str, Any], problem: str
) -> None:
    given = answers(world, **values)
    page = group_member.submit(group_member.get(NEW), given, status=422)
    assert problem in problems(page)
    kept = dict(page.form(0).filled({}))
    for name in ("what", "costs-1-what", "costs-1-amount", "costs-0-amount"):
        assert kept[name] == (given[name] or "")
    assert db.session.query(Proposal).count() == 0


def test_without_any_cost_it_says_so(group_member: Browser, world: World, round: Round) -> None:
    empty = {f"costs-{n}-{part}": "" for n in (0, 1) for part in ("what", "amount")}
    page = group_member.submit(group_member.get(NEW), answers(world, **empty), status=422)
    assert "Add at least one cost above £0." in problems(page)
    assert "Add at least one cost above £0." in page.html.split('id="costs-error"')[1][:200]


def test_more_rows_without_script_keep_what_was_typed(
    group_member: Browser, world: World, round: Round
) -> None:
    page = group_member.get(NEW)
    for number in (5, 6):
        given = answers(world) if number == 5 else {}
        page = group_member.submit(page, given, press="act=add", status=200)
        assert f'id="costs-{number - 1}-what"' in page.html
    kept = dict(page.form(0).filled({}))
    assert (kept["title"], kept["costs-1-amount"]) == ("Walking football", "99.50")
    assert "Together: £1,300" in page.text
    assert "There is a problem" not in page.text


def test_rows_end_at_twenty(group_member: Browser, world: World, round: Round) -> None:
    page = group_member.get(NEW)
    for _ in range(18):
        page = group_member.submit(page, press="act=add", status=200)
    assert page.html.count('class="pb_cost"') == 20
    assert "Add another cost" not in page.text


def test_saved_for_later_it_opens_again_by_its_link(
    group_member: Browser, world: World, round: Round
) -> None:
    half = answers(world, summary="", **{"costs-0-amount": "not yet"})
    saved = group_member.submit(group_member.get(NEW), half, press="act=save")
    page = group_member.follow(saved)
    assert "Saved. Nothing has been sent in yet." in page.text
    kept = dict(page.form(0).filled({}))
    assert (kept["title"], kept["costs-0-amount"]) == ("Walking football", "not yet")
    assert db.session.query(Proposal).count() == 0

    again = group_member.submit(page, {"title": "Running football"}, press="act=save")
    assert again.location == saved.location
    page = group_member.get(str(saved.location))
    assert dict(page.form(0).filled({}))["title"] == "Running football"


def test_sending_in_forgets_the_saved_form(
    group_member: Browser, world: World, round: Round
) -> None:
    saved = group_member.submit(group_member.get(NEW), answers(world), press="act=save")
    group_member.submit(group_member.follow(saved), press="act=send")
    assert db.session.query(Draft).count() == 0
    assert "This saved form is gone" in group_member.get(str(saved.location)).text


def test_a_saved_form_is_kept_sixty_days(group_member: Browser, world: World, round: Round) -> None:
    saved = group_member.submit(group_member.get(NEW), answers(world), press="act=save")
    draft = db.session.scalars(select(Draft)).one()
    draft.expires_at = clock.now() - timedelta(seconds=1)
    db.session.commit()
    page = group_member.get(str(saved.location))
    assert "This saved form is gone" in page.text
    assert dict(page.form(0).filled({}))["title"] == ""


def test_another_rounds_saved_form_does_not_open_here(
    group_member: Browser, world: World, round: Round
) -> None:
    make_round(world, slug="other")
    saved = group_member.submit(group_member.get(NEW), answers(world), press="act=save")
    elsewhere = str(saved.location).replace("small-grants", "other")
    assert "This saved form is gone" in group_member.get(elsewhere).text


def picture(kind: str = "PNG") -> tuple[io.BytesIO, str]:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(file, kind)
    file.seek(0)
    return file, f"bench.{kind.lower()}"


def send_with_photo(browser: Browser, given: dict[str, Any], status: int) -> Page:
    page = browser.get(NEW)
    data = {name: value for name, value in page.form(0).filled(given) if value is not None}
    return browser.post(NEW, data={**data, "photo": picture()}, status=status)


def test_a_picture_is_drawn_again_and_shown_with_its_words(
    group_member: Browser, world: World, round: Round
) -> None:
    sent = send_with_photo(group_member, answers(world, photo_alt="A green bench"), 303)
    page = group_member.follow(sent)
    image = next(e for e in page.root.iter("img"))
    assert image.get("alt") == "A green bench"
    picture = group_member.get(str(image.get("src")))
    assert picture.response.mimetype == "image/jpeg"
    picture.response.close()


def test_a_picture_survives_another_mistake_in_the_form(
    group_member: Browser, world: World, round: Round
) -> None:
    page = send_with_photo(group_member, answers(world, photo_alt="A bench", title=""), 422)
    assert db.session.query(Upload).count() == 1
    group_member.submit(page, {"title": "Benches", "photo_alt": "A green bench"})
    photo = the_proposal().photo
    assert photo is not None
    assert photo.alt == "A green bench"


def test_a_picture_without_words_or_that_is_none_is_refused(
    group_member: Browser, world: World, round: Round
) -> None:
    page = send_with_photo(group_member, answers(world), 422)
    assert "Describe the picture" in problems(page)
    data = dict(group_member.get(NEW).form(0).filled(answers(world, photo_alt="A bench")))
    evil = (io.BytesIO(b"<svg onload=alert(1)>"), "bench.jpg")
    page = group_member.post(NEW, data={**data, "photo": evil}, status=422)
    assert "could not read this picture" in problems(page)
    assert db.session.query(Proposal).count() == 0


def test_who_belongs_to_no_group_is_told_how_to_go_on(
    resident: Browser,
    officer: Browser,
    board_member: Browser,
    officer_elsewhere: Browser,
    round: Round,
) -> None:
    for browser in (resident, officer, board_member, officer_elsewhere):
        page = browser.get(NEW, status=403)
        assert page.h1 == "Proposals come from groups"


def test_a_stranger_signs_in_first_and_comes_back(stranger: Browser, round: Round) -> None:
    page = stranger.get(NEW, status=303)
    assert str(page.location).endswith("next=/rounds/small-grants/proposals/new")


def test_somebody_in_two_groups_says_for_which(
    group_member: Browser, world: World, round: Round
) -> None:
    choir = organisations.set_up(kind=OrganisationKind.GROUP, name="Example Choir")
    organisations.add_member(organisation=choir, account=world.group_member)
    db.session.commit()
    page = group_member.get(NEW)
    assert page.h1 == "Which group is it for?"
    form = group_member.get(page.links()["Example Choir"])
    group_member.submit(form, answers(world))
    assert the_proposal().organisation_id == choir.id
    stranger_group = organisations.set_up(kind=OrganisationKind.GROUP, name="Not theirs")
    db.session.commit()
    page = group_member.get(f"{NEW}?group={stranger_group.id}")
    assert page.h1 == "Which group is it for?"


@pytest.mark.parametrize("during", [PhaseKind.REVIEW, PhaseKind.VOTING, PhaseKind.PUBLISHED])
def test_after_the_last_day_there_is_no_form(
    group_member: Browser, world: World, during: PhaseKind
) -> None:
    make_round(world, during)
    page = group_member.get(NEW, status=409)
    assert "not taking new proposals" in page.text


def test_a_form_sent_too_late_is_refused_and_its_text_can_be_copied(
    group_member: Browser, world: World
) -> None:
    make_round(world, phases=calendar(clock.now() - timedelta(days=29)))
    page = group_member.get(NEW)
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        page = group_member.submit(page, answers(world), status=409)
    assert "Two hours every Tuesday." in page.text
    assert db.session.query(Proposal).count() == 0


def test_a_returned_one_is_mended_and_sent_again(
    group_member: Browser, world: World, round: Round
) -> None:
    proposal = returned(world, round, title="A bench")
    path = f"/rounds/small-grants/proposals/{proposal.number}/edit"
    page = group_member.get(path)
    assert dict(page.form(0).filled({}))["costs-0-amount"] == "900"
    sent = group_member.submit(page, {"title": "Two benches"})
    assert "Saved." in group_member.follow(sent).text
    db.session.refresh(proposal)
    assert (proposal.title, proposal.state) == ("Two benches", ProposalState.SUBMITTED)
    late = group_member.submit(page, {"title": "Three benches"}, status=422)
    assert "has changed since you opened it" in problems(late)


def test_editing_adds_rows_too_and_keeps_mistakes(
    group_member: Browser, world: World, round: Round
) -> None:
    proposal = make_proposal(world, round)
    path = f"/rounds/small-grants/proposals/{proposal.number}/edit"
    page = group_member.submit(group_member.get(path), press="act=add", status=200)
    assert 'id="costs-4-what"' in page.html
    page = group_member.submit(page, {"costs-4-what": "A flag", "title": ""}, status=422)
    assert "Enter what this costs." in problems(page)
    assert dict(page.form(0).filled({}))["costs-4-what"] == "A flag"


def test_only_its_group_opens_the_edit_page(
    stranger: Browser,
    resident: Browser,
    officer: Browser,
    officer_elsewhere: Browser,
    board_member: Browser,
    world: World,
    round: Round,
) -> None:
    path = f"/rounds/small-grants/proposals/{make_proposal(world, round).number}/edit"
    stranger.get(path, status=303)
    officer.get(path, status=403)
    for browser in (resident, officer_elsewhere, board_member):
        browser.get(path, status=404)


def test_what_is_on_the_ballot_or_sealed_has_no_edit_page(
    group_member: Browser, world: World, round: Round
) -> None:
    from pbapp.proposals import queries

    proposal = on_ballot(world, round)
    path = f"/rounds/small-grants/proposals/{proposal.number}/edit"
    group_member.get(path, status=409)
    seal(world, round, queries.ballot_projects(round))
    group_member.get(path, status=409)


def test_every_label_error_and_hint_is_tied_to_its_field(
    group_member: Browser, round: Round
) -> None:
    page = group_member.submit(group_member.get(NEW), status=422)
    links = [a for a in page.links().values() if re.fullmatch(r"#[a-z_0-9-]+", a)]
    ids = {e.get("id") for e in page.root.iter()}
    assert len(links) > 5
    assert {link[1:] for link in links} <= ids
