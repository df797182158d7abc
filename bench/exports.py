"""The exports at 10,000 entries beside 200: `python -m bench.exports`.

Each entry has a regular time, access features and a contact. Prints seconds and megabytes of the
answer. A table may take as much longer as it is longer; its memory may not (the peak of the process
is that of making the entries up): entries are read a few hundred at a time.
"""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path

from sqlalchemy import select

from bench.list_page import product
from bench.map_data import fill
from pbapp import clock
from pbapp.assets.models import (
    Asset,
    AssetContact,
    AssetSession,
    AssetTerm,
    Confirmer,
    Vocabulary,
)
from pbapp.assets.oruk import checking
from pbapp.db import db, write_transaction

SIZES = (200, 10_000)
PATHS = (
    *("/assets.csv", "/assets.geojson", "/assets.jsonld", "/assets.ics", "/assets/embed"),
    "/openreferral/services?full=true&per_page=500",
)


def main() -> None:
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            measure(size, Path(folder))


def measure(size: int, folder: Path) -> None:
    app = product(folder, 1)
    with app.app_context():
        fill(size)
        enrich()
    client = app.test_client()
    for path in PATHS:
        start = time.perf_counter()
        answer = client.get(path)
        took = time.perf_counter() - start
        assert answer.status_code == 200, path
        said = f"{took:6.2f} s {len(answer.data) / 1e6:6.1f} MB  peak {peak():4.0f} MB"
        print(f"{size:6} {path:45} {said}")
    with app.app_context():
        start = time.perf_counter()
        checking.look()
        print(f"{size:6} {'the daily check':45} {time.perf_counter() - start:6.2f} s")


def enrich() -> None:
    """Give each entry what an export has to fetch besides."""
    with write_transaction():
        for asset in db.session.scalars(select(Asset)):
            asset.sessions.append(AssetSession(days=2, opens=600, closes=720))
            asset.terms.append(AssetTerm(vocabulary=Vocabulary.ACCESS, slug="step_free"))
            asset.contact = AssetContact(
                name="Example", consent_at=clock.now(), consent_by=Confirmer.GROUP
            )
        db.session.commit()


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
