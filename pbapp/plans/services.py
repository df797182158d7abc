"""Adopt a plan. A new plan adds versions to stable priorities and rewrites none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.models import OFFICER_ROLES, Board
from pbapp.boards.queries import has_role
from pbapp.boards.services import actor_of, check_slug
from pbapp.db import db, flush
from pbapp.plans.models import (
    Action,
    ActionStatus,
    Aim,
    Direction,
    Driver,
    DriverKind,
    Indicator,
    Plan,
    Priority,
    PriorityVersion,
    Reading,
)
from pbapp.refusal import N_, Refused


@dataclass(frozen=True)
class Line:
    """An action or aim in the plan's own words, and in plain ones.

    Who leads, who helps and by when is for actions alone.
    """

    text: str
    plain: str = ""
    lead: str = ""
    partners: Sequence[str] = ()
    due_on: date | None = None
    status: ActionStatus = ActionStatus.PLANNED


@dataclass(frozen=True)
class DriverText:
    """A strategy that a priority hangs from."""

    kind: DriverKind
    name: str
    reviewed_on: date | None = None


@dataclass(frozen=True)
class IndicatorText:
    """A figure to watch. `readings` are days and whole numbers of 10^-`decimals` units."""

    slug: str
    name: str
    direction: Direction
    source: str
    unit: str = ""
    decimals: int = 0
    least: int | None = None
    most: int | None = None
    readings: Sequence[tuple[date, int]] = ()


@dataclass(frozen=True)
class PriorityText:
    """What a plan says of one priority. `slug` names the priority for good; `title` may change."""

    slug: str
    title: str
    summary: str
    why: str
    success: str
    context: str = ""
    actions: Sequence[Line] = ()
    aims: Sequence[Line] = ()
    drivers: Sequence[DriverText] = ()
    indicators: Sequence[IndicatorText] = ()


def adopt_plan(
    *,
    board: Board,
    title: str,
    starts_on: date,
    ends_on: date,
    source: str,
    priorities: Iterable[PriorityText],
    introduction: str = "",
    by: Account | None = None,
) -> Plan:
    """Adopt a board's plan. Priorities it shares with earlier plans (by slug) stay the same ones.

    Raises `Refused` for a plan without priorities, with one named twice, or beginning on the day
    another began.
    """
    texts = list(priorities)
    if not texts:
        raise Refused(N_("A plan needs at least one priority."), "priorities")
    plan = Plan(
        board_id=board.id,
        title=title,
        introduction=introduction,
        source=source,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    db.session.add(plan)
    flush()
    known = {
        priority.slug: priority
        for priority in db.session.scalars(select(Priority).where(Priority.board_id == board.id))
    }
    for position, text in enumerate(texts, 1):
        check_slug(text.slug)
        if text.slug not in known:
            known[text.slug] = Priority(board_id=board.id, slug=text.slug, name=text.title)
        plan.versions.append(_version(known[text.slug], position, text))
    flush()
    for text in texts:
        for figure in text.indicators:
            _keep_indicator(known[text.slug], figure)
    audit.record(
        actor=actor_of(by),
        verb="plan.adopted",
        subject_type="plan",
        subject_id=plan.id,
        board_id=board.id,
        facts={"starts_on": starts_on.isoformat(), "priorities": [text.slug for text in texts]},
    )
    return plan


def _version(priority: Priority, position: int, text: PriorityText) -> PriorityVersion:
    return PriorityVersion(
        priority=priority,
        position=position,
        title=text.title,
        summary=text.summary,
        context=text.context,
        why=text.why,
        success=text.success,
        actions=[
            Action(
                position=n,
                text=line.text,
                plain=line.plain,
                lead=line.lead,
                partners="\n".join(line.partners),
                due_on=line.due_on,
                status=line.status,
            )
            for n, line in enumerate(text.actions, 1)
        ],
        drivers=[
            Driver(position=n, kind=one.kind, name=one.name, reviewed_on=one.reviewed_on)
            for n, one in enumerate(text.drivers, 1)
        ],
        aims=[
            Aim(position=n, text=line.text, plain=line.plain) for n, line in enumerate(text.aims, 1)
        ],
    )


# --- how it goes: actions and indicators ----------------------------------------------------


def report_action(*, action: Action, status: ActionStatus, progress: str, by: Account) -> None:
    """Say how an action of the plan goes; every earlier word stays in its history."""
    board_id = action.version.plan.board_id
    _must_be_officer(board_id, by)
    before = {"status": action.status.value, "progress": action.progress}
    action.status, action.progress = status, progress.strip()
    flush()
    audit.revise(
        subject_type="action",
        subject_id=action.id,
        by=by.actor,
        before=before,
        after={"status": status.value, "progress": action.progress},
    )
    audit.record(
        actor=by.actor,
        verb="action.reported",
        subject_type="action",
        subject_id=action.id,
        board_id=board_id,
        facts={"status": status.value},
    )


def take_reading(
    *, indicator: Indicator, taken_on: date, value: int, source: str, by: Account
) -> Reading:
    """Note what an indicator stands at; one reading a day, within its bounds, never ahead."""
    board_id = indicator.priority.board_id
    _must_be_officer(board_id, by)
    reading = _keep_reading(indicator, taken_on, value, source)
    audit.record(
        actor=by.actor,
        verb="indicator.read",
        subject_type="indicator",
        subject_id=indicator.id,
        board_id=board_id,
        facts={"taken_on": taken_on.isoformat(), "value": value},
    )
    return reading


def _keep_indicator(priority: Priority, figure: IndicatorText) -> None:
    """A new figure, or what a new plan says of one it knows; readings it has are left alone."""
    check_slug(figure.slug)
    found = db.session.scalar(
        select(Indicator).where(Indicator.priority_id == priority.id, Indicator.slug == figure.slug)
    )
    if found is None:
        found = Indicator(priority=priority, slug=figure.slug, decimals=figure.decimals)
        db.session.add(found)
    elif found.decimals != figure.decimals:
        raise Refused(
            N_("“%(name)s” had %(n)s decimal places before. Give it a new name instead."),
            "indicators",
            name=figure.name,
            n=found.decimals,
        )
    found.name, found.unit, found.direction = figure.name, figure.unit, figure.direction
    found.least, found.most, found.source = figure.least, figure.most, figure.source
    flush()
    there = {reading.taken_on for reading in found.readings}
    for taken_on, value in figure.readings:
        if taken_on not in there:
            _keep_reading(found, taken_on, value, "")


def _keep_reading(indicator: Indicator, taken_on: date, value: int, source: str) -> Reading:
    if taken_on > clock.today():
        raise Refused(N_("This day has not come yet."), "taken_on")
    low = indicator.least is not None and value < indicator.least
    high = indicator.most is not None and value > indicator.most
    if low or high:
        raise Refused(
            N_("This figure lies between %(least)s and %(most)s."),
            "value",
            least="…" if indicator.least is None else written(indicator.least, indicator.decimals),
            most="…" if indicator.most is None else written(indicator.most, indicator.decimals),
        )
    reading = Reading(taken_on=taken_on, value=value, source=source.strip(), noted_at=clock.now())
    indicator.readings.append(reading)
    flush()
    return reading


def written(value: int, decimals: int) -> str:
    """A reading as people write it: 1234 with one decimal place is 123.4."""
    sign, digits = ("-" if value < 0 else ""), f"{abs(value):0{decimals + 1}}"
    whole, part = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    return f"{sign}{int(whole):,}" + (f".{part}" if part else "")


def _must_be_officer(board_id: int, by: Account) -> None:
    if not has_role(by.id, board_id, sorted(OFFICER_ROLES)):
        raise Refused(N_("Only an officer of this board can do this."))
