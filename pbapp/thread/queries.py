"""The facts along the thread, read from every room that holds a part of it."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from pbapp import clock
from pbapp.audit.queries import list_of_each
from pbapp.boards.models import Board
from pbapp.delivery import queries as delivery
from pbapp.delivery.models import Award, AwardState, Report
from pbapp.engagement.models import Engagement
from pbapp.engagement.queries import list_heard
from pbapp.gaps.queries import Gaps, find_gaps
from pbapp.papers.followup.models import BoardAction
from pbapp.papers.followup.queries import list_actions
from pbapp.places.models import Area
from pbapp.plans import queries as plans
from pbapp.plans.models import Action, ActionStatus, Indicator, Priority, PriorityVersion
from pbapp.plans.progress import ACTION
from pbapp.proposals.models import Proposal
from pbapp.proposals.queries import list_by_priority
from pbapp.results.models import Allocation
from pbapp.results.queries import list_outcomes, list_public_of
from pbapp.rounds.models import Round

GONE = frozenset({AwardState.DECLINED, AwardState.NOT_PAID})
MOVING = frozenset({ActionStatus.UNDER_WAY, ActionStatus.DONE})


class Stage(enum.StrEnum):
    """How far a project's money has come, the furthest first."""

    FINISHED = "finished"
    REPORTED = "reported"
    PAID = "paid"
    AWARDED = "awarded"
    RETURNED = "returned"


@dataclass(frozen=True)
class Strand:
    """One project that won money, with what became of it. Amounts are minor units."""

    allocation: Allocation
    award: Award | None = None

    @property
    def round(self) -> Round:
        return self.allocation.count.round

    @property
    def priority(self) -> Priority | None:
        return self.allocation.priority

    @property
    def ward(self) -> Area | None:
        return self.allocation.area

    @property
    def awarded(self) -> int:
        return self.award.amount_pence if self.award else self.allocation.awarded

    @property
    def paid(self) -> int:
        return self.award.paid_pence if self.award else 0

    @property
    def spent(self) -> int | None:
        return self.award.spent_pence if self.award else None

    @property
    def report(self) -> Report | None:
        """What the group told last."""
        return self.award.reports[-1] if self.award and self.award.reports else None

    @property
    def stage(self) -> Stage:
        if self.award is None:
            return Stage.AWARDED
        if self.award.state in GONE:
            return Stage.RETURNED
        if self.award.state is AwardState.FINISHED:
            return Stage.FINISHED
        if self.award.reports:
            return Stage.REPORTED
        return Stage.PAID if self.award.payments else Stage.AWARDED


@dataclass(frozen=True)
class Thread:
    """Everything known of one priority, from what people said to the figures that show a change.

    `voted` holds every project of public results, funded or not; `strands` those with money.
    `changes` are the plan's actions that are moving or done; `services` what existing services do
    because of a result, as the board set it going. `all_strands` are those of every priority.
    """

    board: Board
    version: PriorityVersion
    heard: list[Engagement]
    gaps: Gaps
    proposals: list[Proposal]
    voted: list[Allocation]
    strands: list[Strand]
    indicators: list[Indicator]
    changes: list[Action] = field(default_factory=list)
    changed_at: datetime | None = None
    services: list[BoardAction] = field(default_factory=list)
    all_strands: list[Strand] = field(default_factory=list)

    @property
    def priority(self) -> Priority:
        return self.version.priority

    @property
    def alive(self) -> list[Strand]:
        """Without money that was turned down or not paid."""
        return [one for one in self.strands if one.stage is not Stage.RETURNED]

    @property
    def entries_by_ward(self) -> list[tuple[Area, int | None]]:
        """How many entries of the map help in each ward; None where the plan of today is silent."""
        cells = [(ward, self.gaps.row_of(ward).cells) for ward in self.gaps.wards]
        known = [(ward, found.get(self.priority.id)) for ward, found in cells]
        return [(ward, cell.entries if cell else None) for ward, cell in known]

    @property
    def counted_at(self) -> datetime | None:
        return max((row.count.counted_at for row in self.voted), default=None)

    @property
    def reports(self) -> list[Report]:
        """What groups told last, newest first."""
        told = [one.report for one in self.alive if one.report is not None]
        return sorted(told, key=lambda report: report.told_at, reverse=True)

    @property
    def money_on(self) -> date | None:
        """The day of the last payment."""
        days = [p.paid_on for one in self.alive if one.award for p in one.award.payments]
        return max(days, default=None)


@dataclass(frozen=True)
class _Known:
    """What all priorities of a board draw on, read once."""

    board: Board
    heard: list[Engagement]
    gaps: Gaps
    voted: list[Allocation]
    strands: list[Strand]
    services: list[BoardAction]

    @classmethod
    def of(cls, board: Board) -> _Known:
        voted = list_public_of(board)
        return cls(
            board,
            list_heard(board.id),
            find_gaps(board, clock.now()),
            voted,
            _strands(board, voted),
            [one for one in list_actions(board.id) if one.status in MOVING],
        )

    def thread(self, version: PriorityVersion) -> Thread:
        priority = version.priority
        changes = [one for one in version.actions if one.status in MOVING]
        said = list_of_each(ACTION, [one.id for one in changes]) if changes else []
        return Thread(
            board=self.board,
            version=version,
            heard=[one for one in self.heard if priority in one.priorities],
            gaps=self.gaps,
            proposals=list_by_priority(priority.id),
            voted=[row for row in self.voted if row.priority_id == priority.id],
            strands=[one for one in self.strands if one.allocation.priority_id == priority.id],
            indicators=plans.list_indicators(priority.id),
            changes=changes,
            changed_at=said[0].at if said else None,
            services=[
                one
                for one in self.services
                if one.proposal is not None and one.proposal.priority_id == priority.id
            ],
            all_strands=self.strands,
        )


def find_thread(board: Board, version: PriorityVersion) -> Thread:
    """One priority's thread; `version` is what the plan of today, or the last one, says of it."""
    return _Known.of(board).thread(version)


def find_whole(board: Board) -> tuple[list[Thread], list[Strand]]:
    """A thread for each priority of today's plan, in its order, and what `list_strands` gives."""
    plan = plans.find_plan(board.id)
    known = _Known.of(board)
    threads = [known.thread(version) for version in plans.load_whole(plan)] if plan else []
    return threads, known.strands


def list_strands(board: Board) -> list[Strand]:
    """Every project of a board that won money in a public result, newest round first."""
    return _strands(board, list_public_of(board))


def list_about(asset_id: UUID, proposal_ids: Collection[int]) -> list[Strand]:
    """What public results say of these proposals, and of those that left this entry behind."""
    awards = {award.allocation_id: award for award in delivery.list_about(asset_id, proposal_ids)}
    ids = {*proposal_ids, *(award.proposal_id for award in awards.values())}
    return [Strand(row, awards.get(row.id)) for row in list_outcomes(ids)]


def _strands(board: Board, rows: Iterable[Allocation]) -> list[Strand]:
    awards = {award.allocation_id: award for award in delivery.list_of_boards([board.id])}
    return [Strand(row, awards.get(row.id)) for row in rows if row.is_funded or row.id in awards]
