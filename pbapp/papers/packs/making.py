"""The worker makes a pack: facts first, then each document as a PDF and a Word file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from pbapp.accounts.models import Account
from pbapp.db import db, write_transaction
from pbapp.jobs import services as jobs
from pbapp.jobs.services import job, report
from pbapp.papers.meetings.models import Meeting
from pbapp.papers.packs import services
from pbapp.papers.packs.document import Block, canonical, digest_of
from pbapp.papers.packs.gathering import gather
from pbapp.papers.packs.models import Pack
from pbapp.papers.packs.queries import FILES_JOB, PACK_JOB, facts_of
from pbapp.papers.packs.services import Made
from pbapp.papers.packs.word import word_file
from pbapp.refusal import N_
from pbapp.web.pdf import NoPdf, render_pdf

READING = N_("Reading what happened since the last meeting")
WRITING = N_("Writing the PDF and Word files")
KEEPING = N_("Keeping the pack")


@job(PACK_JOB)
def make(*, job_id: UUID, meeting_id: int, asked_by: str) -> None:
    """Gather, freeze, write and keep.

    The answer is kept in the transaction that keeps the pack: killed anywhere, the next run either
    finds both or does both.
    """
    answered = jobs.has_answered(job_id)
    meeting = db.session.get(Meeting, meeting_id)
    if answered or meeting is None:
        db.session.rollback()
        return
    db.session.rollback()
    report(job_id, done=0, total=3, step=READING)
    language = meeting.board.language
    with force_locale(_locale(language)):
        facts = gather(meeting, _tag(language))
        same = services.says_nothing_new(meeting, facts)
        version = same.version if same else None
        db.session.rollback()
        if version is not None:
            _answer(job_id, version=version, is_same=True)
            return
        files, has_pdf = write_files(job_id, facts)
    report(job_id, done=2, total=3, step=KEEPING)
    with write_transaction():
        pack = services.keep(
            meeting=db.session.get_one(Meeting, meeting_id),
            facts=facts,
            files=files,
            asked_by=db.session.get(Account, UUID(asked_by)),
        )
        jobs.answer(job_id, {"version": pack.version, "no_pdf": not has_pdf})
        db.session.commit()
    report(job_id, done=3, total=3)


@job(FILES_JOB)
def make_files(*, job_id: UUID, pack_id: int) -> None:
    """Write the files that a pack has not got, from its frozen facts: the libraries may be there
    now that were missing when it was made."""
    pack = db.session.get(Pack, pack_id)
    if pack is None:
        db.session.rollback()
        return
    facts = facts_of(pack)
    there = {(file.document, file.ending) for file in pack.files}
    language = pack.meeting.board.language
    db.session.rollback()
    with force_locale(_locale(language)):
        files, _has_pdf = write_files(job_id, facts)
    report(job_id, done=2, total=3, step=KEEPING)
    with write_transaction():
        missing = [one for one in files if (one.document, one.ending) not in there]
        services.add_files(pack=db.session.get_one(Pack, pack_id), files=missing)
        db.session.commit()
    report(job_id, done=3, total=3)


def write_files(job_id: UUID, facts: dict[str, Any]) -> tuple[list[Made], bool]:
    """Every document as a Word file, and as a PDF file where this computer can make one."""
    marks = prints(facts)
    files: list[Made] = []
    has_pdf = True
    for place, document in enumerate(facts["documents"]):
        report(job_id, done=1, total=3, step=WRITING)
        word = word_file(document, language=facts["language"], prints=marks)
        files.append(Made(place, "docx", word))
        try:
            page = pdf_page(document, language=facts["language"], marks=marks)
            files.append(Made(place, "pdf", render_pdf(page)))
        except NoPdf:
            has_pdf = False
    return files, has_pdf


def pdf_page(document: Block, *, language: str, marks: list[tuple[str, str]]) -> str:
    """A document as a page for a PDF file, made of the frozen facts and nothing else."""
    # Not render_template: that asks who is looking, and here nobody is.
    template = current_app.jinja_env.get_template("papers/packs/pdf.html")
    return template.render(lang=language, document=document, marks=marks)


def prints(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """What a document is checked with: the digest of the facts, and the officers' log."""
    return [
        (_("Fingerprint of this pack (SHA-256)"), digest_of(canonical(facts))),
        (
            _("Head of the officers' log (entry %(number)s)", number=facts["log"]["number"]),
            facts["log"]["head"],
        ),
    ]


def _answer(job_id: UUID, **found: Any) -> None:
    with write_transaction():
        jobs.answer(job_id, found)
        db.session.commit()


def _locale(language: str) -> str:
    return "en_GB" if language == "en" else language.replace("-", "_")


def _tag(language: str) -> str:
    return "en-GB" if language == "en" else language.replace("_", "-")
