"""Put entries into the ward their place is in now, and keep a report for their officers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from pbapp import clock
from pbapp.assets.models import SUBJECT, Asset, AssetArea, AssetKind
from pbapp.assets.settling.queries import (
    KIND,
    Found,
    find_council,
    heir_among,
    look,
    wards_by_board,
)
from pbapp.assets.writing import readable
from pbapp.audit import services as audit
from pbapp.boards.models import Council
from pbapp.db import db, flush, write_transaction
from pbapp.jobs import services as jobs
from pbapp.jobs.services import job
from pbapp.places import queries as places


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
        if council is not None:
            move_what_only_has_a_ward(council)
        jobs.answer(job_id, _told(found, number))
        audit.record(
            actor="installation",
            verb="entries.settled",
            subject_type="area",
            subject_id=area_id,
            facts={
                "looked_at": number,
                "moved": sum(not one.is_outside and not one.goes_on for one in found),
                "gone_on": sum(one.goes_on for one in found),
                "outside": sum(one.is_outside for one in found),
            },
        )
        db.session.commit()


def settle(*, found: list[Found]) -> None:
    """Move entries within their board, each with a line in its history; the others stay.

    Where a ward goes on under a new code, its entries are in it as before, and no line says so.
    """
    for one in found:
        asset = db.session.get(Asset, one.asset_id)
        if one.is_outside or one.now is None or asset is None:
            continue
        if one.goes_on:
            asset.area = one.now
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


def move_what_only_has_a_ward(council: Council) -> None:
    """Of wards that are no more: people's gifts go to the one that follows, and an entry that
    serves such a ward serves all that follow. No history tells of it: it is the same ground, and a
    gift's would tell of a place.
    """
    own = wards_by_board(council)
    for ward in places.list_former_wards(council.area):
        heirs = places.list_heirs(ward)
        gifts = select(Asset).where(Asset.kind == AssetKind.INDIVIDUAL, Asset.area_id == ward.id)
        for gift in db.session.scalars(gifts).all():
            gift.area = heir_among(heirs, own.get(gift.board_id, ())) or gift.area
        served = select(Asset).join(AssetArea).where(AssetArea.area_id == ward.id)
        for asset in db.session.scalars(served).all():
            there = {link.area_id: link for link in asset.serves if link.area_id != ward.id}
            for heir in heirs:
                if heir.id in own.get(asset.board_id, ()):
                    there.setdefault(heir.id, AssetArea(area_id=heir.id))
            asset.serves = [there[area_id] for area_id in sorted(there)]
    flush()


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
                "asked": one.is_asked,
            },
        )
        for one in found
        if not one.goes_on
    ]
    return {
        "looked_at": number,
        "moved": [row for outside, row in rows if not outside],
        "outside": [row for outside, row in rows if outside],
    }
