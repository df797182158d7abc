"""What the worker does for groups every minute."""

from __future__ import annotations

from pbapp.organisations import joining
from pbapp.organisations.passport import files
from pbapp.organisations.passport import services as passport
from pbapp.web.context import settings


def forget_invitations() -> None:
    """Forget the addresses of people who were invited once."""
    joining.forget_old()


def forget_documents() -> None:
    """Delete the files of documents that were replaced or taken away."""
    files.forget_files(settings().uploads)


def remind() -> None:
    """Tell groups what of their passport runs out soon."""
    passport.remind(settings().public_url)
