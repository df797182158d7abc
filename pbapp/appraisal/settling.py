"""The steering group and officers settle what a round scores bids for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.appraisal import queries
from pbapp.appraisal.models import Criterion, Terms
from pbapp.appraisal.standards import CriterionTerms
from pbapp.audit import services as audit
from pbapp.boards.models import Role
from pbapp.boards.queries import has_role
from pbapp.db import db, flush
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Round, RoundRole
from pbapp.rounds.queries import is_member
from pbapp.rounds.services import hold, log

SUBJECT = "criteria"
SETTLERS = (Role.APPRAISER, Role.VOTING_LEAD)
MOST_CRITERIA = 8


def may_settle(round: Round, by: Account) -> bool:
    """Officers who run the round and its steering group; nobody else, reviewers included."""
    return has_role(by.id, round.board_id, SETTLERS) or is_member(
        round, by.email, RoundRole.STEERING
    )


def settle(round: Round) -> list[Criterion]:
    """The round's criteria as rows: those of its template are written down when first needed.

    So what somebody scored by stays as it was, whatever a later version of the file says. The
    caller holds the round.
    """
    criteria = queries.criteria_of(round)
    if criteria[0].id is None:
        for criterion in criteria:
            criterion.round_id = round.id
        db.session.add_all(criteria)
        flush()
    return criteria


def snapshot(round: Round) -> dict[str, Any]:
    """What people read: criteria in words, and whether the scores will be published."""
    terms = queries.find_terms(round)
    told = {
        str(one.position): f"{one.name} (counts {one.weight}). 0: {one.low} 5: {one.high}"
        for one in queries.criteria_of(round)
    }
    return {**told, "publishes_scores": terms is not None and terms.publishes_scores}


def save_criteria(
    *,
    round: Round,
    by: Account,
    criteria: Sequence[CriterionTerms],
    publishes_scores: bool,
    version: int,
) -> None:
    """Settle what bids are scored for, before groups stop sending them in.

    `version` is the number of the newest change that the form was made from. Every change is in
    the history that everybody can read.
    """
    if not may_settle(round, by):
        raise Refused(N_("The steering group and officers who run the round settle this."))
    hold(round)
    if refused := queries.why_criteria_stand(round):
        raise refused
    if not 0 < len(criteria) <= MOST_CRITERIA:
        raise Refused(N_("Use one to eight criteria."))
    if len({one.name.lower() for one in criteria}) < len(criteria):
        raise Refused(N_("Give each criterion a name of its own."))
    before = snapshot(round)
    terms = queries.find_terms(round) or Terms(round_id=round.id)
    old = queries.criteria_of(round)
    same = [CriterionTerms(o.name, o.low, o.high, o.weight) for o in old] == list(criteria)
    if same and terms.settled_at is not None and terms.publishes_scores == publishes_scores:
        return  # a second click
    if queries.newest_change(round) != version:
        raise Refused(
            N_("Somebody else changed the criteria. Look at what they say now, and save again.")
        )
    for one in old:
        if one.id is not None:
            db.session.delete(one)
    flush()
    _write(round, criteria)
    terms.publishes_scores, terms.settled_at = publishes_scores, clock.now()
    db.session.add(terms)
    flush()
    db.session.expire_all()
    after = {**dict.fromkeys(before), **snapshot(round)}
    audit.revise(
        subject_type=SUBJECT,
        subject_id=round.id,
        by=by.actor,
        before=before,
        after=after,
        note=None if after != before else "settled",
    )
    log(round, by, "round.criteria_settled", {"criteria": len(criteria)})


def _write(round: Round, criteria: Sequence[CriterionTerms]) -> None:
    db.session.add_all(
        Criterion(
            round_id=round.id,
            position=place,
            name=one.name,
            low=one.low,
            high=one.high,
            weight=one.weight,
        )
        for place, one in enumerate(criteria, 1)
    )
    flush()
