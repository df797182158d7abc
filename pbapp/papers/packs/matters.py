"""What a pack is about: the facts of a board since it last met, each read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from pbapp import clock
from pbapp.boards.models import Board
from pbapp.boards.queries import find_board
from pbapp.db import db
from pbapp.delivery.models import Award
from pbapp.delivery.queries import list_of_boards
from pbapp.engagement.models import Engagement
from pbapp.engagement.queries import list_heard
from pbapp.gaps.queries import Gaps, find_gaps, list_shapes
from pbapp.papers.followup.models import BoardAction, BoardQuestion
from pbapp.papers.followup.queries import OPEN, list_actions, list_noted, list_questions
from pbapp.papers.meetings.models import Meeting
from pbapp.papers.meetings.queries import find_last_before
from pbapp.papers.queries import list_counts
from pbapp.places.models import Boundary
from pbapp.plans.models import Indicator, PriorityVersion
from pbapp.plans.queries import find_plan
from pbapp.results.corrections.queries import published_at
from pbapp.results.models import Count
from pbapp.results.pages import stories_of
from pbapp.results.queries import list_official_counts
from pbapp.results.sentences import Story
from pbapp.rounds.models import Round
from pbapp.web.babel import local_day

A_YEAR = timedelta(days=366)


@dataclass(frozen=True)
class Result:
    """A round whose result is out: every pot's story."""

    round: Round
    stories: list[Story]
    out_at: datetime

    @property
    def first(self) -> Story:
        return self.stories[0]


@dataclass(frozen=True)
class Progress:
    """A priority of the plan with its figures."""

    version: PriorityVersion
    indicators: list[Indicator]


class Matters:
    """Everything a pack of one meeting draws on, looked up when it is first asked for."""

    def __init__(self, meeting: Meeting, now: datetime | None = None) -> None:
        self.meeting = meeting
        self.now = now or clock.now()
        self.last = find_last_before(meeting)
        board = find_board(meeting.board.slug)
        if board is None:
            raise LookupError(f"meeting {meeting.id} has no board")
        self.board: Board = board

    @property
    def since(self) -> datetime | None:
        """When the board last met; None before its first meeting."""
        return self.last.starts_at if self.last else None

    @property
    def since_day(self) -> date:
        return local_day(self.since) if self.since else date.min

    @property
    def today(self) -> date:
        return local_day(self.now)

    @cached_property
    def results(self) -> list[Result]:
        """Results that came out since the last meeting, and those of a year that the board has not
        noted; the newest first."""
        found = []
        counts = list_counts(self.board)
        noted = list_noted([count.round_id for count in counts])
        for count in counts:
            out_at = _out_at(count)
            is_new = self.since is None or out_at > self.since
            waits = not count.round.is_imported and self.now - out_at < A_YEAR
            if is_new or (waits and count.round_id not in noted):
                stories = stories_of(list_official_counts(count.round))
                found.append(Result(count.round, stories, out_at))
        return found

    @cached_property
    def awards(self) -> list[Award]:
        """Every award of the board, by round, in the order of the count."""
        awards = [a for a in list_of_boards([self.board.id]) if not a.round.is_imported]
        return sorted(awards, key=lambda a: (-a.round_id, a.is_from_reserve, a.proposal.number))

    @cached_property
    def questions(self) -> list[BoardQuestion]:
        """What the board asked and nobody has answered, or answered since it last met."""
        return [
            one
            for one in list_questions(self.board.id)
            if one.answered_on is None or one.answered_on >= self.since_day
        ]

    @cached_property
    def actions(self) -> list[BoardAction]:
        """What services said they will do: all that is open, and the rest of a year."""
        return [
            one
            for one in list_actions(self.board.id)
            if one.status in OPEN or one.due_on >= self.today - A_YEAR
        ]

    @cached_property
    def heard(self) -> list[Engagement]:
        """When people were listened to since the last meeting."""
        return [one for one in list_heard(self.board.id) if one.held_on >= self.since_day]

    @cached_property
    def gaps(self) -> Gaps:
        return find_gaps(self.board, self.now)

    @cached_property
    def shapes(self) -> list[Boundary]:
        return list_shapes([link.area_id for link in self.board.board_areas])

    @cached_property
    def progress(self) -> list[Progress]:
        """The plan's priorities with their actions and figures, in three queries."""
        plan = find_plan(self.board.id)
        if plan is None:
            return []
        query = (
            select(PriorityVersion)
            .options(joinedload(PriorityVersion.priority), selectinload(PriorityVersion.actions))
            .where(PriorityVersion.plan_id == plan.id)
            .order_by(PriorityVersion.position)
        )
        versions = list(db.session.scalars(query))
        figures = (
            select(Indicator)
            .options(selectinload(Indicator.readings))
            .where(Indicator.priority_id.in_([version.priority_id for version in versions]))
            .order_by(Indicator.id)
        )
        by_priority: dict[int, list[Indicator]] = {}
        for indicator in db.session.scalars(figures):
            by_priority.setdefault(indicator.priority_id, []).append(indicator)
        return [Progress(v, by_priority.get(v.priority_id, [])) for v in versions]


def _out_at(count: Count) -> datetime:
    """When a result came out; of an election of elsewhere, when it was counted here."""
    out_at = None if count.round.is_imported else published_at(count.round)
    return out_at or count.counted_at
