"""Adopt a plan. A new plan adds versions to stable priorities and rewrites none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.models import Board
from pbapp.boards.services import actor_of, check_slug
from pbapp.db import db, flush
from pbapp.plans.models import Action, Aim, Plan, Priority, PriorityVersion
from pbapp.refusal import N_, Refused


@dataclass(frozen=True)
class Line:
    """An action or aim in the plan's own words, and in plain ones."""

    text: str
    plain: str = ""


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
            Action(position=n, text=line.text, plain=line.plain)
            for n, line in enumerate(text.actions, 1)
        ],
        aims=[
            Aim(position=n, text=line.text, plain=line.plain) for n, line in enumerate(text.aims, 1)
        ],
    )
