"""Ballot packs as PDF files, made by the worker: papers, posters, and what is handed over where."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import delete

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.ballots.paper import queries
from pbapp.ballots.paper.models import PaperChannel, Venue
from pbapp.ballots.paper.sheet import LARGE, Sheet, sheet_of
from pbapp.ballots.paper.words import box_words, pot_words, pots_words
from pbapp.ballots.queries import closes_at
from pbapp.ballots.roll import terms
from pbapp.ballots.roll.forms import CONNECTIONS, age_words
from pbapp.ballots.roll.identity import TOO_YOUNG
from pbapp.boards.services import must_be_officer
from pbapp.config import ROOT
from pbapp.db import db, write_transaction
from pbapp.jobs import delivery
from pbapp.jobs import services as jobs
from pbapp.jobs.delivery import File
from pbapp.jobs.models import Job
from pbapp.jobs.services import job, report
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Round
from pbapp.rounds.queries import find_round_by_id
from pbapp.rounds.services import log
from pbapp.web.context import settings
from pbapp.web.pdf import NoPdf, has_letters, render_pdf
from pbapp.web.qr import qr_code

PACK_JOB = "paper.pack"
KEPT_FOR = timedelta(days=1)
NOT_FOR_NAMES = re.compile(r"[^a-z0-9]+")


def languages() -> list[str]:
    """Languages papers can be printed in: English, and those whose texts are translated."""
    folder = ROOT / "translations"
    return ["en", *sorted(code for code in settings().languages if _is_translated(folder, code))]


def _is_translated(folder: Path, code: str) -> bool:
    return code != "en" and (folder / code.replace("-", "_") / "LC_MESSAGES/messages.mo").is_file()


def ask(
    *,
    round: Round,
    venues: Sequence[Venue],
    prints: Sequence[str],
    spoken: Sequence[str],
    copies: int,
    own_ward: bool,
    by: Account,
) -> Job:
    """Ask the worker for the papers of these places (of none in particular if there are none)."""
    must_be_officer(round.board_id, by)
    sheet_of(round)
    if not prints:
        raise Refused(N_("Choose ordinary print, large print, or both."), "prints")
    arguments = {
        "round_id": round.id,
        "venues": [venue.id for venue in venues],
        "prints": list(prints),
        "languages": [code for code in spoken if code in languages()] or ["en"],
        "copies": copies,
        "own_ward": own_ward,
    }
    log(round, by, "paper.pack_asked", {k: v for k, v in arguments.items() if k != "round_id"})
    return jobs.ask(kind=PACK_JOB, arguments=arguments)


def find(round: Round, job_id: UUID) -> Job | None:
    """A pack of this round that somebody asked for."""
    asked = db.session.get(Job, job_id)
    if asked is None or asked.kind != PACK_JOB or asked.arguments["round_id"] != round.id:
        return None
    return asked


def forget_old() -> None:
    """Delete packs asked for more than a day ago; they can be made again."""
    over = clock.now() - KEPT_FOR
    db.session.execute(delete(Job).where(Job.kind == PACK_JOB, Job.asked_at < over))


@job(PACK_JOB)
def run(
    *,
    job_id: UUID,
    round_id: int,
    venues: list[int],
    prints: list[str],
    languages: list[str],
    copies: int,
    own_ward: bool,
) -> None:
    """Make every file of a pack and keep them with the job."""
    round = find_round_by_id(round_id)
    if round is None:
        return
    found = [venue for venue in queries.list_venues(round) if venue.id in venues]
    facts: dict[str, Any] = {"no_letters": [code for code in languages if not has_letters(code)]}
    spoken = [code for code in languages if has_letters(code)]
    pages = list(_pages(round, found, prints, spoken, copies, own_ward))
    db.session.rollback()
    files = []
    try:
        for place, (name, about, html) in enumerate(pages):
            report(job_id, done=place, total=len(pages), step=about)
            files.append(File(f"{name}.pdf", render_pdf(html), about))
    except NoPdf:
        facts["no_pdf"] = True
    with write_transaction():
        delivery.deliver(job_id, files, **facts)
        db.session.commit()
    report(job_id, done=len(pages), total=len(pages))


def _pages(
    round: Round,
    venues: Sequence[Venue],
    prints: Sequence[str],
    spoken: Sequence[str],
    copies: int,
    own_ward: bool,
) -> Iterator[tuple[str, str, str]]:
    """A file's name, what it is, and its page, for each file."""
    for code in spoken:
        with force_locale(code.replace("-", "_")):
            places: Sequence[Venue | None] = venues or [None]
            for venue in places:
                for size in prints:
                    name = "-".join([_("ballot-paper"), _file_name(venue, round), size, code])
                    where = venue.name if venue else _("any place")
                    large = size == LARGE
                    kind = _("Ballot paper in large print") if large else _("Ballot paper")
                    yield name, f"{kind}: {where}", paper_page(round, venue, large, own_ward, code)
            yield f"poster-{round.slug}-{code}", _("Poster"), poster_page(round, code)
    if venues:
        code = spoken[0] if spoken else "en"
        with force_locale(code.replace("-", "_")):
            html = _render("handover", code, round=round, venues=venues, copies=copies)
            yield f"handed-over-{round.slug}", _("What is handed over where"), html


def _file_name(venue: Venue | None, round: Round) -> str:
    plain = unicodedata.normalize("NFKD", venue.name if venue else round.slug).casefold()
    ascii_only = plain.encode("ascii", "ignore").decode()
    return NOT_FOR_NAMES.sub("-", ascii_only).strip("-") or f"place-{venue.id if venue else 0}"


def paper_page(round: Round, venue: Venue | None, large: bool, own_ward: bool, code: str) -> str:
    """The ballot paper of one place as a page for a PDF file."""
    return _render("paper", code, is_large=large, **paper_context(round, venue, own_ward))


def paper_context(round: Round, venue: Venue | None, own_ward: bool) -> dict[str, Any]:
    """What a ballot paper says, on the page to print and in the file alike."""
    sheet = _sheet(round, venue, own_ward)
    return {
        "round": round,
        "venue": venue,
        "sheet": sheet,
        "pots_words": pots_words(sheet),
        "pots": [(pot, pot_words(sheet, pot)) for pot in sheet.pots],
        "box_words": box_words(sheet),
        "has_declaration": venue is None or venue.channel is not PaperChannel.HALL,
        "connections": [CONNECTIONS[connection] for connection in sheet.connections],
        "ages": [
            age_words(start, end)
            for value, start, end in terms.bands_of(round)
            if value != TOO_YOUNG
        ],
        "closes_at": closes_at(round),
    }


def _sheet(round: Round, venue: Venue | None, own_ward: bool) -> Sheet:
    ward = venue.area.gss_code if own_ward and venue is not None and venue.area else None
    return sheet_of(round, ward)


def poster_page(round: Round, code: str) -> str:
    """A poster: what is voted on, until when, where, and a code to scan."""
    address = f"{settings().public_url}/rounds/{round.slug}"
    return _render(
        "poster",
        code,
        round=round,
        sheet=sheet_of(round),
        address=address,
        qr=qr_code(address),
        venues=[v for v in queries.list_venues(round) if v.channel is not PaperChannel.PARTNER],
        closes_at=closes_at(round),
    )


def _render(name: str, code: str, **context: Any) -> str:
    # Not render_template: that asks who is looking, and here nobody is.
    template = current_app.jinja_env.get_template(f"ballots/paper/pdf_{name}.html")
    return template.render(lang="en-GB" if code == "en" else code.replace("_", "-"), **context)
