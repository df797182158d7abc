"""Ask somebody into a group by e-mail, take that back, and join."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete, func, select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.accounts.queries import find_by_email, tidy_email, token_hash
from pbapp.db import advisory_lock, db, flush
from pbapp.messages import services as messages
from pbapp.organisations import queries, services
from pbapp.organisations.models import Invitation, Member, Organisation
from pbapp.organisations.telling import called, log, tell
from pbapp.refusal import N_, Refused

LASTS = timedelta(days=14)
MOST_OPEN = 10  # for one group at a time: a committee, not a mailing list
KEPT_FOR = timedelta(days=30)  # after its end, so that a lead can see what became of it
GONE = N_(
    "This invitation cannot be used any more: it was used, taken back, or is older than 14 days. "
    "Ask a lead of the group for a new one."
)


def invite(
    *, organisation: Organisation, email: str, by: Account, link: Callable[[str], str]
) -> Invitation:
    """Send somebody an invitation that lasts 14 days. `link` makes its address from its token.

    Raises `Refused` beside `email` for somebody who is in the group or has an open invitation.
    """
    services.must_lead(organisation, by)
    address = tidy_email(email)
    known = find_by_email(address)
    if known is not None and queries.is_member(known.id, organisation.id):
        raise Refused(N_("This person already belongs to the group."), "email")
    waiting = queries.list_invitations(organisation.id)
    if any(invitation.email == address for invitation in waiting):
        raise Refused(
            N_("They have an open invitation. To send another, take that one back first."), "email"
        )
    if len(waiting) >= MOST_OPEN:
        raise Refused(
            N_("%(most)s invitations are open. Take one back, or wait for an answer."),
            "email",
            most=MOST_OPEN,
        )
    token = secrets.token_urlsafe(24)
    invitation = Invitation(
        organisation_id=organisation.id,
        email=address,
        token_hash=token_hash(token),
        invited_by_id=by.id,
        invited_at=clock.now(),
        expires_at=clock.now() + LASTS,
    )
    db.session.add(invitation)
    flush()
    log(organisation, "invited", by, {"invitation": str(invitation.id)})
    messages.write(
        key=f"group invitation {invitation.id}",
        to=address,
        template="group_invitation",
        context={"group": organisation.name, "by": called(by), "url": link(token)},
        language=by.language,
    )
    return invitation


def take_back(*, invitation: Invitation, by: Account) -> None:
    """The link stops working at once; a second click changes nothing."""
    services.must_lead(invitation.organisation, by)
    if invitation.accepted_at is not None:
        raise Refused(N_("This invitation was accepted a moment ago."))
    if invitation.taken_back_at is None:
        invitation.taken_back_at = clock.now()
        messages.cancel(key=f"group invitation {invitation.id}")
        flush()
        facts = {"invitation": str(invitation.id)}
        log(invitation.organisation, "invitation_taken_back", by, facts)


def accept(*, token: str, by: Account, name: str, link: str) -> Member:
    """Join the group that an invitation names; its leads are told who came (`link`: its page).

    `name` is how the group sees somebody whose account has none yet: raises `Refused` beside
    `name` without it, and without a field for a link that is no longer good.
    """
    advisory_lock(f"invitation {token_hash(token)}")  # two people with one link: the first joins
    invitation = queries.find_open_invitation(token)
    if invitation is None:
        raise Refused(GONE)
    organisation = invitation.organisation
    if queries.is_member(by.id, organisation.id):
        raise Refused(N_("You belong to this group already."))
    if not by.name:
        if not name.strip():
            raise Refused(N_("Enter your name, so that your group knows who you are."), "name")
        by.name = name.strip()
    leads = queries.list_leads(organisation.id)
    member = services.add_member(organisation=organisation, account=by)
    invitation.accepted_at = clock.now()
    flush()
    event = log(organisation, "joined", by, {"invitation": str(invitation.id)})
    about = {"what": "joined", "group": organisation.name, "who": called(by), "url": link}
    tell(event, leads, template="group_members", context=about)
    return member


def forget_old() -> int:
    """Delete invitations, with their addresses, a month after they ended; returns how many."""
    ended = func.coalesce(Invitation.accepted_at, Invitation.taken_back_at, Invitation.expires_at)
    old = select(Invitation.id).where(ended < clock.now() - KEPT_FOR)
    result = db.session.execute(delete(Invitation).where(Invitation.id.in_(old)))
    return int(result.rowcount)  # type: ignore[attr-defined]
