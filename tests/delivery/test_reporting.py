"""A group reports by its link, sends receipts, counts towards the plan, and pays back."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from PIL import Image
from sqlalchemy import select

from pbapp import clock
from pbapp.accounts import services as accounts
from pbapp.assets.models import Asset, AssetState
from pbapp.db import db
from pbapp.delivery import queries, reporting, services
from pbapp.delivery.late import Matter, matters_of
from pbapp.delivery.links import read, report_url
from pbapp.delivery.models import Award, AwardState, Milestone, ReceiptState
from pbapp.messages.models import Mail
from pbapp.organisations import leading
from pbapp.organisations import services as organisations
from pbapp.organisations.models import Member, MemberRole
from pbapp.organisations.queries import find_member
from pbapp.plans.models import Direction, Indicator
from pbapp.proposals import queries as proposals
from pbapp.refusal import Refused
from pbapp.rounds.models import Round, Underspend
from tests.client import Browser, QueryCounter
from tests.delivery.factories import approved, offered, page_form, path_of
from tests.desk.test_decide import token_of
from tests.organisations.letters import letters, told
from tests.world import World


def picture() -> BytesIO:
    made = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(made, "JPEG")
    made.seek(0)
    return made


def path_by_link(award: Award) -> str:
    return "/awards/report/" + report_url(award).rpartition("/")[2]


def finished(
    award: Award, world: World, spent_pence: int = 3_000_00, paid_pence: int = 4_000_00
) -> Award:
    services.pay(
        award=award, paid_on=clock.today(), amount_pence=paid_pence, note="", by=world.officer
    )
    told: dict[str, Any] = {"text": "Done.", "difference": "", "people": 5, "photo_id": None}
    reporting.report(
        award=award, **told, spent_pence=spent_pence, is_final=True, by=world.group_member
    )
    db.session.commit()
    return award


def test_anybody_with_the_groups_link_reports_from_a_phone(
    stranger: Browser, group_member: Browser, round: Round, world: World
) -> None:
    award = approved(round, world)
    reporting.add_milestone(
        award=award, name="Doors open", due_on=clock.today(), by=world.group_member
    )
    db.session.commit()
    page = group_member.get(path_of(round, 1))
    group_member.submit(page, {}, form=page_form(page, "/link"))
    mail = db.session.scalars(select(Mail).where(Mail.template == "award_link")).one()
    assert mail.context
    found = re.search(r"/awards/report/\S+", mail.context["url"])
    assert found
    path = found[0]
    page = stranger.get(path)
    assert "Whoever has this link can report" in page.text
    stranger.submit(page, {}, form=page_form(page, str(award.milestones[0].id)))
    stranger.submit(stranger.get(path + "/report"), {"text": "It is warm.", "spent": "1,200.50"})
    sent = {"what": "Soup", "amount": "20", "file": (picture(), "soup.jpg")}
    stranger.submit(stranger.get(path + "/receipt"), sent)
    seen = stranger.get(path_of(round, 1)).text
    assert "It is warm." in seen
    assert "Done on" in seen
    assert "Soup" not in seen
    db.session.refresh(award)
    assert award.reports[0].is_by_link
    kept = stranger.submit(
        stranger.get(path + "/report"), {"text": "More.", "spent": "1,000"}, status=422
    )
    assert "You told of £1,200.50 before" in kept.errors()[0]
    assert "More." in kept.html


def test_a_link_that_was_replaced_or_made_up_leads_nowhere(
    stranger: Browser, round: Round, world: World
) -> None:
    award = approved(round, world)
    old = path_by_link(award)
    stranger.get(old)
    token = {"csrf_token": token_of(stranger.get(old + "/report"))}
    reporting.send_link(award=award, by=world.officer)
    db.session.commit()
    for path in (old, "/awards/report/" + "x" * 60, "/awards/report/W10.abc"):
        stranger.get(path, 404)
        for then in ("/report", "/receipt", "/step/1"):
            stranger.post(path + then, token, 404)
    assert read("nonsense") is None
    with pytest.raises(Refused, match="Only members of the group"):
        reporting.send_link(award=award, by=world.resident)


def test_who_goes_from_a_group_takes_neither_its_link_nor_its_mail(
    stranger: Browser, group_member: Browser, round: Round, world: World
) -> None:
    award = approved(round, world)
    group = award.proposal.organisation
    assert group is not None
    friend = accounts.open_account(email="friend@example.org", name="Fay Friend")
    organisations.add_member(organisation=group, account=friend)
    award.proposal.submitted_by_id = friend.id
    db.session.commit()
    assert proposals.contact_of(award.proposal) == proposals.Contact("friend@example.org", "en")
    old, path = path_by_link(award), f"/groups/{group.id}"
    stranger.get(old)
    found = find_member(group.id, friend.id)
    assert found is not None
    page = group_member.submit(group_member.get(f"{path}/members/{found.id}/remove"))
    assert "have ended. To have a new one sent" in group_member.follow(page).text
    stranger.get(old, 404)
    (_removed, letter) = letters("group_members")[-1]
    assert "that you were sent do not work any more" in letter.text

    page = group_member.get(path_of(round, 1))
    group_member.submit(page, {}, form=page_form(page, "/link"))
    assert [to for to, _ in told("award_link")] == ["group_member@example.org"]
    stranger.get(path_by_link(award))
    organisations.add_member(organisation=group, account=friend)
    leading.leave(organisation=group, by=friend, link="")
    assert "have ended. To have a new one sent" in letters("group_members")[-1][1].text
    world.group_member.closed_at = clock.now()
    assert proposals.contact_of(award.proposal) is None


def test_the_same_report_payment_and_step_again_are_the_same(round: Round, world: World) -> None:
    award = approved(round, world)
    paid = {"award": award, "paid_on": clock.today(), "amount_pence": 500_00, "note": "First"}
    first, again = (services.pay(**paid, by=world.officer) for _ in range(2))
    assert first is again
    step = {"award": award, "name": "Doors open", "due_on": clock.today()}
    assert len({reporting.add_milestone(**step, by=world.group_member).id for _ in "ab"}) == 1
    told = {"award": award, "text": "Done.", "difference": "", "spent_pence": 10, "people": None}
    told |= {"photo_id": None, "is_final": True, "by": world.group_member}
    assert len({reporting.report(**told).id for _ in range(2)}) == 1  # type: ignore[arg-type]
    assert (award.paid_pence, award.state) == (500_00, AwardState.FINISHED)


def test_what_was_counted_stands_beside_the_figures_of_the_plan(
    group_member: Browser, stranger: Browser, round: Round, world: World
) -> None:
    award = approved(round, world)
    assert award.proposal.priority_id
    indicator = Indicator(
        priority_id=award.proposal.priority_id,
        slug="warm",
        name="Homes that are warm",
        direction=Direction.UP,
        source="Survey",
    )
    db.session.add(indicator)
    db.session.commit()
    path = path_of(round, 1, "/report")
    told = {"text": "Done.", "spent": "10", "indicator": str(indicator.id)}
    wrong = group_member.submit(group_member.get(path), {**told, "counted": "many"}, status=422)
    assert "Enter a whole number in digits, like 45." in wrong.errors()
    assert "Say what you counted" in " ".join(wrong.errors())
    alone = {**told, "indicator": "", "counted": "3"}
    wrong = group_member.submit(group_member.get(path), alone, status=422)
    assert "Choose which figure this counts towards" in wrong.errors()[0]
    right = {**told, "counted": "14", "counted_words": "families who came"}
    group_member.submit(group_member.get(path), right)
    assert "Homes that are warm: 14 (families who came)" in stranger.get(path_of(round, 1)).text
    db.session.refresh(award)
    assert [(one.indicator, one.counted) for one in award.reports] == [(indicator, 14)]


def test_receipts_are_checked_and_only_the_group_and_officers_have_them(
    stranger: Browser,
    resident: Browser,
    board_member: Browser,
    group_member: Browser,
    officer: Browser,
    officer_elsewhere: Browser,
    round: Round,
    world: World,
) -> None:
    award = approved(round, world)
    path = path_of(round, 1, "/receipt")
    sent = {"what": "Soup", "amount": "20.50"}
    for file, said in (
        ((BytesIO(b"MZ this is no document"), "bill.pdf"), "We could not read this file."),
        ((BytesIO(b""), "empty.pdf"), "We could not read this file."),
        ("", "Add a photo or a file."),
    ):
        wrong = group_member.submit(group_member.get(path), {**sent, "file": file}, status=422)
        assert said in wrong.errors()[0]
        assert "20.50" in wrong.html
    group_member.submit(group_member.get(path), {**sent, "file": (picture(), "soup.jpg")})
    twice = {**sent, "file": (picture(), "again.jpg")}
    wrong = group_member.submit(group_member.get(path), twice, status=422)
    assert "This receipt was sent in already." in wrong.errors()
    pdf = {"what": "Rent", "amount": "100", "file": (BytesIO(b"%PDF-1.7 rent"), "rent.pdf")}
    group_member.submit(group_member.get(path), pdf)
    db.session.refresh(award)
    soup, rent = award.receipts
    files = [path_of(round, 1, f"/receipts/{one.id}") for one in (soup, rent)]
    stranger.get(files[0], 303)
    for browser in (resident, board_member, officer_elsewhere):
        browser.get(files[0], 403)
        browser.get(files[0] + "/check", 403)
        browser.get(path, 403)
    group_member.get(files[0] + "/check", 403)
    answer = officer.client.get(files[1])
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=receipt-1-")
    assert answer.data == b"%PDF-1.7 rent"
    answer.close()
    officer.submit(officer.get(files[0] + "/check"), {"outcome": "yes"})
    refused = officer.submit(officer.get(files[1] + "/check"), {"outcome": "no"}, status=422)
    assert "Say why, so that they know what to send." in refused.errors()
    why = {"outcome": "no", "reason": "The day cannot be read."}
    officer.submit(officer.get(files[1] + "/check"), why)
    db.session.refresh(award)
    states = [one.state for one in award.receipts]
    assert states == [ReceiptState.CHECKED, ReceiptState.NOT_ACCEPTED]
    mail = db.session.scalars(select(Mail).where(Mail.template == "award_receipt")).one()
    assert mail.context
    assert mail.context["reason"] == "The day cannot be read."
    assert "checked receipts for £20.50" in stranger.get(path_of(round, 1)).text


def test_an_officer_of_the_group_does_not_check_its_receipts(round: Round, world: World) -> None:
    award = approved(round, world)
    db.session.add(
        Member(organisation_id=world.group.id, account_id=world.officer.id, role=MemberRole.MEMBER)
    )
    receipt = reporting.send_receipt(
        award=award,
        what="Soup",
        amount_pence=100,
        stream=picture(),
        folder=db_folder(),
        by=world.group_member,
    )
    with pytest.raises(Refused, match="You belong to this group"):
        reporting.check_receipt(receipt=receipt, is_accepted=True, reason="", by=world.officer)


def db_folder() -> Any:
    from pbapp.web.context import settings

    return settings().uploads


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (None, "It goes back to who gave it."),
        (Underspend.GROUP, "The group keeps it and spends it on the same purpose."),
        (Underspend.NEXT_ROUND, "It goes into the next round."),
    ],
)
def test_what_is_not_needed_follows_the_rule_that_was_sealed(
    officer: Browser, round: Round, world: World, rule: Underspend | None, said: str
) -> None:
    if rule is not None:
        config = dict(round.config or {})
        round.config = {
            **config,
            "pots": [{**pot, "underspend": rule.value} for pot in config["pots"]],
        }
    finished(approved(round, world), world)
    text = officer.get(path_of(round, 1)).text
    assert said in text
    assert ("£1,000 is to be paid back." in text) == (rule is not Underspend.GROUP)


def test_money_that_came_back_is_recorded_and_never_more_than_is_left(
    officer: Browser, group_member: Browser, stranger: Browser, round: Round, world: World
) -> None:
    award = finished(approved(round, world), world)
    path = path_of(round, 1, "/payback")
    group_member.get(path, 403)
    day = {"paid_on": clock.today().isoformat()}
    wrong = officer.submit(officer.get(path), {**day, "amount": "1,000.01"}, status=422)
    assert "That is more than the £1,000 that is left to pay back." in wrong.errors()
    officer.submit(officer.get(path), {**day, "amount": "1,000"})
    db.session.refresh(award)
    assert award.unspent_pence == 0
    assert "Paid back" in stranger.get(path_of(round, 1)).text
    assert "is to be paid back" not in stranger.get(path_of(round, 1)).text


def test_a_finished_project_comes_back_to_the_map(
    group_member: Browser, resident: Browser, stranger: Browser, round: Round, world: World
) -> None:
    award = approved(round, world)
    path = path_of(round, 1, "/map")
    early = {"kind": "place", "name": "Warm room", "summary": "Warm."}
    refused = group_member.submit(group_member.get(path), early, status=422)
    assert "it is not its turn" in refused.text
    finished(award, world)
    resident.get(path, 403)
    for _ in range(2):  # a second press gives the same entry
        answer = group_member.submit(group_member.get(path), early)
        assert "/assets/" in str(answer.location)
    asset = db.session.scalars(select(Asset).where(Asset.name == "Warm room")).one()
    assert (asset.state, asset.organisation_id) == (AssetState.WAITING, world.group.id)
    db.session.refresh(award)
    assert award.asset_id == asset.id
    assert "On the map of" not in stranger.get(path_of(round, 1)).text
    asset.state = AssetState.PUBLISHED
    db.session.commit()
    assert stranger.get(path_of(round, 1)).links()["Warm room"] == f"/assets/{asset.id}"


def test_a_day_to_spend_the_money_by_is_reminded_of(round: Round, world: World) -> None:
    award = approved(round, world)
    award.spend_by = clock.today() + timedelta(days=30)
    db.session.commit()
    said = []
    for days in (0, 20, 30, 50):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
            reporting.remind()
            reporting.remind()
            db.session.commit()
        mails = db.session.scalars(select(Mail).where(Mail.template == "award_spend_by"))
        said.append(sorted(mail.context["when"] for mail in mails if mail.context))
    assert said == [[], ["soon"], ["due", "soon"], ["due", "late", "soon"]]


def test_officers_see_what_is_late_and_others_do_not(
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    board_member: Browser,
    officer: Browser,
    round: Round,
    world: World,
) -> None:
    assert "No money has been offered after a vote" in officer.get("/desk/awards").text
    stranger.get("/desk/awards", 303)
    for browser in (resident, group_member, board_member):
        browser.get("/desk/awards", 403)
    award = approved(round, world)
    award.milestones.append(Milestone(name="Doors", due_on=clock.today() - timedelta(days=1)))
    db.session.commit()
    page = officer.get("/desk/awards")
    assert "All (3)" in page.text
    assert "A step is late (1)" in page.text
    late = officer.get("/desk/awards?only=step_late").text
    assert "Warm room at the hall" in late
    assert "Walking football" not in late
    assert "Late: Doors, due" in late
    officer.get("/desk/awards?only=nonsense")


def test_many_finished_awards_take_the_desk_as_many_queries_as_one(
    officer: Browser, round: Round, world: World, count_queries: QueryCounter
) -> None:
    needed = []
    for number in (1, 2):
        finished(approved(round, world, number), world, spent_pence=1_00, paid_pence=2_00)
        db.session.expunge_all()
        count_queries.reset()
        assert f"Money was not needed ({number})" in officer.get("/desk/awards").text
        needed.append(count_queries.number)
    assert needed[0] == needed[1]


def test_what_there_is_to_do_follows_from_the_dates(round: Round, world: World) -> None:
    offered(round, world)
    award = queries.find_award(round, 1)
    assert award is not None
    today = clock.today()
    assert matters_of(award, today) == []
    assert matters_of(award, today + timedelta(days=16)) == [Matter.NO_ANSWER]
    services.accept(award=award, by=world.group_member)
    assert matters_of(award, today) == [Matter.TO_APPROVE]
    award.state, award.decided_on, award.spend_by = AwardState.APPROVED, today, today
    assert matters_of(award, today) == [Matter.TO_PAY]
    after = matters_of(award, today + timedelta(days=200))
    assert after == [Matter.TO_PAY, Matter.NO_REPORT, Matter.SPEND_BY_OVER]


def test_you_said_we_did_is_told_of_a_round_too(
    stranger: Browser, round: Round, world: World
) -> None:
    finished(approved(round, world), world)
    page = stranger.get(f"/rounds/{round.slug}/said-and-did")
    assert "£3,000" in page.text
    assert "people took part" in page.text
    assert "Warm room at the hall" in page.text
