"""Services of ALISS as suggestions: unreviewed entries that say where they are from."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from pbapp import clock
from pbapp.assets import services
from pbapp.assets.alike import Kin, Known
from pbapp.assets.entry import Entry
from pbapp.assets.lists import postcodes
from pbapp.assets.lists.aliss_feed import Service, Spot
from pbapp.assets.lists.incoming import known_here
from pbapp.assets.lists.models import Batch, BatchState
from pbapp.assets.models import Asset, AssetArea, AssetKind, AssetState
from pbapp.assets.writing import write
from pbapp.audit import services as audit
from pbapp.boards.models import Board
from pbapp.boards.queries import list_wards
from pbapp.db import advisory_lock, db, flush
from pbapp.places import queries as places
from pbapp.places.models import Postcode

SOURCE = "ALISS"
HOME = "https://www.aliss.org/"
LICENCE = "CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)"
AREA = "area"
OVERLAP = timedelta(days=2)  # their clock is not ours, and a dump takes a while


def last_fetched(board: Board) -> datetime | None:
    """From when on changes are new to a board; None before the first fetch."""
    query = (
        select(Batch.read_at)
        .where(
            Batch.board_id == board.id, Batch.source == SOURCE, Batch.state == BatchState.IMPORTED
        )
        .order_by(Batch.read_at.desc())
        .limit(1)
    )
    at = db.session.scalar(query)
    return at - OVERLAP if at else None


def suggest(*, board: Board, found: list[Service], since: datetime | None = None) -> Batch:
    """Add each service of the board's wards, one entry a place, as suggestions to check.

    A suggestion that still waits as it came follows ALISS; one that an officer has decided on, or
    somebody has changed, is theirs and stays. `findings` of the batch counts what became of all.
    """
    # All at once: one by one, a whole directory would hold up everybody who writes meanwhile.
    known = postcodes.look_up(spot.postcode for service in found for spot in service.spots)
    advisory_lock(f"aliss {board.id}")
    batch = Batch(
        board_id=board.id,
        state=BatchState.IMPORTED,
        source=SOURCE,
        source_url=HOME,
        licence=LICENCE,
        choices={},
        findings={},
        read_at=clock.now(),
        imported_at=clock.now(),
    )
    db.session.add(batch)
    flush()
    suggesting = _Suggesting(board, batch, known)
    counted = suggesting.all(found, since)
    gone = suggesting.withdrawn()
    counted["withdrawn"] = len(gone)
    batch.findings = {**+counted, "imported": counted["imported"]}
    batch.choices = {"withdrawn": [str(asset.id) for asset in gone]}
    flush()
    audit.record(
        actor="command",
        verb="asset_batch.fetched",
        subject_type="asset_batch",
        subject_id=str(batch.id),
        board_id=board.id,
        facts=dict(batch.findings),
    )
    return batch


class _Suggesting:
    def __init__(self, board: Board, batch: Batch, known: dict[str, Postcode]) -> None:
        self.board, self.batch, self.postcodes = board, batch, known
        wards = list_wards(board)
        self.ward_ids = {ward.id for ward in wards}
        self.ward_codes = {ward.gss_code for ward in wards}
        self.known: Known = known_here(board.id)
        query = (
            select(Asset)
            .options(selectinload(Asset.serves).joinedload(AssetArea.area))
            .where(Asset.board_id == board.id, Asset.source == SOURCE)
        )
        self.seen: set[str] = set()
        self.ours = {asset.source_ref: asset for asset in db.session.scalars(query)}

    def all(self, found: list[Service], since: datetime | None) -> Counter[str]:
        counted: Counter[str] = Counter(rows=len(found), imported=0)
        for service in found:
            self.seen.update(_references(service))
            if since and service.updated_at and service.updated_at < since:
                counted["not_changed_since"] += 1
                continue
            if not service.spots:
                counted[self._without_place(service)] += 1
            for spot in service.spots:
                counted[self._one(service, spot)] += 1
        return counted

    def withdrawn(self) -> list[Asset]:
        """Ours that ALISS has no more, waiting or on the map. They stay as they are."""
        standing = (AssetState.WAITING, AssetState.PUBLISHED, AssetState.RETURNED)
        return [
            asset
            for reference, asset in self.ours.items()
            if reference not in self.seen and asset.state in standing
        ]

    def _serves(self, service: Service) -> list[str]:
        return sorted(self.ward_codes.intersection(service.areas))

    def _without_place(self, service: Service) -> str:
        """It comes to people: a suggestion where it says that it serves a ward of the board."""
        serves = self._serves(service)
        if not serves:
            return "without_place"
        entry = replace(_entry(service, "", serves), everywhere=True)
        return self._suggest(service, f"{service.id}/{AREA}", entry, None)

    def _one(self, service: Service, spot: Spot) -> str:
        row = self.postcodes.get(places.tidy_postcode(spot.postcode))
        if row is None:
            return "postcode_unknown"
        if row.area_id not in self.ward_ids:
            return "elsewhere"
        entry = replace(
            _entry(service, spot.words, self._serves(service)),
            postcode=row.postcode,
            ward_code=row.area.gss_code,
        )
        return self._suggest(service, f"{service.id}/{spot.id}", entry, row.area_id)

    def _suggest(self, service: Service, reference: str, entry: Entry, area_id: int | None) -> str:
        ours = self.ours.get(reference)
        if ours is not None:
            return self._follow(ours, entry)
        if self.known.find(service.name, area_id):
            return "likely_here"
        self._add(entry, service, reference)
        self.known.add(Kin(service.name, area_id), SOURCE, reference)
        return "imported"

    def _add(self, entry: Entry, service: Service, reference: str) -> None:
        asset = services.submit(board=self.board, entry=entry, is_example=self.board.is_example)
        asset.source, asset.source_ref, asset.licence = SOURCE, reference, LICENCE
        asset.source_url = service.page or HOME
        asset.batch_id = self.batch.id
        asset.updated_at = asset.submitted_at
        flush()
        self.ours[reference] = asset

    def _follow(self, asset: Asset, entry: Entry) -> str:
        if asset.state is not AssetState.WAITING or asset.updated_at != asset.submitted_at:
            return "theirs_now"
        names = ("name", "summary", "description", "website", "where_words")
        served = sorted(link.area.gss_code for link in asset.serves)
        is_there = asset.postcode == entry.postcode and served == entry.serves
        if is_there and all(getattr(asset, name) == getattr(entry, name) for name in names):
            return "as_before"
        write(asset, entry, self.board)
        flush()
        return "updated"


def _references(service: Service) -> list[str]:
    """How its suggestions are known again: one a place, or one for its area."""
    return [f"{service.id}/{spot.id}" for spot in service.spots] or [f"{service.id}/{AREA}"]


def _entry(service: Service, where_words: str, serves: list[str]) -> Entry:
    """What ALISS says, in our words and lengths. It has no hours, costs or access features."""
    run_by = service.organisation
    is_its_own = run_by.casefold() in ("", service.name.casefold())
    entry = Entry(
        kind=AssetKind.INSTITUTION,
        name=service.name,
        summary=_cut(service.description.split("\n")[0], 200) if is_its_own else "",
        description=_cut(service.description, 3000),
        website=service.website,
        where_words=where_words,
        serves=serves,
    )
    return entry if is_its_own else replace(entry, summary=_cut(f"Run by {run_by}", 200))


def _cut(text: str, most: int) -> str:
    """At most so many characters, cut between words."""
    if len(text) <= most:
        return text
    kept = text[: most - 1].rsplit(None, 1)[0]
    return f"{kept}…"
