"""Find what somebody has begun to write."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from pbapp.accounts.models import Account
from pbapp.db import db
from pbapp.organisations.models import Member, Organisation, OrganisationKind
from pbapp.proposals.models import Proposal
from pbapp.proposals.queries import of_author
from pbapp.proposals.writing.models import ProposalDraft
from pbapp.rounds.models import Round


def find_draft(draft_id: int, round: Round, by: Account) -> ProposalDraft | None:
    """A draft of this round that this person may go on with."""
    query = (
        select(ProposalDraft)
        .options(joinedload(ProposalDraft.organisation), joinedload(ProposalDraft.proposal))
        .where(ProposalDraft.id == draft_id, ProposalDraft.round_id == round.id, _is_for(by))
    )
    return db.session.scalar(query)


def list_open(by: Account, round: Round | None = None) -> list[ProposalDraft]:
    """What somebody can go on writing, the last touched first."""
    query = (
        select(ProposalDraft)
        .options(
            joinedload(ProposalDraft.round),
            joinedload(ProposalDraft.organisation),
            joinedload(ProposalDraft.proposal),
        )
        .where(ProposalDraft.sent_at.is_(None), _is_for(by))
        .order_by(ProposalDraft.saved_at.desc(), ProposalDraft.id.desc())
    )
    if round is not None:
        query = query.where(ProposalDraft.round_id == round.id)
    return list(db.session.scalars(query))


def find_change(proposal: Proposal) -> ProposalDraft | None:
    """The change of a proposal that somebody has begun and not sent: its authors share it."""
    query = select(ProposalDraft).where(
        ProposalDraft.proposal_id == proposal.id, ProposalDraft.sent_at.is_(None)
    )
    return db.session.scalars(query.order_by(ProposalDraft.id.desc())).first()


def _is_for(by: Account) -> ColumnElement[bool]:
    """A new one begun by them or for a group of theirs, or a change of what they may change."""
    groups = select(Member.organisation_id).where(Member.account_id == by.id)
    theirs = select(Proposal.id).where(of_author(by))
    # A group's draft is its members': who has left the group has left its drafts, too.
    alone = or_(ProposalDraft.organisation_id.is_(None), ProposalDraft.entered_for != "")
    begun = and_(ProposalDraft.account_id == by.id, alone)
    return or_(
        and_(
            ProposalDraft.base_version.is_(None),
            or_(begun, ProposalDraft.organisation_id.in_(groups)),
        ),
        # Who no longer writes along has left the change as well, even one they began.
        ProposalDraft.proposal_id.in_(theirs),
    )


def list_groups() -> list[Organisation]:
    """The groups and partners an officer may enter a proposal for, by name."""
    query = (
        select(Organisation)
        .where(Organisation.kind != OrganisationKind.FUNDER)
        .order_by(Organisation.name, Organisation.id)
    )
    return list(db.session.scalars(query))
