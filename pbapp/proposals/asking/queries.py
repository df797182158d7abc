"""Questions of a proposal, and those an officer has to read."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from pbapp.db import db
from pbapp.proposals.asking.models import Question, QuestionState
from pbapp.proposals.models import Proposal
from pbapp.rounds.models import Round


def list_shown(proposal: Proposal) -> list[Question]:
    """What everybody reads, in the order it was asked."""
    query = select(Question).where(
        Question.proposal_id == proposal.id, Question.state == QuestionState.SHOWN
    )
    return list(db.session.scalars(query.order_by(Question.asked_at, Question.id)))


def find(question_id: int) -> Question | None:
    """A question with its proposal and round."""
    query = (
        select(Question)
        .join(Question.proposal)
        .join(Proposal.round)
        .options(contains_eager(Question.proposal).contains_eager(Proposal.round))
        .where(Question.id == question_id)
    )
    return db.session.scalar(query)


def list_waiting(board_ids: Collection[int]) -> list[Question]:
    """What nobody has read yet on these boards, oldest first."""
    query = (
        select(Question)
        .join(Question.proposal)
        .join(Proposal.round)
        .options(contains_eager(Question.proposal).contains_eager(Proposal.round))
        .where(Question.state == QuestionState.WAITING, Round.board_id.in_(list(board_ids)))
        .order_by(Question.asked_at, Question.id)
    )
    return list(db.session.scalars(query))
