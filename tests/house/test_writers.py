"""Eight threads and the worker write at once, as on a busy evening: nobody is turned away."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import select

from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job, JobState
from pbapp.jobs.worker import load_jobs
from pbapp.messages.models import Mail, MailState
from tests.ballots.boxes import at_once, box_on
from tests.ballots.walk import ABOUT

THREADS = 8
VOTES_EACH = 3


def test_eight_threads_and_the_worker_write_and_no_request_fails(tmp_path: Path) -> None:
    with box_on("sqlite", tmp_path, str) as box:
        slug = box.open_round()
        load_jobs()
        box.app.config["WTF_CSRF_ENABLED"] = False
        done = threading.Event()
        trouble: list[BaseException] = []

        def work() -> None:
            try:
                with box.app.app_context():
                    while not done.is_set():
                        jobs.run_due()
            except BaseException as error:
                trouble.append(error)

        def one_person_after_another(thread: int) -> list[int]:
            statuses = []
            for number in range(VOTES_EACH):
                client = box.app.test_client()
                who = f"{'abcdefgh'[thread]}{'abcdefgh'[number]}"
                base = f"/rounds/{slug}/vote"
                steps = [
                    (base, {**ABOUT, "name": f"Voter {who}"}),
                    (f"{base}/prove", {"email": f"{who}@example.org"}),
                ]
                statuses += [client.post(path, data=data).status_code for path, data in steps]
                code = {"code": code_for(f"{who}@example.org")}
                statuses.append(client.post(f"{base}/code", data=code).status_code)
                sent = {"key": f"{thread:016x}{number:016x}", "choice": ["1", "2"]}
                statuses.append(client.post(f"{base}/review", data=sent).status_code)
                statuses.append(client.get(f"{base}/done").status_code)
            return statuses

        def code_for(address: str) -> str:
            with box.app.app_context():
                mail = db.session.scalars(select(Mail).where(Mail.to_address == address)).one()
                code = str((mail.context or {})["code"])
                db.session.rollback()
                return code

        worker = threading.Thread(target=work)
        worker.start()
        try:
            found = at_once(
                [lambda thread=t: one_person_after_another(thread) for t in range(THREADS)]
            )
        finally:
            done.set()
            worker.join()
        assert found == [[303, 303, 303, 303, 200] * VOTES_EACH] * THREADS
        assert trouble == []
        assert len(box.live(slug)) == THREADS * VOTES_EACH
        with box.app.app_context():
            jobs.run_due()
            assert set(db.session.scalars(select(Mail.state))) == {MailState.SENT}
            assert set(db.session.scalars(select(Job.state))) == {JobState.DONE}
            db.session.rollback()
