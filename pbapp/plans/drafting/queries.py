"""The draft of a board's next plan, and what it still lacks."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from pbapp.audit.models import Revision
from pbapp.audit.queries import list_revisions
from pbapp.db import db
from pbapp.organisations.models import Organisation, OrganisationKind
from pbapp.plans.models import Action, Driver, Plan, PlanDraft, PriorityVersion

SUBJECT = "plan_draft"


class Lack(enum.StrEnum):
    """Why a draft cannot be published yet."""

    END = "end"
    SOURCE = "source"
    PRIORITIES = "priorities"
    TEXTS = "texts"


def find_draft(board_id: int) -> PlanDraft | None:
    """The one draft a board is writing."""
    query = select(PlanDraft).where(PlanDraft.board_id == board_id, PlanDraft.closed_at.is_(None))
    return db.session.scalar(query)


def list_lacks(draft: PlanDraft) -> list[tuple[Lack, str]]:
    """What is missing, each with the priority it is missing from, or nothing."""
    its, priorities = draft.content["plan"], draft.content["priorities"]
    found = []
    if not its["ends_on"]:
        found.append((Lack.END, ""))
    if not its["source"]:
        found.append((Lack.SOURCE, ""))
    if not priorities:
        found.append((Lack.PRIORITIES, ""))
    found += [
        (Lack.TEXTS, one["slug"])
        for one in priorities
        if not all(one[name] for name in ("title", "summary", "why", "success"))
    ]
    return found


def list_history(plan: Plan) -> list[Revision]:
    """What officers changed while they wrote a version, newest first; empty for one from a file."""
    draft_id = db.session.scalar(
        select(PlanDraft.id).where(PlanDraft.published_as_id == plan.id).limit(1)
    )
    return list_revisions(SUBJECT, draft_id) if draft_id else []


def find_live(ids: Iterable[int]) -> dict[int, Action]:
    """Actions as they stand now, by id."""
    query = select(Action).where(Action.id.in_(list(ids)))
    return {action.id: action for action in db.session.scalars(query)}


def find_reviews(board_id: int) -> dict[tuple[str, str], date]:
    """When each law or strategy of a board was last looked at, by kind and name."""
    query = (
        select(Driver.kind, Driver.name, Driver.reviewed_on)
        .join(PriorityVersion, Driver.priority_version_id == PriorityVersion.id)
        .join(Plan, PriorityVersion.plan_id == Plan.id)
        .where(Plan.board_id == board_id, Driver.reviewed_on.is_not(None))
        .order_by(Driver.reviewed_on)
    )
    return {(kind.value, name): day for kind, name, day in db.session.execute(query) if day}


def list_partners() -> list[str]:
    """The partners there are: whoever acts for one may report on the actions it leads."""
    query = (
        select(Organisation.name)
        .where(Organisation.kind == OrganisationKind.PARTNER)
        .order_by(Organisation.name)
    )
    return list(db.session.scalars(query))
