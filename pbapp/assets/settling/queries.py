"""Entries whose place says another ward than the one they are in."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pbapp.assets.history import BOUNDARIES, POSTCODES
from pbapp.assets.models import Asset, AssetKind, AssetState
from pbapp.assets.writing import standing
from pbapp.boards.models import Board, BoardArea, Council
from pbapp.db import db
from pbapp.jobs.models import Job, JobState
from pbapp.jobs.services import answer_of
from pbapp.places import queries as places
from pbapp.places.models import Area, Postcode

KIND = "assets.wards"
GONE = (AssetState.REFUSED, AssetState.DUPLICATE)


@dataclass(frozen=True)
class Found:
    """An entry, its ward so far, and the ward its place is in now; None: in none of the council.

    `is_outside`: that ward is not one of its board's, so the entry stays where it is. `version`:
    the entry's when we looked. `by`: what says so, as its history has it. `is_asked`: its ward is
    no more, and only a person can say which it is in now.
    """

    asset_id: UUID
    board_id: int
    name: str
    before: str
    now: Area | None
    is_outside: bool
    version: int
    by: str
    is_asked: bool

    @property
    def goes_on(self) -> bool:
        """Whether its ward only has a new code: nobody would see a difference."""
        return self.now is not None and not self.is_outside and self.now.name == self.before


def find_council(area_id: int) -> Council | None:
    query = select(Council).options(joinedload(Council.area)).where(Council.area_id == area_id)
    return db.session.scalar(query)


def look(council: Council) -> tuple[list[Found], int]:
    """Every entry of a council's boards whose ward is another now; and how many were looked at.

    A point goes by official boundaries, else by its postcode, as when it was added. What somebody
    only said the ward of stays there, or where that is no more goes to the one ward it has become.
    People's gifts have no place; see `services.move_what_only_has_a_ward`.
    """
    wards = {ward.id: ward for ward in places.list_wards(council.area)}
    by_code = {ward.gss_code: ward for ward in wards.values()}
    at = places.current_boundary_set(council.area)
    ward_at = places.wards_by_point(council.area) if at and not at.is_schematic else None
    by_shape = f"{BOUNDARIES} {at.name if at else ''}"[:120]
    query = select(Postcode.postcode, Postcode.area_id).where(Postcode.area_id.in_(wards))
    by_postcode = {row.postcode: row.area_id for row in db.session.execute(query)}
    heirs = {ward.id: places.list_heirs(ward) for ward in places.list_former_wards(council.area)}
    found, number = [], 0
    for asset, own in _entries(council):
        point, postcode = standing(asset)
        if point is not None and ward_at is not None:
            now, by = by_code.get(ward_at(*point) or ""), by_shape
        elif postcode in by_postcode:
            now, by = wards[by_postcode[postcode]], POSTCODES
        elif asset.area is not None and asset.area.ended_on is not None:
            now, by = heir_among(heirs[asset.area.id], own), by_shape
        else:
            continue
        number += 1
        if (now.id if now else None) != asset.area_id:
            before = asset.area.name if asset.area else ""
            is_outside = now is None or now.id not in own
            where = (asset.id, asset.board_id, asset.name, before, now)
            is_asked = now is None and point is None
            found.append(Found(*where, is_outside, asset.version, by, is_asked))
    return found, number


def heir_among(heirs: Collection[Area], own: Collection[int]) -> Area | None:
    """The one of what a ward has become that is a board's."""
    here = [one for one in heirs if one.id in own]
    return here[0] if len(here) == 1 else None


def _entries(council: Council) -> Iterator[tuple[Asset, Collection[int]]]:
    """The entries of a council's boards, each with the ids of its board's wards."""
    own = wards_by_board(council)
    query = (
        select(Asset)
        .options(joinedload(Asset.area))
        .where(
            Asset.board_id.in_(own),
            Asset.kind != AssetKind.INDIVIDUAL,
            Asset.state.not_in(GONE),
        )
        .order_by(Asset.name, Asset.id)
    )
    for asset in db.session.scalars(query):
        yield asset, own[asset.board_id]


def wards_by_board(council: Council) -> dict[int, set[int]]:
    """The ids of the wards of each board of a council."""
    own: dict[int, set[int]] = {}
    pairs = select(BoardArea.board_id, BoardArea.area_id).join(
        Board, Board.id == BoardArea.board_id
    )
    for board_id, area_id in db.session.execute(pairs.where(Board.council_id == council.id)):
        own.setdefault(board_id, set()).add(area_id)
    return own


@dataclass(frozen=True)
class Report:
    """What the newest look at a board's entries found: those put right, and those still outside."""

    at: datetime | None
    moved: list[dict[str, str]]
    outside: list[dict[str, str]]


def find_report(board: Board) -> Report | None:
    """None before anybody looked. An entry that was edited since is no longer outside."""
    query = (
        select(Job)
        .where(
            Job.kind == KIND,
            Job.state == JobState.DONE,
            Job.arguments["area_id"].as_integer() == board.council.area_id,
        )
        .order_by(Job.asked_at.desc(), Job.id)
        .limit(1)
    )
    job = db.session.scalar(query)
    said = answer_of(job)
    if job is None or said is None:
        return None
    outside = [one for one in said["outside"] if one["board"] == board.id]
    edited = select(Asset.id).where(
        Asset.id.in_([UUID(one["id"]) for one in outside]),
        (Asset.updated_at > job.asked_at) | Asset.state.in_(GONE),
    )
    done = {str(asset_id) for asset_id in db.session.scalars(edited)}
    return Report(
        job.ended_at,
        [one for one in said["moved"] if one["board"] == board.id],
        [one for one in outside if one["id"] not in done],
    )
