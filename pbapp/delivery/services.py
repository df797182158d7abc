"""Offer, accept, approve, pay and report: the verbs that follow money from a vote to its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.models import Role
from pbapp.boards.queries import has_role
from pbapp.db import advisory_lock, db, flush
from pbapp.delivery.models import Award, AwardState, Milestone, Payment, Report, Sighting
from pbapp.delivery.queries import list_due_milestones, list_to_offer, next_in_reserve
from pbapp.messages import services as messages
from pbapp.organisations.queries import is_member
from pbapp.refusal import N_, Refused, in_pounds
from pbapp.results.models import Allocation
from pbapp.results.queries import is_public
from pbapp.rounds.models import Round

LinkTo = Callable[[int], str]
MONEY_ROLES = (Role.VOTING_LEAD, Role.CLERK)
# Before the day, on it, and after: reminders rise, and then an officer sees that it is late.
REMINDERS = ((timedelta(days=-14), "soon"), (timedelta(0), "due"), (timedelta(days=14), "late"))


# --- offered and accepted -------------------------------------------------------------------


def offer_all(*, round: Round, by: Account, link: LinkTo) -> list[Award]:
    """Offer every funded project its money, once; `link` gives a proposal number's page."""
    _must_handle_money(round, by)
    _hold(round)
    if round.rehearses_id is not None:
        raise Refused(N_("This is a rehearsal: no money is offered, and nobody is told."))
    if round.is_imported or not is_public(round, clock.now()):
        raise Refused(N_("The money can be offered once the result is public."))
    return [_offer(row, row.awarded, link, by) for row in list_to_offer(round)]


def accept(*, award: Award, by: Account) -> None:
    """The group takes the money and the conditions that were published before the vote."""
    _must_be_theirs(award, by)
    _hold_award(award)
    _expect(award, AwardState.OFFERED)
    award.state, award.accepted_at = AwardState.ACCEPTED, clock.now()
    flush()
    _log(award, by, "award.accepted")


def decline(*, award: Award, reason: str, by: Account, link: LinkTo) -> Award | None:
    """The group does not take the money; the next on the reserve list that fits is offered it."""
    _must_be_theirs(award, by)
    _hold_award(award)
    _expect(award, AwardState.OFFERED, AwardState.ACCEPTED)
    award.state, award.reason = AwardState.DECLINED, reason.strip()
    flush()
    _log(award, by, "award.declined")
    return _move_up(award, by, link)


def _offer(row: Allocation, amount: int, link: LinkTo, by: Account) -> Award:
    proposal, count = row.proposal, row.count
    if proposal is None:
        raise Refused(N_("This project has no proposal here, so nobody can be told."))
    award = Award(
        round=count.round,
        allocation=row,
        proposal=proposal,
        state=AwardState.OFFERED,
        amount_pence=amount,
        is_from_reserve=not row.is_funded,
        link=link(proposal.number),
        offered_at=clock.now(),
    )
    db.session.add(award)
    flush()
    _log(award, by, "award.offered", {"amount_pence": amount})
    _tell(award, "award_offered", {"from_reserve": award.is_from_reserve})
    return award


def _move_up(award: Award, by: Account, link: LinkTo) -> Award | None:
    row = next_in_reserve(award.allocation.count)
    return _offer(row, row.cost, link, by) if row else None


# --- approved or not paid -------------------------------------------------------------------


def approve(
    *,
    award: Award,
    decided_on: date,
    decided_by: str,
    present: str,
    conflicts: str,
    spend_by: date | None,
    by: Account,
) -> None:
    """Record that the pot's funder approved paying it."""
    _must_decide_on(award, by)
    _hold_award(award)
    _expect(award, AwardState.ACCEPTED)
    _not_ahead(decided_on, "decided_on")
    if spend_by is not None and spend_by <= decided_on:
        raise Refused(N_("The money cannot have to be spent before it is approved."), "spend_by")
    _decided(award, AwardState.APPROVED, decided_on, decided_by, present, conflicts)
    award.spend_by = spend_by
    flush()
    _log(award, by, "award.approved", {"decided_on": decided_on.isoformat()})
    _tell(award, "award_approved", {"who": award.decided_by})


def refuse_payment(
    *,
    award: Award,
    condition: str,
    decided_on: date,
    decided_by: str,
    present: str,
    conflicts: str,
    by: Account,
    link: LinkTo,
) -> Award | None:
    """Record that a published condition was not met; the reserve list moves up."""
    _must_decide_on(award, by)
    _hold_award(award)
    _expect(award, AwardState.OFFERED, AwardState.ACCEPTED)
    _not_ahead(decided_on, "decided_on")
    if not condition.strip():
        raise Refused(N_("Name the published condition that was not met."), "condition")
    award.condition = condition.strip()
    _decided(award, AwardState.NOT_PAID, decided_on, decided_by, present, conflicts)
    flush()
    _log(award, by, "award.not_paid", {"decided_on": decided_on.isoformat()})
    _tell(award, "award_not_paid", {"condition": award.condition})
    return _move_up(award, by, link)


def _decided(
    award: Award, state: AwardState, on: date, by: str, present: str, conflicts: str
) -> None:
    award.state, award.decided_on, award.decided_by = state, on, by.strip()
    award.present, award.conflicts = present.strip(), conflicts.strip()


def pay(*, award: Award, paid_on: date, amount_pence: int, note: str, by: Account) -> Payment:
    """Record a payment; all of them together are never more than the award."""
    _must_decide_on(award, by)
    _hold_award(award)
    _expect(award, AwardState.APPROVED, AwardState.FINISHED)
    _not_ahead(paid_on, "paid_on")
    left = award.amount_pence - award.paid_pence
    if amount_pence > left:
        raise Refused(
            N_("That is more than is left of the award: %(left)s."), "amount", left=in_pounds(left)
        )
    payment = Payment(paid_on=paid_on, amount_pence=amount_pence, note=note.strip())
    award.payments.append(payment)
    flush()
    _log(award, by, "award.paid", {"amount_pence": amount_pence})
    return payment


# --- done and told --------------------------------------------------------------------------


def add_milestone(*, award: Award, name: str, due_on: date, by: Account) -> Milestone:
    """A step the group says it will have done by a day."""
    _must_be_theirs(award, by, or_officer=True)
    _expect(award, AwardState.ACCEPTED, AwardState.APPROVED)
    if due_on < clock.today():
        raise Refused(N_("This day has passed. Enter a day to come."), "due_on")
    milestone = Milestone(name=name.strip(), due_on=due_on)
    award.milestones.append(milestone)
    flush()
    _log(award, by, "award.milestone_set")
    return milestone


def finish_milestone(*, milestone: Milestone, by: Account) -> None:
    """The step is done today; pressing it twice changes nothing."""
    _must_be_theirs(milestone.award, by, or_officer=True)
    if milestone.done_on is None:
        milestone.done_on = clock.today()
        flush()
        _log(milestone.award, by, "award.milestone_done")


def tell(
    *,
    award: Award,
    text: str,
    difference: str,
    spent_pence: int,
    people: int | None,
    photo_id: UUID | None,
    is_final: bool,
    by: Account,
) -> Report:
    """What a group did with the money so far; the last word finishes the project."""
    _must_be_theirs(award, by)
    _hold_award(award)
    _expect(award, AwardState.APPROVED)
    if spent_pence > award.amount_pence:
        raise Refused(
            N_("That is more than the award of %(award)s. Leave out what others paid."),
            "spent",
            award=in_pounds(award.amount_pence),
        )
    before = award.spent_pence or 0
    if spent_pence < before:
        raise Refused(
            N_("You told of %(before)s before. Enter everything spent so far."),
            "spent",
            before=in_pounds(before),
        )
    report = Report(
        told_at=clock.now(),
        text=text.strip(),
        difference=difference.strip(),
        spent_pence=spent_pence,
        people=people,
        photo_id=photo_id,
        is_final=is_final,
    )
    award.reports.append(report)
    if is_final:
        award.state, award.finished_at = AwardState.FINISHED, clock.now()
    flush()
    _log(award, by, "award.finished" if is_final else "award.reported")
    return report


def see(*, award: Award, is_there: bool) -> None:
    """Somebody has been there and says what they saw. Only how many said so is kept."""
    _expect(award, AwardState.APPROVED, AwardState.FINISHED)
    advisory_lock(f"sighting {award.id}")
    here = (award.id, clock.today(), is_there)
    if db.session.get(Sighting, here) is None:
        db.session.add(Sighting(award_id=here[0], day=here[1], is_there=is_there, people=1))
        flush()
        return
    db.session.execute(
        update(Sighting)
        .where(
            Sighting.award_id == here[0], Sighting.day == here[1], Sighting.is_there.is_(is_there)
        )
        .values(people=Sighting.people + 1)
    )


def remind() -> int:
    """Write to groups about steps that are near, due or late, once each; how many were written."""
    today, written = clock.today(), 0
    for milestone in list_due_milestones(today + timedelta(days=14)):
        since = today - milestone.due_on
        name = next(name for after, name in reversed(REMINDERS) if since >= after)
        award = milestone.award
        written += _tell(
            award,
            "award_step",
            {"step": milestone.name, "when": name, "due_on": milestone.due_on.isoformat()},
            key=f"award {award.id} step {milestone.id} {name}",
        )
    return written


# --- shared ---------------------------------------------------------------------------------


def _tell(award: Award, template: str, more: dict[str, Any], key: str = "") -> bool:
    proposal = award.proposal
    author = db.session.get(Account, proposal.submitted_by_id) if proposal.submitted_by_id else None
    if author is None or author.email is None:
        return False
    mail = messages.write(
        key=key or f"{template} {award.id}",
        to=author.email,
        template=template,
        context={
            "title": proposal.title,
            "round": award.round.title,
            "amount_pence": award.amount_pence,
            "url": award.link,
            **more,
        },
        language=author.language,
    )
    return mail is not None


def _must_handle_money(round: Round, by: Account) -> None:
    if not has_role(by.id, round.board_id, MONEY_ROLES):
        raise Refused(N_("Only a voting lead or clerk of this board can do this."))


def _must_decide_on(award: Award, by: Account) -> None:
    _must_handle_money(award.round, by)
    if is_member(by.id, award.proposal.organisation_id):
        raise Refused(N_("You belong to this group, so somebody else has to do this."))


def _must_be_theirs(award: Award, by: Account, or_officer: bool = False) -> None:
    if is_member(by.id, award.proposal.organisation_id):
        return
    if or_officer and has_role(by.id, award.round.board_id, MONEY_ROLES):
        return
    raise Refused(N_("Only members of the group can do this."))


def _expect(award: Award, *states: AwardState) -> None:
    if award.state not in states:
        raise Refused(N_("This was done already, or it is not its turn. Look at the page again."))


def _not_ahead(day: date, field: str) -> None:
    if day > clock.today():
        raise Refused(N_("This day has not come yet."), field)


def _hold(round: Round) -> None:
    advisory_lock(f"awards {round.id}")


def _hold_award(award: Award) -> None:
    """Two people at once: the second sees what the first did."""
    _hold(award.round)
    db.session.refresh(award)


def _log(award: Award, by: Account, verb: str, facts: dict[str, Any] | None = None) -> None:
    audit.record(
        actor=by.actor,
        verb=verb,
        subject_type="award",
        subject_id=award.id,
        board_id=award.round.board_id,
        facts=facts,
    )
