"""The entries that help a priority: a page of them, and how many there are in each ward."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import joinedload

from pbapp.assets.models import Asset, AssetKind, AssetPriority, AssetState, Status
from pbapp.db import db
from pbapp.places.models import Area

PER_PAGE = 10


@dataclass(frozen=True)
class Helping:
    """`main` holds those on this page for which it is their main priority, `others` the rest.

    `by_ward` has, by area id, how many there are with it as main priority, and how many others;
    None: those in no one ward, people's gifts among them.
    """

    main: list[Asset]
    others: list[Asset]
    page: int
    by_ward: dict[int | None, tuple[int, int]]

    @property
    def total(self) -> int:
        return sum(self.count(None))

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))

    @property
    def assets(self) -> list[Asset]:
        return [*self.main, *self.others]

    def count(self, wards: list[Area] | None) -> tuple[int, int]:
        """How many have it as main priority and how many not: in these wards, or altogether."""
        wanted = self.by_ward if wards is None else [ward.id for ward in wards]
        counts = [self.by_ward.get(area_id, (0, 0)) for area_id in wanted]
        return sum(main for main, _ in counts), sum(other for _, other in counts)


def find_helping(board_id: int, priority_id: int, page: int) -> Helping:
    """In two queries; a page beyond the last is empty."""
    where = _helps(board_id, priority_id)
    shown = case((Asset.kind == AssetKind.INDIVIDUAL, None), else_=Asset.area_id)
    main = func.count().filter(AssetPriority.is_main)
    counts = (
        select(shown, main, func.count())
        .join(AssetPriority, AssetPriority.asset_id == Asset.id)
        .where(*where)
        .group_by(shown)
    )
    rows = (
        select(Asset, AssetPriority.is_main)
        .join(AssetPriority, AssetPriority.asset_id == Asset.id)
        .options(joinedload(Asset.area))
        .where(*where)
        .order_by(AssetPriority.is_main.desc(), func.lower(Asset.name), Asset.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    found = db.session.execute(rows).all()
    return Helping(
        [asset for asset, is_main in found if is_main],
        [asset for asset, is_main in found if not is_main],
        page,
        {area_id: (n, total - n) for area_id, n, total in db.session.execute(counts)},
    )


def _helps(board_id: int, priority_id: int) -> list[ColumnElement[bool]]:
    """What the list of the map shows for a priority."""
    return [
        Asset.board_id == board_id,
        Asset.state == AssetState.PUBLISHED,
        Asset.status != Status.CLOSED,
        AssetPriority.priority_id == priority_id,
    ]
