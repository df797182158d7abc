"""The plan of a board on a day, and what it says of each priority."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from pbapp import clock
from pbapp.boards.models import Board
from pbapp.boards.queries import is_slug
from pbapp.db import db
from pbapp.organisations.models import Member, Organisation, OrganisationKind
from pbapp.plans.models import (
    Action,
    Driver,
    Indicator,
    Plan,
    Priority,
    PriorityVersion,
    Reading,
)

LOOK_AGAIN_AFTER = timedelta(days=365)


def find_plan(board_id: int, on: date | None = None) -> Plan | None:
    """The plan in force on a day (today): the newest that has begun, even if its end has passed.

    A plan that has run out still says what the board works on until the next one; `ends_on` tells.
    """
    return _newest_plan(board_id, Plan.starts_on <= (on or clock.today()))


def find_plan_before(board_id: int, starts_on: date) -> Plan | None:
    """The plan that one beginning on this day replaces."""
    return _newest_plan(board_id, Plan.starts_on < starts_on)


def find_plan_of(board_id: int, starts_on: date) -> Plan | None:
    """The plan that begins on this very day: a version's lasting address."""
    return _newest_plan(board_id, Plan.starts_on == starts_on)


def _newest_plan(board_id: int, condition: ColumnElement[bool]) -> Plan | None:
    query = (
        select(Plan)
        .options(selectinload(Plan.versions).joinedload(PriorityVersion.priority))
        .where(Plan.board_id == board_id, condition)
        .order_by(Plan.starts_on.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def load_whole(plan: Plan) -> list[PriorityVersion]:
    """Everything a plan says, in its order, in five queries."""
    query = (
        select(PriorityVersion)
        .options(
            joinedload(PriorityVersion.priority),
            selectinload(PriorityVersion.actions),
            selectinload(PriorityVersion.aims),
            selectinload(PriorityVersion.drivers),
        )
        .where(PriorityVersion.plan_id == plan.id)
        .order_by(PriorityVersion.position)
    )
    return list(db.session.scalars(query))


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


def list_actions_of(plan: Plan) -> list[tuple[str, Action]]:
    """A plan's actions, each with its priority's address."""
    query = (
        select(Priority.slug, Action)
        .join(PriorityVersion, PriorityVersion.priority_id == Priority.id)
        .join(Action, Action.priority_version_id == PriorityVersion.id)
        .where(PriorityVersion.plan_id == plan.id)
        .order_by(PriorityVersion.position, Action.position)
    )
    return [(slug, action) for slug, action in db.session.execute(query)]


def list_continuing(action: Action) -> list[Action]:
    """The actions of later plans that carry this one on, the next plan's first."""
    found: list[Action] = []
    ids = [action.id]
    while ids:
        query = select(Action).where(Action.continues_id.in_(ids)).order_by(Action.id)
        later = list(db.session.scalars(query))
        found += later
        ids = [one.id for one in later]
    return found


def list_told_before(action: Action) -> list[int]:
    """The action's id and those of the actions it carries on, newest first: one history."""
    ids, continues = [action.id], action.continues_id
    while continues is not None:
        ids.append(continues)
        continues = db.session.scalar(select(Action.continues_id).where(Action.id == continues))
    return ids


def list_led(plan: Plan, account_id: UUID) -> list[tuple[str, Action]]:
    """The actions of a plan that somebody may report on for a partner, each with its priority."""
    names = partner_names(account_id)
    if not names:
        return []
    return [
        (slug, one) for slug, one in list_actions_of(plan) if one.lead.strip().casefold() in names
    ]


def leads(account_id: UUID, action: Action) -> bool:
    """Whether somebody acts for the partner that the plan names as an action's lead."""
    name = action.lead.strip().casefold()
    return bool(name) and name in partner_names(account_id)


def partner_names(account_id: UUID) -> set[str]:
    """The partners somebody acts for, in small letters."""
    query = (
        select(Organisation.name)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(Member.account_id == account_id, Organisation.kind == OrganisationKind.PARTNER)
    )
    return {name.strip().casefold() for name in db.session.scalars(query)}


def find_reading(indicator: Indicator, reading_id: int) -> Reading | None:
    return next((one for one in indicator.readings if one.id == reading_id), None)


# --- laws and strategies ---------------------------------------------------------------------


def find_driver(priority: Priority, driver_id: int) -> Driver | None:
    """A law or strategy that some plan names for a priority."""
    return db.session.scalar(
        select(Driver)
        .join(PriorityVersion, Driver.priority_version_id == PriorityVersion.id)
        .where(Driver.id == driver_id, PriorityVersion.priority_id == priority.id)
    )


def version_of(driver: Driver) -> PriorityVersion:
    """What names a law or strategy, with its plan and board."""
    found = db.session.get(
        PriorityVersion,
        driver.priority_version_id,
        options=[joinedload(PriorityVersion.plan).joinedload(Plan.board)],
    )
    assert found is not None  # noqa: S101 — a foreign key says so
    return found


def list_same_drivers(driver: Driver) -> list[Driver]:
    """The same law or strategy wherever the same board's plans name it."""
    board = (
        select(Plan.board_id)
        .join(PriorityVersion, PriorityVersion.plan_id == Plan.id)
        .where(PriorityVersion.id == driver.priority_version_id)
        .scalar_subquery()
    )
    query = (
        select(Driver)
        .join(PriorityVersion, Driver.priority_version_id == PriorityVersion.id)
        .join(Plan, PriorityVersion.plan_id == Plan.id)
        .where(Plan.board_id == board, Driver.kind == driver.kind, Driver.name == driver.name)
    )
    return list(db.session.scalars(query))


def list_to_review(board_ids: Iterable[int]) -> list[tuple[Board, PriorityVersion, Driver]]:
    """Laws and strategies of today's plans that nobody looked at for a year, each once a board."""
    today = clock.today()
    newer = aliased(Plan)
    replaced = exists().where(
        newer.board_id == Plan.board_id,
        newer.starts_on <= today,
        newer.starts_on > Plan.starts_on,
    )
    query = (
        select(Board, PriorityVersion, Driver)
        .join(Plan, Plan.board_id == Board.id)
        .join(PriorityVersion, PriorityVersion.plan_id == Plan.id)
        .join(Driver, Driver.priority_version_id == PriorityVersion.id)
        .options(joinedload(PriorityVersion.priority))
        .where(
            Plan.board_id.in_(list(board_ids)),
            Plan.starts_on <= today,
            ~replaced,
            or_(Driver.reviewed_on.is_(None), Driver.reviewed_on < today - LOOK_AGAIN_AFTER),
        )
        .order_by(Board.name, PriorityVersion.position, Driver.position)
    )
    found: dict[tuple[int, str, str], tuple[Board, PriorityVersion, Driver]] = {}
    for board, version, driver in db.session.execute(query):
        found.setdefault((board.id, driver.kind, driver.name), (board, version, driver))
    return list(found.values())
