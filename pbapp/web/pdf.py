"""Tagged PDF files (PDF/UA) from HTML, made without a network. Only the worker makes them.

WeasyPrint and what it loads weigh more than a web process may, so it is imported when a file is
made and at no other time. See docs/decisions/0086-pdf-files.md.
"""

from __future__ import annotations

import functools
import mimetypes
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pbapp.web.static_files import STATIC

# Scripts that the fonts in static/vendor/fonts have letters for, by language.
OUR_LETTERS = frozenset({"en", "gd", "pl", "ro", "lt", "uk", "ru", "bg", "fr", "es", "de", "ur"})


class NoPdf(Exception):
    """This computer cannot make PDF files: the libraries that WeasyPrint stands on are missing."""


def render_pdf(html: str) -> bytes:
    """A tagged PDF of a whole page: its language, title, headings, tables and figures.

    Addresses in the page are read as files in `static/`; nothing else is read and nothing fetched.
    Raises `NoPdf` where WeasyPrint's libraries are missing.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except OSError as error:
        raise NoPdf(str(error)) from error

    class OwnFiles(URLFetcher):
        """Serves files of `static/`, and pictures written into the page itself."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:image/"):
                return super().fetch(url, headers)
            parts = urlsplit(url)
            path = Path(os.path.normpath(unquote(parts.path)))  # may be linked to
            own = (parts.scheme, parts.netloc) == ("file", "") and path.is_relative_to(STATIC)
            if not own or not path.is_file():
                raise ValueError(f"Only files of static/ may stand in a PDF, not {url}")
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    page = HTML(string=html, base_url=f"{STATIC.as_uri()}/", url_fetcher=OwnFiles())
    made: bytes = page.write_pdf(pdf_variant="pdf/ua-1")
    return made


@functools.cache
def has_letters(language: str) -> bool:
    """Whether a language can be printed: with our own fonts, or one that this computer has."""
    spoken = language.replace("_", "-").split("-")[0]
    if spoken in OUR_LETTERS:
        return True
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    asked = subprocess.run(  # noqa: S603 — no text of anybody's goes in
        [lister, f":lang={spoken}", "family"], capture_output=True, text=True, check=False
    )
    return bool(asked.stdout.strip())
