"""Offer, accept, approve, pay and pay back: the verbs that move money after a vote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.models import Role
from pbapp.boards.queries import has_role
from pbapp.concerns.guards import whose
from pbapp.db import advisory_lock, db, flush
from pbapp.delivery.models import Award, AwardState, Payment, Repayment
from pbapp.delivery.queries import list_to_offer, next_in_reserve, owed_back
from pbapp.messages import services as messages
from pbapp.proposals.queries import contact_of, is_author, may_withdraw
from pbapp.refusal import N_, Refused, in_pounds
from pbapp.results.corrections.guards import guard
from pbapp.results.corrections.queries import is_counted_again
from pbapp.results.models import Allocation
from pbapp.results.queries import is_public
from pbapp.rounds.models import Round

LinkTo = Callable[[int], str]
MONEY_ROLES = (Role.VOTING_LEAD, Role.CLERK)


# --- offered and accepted -------------------------------------------------------------------


def offer_all(*, round: Round, by: Account, link: LinkTo) -> list[Award]:
    """Offer every funded project its money, once; `link` gives a proposal number's page."""
    _must_handle_money(round, by)
    _hold(round)
    advisory_lock(f"count {round.id}")  # nobody counts again while the money is offered
    if round.rehearses_id is not None:
        raise Refused(N_("This is a rehearsal: no money is offered, and nobody is told."))
    if round.is_imported or not is_public(round, clock.now()):
        raise Refused(N_("The money can be offered once the result is public."))
    if is_counted_again(round):
        raise Refused(
            N_("A correction of the count is open. Wait until it is published, or taken back.")
        )
    return [_offer(row, row.awarded, link, by) for row in list_to_offer(round)]


@guard
def refuse_once_offered(round: Round) -> None:
    """A result is not counted again once groups were told that they have won money."""
    if db.session.scalar(select(Award.id).where(Award.round_id == round.id).limit(1)) is not None:
        raise Refused(
            N_(
                "Money of this round has been offered already, so its count stands. Settle it "
                "where the money is: not paid, and the next on the reserve list moves up."
            )
        )


def accept(*, award: Award, by: Account) -> None:
    """The group takes the money and the conditions that were published before the vote."""
    _must_be_theirs_to_take(award, by)
    hold_award(award)
    expect(award, AwardState.OFFERED)
    award.state, award.accepted_at = AwardState.ACCEPTED, clock.now()
    flush()
    log(award, by, "award.accepted")


def decline(*, award: Award, reason: str, by: Account, link: LinkTo) -> list[Award]:
    """The group does not take the money; those next on the reserve list that fit are offered it."""
    _must_be_theirs_to_take(award, by)
    hold_award(award)
    expect(award, AwardState.OFFERED, AwardState.ACCEPTED)
    award.state, award.reason = AwardState.DECLINED, reason.strip()
    flush()
    log(award, by, "award.declined")
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
    log(award, by, "award.offered", {"amount_pence": amount})
    tell(award, "award_offered", {"from_reserve": award.is_from_reserve})
    return award


def _move_up(award: Award, by: Account, link: LinkTo) -> list[Award]:
    """Offer what has become free to the next in line, as long as somebody's project fits."""
    made = []
    while (row := next_in_reserve(award.allocation.count)) is not None:
        made.append(_offer(row, row.cost, link, by))
    return made


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
    must_decide_on(award, by)
    hold_award(award)
    expect(award, AwardState.ACCEPTED)
    _not_ahead(decided_on, "decided_on")
    if spend_by is not None and spend_by <= decided_on:
        raise Refused(N_("The money cannot have to be spent before it is approved."), "spend_by")
    _decided(award, AwardState.APPROVED, decided_on, decided_by, present, conflicts)
    award.spend_by = spend_by
    flush()
    log(award, by, "award.approved", {"decided_on": decided_on.isoformat()})
    tell(award, "award_approved", {"who": award.decided_by})


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
) -> list[Award]:
    """Record that a published condition was not met; the reserve list moves up."""
    must_decide_on(award, by)
    hold_award(award)
    expect(award, AwardState.OFFERED, AwardState.ACCEPTED)
    _not_ahead(decided_on, "decided_on")
    if not condition.strip():
        raise Refused(N_("Name the published condition that was not met."), "condition")
    award.condition = condition.strip()
    _decided(award, AwardState.NOT_PAID, decided_on, decided_by, present, conflicts)
    flush()
    log(award, by, "award.not_paid", {"decided_on": decided_on.isoformat()})
    moved = _move_up(award, by, link)
    tell(award, "award_not_paid", {"condition": award.condition, "moved": bool(moved)})
    return moved


def _decided(
    award: Award, state: AwardState, on: date, by: str, present: str, conflicts: str
) -> None:
    award.state, award.decided_on, award.decided_by = state, on, by.strip()
    award.present, award.conflicts = present.strip(), conflicts.strip()


def pay(*, award: Award, paid_on: date, amount_pence: int, note: str, by: Account) -> Payment:
    """Record a payment; all of them together are never more than the award.

    The same day, amount and note again is the same payment: a second press of the button.
    """
    must_decide_on(award, by)
    hold_award(award)
    expect(award, AwardState.APPROVED, AwardState.FINISHED)
    _not_ahead(paid_on, "paid_on")
    again = (paid_on, amount_pence, note.strip())
    for made in award.payments:
        if (made.paid_on, made.amount_pence, made.note) == again:
            return made
    left = award.amount_pence - award.paid_pence
    if amount_pence > left:
        raise Refused(
            N_("That is more than is left of the award: %(left)s."), "amount", left=in_pounds(left)
        )
    payment = Payment(paid_on=paid_on, amount_pence=amount_pence, note=note.strip())
    award.payments.append(payment)
    flush()
    log(award, by, "award.paid", {"amount_pence": amount_pence})
    return payment


def pay_back(
    *, award: Award, paid_on: date, amount_pence: int, note: str, by: Account
) -> Repayment:
    """Record that a finished project paid back what it did not need, or a part of that."""
    must_decide_on(award, by)
    hold_award(award)
    expect(award, AwardState.FINISHED)
    _not_ahead(paid_on, "paid_on")
    again = (paid_on, amount_pence, note.strip())
    for made in award.repayments:
        if (made.paid_on, made.amount_pence, made.note) == again:
            return made
    left = owed_back(award)
    if amount_pence > left:
        raise Refused(
            N_("That is more than the %(left)s that is left to pay back."),
            "amount",
            left=in_pounds(left),
        )
    repayment = Repayment(paid_on=paid_on, amount_pence=amount_pence, note=note.strip())
    award.repayments.append(repayment)
    flush()
    log(award, by, "award.paid_back", {"amount_pence": amount_pence})
    return repayment


def strike(*, payment: Payment, reason: str, by: Account) -> None:
    """Take out a payment that was written down wrongly; the officers' log keeps that it was."""
    award = payment.award
    must_decide_on(award, by)
    hold_award(award)
    db.session.refresh(payment)
    if payment.struck_at is not None:
        return  # a second click
    if not reason.strip():
        raise Refused(N_("Say why, for the record."), "reason")
    payment.struck_at, payment.struck_reason = clock.now(), reason.strip()
    flush()
    db.session.expire(award, ["payments"])
    log(award, by, "award.payment_struck", {"amount_pence": payment.amount_pence})


# --- shared ---------------------------------------------------------------------------------


def tell(award: Award, template: str, more: dict[str, Any], key: str = "") -> bool:
    """Write to whoever sent the proposal in, once for each key; whether there was something new."""
    contact = contact_of(award.proposal)
    if contact is None:
        return False
    mail = messages.write(
        key=key or f"{template} {award.id}",
        to=contact.email,
        template=template,
        context={
            "title": award.proposal.title,
            "round": award.round.title,
            "amount_pence": award.amount_pence,
            "url": award.link,
            **more,
        },
        language=contact.language,
    )
    return mail is not None


def _must_handle_money(round: Round, by: Account) -> None:
    if not has_role(by.id, round.board_id, MONEY_ROLES):
        raise Refused(N_("Only a voting lead or clerk of this board can do this."))


def must_decide_on(award: Award, by: Account) -> None:
    _must_handle_money(award.round, by)
    if is_author(by, award.proposal):
        raise Refused(N_("You belong to this group, so somebody else has to do this."))


@whose("award")
def is_own(award_id: str, by: Account) -> bool:
    """Whether somebody may not answer what people say is wrong with an award."""
    award = db.session.get(Award, int(award_id))
    return award is not None and is_author(by, award.proposal)


def must_be_theirs(award: Award, by: Account, or_officer: bool = False) -> None:
    if is_author(by, award.proposal):
        return
    if or_officer and has_role(by.id, award.round.board_id, MONEY_ROLES):
        return
    raise Refused(N_("Only members of the group can do this."))


def _must_be_theirs_to_take(award: Award, by: Account) -> None:
    if not may_withdraw(by, award.proposal):
        raise Refused(N_("Only members of the group can do this."))


def expect(award: Award, *states: AwardState) -> None:
    if award.state not in states:
        raise Refused(N_("This was done already, or it is not its turn. Look at the page again."))


def _not_ahead(day: date, field: str) -> None:
    if day > clock.today():
        raise Refused(N_("This day has not come yet."), field)


def _hold(round: Round) -> None:
    advisory_lock(f"awards {round.id}")


def hold_award(award: Award) -> None:
    """Two people at once: the second sees what the first did."""
    _hold(award.round)
    db.session.refresh(award)


def log(award: Award, by: Account | None, verb: str, facts: dict[str, Any] | None = None) -> None:
    """Note it in the officers' log; without an account it was done by the group's link."""
    audit.record(
        actor=by.actor if by else "by link",
        verb=verb,
        subject_type="award",
        subject_id=award.id,
        board_id=award.round.board_id,
        facts=facts,
    )
