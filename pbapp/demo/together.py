"""A group with several entries, ties between entries, and people who can be written to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from pbapp.assets.models import (
    Asset,
    AssetKind,
    AssetSession,
    AssetState,
    Confirmer,
    Status,
    Where,
)
from pbapp.assets.ties.models import EntryTie, TieKind, TieState
from pbapp.assets.times import DAYS
from pbapp.db import db
from pbapp.demo.people import Cast
from pbapp.demo.reading import read


def load_together(cast: Cast) -> None:
    """What the file says, on top of the other entries."""
    facts = read("together")
    db.session.add_all(_asset(cast, entry) for entry in facts["assets"])
    db.session.flush()
    for tie in facts["ties"]:
        db.session.add(_tie(cast, tie))
    gifts = select(Asset).where(Asset.kind == AssetKind.INDIVIDUAL)
    for gift in db.session.scalars(gifts):
        gift.where_words = ""
        gift.submitter_email = gift.submitter_email or "giver@example.org"


def _asset(cast: Cast, entry: dict[str, Any]) -> Asset:
    added = cast.calendar.moment(entry["added"], "10:00")
    group = cast.groups.get(entry.get("group", ""))
    due = entry.get("due")
    return Asset(
        board_id=cast.boards["coatbridge"].id,
        organisation_id=group.id if group else None,
        kind=AssetKind(entry["kind"]),
        name=entry["name"].format(year=_year(cast, entry)),
        summary=entry["summary"],
        description=entry["description"],
        where_kind=Where.WARD,
        area_id=cast.wards[entry["ward"]].id,
        state=AssetState.PUBLISHED,
        status=Status(entry.get("status", "active")),
        submitter_email=entry.get("giver"),
        submitted_at=added,
        updated_at=added,
        confirmed_at=cast.calendar.moment(entry["confirmed"], "11:00"),
        confirmed_by=Confirmer(entry["confirmed_by"]),
        review_due_on=None if due is None else cast.calendar.day_zero + timedelta(days=due),
        is_example=True,
        sessions=[_session(cast, one) for one in entry["sessions"]],
    )


def _year(cast: Cast, entry: dict[str, Any]) -> int:
    first = next((one["first"] for one in entry["sessions"] if "first" in one), 0)
    return (cast.calendar.day_zero + timedelta(days=first)).year


def _session(cast: Cast, one: dict[str, Any]) -> AssetSession:
    first, last = (
        cast.calendar.day_zero + timedelta(days=one[name]) if name in one else None
        for name in ("first", "last")
    )
    return AssetSession(
        days=sum(1 << DAYS.index(day) for day in one["days"]),
        opens=one["opens"],
        closes=one["closes"],
        starts_on=first,
        until_on=last,
    )


def _tie(cast: Cast, facts: dict[str, Any]) -> EntryTie:
    ends = {side: _named(facts[side]) for side in ("from", "to")}
    asked_at = cast.calendar.moment(-9, "09:00")
    return EntryTie(
        from_asset=ends["from"],
        to_asset=ends["to"],
        pair=":".join(sorted(asset.id.hex for asset in ends.values())),
        kind=TieKind(facts["kind"]),
        state=TieState.AGREED if facts["agreed"] else TieState.ASKED,
        asked_for_id=ends[facts["asked_by"]].id,
        says=facts["says"],
        asked_at=asked_at,
        answered_at=cast.calendar.moment(-7, "09:00") if facts["agreed"] else None,
    )


def _named(name: str) -> Asset:
    return db.session.scalars(select(Asset).where(Asset.name == name)).one()
