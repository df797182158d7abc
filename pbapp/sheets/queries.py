"""What goes onto a sheet, which sheets are kept, and the entry a short address means."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload, undefer

from pbapp.assets.models import Asset, AssetArea, AssetKind, AssetState, Status
from pbapp.db import db
from pbapp.jobs.models import Job, JobState
from pbapp.sheets.models import PrintedSheet

SHEET_JOB = "sheets.sheet"
AT_WORK = (JobState.WAITING, JobState.RUNNING)


def list_for_ward(board_id: int, area_id: int, limit: int) -> tuple[Sequence[Asset], int]:
    """A ward's published entries by name, and how many there are in all; without what has closed
    for good, and without people's gifts, which never leave the page.

    Where there are more than `limit`, those confirmed longest ago are left out.
    """
    return _by_name(_printable(board_id, limit).where(Asset.area_id == area_id))


def list_coming_to(board_id: int, area_id: int, limit: int) -> tuple[Sequence[Asset], int]:
    """The same of entries that serve a ward and are based elsewhere, or in no one place."""
    served = select(AssetArea.asset_id).where(AssetArea.area_id == area_id)
    elsewhere = or_(Asset.area_id.is_(None), Asset.area_id != area_id)
    return _by_name(_printable(board_id, limit).where(Asset.id.in_(served), elsewhere))


def _printable(board_id: int, limit: int) -> Select[Asset, int]:
    return (
        select(Asset, func.count().over())
        .options(selectinload(Asset.terms), selectinload(Asset.sessions), joinedload(Asset.contact))
        .where(
            Asset.board_id == board_id,
            Asset.state == AssetState.PUBLISHED,
            Asset.kind != AssetKind.INDIVIDUAL,
            Asset.status != Status.CLOSED,
        )
        .order_by(Asset.confirmed_at.desc().nulls_last(), func.lower(Asset.name), Asset.id)
        .limit(limit)
    )


def _by_name(query: Select[Asset, int]) -> tuple[Sequence[Asset], int]:
    rows = db.session.execute(query).all()
    found = sorted((row[0] for row in rows), key=lambda asset: (asset.name.casefold(), asset.id))
    return found, rows[0][1] if rows else 0


def find_sheet(board_id: int, subject: str, variant: str, language: str) -> PrintedSheet | None:
    query = select(PrintedSheet).where(
        PrintedSheet.board_id == board_id,
        PrintedSheet.subject == subject,
        PrintedSheet.variant == variant,
        PrintedSheet.language == language,
    )
    return db.session.scalar(query)


def data_of(sheet: PrintedSheet) -> bytes | None:
    """The file itself."""
    query = (
        select(PrintedSheet)
        .options(undefer(PrintedSheet.data))
        .where(PrintedSheet.id == sheet.id)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).one().data


def job_of(sheet: PrintedSheet | None) -> Job | None:
    """The job that makes, or made, a sheet."""
    return db.session.get(Job, sheet.job_id) if sheet and sheet.job_id else None


def count_at_work() -> int:
    """How many sheets wait for the worker, or are in its hands."""
    query = (
        select(func.count()).select_from(Job).where(Job.kind == SHEET_JOB, Job.state.in_(AT_WORK))
    )
    return db.session.scalar(query) or 0


def find_by_ids(first: UUID, last: UUID) -> UUID | None:
    """The one entry whose id lies here; None for none, and for two.

    Merged ones too: paper lives longer than an entry, and their page leads to what was kept.
    """
    on_paper = (AssetState.PUBLISHED, AssetState.DUPLICATE)
    query = (
        select(Asset.id).where(Asset.id.between(first, last), Asset.state.in_(on_paper)).limit(2)
    )
    found = db.session.scalars(query).all()
    return found[0] if len(found) == 1 else None
