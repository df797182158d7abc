"""What a board pack costs: `python -m bench.pack [FILE.pb]`.

Loads the demo, brings in an election (of `../shared/pabulib/dev` the one with most projects, or one
you name) as a round of the board, makes a pack as the worker does, and prints CPU seconds for it,
for a PDF file of one line made in the same process, and their ratio.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ELECTION = Path("../shared/pabulib/dev/Poland_Wieliczka_2023_Green_Budget.pb")


def main() -> None:
    from tests.demos import environment_of, load_demo

    source = Path(sys.argv[1]) if len(sys.argv) > 1 else ELECTION
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(environment_of(load_demo(Path(folder))))
        pack, line, projects = measure(source.read_bytes())
    print(
        f"A board pack with a result of {projects} projects: {pack:.2f} s of CPU, "
        f"{pack / line:.0f} times a PDF file of one line ({line:.3f} s)."
    )


def measure(source: bytes) -> tuple[float, float, int]:
    """CPU seconds for a pack and for one line, and the number of projects."""
    from pbapp import create_app
    from pbapp.db import db
    from pbapp.jobs import services as jobs
    from pbapp.jobs.worker import load_jobs
    from pbapp.papers.packs import queries
    from pbapp.web.pdf import render_pdf

    load_jobs()
    with create_app().app_context():
        jobs.run_due()
        meeting_id, projects = prepare(source)
        render_pdf(PAGE)  # what is loaded once is nobody's time
        line = seconds(lambda: render_pdf(PAGE))
        pack = seconds(jobs.run_due)
        job = queries.find_job(meeting_id)
        if not jobs.answer_of(job):
            raise RuntimeError(f"no pack was made: {job and job.error}")
        db.session.rollback()
    return pack, line, projects


PAGE = "<!doctype html><html lang='en'><title>One line</title><h1>One line</h1></html>"


def seconds(work) -> float:  # type: ignore[no-untyped-def]
    before = time.process_time()
    work()
    return time.process_time() - before


def prepare(source: bytes) -> tuple[int, int]:
    """A meeting whose pack is asked for, with this election among its results."""
    from sqlalchemy import select

    from pbapp import clock
    from pbapp.accounts.models import Account
    from pbapp.boards.models import Board, Membership, Role
    from pbapp.db import db, write_transaction
    from pbapp.papers.meetings.models import Meeting
    from pbapp.papers.packs import services
    from pbapp.results import importing
    from pbapp.tally import parse_pabulib_bytes

    election = parse_pabulib_bytes(source)
    counted = importing.prepare(election=election, source=source)
    with write_transaction():
        clerk = db.session.scalars(select(Membership).where(Membership.role == Role.CLERK)).first()
        if clerk is None:
            raise LookupError("the demo has no clerk")
        board = db.session.get_one(Board, clerk.board_id)
        importing.import_pabulib(counted=counted, actor="bench", slug="bench", board=board)
        meeting = Meeting(
            board_id=clerk.board_id,
            starts_at=clock.now() + timedelta(days=3),
            minutes=120,
            place="Hall",
        )
        db.session.add(meeting)
        db.session.flush()
        by = db.session.get_one(Account, clerk.account_id)
        services.press(meeting=meeting, by=by)
        db.session.commit()
        return meeting.id, len(election.instance.projects)


if __name__ == "__main__":
    main()
