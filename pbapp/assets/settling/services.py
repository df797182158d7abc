"""Put entries into the ward their place is in now, and keep a report for their officers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pbapp import clock
from pbapp.assets.models import SUBJECT, Asset
from pbapp.assets.settling.queries import KIND, Found, find_council, look
from pbapp.assets.writing import readable
from pbapp.audit import services as audit
from pbapp.db import db, flush, write_transaction
from pbapp.jobs import services as jobs
from pbapp.jobs.services import job


@job(KIND)
def run(job_id: UUID, area_id: int, **_answer: Any) -> None:
    """The job: it is asked for whenever official boundaries or postcodes come in."""
    if jobs.has_answered(job_id):
        return
    council = find_council(area_id)
    found, number = look(council) if council else ([], 0)
    db.session.rollback()  # looking may take long, and the board's service goes on meanwhile
    with write_transaction():
        found = [one for one in found if _is_as_seen(one)]
        settle(found=found)
        jobs.answer(job_id, _told(found, number))
        audit.record(
            actor="installation",
            verb="entries.settled",
            subject_type="area",
            subject_id=area_id,
            facts={
                "looked_at": number,
                "moved": sum(not one.is_outside for one in found),
                "outside": sum(one.is_outside for one in found),
            },
        )
        db.session.commit()


def settle(*, found: list[Found]) -> None:
    """Move entries within their board, each with a line in its history; the others stay."""
    for one in found:
        asset = db.session.get(Asset, one.asset_id)
        if one.is_outside or one.now is None or asset is None:
            continue
        before = readable(asset)
        asset.area = one.now
        asset.updated_at = clock.now()
        flush()
        audit.revise(
            subject_type=SUBJECT,
            subject_id=str(asset.id),
            by=one.by,
            before=before,
            after=readable(asset),
            note=asset.state.value,
        )


def _is_as_seen(one: Found) -> bool:
    """What somebody changed since we looked has found its ward anew by that change."""
    asset = db.session.get(Asset, one.asset_id)
    return asset is not None and asset.version == one.version


def _told(found: list[Found], number: int) -> dict[str, Any]:
    """What the job found, as it is kept with it."""
    rows = [
        (
            one.is_outside,
            {
                "id": str(one.asset_id),
                "board": one.board_id,
                "name": one.name,
                "before": one.before,
                "now": one.now.name if one.now else "",
            },
        )
        for one in found
    ]
    return {
        "looked_at": number,
        "moved": [row for outside, row in rows if not outside],
        "outside": [row for outside, row in rows if outside],
    }
