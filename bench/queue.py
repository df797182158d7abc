"""The officers' queue with 20 and with 500 things in it: `python -m bench.queue`.

One process, one SQLite file for each size; the pages take turns. The first page is fetched, as an
officer sees it: numbers at the top, filters, and as many lines as a page has.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Flask
from sqlalchemy import select, update

from bench.list_page import SIZES, product, take_turns
from pbapp.accounts import services as accounts
from pbapp.accounts.models import Account
from pbapp.db import db, write_transaction
from pbapp.desk.queue.filters import PER_PAGE
from pbapp.proposals.models import Proposal, ProposalState


def main() -> None:
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as many:
        sizes = zip((few, many), SIZES, strict=True)
        apps = [waiting(Path(folder), size) for folder, size in sizes]
        took = take_turns(*(fetcher(app) for app in apps))
        for app in apps:
            with app.app_context():
                db.engine.dispose()
    for size, milliseconds in zip(SIZES, took, strict=True):
        print(f"queue: {size} proposals wait: {milliseconds:.1f} ms")
    print(f"{took[1] / took[0]:.2f} times as long, {PER_PAGE} lines on a page")


def waiting(folder: Path, size: int) -> Flask:
    """The product with proposals that nobody has decided on."""
    app = product(folder, size)
    with app.app_context(), write_transaction():
        db.session.execute(update(Proposal).values(state=ProposalState.SUBMITTED))
        db.session.commit()
    return app


def fetcher(app: Flask):  # type: ignore[no-untyped-def]
    """Fetches the desk as the officer of the bench's world."""
    client = app.test_client()
    with app.app_context(), write_transaction():
        officer = db.session.scalar(select(Account).where(Account.email == "officer@example.org"))
        assert officer is not None
        token = accounts.sign_in(account=officer)
        db.session.commit()
    with client.session_transaction() as session:
        session["_user_id"] = token
        session["_fresh"] = True

    def fetch() -> None:
        answer = client.get("/desk?who=turn")
        assert answer.status_code == 200, answer.status

    return fetch


if __name__ == "__main__":
    main()
