"""Hand over the lead, leave, and part with somebody. A group always keeps a lead."""

from __future__ import annotations

from sqlalchemy import delete, or_

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.db import advisory_lock, db, flush
from pbapp.organisations import queries
from pbapp.organisations.models import LeadOffer, Member, MemberRole, Organisation
from pbapp.organisations.parting import end_links
from pbapp.organisations.services import must_lead
from pbapp.organisations.telling import called, log, tell
from pbapp.refusal import N_, Refused


def offer_lead(
    *, organisation: Organisation, member_id: int, stays_lead: bool, by: Account, link: str
) -> LeadOffer:
    """Ask another member to lead. Nothing changes before they accept (`link`: the group's page).

    Raises `Refused` beside `member` for somebody who leads already, or was asked before.
    """
    must_lead(organisation, by)
    mine, member = _member(organisation, by), _named(organisation, member_id)
    if member.role is MemberRole.LEAD:
        raise Refused(N_("They lead the group already."), "member")
    offer = LeadOffer(
        member_id=member.id, by_member_id=mine.id, stays_lead=stays_lead, offered_at=clock.now()
    )
    db.session.add(offer)
    flush()
    event = log(organisation, "lead_offered", by, {"to": str(member.account_id)})
    about = {"what": "lead_offered", "group": organisation.name, "who": called(by), "url": link}
    tell(event, [member.account], template="group_members", context=about)
    return offer


def answer_lead(*, organisation: Organisation, accepts: bool, by: Account, link: str) -> None:
    """Take the lead that somebody offered, or say no; whoever offered it is told.

    Unless they stay a lead too, whoever offered it becomes a member.
    """
    _one_at_a_time(organisation)
    offer = queries.find_lead_offer(organisation.id, by.id)
    if offer is None:
        raise Refused(N_("This offer was taken back. Ask them if you expected it."))
    giver = offer.by_member
    if accepts:
        offer.member.role = MemberRole.LEAD
        if not offer.stays_lead:
            giver.role = MemberRole.MEMBER
    _forget_offers(offer.member, *([giver] if giver.role is MemberRole.MEMBER else []))
    flush()
    event = log(organisation, "lead_taken" if accepts else "lead_declined", by)
    about = {
        "what": "lead_taken" if accepts else "lead_declined",
        "group": organisation.name,
        "who": called(by),
        "url": link,
    }
    tell(event, [giver.account], template="group_members", context=about)


def take_back_offer(*, organisation: Organisation, member_id: int, by: Account) -> None:
    """A lead changes their mind before the other person answered."""
    must_lead(organisation, by)
    member = _named(organisation, member_id)
    gone = db.session.execute(delete(LeadOffer).where(LeadOffer.member_id == member.id))
    if gone.rowcount:  # type: ignore[attr-defined]
        log(organisation, "lead_offer_taken_back", by, {"to": str(member.account_id)})


def leave(*, organisation: Organisation, by: Account, link: str) -> None:
    """Go of one's own accord; the leads are told. Raises `Refused` for the last lead.

    The links by which the group reports end, also those in the mailbox of whoever goes.
    """
    _one_at_a_time(organisation)
    member = _member(organisation, by)
    leads = [lead for lead in queries.list_leads(organisation.id) if lead.id != by.id]
    if member.role is MemberRole.LEAD and not leads:
        raise Refused(
            N_(
                "You are the only lead. Hand the lead over to somebody first, so that the group "
                "does not lose its way in."
            )
        )
    links_end = _end(member)
    event = log(organisation, "left", by)
    about = {
        "what": "left",
        "group": organisation.name,
        "who": called(by),
        "url": link,
        "links_end": links_end,
    }
    tell(event, leads, template="group_members", context=about)


def remove(*, organisation: Organisation, member_id: int, by: Account) -> bool:
    """Part with a member: they lose every right at once, and are told. A lead only goes by will.

    Whether the group needs new links to report by: those it had have ended.
    """
    _one_at_a_time(organisation)
    must_lead(organisation, by)
    member = _named(organisation, member_id)
    if member.role is MemberRole.LEAD:
        raise Refused(N_("A lead can leave, but nobody can remove them."))
    account = member.account
    links_end = _end(member)
    event = log(organisation, "removed", by, {"account": str(account.id)})
    about = {
        "what": "removed",
        "group": organisation.name,
        "who": called(by),
        "url": "",
        "links_end": links_end,
    }
    tell(event, [account], template="group_members", context=about)
    return links_end


def appoint(*, organisation: Organisation, account: Account) -> None:
    """Make a member lead where the only lead cannot hand over; for who runs the installation."""
    _one_at_a_time(organisation)
    _member(organisation, account).role = MemberRole.LEAD
    flush()
    log(organisation, "lead_appointed", None, {"to": str(account.id)})


def _one_at_a_time(organisation: Organisation) -> None:
    """Two leads who leave at the same moment must not leave the group without one."""
    advisory_lock(f"members of {organisation.id}")


def _member(organisation: Organisation, account: Account) -> Member:
    member = queries.find_member(organisation.id, account.id)
    if member is None:
        raise Refused(N_("This person does not belong to the group any more."))
    return member


def _named(organisation: Organisation, member_id: int) -> Member:
    member = db.session.get(Member, member_id)
    if member is None or member.organisation_id != organisation.id:
        raise Refused(N_("This person does not belong to the group any more."), "member")
    return member


def _end(member: Member) -> bool:
    """Whether links that the group reports by have ended, too."""
    organisation_id = member.organisation_id
    _forget_offers(member)
    db.session.delete(member)
    flush()
    return end_links(organisation_id)


def _forget_offers(*members: Member) -> None:
    """An offer ends with its answer, or when either side no longer can keep it."""
    ids = [member.id for member in members]
    theirs = or_(LeadOffer.member_id.in_(ids), LeadOffer.by_member_id.in_(ids))
    db.session.execute(delete(LeadOffer).where(theirs))
