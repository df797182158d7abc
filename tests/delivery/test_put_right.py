"""What was written down wrongly about money is put right, in the open."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from pbapp import clock
from pbapp.audit.models import Event
from pbapp.concerns.models import Concern
from pbapp.concerns.services import reply
from pbapp.db import db
from pbapp.delivery import queries, reporting, services
from pbapp.delivery.late import Matter, matters_of
from pbapp.delivery.models import Award, AwardState, Report
from pbapp.messages.models import Mail
from pbapp.organisations.models import Member, MemberRole
from pbapp.refusal import Refused
from pbapp.rounds.models import Round, Underspend
from tests.client import Browser
from tests.delivery.factories import accepted, approved, path_of
from tests.world import World


def told(award: Award, world: World, **values: Any) -> Report:
    given: dict[str, Any] = {"text": "Done.", "difference": "", "spent_pence": 100_00}
    given |= {"people": None, "photo_id": None, "is_final": False, **values}
    return reporting.report(award=award, by=world.group_member, **given)


def test_a_report_is_taken_out_with_a_reason_and_a_finished_project_opens_again(
    officer: Browser, group_member: Browser, stranger: Browser, round: Round, world: World
) -> None:
    award = approved(round, world)
    told(award, world, people=120)
    last = told(award, world, text="All done, with Jo Bloggs.", spent_pence=4_000_00, is_final=True)
    db.session.commit()
    path = path_of(round, 1, f"/reports/{last.id}/out")
    group_member.get(path, 403)
    assert officer.submit(officer.get(path), {"reason": " "}, status=422).errors()
    officer.submit(officer.get(path), {"reason": "It names somebody."})
    officer.get(path, 303)  # a second click
    db.session.refresh(award)
    assert (award.state, award.spent_pence) == (AwardState.APPROVED, 100_00)
    for page in (path_of(round, 1), "/boards/coatbridge/said-and-did", "/boards/coatbridge/news"):
        assert "Jo Bloggs" not in stranger.get(page).text
    mail = db.session.scalars(select(Mail).where(Mail.template == "award_report_out")).one()
    assert mail.context
    assert mail.context["reason"] == "It names somebody."
    told(award, world, text="All done.", spent_pence=3_000_00, is_final=True)
    assert award.spent_pence == 3_000_00
    assert "120" in stranger.get(f"/rounds/{round.slug}/said-and-did").text


def test_the_same_words_with_another_number_are_another_report(round: Round, world: World) -> None:
    award = approved(round, world)
    assert told(award, world, people=120) is told(award, world, people=120)
    told(award, world, people=12)
    assert [one.people for one in award.reports] == [120, 12]


def test_a_payment_is_struck_and_the_log_keeps_it(
    officer: Browser, group_member: Browser, round: Round, world: World
) -> None:
    award = approved(round, world)
    pay = path_of(round, 1, "/payment")
    today = {"paid_on": clock.today().isoformat(), "amount": "400"}
    for said in ("Saved.", "nothing was added"):
        answer = officer.submit(officer.get(pay), today)
        assert said in officer.follow(answer).text
    db.session.refresh(award)
    path = path_of(round, 1, f"/payments/{award.payments[0].id}/strike")
    group_member.get(path, 403)
    officer.submit(officer.get(path), {"reason": "It was £40."})
    officer.get(path, 303)
    db.session.refresh(award)
    assert award.paid_pence == 0
    verbs = set(db.session.scalars(select(Event.verb).where(Event.subject_type == "award")))
    assert "award.payment_struck" in verbs


def test_nothing_is_owed_back_where_the_group_may_keep_it(round: Round, world: World) -> None:
    award = approved(round, world)
    config = dict(round.config or {})
    kept = [{**pot, "underspend": Underspend.GROUP.value} for pot in config["pots"]]
    round.config = {**config, "pots": kept}
    paid = {"paid_on": clock.today(), "note": "", "by": world.officer}
    services.pay(award=award, amount_pence=4_000_00, **paid)
    told(award, world, is_final=True)
    assert award.unspent_pence == 3_900_00
    assert queries.owed_back(award) == 0
    assert Matter.TO_PAY_BACK not in matters_of(award, clock.today())
    with pytest.raises(Refused, match="more than the £0"):
        services.pay_back(award=award, amount_pence=1, **paid)


def test_why_a_group_did_not_take_its_money_is_for_officers(
    officer: Browser, stranger: Browser, round: Round, world: World
) -> None:
    award = accepted(round, world)
    services.decline(award=award, reason="Our treasurer is ill.", by=world.group_member, link=str)
    db.session.commit()
    assert "treasurer" not in stranger.get(path_of(round, 1)).text
    assert "treasurer" in officer.get(path_of(round, 1)).text


def test_all_that_became_free_is_offered_while_somebody_fits(round: Round, world: World) -> None:
    count = accepted(round, world).allocation.count
    for row in count.allocations:
        if row.facts.get("reserve"):
            row.cost = 1_500_00
    award = queries.find_award(round, 1)
    assert award is not None
    moved = services.decline(award=award, reason="", by=world.group_member, link=str)
    assert len(moved) == 2
    assert queries.next_in_reserve(count) is None


def test_whoever_belongs_to_the_group_answers_no_concern_about_its_award(
    stranger: Browser, round: Round, world: World
) -> None:
    approved(round, world)
    page = stranger.get(path_of(round, 1))
    path = page.links()["Say what is wrong here"]
    stranger.submit(stranger.get(path), {"text": "It is not there."})
    concern = db.session.scalars(select(Concern)).one()
    db.session.add(
        Member(organisation_id=world.group.id, account_id=world.officer.id, role=MemberRole.MEMBER)
    )
    db.session.flush()
    with pytest.raises(Refused, match="your own group"):
        reply(concern=concern, text="No.", by=world.officer, url="")
