"""From a vote to money spent: offered, accepted, approved, paid, told; or the next in line."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from PIL import Image
from sqlalchemy import select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.boards.models import Membership, Role
from pbapp.db import db
from pbapp.delivery import queries, reporting, services
from pbapp.delivery.models import AwardState
from pbapp.messages.models import Mail
from pbapp.organisations.models import Member, MemberRole
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from tests.client import Browser, Page, QueryCounter
from tests.delivery.factories import accepted, approved, offered, page_form, path_of
from tests.results.factories import counted_round
from tests.world import World

MONEY = {"decided_on": "", "decided_by": "Communities Committee", "present": "Six members"}


def test_a_round_without_awards_says_so(stranger: Browser, round: Round) -> None:
    assert "No money has been offered in this round yet" in stranger.get(path_of(round)).text


def test_an_officer_offers_the_money_and_each_group_is_told_once(
    officer: Browser, round: Round
) -> None:
    page = officer.get(path_of(round))
    assert "3 projects have won their money" in page.text
    officer.submit(page, {})
    assert "Offer the money" not in officer.get(path_of(round)).text
    mails = list(db.session.scalars(select(Mail).where(Mail.template == "award_offered")))
    assert len(mails) == 3
    links = sorted(mail.context["url"].rpartition("/")[2] for mail in mails if mail.context)
    assert links == ["1", "2", "4"]


def test_a_resident_finds_the_award_of_their_own_idea(
    resident: Browser, group_member: Browser, round: Round, world: World
) -> None:
    award = offered(round, world)[0]
    award.proposal.organisation_id = None
    award.proposal.submitted_by_id = world.resident.id
    db.session.commit()
    path = path_of(round, award.proposal.number)
    assert path in resident.get("/account/").html
    assert path not in group_member.get("/account/").html
    page = resident.get(path)
    resident.submit(page, {}, form=page_form(page, "accept"))
    assert award.state is AwardState.ACCEPTED


def test_pressing_twice_offers_once(round: Round, world: World) -> None:
    assert len(offered(round, world)) == 3
    assert offered(round, world) == []


def test_a_group_takes_the_money_and_tells_what_it_did(
    officer: Browser, group_member: Browser, stranger: Browser, round: Round, world: World
) -> None:
    offered(round, world)
    page = group_member.get(path_of(round, 1))
    assert "People chose your project" in page.text
    group_member.submit(page, {}, form=page_form(page, "accept"))
    decision = officer.get(path_of(round, 1, "/decision"))
    today = clock.today().isoformat()
    officer.submit(decision, {"outcome": "approved", **MONEY, "decided_on": today})
    officer.submit(
        officer.get(path_of(round, 1, "/payment")), {"paid_on": today, "amount": "4,000"}
    )
    group_member.submit(
        group_member.get(path_of(round, 1, "/step")),
        {"name": "Doors open", "due_on": (clock.today() + timedelta(days=30)).isoformat()},
    )
    group_member.submit(
        group_member.get(path_of(round, 1, "/report")),
        {
            "text": "Forty evenings, warm.",
            "difference": "People stay to talk.",
            "spent": "3,800.50",
            "people": "120",
            "is_final": "y",
        },
    )
    seen = stranger.get(path_of(round, 1)).text
    for said in (
        "Finished",
        "Decided by Communities Committee",
        "No interests were declared.",
        "£4,000",
        "£3,800.50",
        "Doors open",
        "Forty evenings, warm.",
        "120 people took part",
        "It goes back to who gave it.",
        "£199.50 is to be paid back.",
    ):
        assert said in seen, said
    assert "£3,800.50" in stranger.get(path_of(round)).text
    assert "People stay to talk." in stranger.get("/boards/coatbridge/said-and-did").text
    assert "Warm room at the hall" in group_member.get("/account/").text


def test_what_is_not_paid_moves_the_reserve_list_up(round: Round, world: World) -> None:
    award = accepted(round, world)
    moved = services.refuse_payment(
        award=award,
        condition="The owner of the hall has not agreed.",
        decided_on=clock.today(),
        decided_by="Communities Committee",
        present="",
        conflicts="",
        by=world.officer,
        link=lambda n: f"https://pb.example.org/awards/{n}",
    )
    db.session.commit()
    # £4,000 is free: the tablet library (£4,500) does not fit, the canal lights (£9,000) neither.
    assert moved == []
    other = queries.find_award(round, 2)
    assert other is not None
    (moved,) = services.decline(
        award=other, reason="", by=world.group_member, link=lambda n: f"https://x.example/{n}"
    )
    # £7,000 is free now, and the tablet library is next.
    assert moved is not None
    assert (moved.proposal.title, moved.amount_pence) == ("Tablet library", 4_500_00)
    assert moved.is_from_reserve
    templates = set(db.session.scalars(select(Mail.template)))
    assert {"award_offered", "award_not_paid"} <= templates


def test_a_published_condition_has_to_be_named(
    officer: Browser, round: Round, world: World
) -> None:
    accepted(round, world)
    page = officer.submit(
        officer.get(path_of(round, 1, "/decision")),
        {"outcome": "not_paid", **MONEY, "decided_on": clock.today().isoformat()},
        status=422,
    )
    assert page.errors() == ["Name the published condition that was not met."]
    assert "Communities Committee" in page.html


@pytest.mark.parametrize(
    ("then", "given", "said"),
    [
        ("payment", {"paid_on": "2999-01-01", "amount": "5"}, "This day has not come yet."),
        ("payment", {"amount": "4,000.01"}, "That is more than is left of the award: £4,000."),
        ("payment", {"amount": "0"}, "A payment has to be more than £0."),
        ("payment", {"amount": "١٢"}, "Enter an amount in pounds"),
        ("payment", {"amount": ""}, "Enter an amount in pounds"),
        ("step", {"name": "Doors", "due_on": "2020-01-01"}, "This day has passed."),
        ("step", {"name": "", "due_on": "2999-01-01"}, "Say what will be done."),
        (
            "report",
            {"text": "Done.", "spent": "4,000.01"},
            "That is more than the award of £4,000.",
        ),
        ("report", {"text": "", "spent": "10"}, "Tell what you have done."),
        ("report", {"text": "Done.", "spent": "10", "people": "-3"}, "Enter a whole number"),
        ("report", {"text": "Done.", "spent": "10", "people": ","}, "Enter a whole number"),
    ],
)
def test_wrong_input_is_said_beside_its_field(
    officer: Browser,
    group_member: Browser,
    round: Round,
    world: World,
    then: str,
    given: dict[str, str],
    said: str,
) -> None:
    approved(round, world)
    who = group_member if then == "report" else officer
    if then == "payment":
        given = {"paid_on": clock.today().isoformat(), "note": "First half", **given}
    page = who.submit(who.get(path_of(round, 1, f"/{then}")), given, status=422)
    assert any(said in error for error in page.errors()), page.errors()
    if "note" in given:
        assert "First half" in page.html


def test_a_photo_needs_a_description_and_consent(
    group_member: Browser, round: Round, world: World
) -> None:
    approved(round, world)
    path = path_of(round, 1, "/report")

    def sent(status: int, **more: Any) -> Page:
        picture = BytesIO()
        Image.new("RGB", (40, 30), "teal").save(picture, "JPEG")
        picture.seek(0)
        given = {"text": "Done.", "spent": "10", "photo": (picture, "hall.jpg"), **more}
        return group_member.submit(group_member.get(path), given, status=status)

    assert "Ask first" in sent(422, photo_alt="A hall").errors()[0]
    assert "Describe the picture" in sent(422, consent="y").errors()[0]
    sent(303, photo_alt="A hall full of people", consent="y")
    assert 'alt="A hall full of people"' in group_member.get(path_of(round, 1)).html


def test_spending_told_never_goes_down(round: Round, world: World) -> None:
    award = approved(round, world)
    told: dict[str, Any] = {"award": award, "text": "So far.", "difference": "", "people": None}
    told |= {"photo_id": None, "is_final": False, "by": world.group_member}
    reporting.report(**told, spent_pence=100_00)
    with pytest.raises(Refused, match="Enter everything spent so far"):
        reporting.report(**told, spent_pence=99_00)


def test_only_its_group_takes_it_and_only_who_handles_money_decides(
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    board_member: Browser,
    officer: Browser,
    officer_elsewhere: Browser,
    round: Round,
    world: World,
) -> None:
    offered(round, world)
    for then in ("decline", "report"):
        assert "/account/sign-in" in stranger.get(path_of(round, 1, f"/{then}"), 303).location
        for browser in (resident, board_member, officer, officer_elsewhere):
            browser.get(path_of(round, 1, f"/{then}"), 403)
    for then in ("decision", "payment"):
        assert "/account/sign-in" in stranger.get(path_of(round, 1, f"/{then}"), 303).location
        for browser in (resident, board_member, group_member, officer_elsewhere):
            browser.get(path_of(round, 1, f"/{then}"), 403)
    page = group_member.get(path_of(round))
    assert "Offer the money" not in page.text


def test_an_officer_does_not_decide_about_their_own_group(round: Round, world: World) -> None:
    db.session.add(
        Member(organisation_id=world.group.id, account_id=world.officer.id, role=MemberRole.MEMBER)
    )
    award = accepted(round, world)
    with pytest.raises(Refused, match="You belong to this group"):
        services.pay(award=award, paid_on=clock.today(), amount_pence=1, note="", by=world.officer)


def test_nothing_is_done_out_of_turn(group_member: Browser, round: Round, world: World) -> None:
    award = accepted(round, world)
    with pytest.raises(Refused, match="This was done already"):
        services.accept(award=award, by=world.group_member)
    with pytest.raises(Refused, match="This was done already"):
        services.pay(award=award, paid_on=clock.today(), amount_pence=1, note="", by=world.officer)
    assert award.state is AwardState.ACCEPTED


def test_passers_by_say_whether_it_is_there_once_each(
    stranger: Browser, resident: Browser, group_member: Browser, round: Round, world: World
) -> None:
    approved(round, world)
    for browser, answer in ((stranger, "yes"), (stranger, "no"), (resident, "yes")):
        page = browser.get(path_of(round, 1))
        browser.submit(page, form=page_form(page, "seen"), press=f"is_there={answer}")
    page = group_member.get(path_of(round, 1))
    group_member.submit(page, form=page_form(page, "seen"), press="is_there=no")
    text = stranger.get(path_of(round, 1)).text
    assert "2 people have seen it." in text
    assert "1 person says it is not there." in text


def test_reminders_rise_and_each_is_written_once(round: Round, world: World) -> None:
    award = approved(round, world)
    due = clock.today() + timedelta(days=40)
    reporting.add_milestone(award=award, name="Doors open", due_on=due, by=world.group_member)
    db.session.commit()
    said = []
    for days in (0, 30, 31, 40, 47, 54, 60):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
            reporting.remind()
            db.session.commit()
        mails = db.session.scalars(select(Mail).where(Mail.template == "award_step"))
        said.append(sorted(mail.context["when"] for mail in mails if mail.context))
    assert said[0] == []
    assert said[1] == said[2] == ["soon"]
    assert said[3] == said[4] == ["due", "soon"]
    assert said[5] == said[6] == ["due", "late", "soon"]


def test_a_clerk_may_record_payments(round: Round, world: World) -> None:
    award = approved(round, world)
    clerk = Account(email="clerk@example.org", name="Cleo Clerk", created_at=clock.now())
    db.session.add(clerk)
    db.session.flush()
    db.session.add(
        Membership(board=world.board, account_id=clerk.id, role=Role.CLERK, since=clock.now())
    )
    db.session.flush()
    services.pay(award=award, paid_on=clock.today(), amount_pence=100, note="", by=clerk)
    assert award.paid_pence == 100


def test_money_is_not_offered_before_the_result_is_out(world: World) -> None:
    round = counted_round(world, published=False).round
    with pytest.raises(Refused, match="once the result is public"):
        services.offer_all(round=round, by=world.officer, link=str)


def test_a_list_takes_as_many_queries_for_many_as_for_few(
    stranger: Browser, round: Round, world: World, count_queries: QueryCounter
) -> None:
    offered(round, world)
    count_queries.reset()
    stranger.get(path_of(round))
    assert count_queries.number <= 8
    count_queries.reset()
    stranger.get("/boards/coatbridge/said-and-did")
    assert count_queries.number <= 16
