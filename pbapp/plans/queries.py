"""The plan of a board on a day, and what it says of each priority."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from pbapp import clock
from pbapp.boards.queries import is_slug
from pbapp.db import db
from pbapp.plans.models import Action, Indicator, Plan, Priority, PriorityVersion


def find_plan(board_id: int, on: date | None = None) -> Plan | None:
    """The plan in force on a day (today): the newest that has begun, even if its end has passed.

    A plan that has run out still says what the board works on until the next one; `ends_on` tells.
    """
    query = (
        select(Plan)
        .options(selectinload(Plan.versions).joinedload(PriorityVersion.priority))
        .where(Plan.board_id == board_id, Plan.starts_on <= (on or clock.today()))
        .order_by(Plan.starts_on.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def list_plans(board_id: int) -> list[Plan]:
    """Every plan of a board, newest first."""
    query = select(Plan).where(Plan.board_id == board_id).order_by(Plan.starts_on.desc())
    return list(db.session.scalars(query))


def list_priorities(board_id: int, on: date | None = None) -> list[PriorityVersion]:
    """What the plan of the day says of its priorities, in its order; each with `.priority`."""
    plan = (
        select(Plan.id)
        .where(Plan.board_id == board_id, Plan.starts_on <= (on or clock.today()))
        .order_by(Plan.starts_on.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(PriorityVersion)
        .options(joinedload(PriorityVersion.priority))
        .where(PriorityVersion.plan_id == plan)
        .order_by(PriorityVersion.position)
    )
    return list(db.session.scalars(query))


def find_priority(board_id: int, slug: str) -> Priority | None:
    """A board's priority by its address, in today's plan or not."""
    if not is_slug(slug):
        return None
    return db.session.scalar(
        select(Priority).where(Priority.board_id == board_id, Priority.slug == slug)
    )


def list_versions(priority_id: int) -> list[PriorityVersion]:
    """Everything plans have said of a priority, newest plan first, with plan, actions and aims."""
    query = (
        select(PriorityVersion)
        .join(PriorityVersion.plan)
        .options(
            contains_eager(PriorityVersion.plan),
            selectinload(PriorityVersion.actions),
            selectinload(PriorityVersion.aims),
            selectinload(PriorityVersion.drivers),
        )
        .where(PriorityVersion.priority_id == priority_id)
        .order_by(Plan.starts_on.desc())
    )
    return list(db.session.scalars(query))


def current_version(
    versions: list[PriorityVersion], on: date | None = None
) -> PriorityVersion | None:
    """Of `list_versions`, the one to read on a day: the newest whose plan has begun."""
    day = on or clock.today()
    return next((version for version in versions if version.plan.starts_on <= day), None)


def list_indicators(priority_id: int) -> list[Indicator]:
    """The figures that show how a priority goes, each with its readings."""
    query = (
        select(Indicator)
        .options(selectinload(Indicator.readings))
        .where(Indicator.priority_id == priority_id)
        .order_by(Indicator.id)
    )
    return list(db.session.scalars(query))


def find_indicator(priority: Priority, slug: str) -> Indicator | None:
    """A priority's figure by its address."""
    return db.session.scalar(
        select(Indicator).where(Indicator.priority_id == priority.id, Indicator.slug == slug)
    )


def find_action(priority: Priority, action_id: int) -> Action | None:
    """An action that some plan names for a priority."""
    return db.session.scalar(
        select(Action)
        .join(PriorityVersion, Action.priority_version_id == PriorityVersion.id)
        .where(Action.id == action_id, PriorityVersion.priority_id == priority.id)
    )
