"""Documents with a row of their own: kept in a room's folder, handed over, forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from sqlalchemy import select

from pbapp import clock
from pbapp.db import db, flush
from pbapp.web.documents import MEDIA_TYPES, store_document
from pbapp.web.models import Document

ENDINGS = {media_type: ending for ending, media_type in MEDIA_TYPES.items()}
ABANDONED_SECONDS = 24 * 60 * 60


def keep(*, stream: IO[bytes], folder: Path) -> Document:
    """Keep a document as it came, named by its digest; raises `Refused` beside `document`."""
    stored = store_document(stream=stream, folder=folder)
    document = Document(
        digest=stored.digest,
        media_type=MEDIA_TYPES[stored.ending],
        size=stored.size,
        uploaded_at=clock.now(),
    )
    db.session.add(document)
    flush()
    (folder / file_name(document)).touch()  # one that lay here unnamed is wanted again: see below
    return document


def file_name(document: Document) -> str:
    """Its name in the folder; nothing a person typed is in it."""
    return f"{document.digest}.{ENDINGS[document.media_type]}"


def forget_files(folder: Path) -> int:
    """Delete the files of documents that no row names any more; returns how many.

    A file younger than a day stays: the row that names it may not be committed yet.
    """
    known = set(db.session.scalars(select(Document.digest)))
    gone = 0
    for file in sorted(folder.glob("*")):
        age = clock.now().timestamp() - file.stat().st_mtime
        if file.stem.partition(".")[0] not in known and age > ABANDONED_SECONDS:
            file.unlink(missing_ok=True)
            gone += 1
    return gone
