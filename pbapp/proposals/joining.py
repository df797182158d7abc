"""Make one proposal of several: the first says what all of them said, the others lead on to it."""

from __future__ import annotations

from collections.abc import Sequence

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.db import db, flush
from pbapp.decisions import appealing
from pbapp.proposals.content import Content
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.proposals.queries import OPEN
from pbapp.proposals.services import log, rewrite
from pbapp.refusal import N_, Refused
from pbapp.rounds.services import hold, refuse_if_sealed


def why_not_join(proposal: Proposal) -> Refused | None:
    """Why a proposal cannot be made one with others now; None if it can."""
    if proposal.state in OPEN:
        return None
    return Refused(
        N_("“%(title)s” has been decided on, so it cannot be joined with another."),
        title=proposal.title,
    )


def join(*, whole: Proposal, parts: Sequence[Proposal], content: Content, by: Account) -> Proposal:
    """Let `whole` say `content` and stand for `parts` too; it then waits for an officer.

    Whether everybody behind them agrees is asked before. Nothing is lost: the whole's history has
    what it said before, and each part keeps its own text. Raises `Refused` for what cannot stand.
    """
    hold(whole.round)
    refuse_if_sealed(whole.round)
    for one in (whole, *parts):
        db.session.refresh(one, ["state", "version"])
        if refused := why_not_join(one):
            raise refused
    rewrite(whole, content, by, note="joined")
    for part in parts:
        part.state, part.merged_into = ProposalState.MERGED, whole
        part.updated_at = clock.now()
    flush()
    for one in (whole, *parts):
        appealing.lapse("proposal", str(one.id))
    log(whole, by, "proposal.joined", {"parts": [part.number for part in parts]})
    for part in parts:
        log(part, by, "proposal.merged", {"whole": whole.number})
    return whole
