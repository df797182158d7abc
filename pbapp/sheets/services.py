"""Ask for a sheet as a PDF file, and keep it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from pbapp import clock
from pbapp.boards.models import Board
from pbapp.db import advisory_lock, db, flush
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job
from pbapp.refusal import N_, Refused
from pbapp.sheets import queries
from pbapp.sheets.models import PrintedSheet

AGAIN_AFTER = timedelta(minutes=10)
MOST_AT_ONCE = 4  # some seconds each, and e-mails wait behind them
KEPT_FOR = timedelta(days=32)  # a new month makes a new sheet, so none is asked for after that


def ask(*, board: Board, subject: str, variant: str, language: str, digest: str) -> PrintedSheet:
    """Have a sheet made unless the one that is kept will do; `digest` is of what it would say.

    Whoever asks while one is being made gets that one. What changes all the time is not made anew
    for each press, and the worker is never given more than a few at once.
    """
    advisory_lock(f"sheet {board.id} {subject}")
    sheet = queries.find_sheet(board.id, subject, variant, language)
    job = queries.job_of(sheet)
    if sheet is not None and (jobs.is_at_work(job) or will_do(sheet, digest)):
        return sheet
    if queries.count_at_work() >= MOST_AT_ONCE:
        raise Refused(N_("Many sheets are being made just now. Try again in a few minutes."))
    if sheet is None:
        sheet = PrintedSheet(board_id=board.id, subject=subject, variant=variant, language=language)
        db.session.add(sheet)
        flush()
    if job is not None:
        db.session.delete(job)
    sheet.job_id = jobs.ask(kind=queries.SHEET_JOB, arguments={"sheet_id": sheet.id}).id
    flush()
    return sheet


def forget_old() -> None:
    """Delete sheets that nobody will be given any more: a contact on one outlives its consent."""
    over = clock.now() - KEPT_FOR
    db.session.execute(delete(PrintedSheet).where(PrintedSheet.made_at < over))
    db.session.execute(delete(Job).where(Job.kind == queries.SHEET_JOB, Job.asked_at < over))


def will_do(sheet: PrintedSheet, digest: str) -> bool:
    """Whether a kept sheet says what is so now, or was made only minutes ago."""
    if sheet.made_at is None:
        return False
    return sheet.digest == digest or sheet.made_at > clock.now() - AGAIN_AFTER


def keep(*, sheet: PrintedSheet, data: bytes, digest: str) -> None:
    """Keep what the worker made, in place of the one before."""
    sheet.data = data
    sheet.size = len(data)
    sheet.digest = digest
    sheet.made_at = clock.now()
    flush()
