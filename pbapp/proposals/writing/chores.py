"""What the worker does for drafts every minute."""

from __future__ import annotations

from pbapp.proposals.writing import services
from pbapp.proposals.writing.acts import FOLDER
from pbapp.web import document_rows
from pbapp.web.context import settings


def forget_old() -> None:
    """Forget what nobody came back to, and what has been sent in."""
    services.forget_old()


def forget_files() -> None:
    """Delete the files of documents that were taken off or never sent in."""
    document_rows.forget_files(settings().uploads / FOLDER)
