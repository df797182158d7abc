"""Others may work on a proposal: invited by mail, they change it and cannot take it back."""

from __future__ import annotations

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.accounts.queries import tidy_email
from pbapp.db import db, flush
from pbapp.messages import services as messages
from pbapp.proposals import queries
from pbapp.proposals.models import CoAuthor, Proposal, ProposalState
from pbapp.proposals.services import NOT_YOURS, log
from pbapp.refusal import N_, Refused

MOST = 10


def invite(*, proposal: Proposal, name: str, email: str, by: Account, url: str) -> CoAuthor:
    """Ask somebody to write along; they sign in with this address. A second click asks once."""
    _check(proposal, by)
    address = tidy_email(email)
    standing = next((one for one in proposal.co_authors if one.email == address), None)
    if standing is not None and standing.invited_by_id == by.id and standing.name == name.strip():
        return standing
    if len(proposal.co_authors) >= MOST:
        raise Refused(N_("Ten people can write along, and ten are invited."), "email")
    if address == by.email:
        raise Refused(N_("This is your own address."), "email")
    invited = CoAuthor(
        proposal=proposal,
        name=name.strip(),
        email=address,
        invited_by_id=by.id,
        invited_at=clock.now(),
    )
    db.session.add(invited)
    flush()
    messages.write(
        # SQLite gives the id of a row that was taken away out again.
        key=f"co-author {invited.id} {invited.invited_at.isoformat()}",
        to=address,
        template="proposal_co_author",
        context={
            "name": invited.name,
            "title": proposal.title,
            "round": proposal.round.title,
            "url": url,
        },
        language=proposal.language,
    )
    log(proposal, by, "proposal.co_author_invited")
    return invited


def remove(*, co_author: CoAuthor, by: Account) -> None:
    """Somebody no longer writes along. The person it was entered for stays."""
    proposal = co_author.proposal
    _check(proposal, by)
    if co_author.is_author:
        raise Refused(N_("This proposal is theirs, so they stay."))
    db.session.delete(co_author)
    flush()
    db.session.expire(proposal, ["co_authors"])
    log(proposal, by, "proposal.co_author_removed")


def _check(proposal: Proposal, by: Account) -> None:
    if not queries.may_withdraw(by, proposal):
        raise Refused(NOT_YOURS)
    if proposal.state is ProposalState.WITHDRAWN:
        raise Refused(N_("This proposal is withdrawn."))
