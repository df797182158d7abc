"""What a board noted, asked and set going, and what funders decided."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from pbapp.db import db
from pbapp.delivery.models import Award
from pbapp.papers.followup.models import (
    BoardAction,
    BoardQuestion,
    DecidedAward,
    FunderDecision,
    Noting,
)
from pbapp.papers.meetings.models import Meeting
from pbapp.plans.models import ActionStatus
from pbapp.proposals.models import Proposal
from pbapp.results.models import Allocation, Count
from pbapp.rounds.models import Round

Row = TypeVar("Row", BoardQuestion, BoardAction)
OPEN = (ActionStatus.PLANNED, ActionStatus.UNDER_WAY)


def find_noting(round: Round) -> Noting | None:
    """That a round's result was noted, as it stands now; None too for one corrected since."""
    return db.session.scalar(
        select(Noting)
        .join(Noting.count)
        .where(Count.round_id == round.id, Count.is_official.is_(True))
        .limit(1)
    )


def list_notings(meeting_id: int) -> list[Noting]:
    query = (
        select(Noting)
        .options(joinedload(Noting.count).joinedload(Count.round), joinedload(Noting.pack))
        .where(Noting.meeting_id == meeting_id)
        .order_by(Noting.id)
    )
    return list(db.session.scalars(query))


def list_noted(round_ids: Collection[int]) -> set[int]:
    """Of these rounds, those whose result as it stands now was noted and confirmed."""
    query = (
        select(Count.round_id)
        .join(Noting, Noting.count_id == Count.id)
        .where(
            Count.round_id.in_(round_ids),
            Count.is_official.is_(True),
            Noting.confirmed_at.is_not(None),
        )
    )
    return set(db.session.scalars(query))


def list_questions(board_id: int, meeting_id: int | None = None) -> list[BoardQuestion]:
    """Those without an answer first, then the newest."""
    query = (
        select(BoardQuestion)
        .join(BoardQuestion.meeting)
        .options(
            joinedload(BoardQuestion.meeting),
            joinedload(BoardQuestion.proposal).joinedload(Proposal.round),
        )
        .where(Meeting.board_id == board_id)
        .order_by(BoardQuestion.answered_on.is_not(None), BoardQuestion.id.desc())
    )
    if meeting_id is not None:
        query = query.where(BoardQuestion.meeting_id == meeting_id)
    return list(db.session.scalars(query))


def list_actions(board_id: int, meeting_id: int | None = None) -> list[BoardAction]:
    """Those that are not done first, the earliest due on top."""
    query = (
        select(BoardAction)
        .join(BoardAction.meeting)
        .options(
            joinedload(BoardAction.meeting),
            joinedload(BoardAction.proposal).joinedload(Proposal.round),
        )
        .where(Meeting.board_id == board_id)
        .order_by(BoardAction.status.in_(OPEN).desc(), BoardAction.due_on, BoardAction.id)
    )
    if meeting_id is not None:
        query = query.where(BoardAction.meeting_id == meeting_id)
    return list(db.session.scalars(query))


def find_same(kind: type[Row], values: dict[str, Any]) -> Row | None:
    """The question or action that says exactly this already."""
    return db.session.scalar(select(kind).filter_by(**values).order_by(kind.id).limit(1))


def find_question(board_id: int, question_id: int) -> BoardQuestion | None:
    return next((one for one in list_questions(board_id) if one.id == question_id), None)


def find_action(board_id: int, action_id: int) -> BoardAction | None:
    return next((one for one in list_actions(board_id) if one.id == action_id), None)


def list_concerned(round: Round) -> list[Proposal]:
    """The proposals that stood in a round's official counts."""
    query = (
        select(Proposal)
        .join(Allocation, Allocation.proposal_id == Proposal.id)
        .join(Count, Allocation.count_id == Count.id)
        .where(Count.round_id == round.id, Count.is_official.is_(True))
        .order_by(Proposal.number)
    )
    return list(db.session.scalars(query).unique())


def list_proposals(board_id: int) -> list[Proposal]:
    """Proposals that a question or an action may be about: those of rounds that were counted."""
    query = (
        select(Proposal)
        .join(Allocation, Allocation.proposal_id == Proposal.id)
        .join(Count, Allocation.count_id == Count.id)
        .join(Round, Proposal.round_id == Round.id)
        .options(joinedload(Proposal.round))
        .where(Round.board_id == board_id, Round.is_public.is_(True), Count.is_official.is_(True))
        .order_by(Round.id.desc(), Proposal.number)
    )
    return list(db.session.scalars(query).unique())


def list_awards(ids: Collection[int]) -> list[Award]:
    """Awards by their ids, each with what a funder has to know of it."""
    query = (
        select(Award)
        .options(
            joinedload(Award.round),
            joinedload(Award.proposal).joinedload(Proposal.organisation),
        )
        .join(Award.proposal)
        .where(Award.id.in_(ids))
        .order_by(Award.round_id, Proposal.number)
    )
    return list(db.session.scalars(query))


def list_decisions(pack_id: int) -> list[FunderDecision]:
    """What funders decided with the reports of a pack before them, with each award."""
    query = (
        select(FunderDecision)
        .options(
            selectinload(FunderDecision.decided)
            .joinedload(DecidedAward.award)
            .joinedload(Award.proposal)
        )
        .where(FunderDecision.pack_id == pack_id)
        .order_by(FunderDecision.id)
    )
    return list(db.session.scalars(query))


def find_decision_on(award_ids: Collection[int]) -> FunderDecision | None:
    """The one sitting that dealt with all of these awards."""
    query = select(DecidedAward.decision_id).where(DecidedAward.award_id.in_(award_ids))
    found = list(db.session.scalars(query))
    if len(found) != len(set(award_ids)) or len(set(found)) != 1:
        return None
    return db.session.get(FunderDecision, found[0])
