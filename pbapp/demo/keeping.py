"""What keeps the example entries true: when each is due, whom we asked, and what people said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from pbapp import clock
from pbapp.assets.keeping.models import (
    AssetReminder,
    Confirmation,
    Said,
    StraightAway,
    TrustedGroup,
)
from pbapp.assets.keeping.schedule import ASKED, BETWEEN, LAPSED, due_after
from pbapp.assets.models import SUBJECT, Asset, AssetState, Confirmer, Method, Status
from pbapp.assets.snapshot import changed, raw_of
from pbapp.assets.writing import readable
from pbapp.audit import services as audit
from pbapp.concerns.models import Concern
from pbapp.db import db
from pbapp.demo.people import Cast
from pbapp.demo.reading import read


def load_keeping(cast: Cast) -> None:
    """Due days and reminders, one entry closed for now, reports, and a trusted group."""
    facts = read("keeping")
    names = {entry["key"]: entry["name"] for entry in read("assets")["assets"]}
    assets = {asset.name: asset for asset in db.session.scalars(select(Asset))}
    found = {key: assets[name] for key, name in names.items()}
    for asset in found.values():
        _schedule(asset)
    paused = found[facts["paused"]["asset"]]
    paused.status, paused.alert = Status.PAUSED, facts["paused"]["why"]
    paused.alert_until = clock.today() + timedelta(days=facts["paused"]["days"])
    for report in facts["reports"]:
        db.session.add(_report(cast, report, found[report["asset"]]))
    _trust(cast, facts["trusted"], found)
    db.session.flush()


def _schedule(asset: Asset) -> None:
    """When it is due; of what is overdue, how often we have asked by now."""
    due = due_after(asset.kind, (asset.confirmed_at or asset.submitted_at).date())
    if due is None or asset.state is not AssetState.PUBLISHED:
        return
    asset.review_due_on = due
    if asset.confirmed_at and asset.confirmed_by:
        asset.confirmed_method = Method.PAGE
        db.session.add(
            Confirmation(
                asset_id=asset.id,
                at=asset.confirmed_at,
                by=asset.confirmed_by,
                method=Method.PAGE,
                said=Said.RIGHT,
            )
        )
    weeks_over = (clock.today() - due) // BETWEEN
    if weeks_over < 0:
        return
    asked = asset.organisation_id is not None
    asset.reminder_stage = min(weeks_over + 1, ASKED if asked else LAPSED)
    db.session.add(
        AssetReminder(
            asset_id=asset.id,
            due_on=due,
            stage=asset.reminder_stage,
            at=clock.now() - timedelta(days=5),
            letter=uuid4() if asked else None,
        )
    )


def _report(cast: Cast, report: dict[str, Any], asset: Asset) -> Concern:
    return Concern(
        board_id=asset.board_id,
        subject_type=SUBJECT,
        subject_id=str(asset.id),
        title=asset.name,
        path=f"/assets/{asset.id}",
        part=report["part"],
        text=report["text"],
        made_at=cast.calendar.moment(report["day"]),
        is_example=True,
    )


def _trust(cast: Cast, facts: dict[str, Any], found: dict[str, Asset]) -> None:
    asset = found[facts["asset"]]
    db.session.add(
        TrustedGroup(
            board_id=asset.board_id,
            organisation_id=cast.groups[facts["group"]].id,
            reason=facts["reason"],
            by_id=cast.people["moderator"].id,
            at=cast.calendar.moment(facts["day"]),
        )
    )
    before, raw = readable(asset), raw_of(asset)
    asset.opening = facts["opening"]
    revision = audit.revise(
        subject_type=SUBJECT,
        subject_id=str(asset.id),
        by=Confirmer.GROUP.value,
        before=before,
        after=readable(asset),
        note=asset.state.value,
        raw=changed(raw, raw_of(asset)),
    )
    assert revision is not None  # noqa: S101 — the file says something new
    row = StraightAway(
        asset_id=asset.id, by=Confirmer.GROUP, at=clock.now(), revision=revision.number
    )
    db.session.add(row)
