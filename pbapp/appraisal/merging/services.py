"""Offer to make one bid of several; it happens when everybody behind them agrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.appraisal.merging import queries
from pbapp.appraisal.merging.models import Merge, MergePart, MergeState
from pbapp.appraisal.queries import newest_revision
from pbapp.appraisal.telling import tell
from pbapp.db import db, flush
from pbapp.messages import services as messages
from pbapp.proposals import checks, deciding, joining
from pbapp.proposals.content import Content, Cost, content_of
from pbapp.proposals.models import Proposal
from pbapp.proposals.services import NOT_YOURS, log
from pbapp.refusal import N_, Refused, in_pounds
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase
from pbapp.rounds.services import hold, refuse_if_sealed

ANSWER_IN = timedelta(days=7)
OVER = N_("This offer is over. Nothing was changed by it.")


@dataclass(frozen=True)
class Draft:
    """What the whole would say; the rest stays as the first bid has it."""

    title: str
    summary: str
    what: str
    who_benefits: str
    how_it_helps: str
    costs: Sequence[Cost]


def offer(
    *, whole: Proposal, others: Sequence[Proposal], draft: Draft, why: str, by: Account
) -> Merge:
    """Ask everybody behind these bids whether they want to be one. A second click asks once.

    Refused for bids decided on, in another offer, or that this officer may not decide on.
    """
    hold(whole.round)
    refuse_if_sealed(whole.round)
    bids = [whole, *sorted(others, key=lambda one: one.number)]
    for one in bids:
        if one.round_id != whole.round_id:
            raise Refused(N_("Only bids of one round can be joined."))
        if refused := deciding.why_not(one, by) or joining.why_not_join(one):
            raise refused
    standing = queries.find_open([one.id for one in bids])
    if standing is not None:
        return _same_click(standing, bids, draft, by)
    if not others:
        raise Refused(N_("Choose at least one other bid."))
    checks.check(whole.round, content_for(whole, draft))
    merge = _write(whole, bids, draft, why, by)
    for part in merge.parts:
        tell(
            part.proposal,
            _offer_key(part),
            "merge_offered",
            path_of(merge),
            **_facts(merge),
        )
    log(whole, by, "proposal.join_offered", {"parts": [one.number for one in bids[1:]]})
    return merge


def _same_click(standing: Merge, bids: Sequence[Proposal], draft: Draft, by: Account) -> Merge:
    same = {part.proposal_id for part in standing.parts} == {one.id for one in bids}
    if same and standing.offered_by_id == by.id and standing.title == draft.title:
        return standing
    raise Refused(N_("One of these bids waits for answers to another offer. Look at that first."))


def content_for(whole: Proposal, draft: Draft) -> Content:
    """Everything the whole would say."""
    return replace(
        content_of(whole),
        title=draft.title,
        summary=draft.summary,
        what=draft.what,
        who_benefits=draft.who_benefits,
        how_it_helps=draft.how_it_helps,
        costs=tuple(draft.costs),
        minimum_pence=None,
    )


def draft_of(merge: Merge) -> Draft:
    return Draft(
        title=merge.title,
        summary=merge.summary,
        what=merge.what,
        who_benefits=merge.who_benefits,
        how_it_helps=merge.how_it_helps,
        costs=[Cost(str(what), int(pence)) for what, pence in merge.costs],
    )


def _write(whole: Proposal, bids: Sequence[Proposal], draft: Draft, why: str, by: Account) -> Merge:
    now = clock.now()
    merge = Merge(
        round=whole.round,
        whole=whole,
        title=draft.title,
        summary=draft.summary,
        what=draft.what,
        who_benefits=draft.who_benefits,
        how_it_helps=draft.how_it_helps,
        costs=[[cost.what, cost.pence] for cost in draft.costs],
        cost_pence=sum(cost.pence for cost in draft.costs),
        why=why,
        state=MergeState.OFFERED,
        offered_by_id=by.id,
        offered_at=now,
        expires_at=_until(whole.round, now),
        parts=[MergePart(proposal=one, revision=newest_revision(one.id)) for one in bids],
    )
    db.session.add(merge)
    flush()
    return merge


def _until(round: Round, now: datetime) -> datetime:
    """A week, and no longer than until people vote."""
    voting = find_phase(round, PhaseKind.VOTING)
    end = now + ANSWER_IN
    return min(end, voting.starts_at) if voting and voting.starts_at > now else end


def answer(*, merge: Merge, by: Account, agrees: bool, words: str) -> Merge:
    """What the people of a bid say. One no ends it; the last yes makes the bids one.

    Where a bid is not any more what the others said yes to, the last yes ends the offer instead.
    Somebody behind two of them answers for both.
    """
    hold(merge.round)
    db.session.refresh(merge)
    own = queries.own_part_ids(merge, by)
    if not own:
        raise Refused(NOT_YOURS)
    mine = [part for part in merge.parts if part.proposal_id in own]
    if merge.state is not MergeState.OFFERED:
        if any(part.agrees is agrees and part.answered_by_id == by.id for part in mine):
            return merge  # a second click
        raise Refused(OVER)
    if merge.expires_at <= clock.now():
        raise Refused(OVER)
    refuse_if_sealed(merge.round)
    for part in mine:
        part.agrees, part.words = agrees, words
        part.answered_by_id, part.answered_at = by.id, clock.now()
    flush()
    log(merge.whole, by, "proposal.join_answered", {"agrees": agrees})
    if not agrees:
        _end(merge, MergeState.DECLINED, words=words)
    elif all(part.agrees for part in merge.parts):
        _join(merge, by)
    return merge


def _overtaken(merge: Merge) -> bool:
    """Whether one of the bids was changed or decided on since it was offered."""
    for part in merge.parts:
        db.session.refresh(part.proposal, ["state", "version"])
    return any(
        newest_revision(part.proposal_id) != part.revision or joining.why_not_join(part.proposal)
        for part in merge.parts
    )


def _join(merge: Merge, by: Account) -> None:
    if _overtaken(merge):
        _end(merge, MergeState.OVERTAKEN)
        return
    joining.join(
        whole=merge.whole,
        parts=[part.proposal for part in merge.parts if part.proposal_id != merge.whole_id],
        content=content_for(merge.whole, draft_of(merge)),
        by=by,
    )
    _end(merge, MergeState.DONE)


def take_back(*, merge: Merge, by: Account) -> Merge:
    """An officer no longer offers it; within a minute nobody hears of it at all."""
    hold(merge.round)
    db.session.refresh(merge)
    if merge.state is MergeState.TAKEN_BACK:
        return merge  # a second click
    if refused := deciding.why_not(merge.whole, by):
        raise refused
    if merge.state is not MergeState.OFFERED:
        raise Refused(OVER)
    log(merge.whole, by, "proposal.join_taken_back")
    _end(merge, MergeState.TAKEN_BACK)
    return merge


def expire_due() -> int:
    """End the offers nobody answered in time, and say so; how many."""
    due = queries.list_due(clock.now())
    for merge in due:
        hold(merge.round)
        db.session.refresh(merge)
        if merge.state is MergeState.OFFERED:
            _end(merge, MergeState.EXPIRED)
    return len(due)


def _end(merge: Merge, state: MergeState, words: str = "") -> None:
    merge.state, merge.settled_at = state, clock.now()
    flush()
    for part in merge.parts:
        unheard = messages.cancel(key=_offer_key(part))
        if unheard and state is MergeState.TAKEN_BACK:
            continue  # nobody heard of it, so there is nothing to end
        tell(
            part.proposal,
            f"merge {merge.id} {state.value} {part.id}",
            "merge_ended",
            path_of(merge),
            how=state.value,
            words=words,
            **_facts(merge),
        )


def path_of(merge: Merge) -> str:
    """The page of an offer, for e-mails: some are written where no request has an address."""
    return f"/rounds/{merge.round.slug}/merging/{merge.id}"


def _facts(merge: Merge) -> dict[str, Any]:
    return {
        "whole": merge.title,
        "cost": in_pounds(merge.cost_pence),
        "why": merge.why,
        "until": merge.expires_at.isoformat(),
        "titles": [part.proposal.title for part in merge.parts],
    }


def _offer_key(part: MergePart) -> str:
    return f"merge {part.merge_id} offered {part.id}"
