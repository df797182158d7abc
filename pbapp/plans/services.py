"""Adopt a plan. A new plan adds versions to stable priorities and rewrites none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.models import Board
from pbapp.boards.services import actor_of, check_slug
from pbapp.db import db, flush
from pbapp.plans.models import Action, Aim, Driver, Indicator, Plan, Priority, PriorityVersion
from pbapp.plans.progress import keep_reading
from pbapp.plans.queries import find_plan_before, list_actions_of
from pbapp.plans.texts import IndicatorText, Line, PlanText, PriorityText
from pbapp.refusal import N_, Refused

__all__ = ["Line", "PlanText", "PriorityText", "adopt_plan", "adopt_text"]


def adopt_text(*, board: Board, text: PlanText, by: Account | None = None) -> Plan:
    """Adopt a plan that has been read whole, from a file or a draft."""
    return adopt_plan(
        board=board,
        title=text.title,
        introduction=text.introduction,
        source=text.source,
        starts_on=text.starts_on,
        ends_on=text.ends_on,
        priorities=text.priorities,
        by=by,
    )


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
    before = _actions_before(board, starts_on)
    known = {
        priority.slug: priority
        for priority in db.session.scalars(select(Priority).where(Priority.board_id == board.id))
    }
    for position, text in enumerate(texts, 1):
        check_slug(text.slug)
        if text.slug not in known:
            known[text.slug] = Priority(board_id=board.id, slug=text.slug, name=text.title)
        plan.versions.append(_version(known[text.slug], position, text, before))
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


def _actions_before(board: Board, starts_on: date) -> dict[str, dict[str | int, int]]:
    """What a new plan's actions may carry on: by priority, each by its words and by its id."""
    earlier = find_plan_before(board.id, starts_on)
    found: dict[str, dict[str | int, int]] = {}
    for slug, action in list_actions_of(earlier) if earlier else ():
        found.setdefault(slug, {}).update({action.text: action.id, action.id: action.id})
    return found


def _version(
    priority: Priority,
    position: int,
    text: PriorityText,
    before: dict[str, dict[str | int, int]],
) -> PriorityVersion:
    known = before.get(text.slug, {})
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
                progress=line.progress,
                continues_id=known.get(line.continues or line.text),
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
            keep_reading(found, taken_on, value, "")
