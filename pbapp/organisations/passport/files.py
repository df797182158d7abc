"""The documents behind a passport: kept in a folder of their own, and forgotten when replaced."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from pbapp.web import document_rows
from pbapp.web.models import Document

FOLDER = "passports"  # of the uploads


def keep(*, stream: IO[bytes], uploads: Path) -> Document:
    """Keep a document as it came, named by its digest; raises `Refused` beside `document`."""
    return document_rows.keep(stream=stream, folder=uploads / FOLDER)


def path_of(document: Document, uploads: Path) -> Path:
    """Where a document lies; nothing a person typed is in its name."""
    return uploads / FOLDER / document_rows.file_name(document)


def forget_files(uploads: Path) -> int:
    """Delete the files of documents that no row names any more; returns how many."""
    return document_rows.forget_files(uploads / FOLDER)
