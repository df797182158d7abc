"""Documents people send: of a kind that we know by its bytes, not by its name; kept unchanged."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pbapp.refusal import N_, Refused
from pbapp.web.uploads import write_whole

LARGEST = 8 * 1024 * 1024  # under what a whole request may be
MOST_PARTS = 2000
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
_OPEN = {MEDIA_TYPES[ending]: ending for ending in ("odt", "ods")}


@dataclass(frozen=True)
class Document:
    """A file in the uploads folder, `<digest>.<ending>`; `digest` is its SHA-256."""

    digest: str
    ending: str
    size: int

    @property
    def file_name(self) -> str:
        return f"{self.digest}.{self.ending}"


def store_document(*, stream: IO[bytes], folder: Path, field: str = "document") -> Document:
    """Keep a PDF file, a Word or OpenDocument text, or a spreadsheet of up to 8 MB.

    Raises `Refused` beside `field` for anything else, an empty file, or one with macros.
    """
    data = stream.read(LARGEST + 1)
    if not data:
        raise Refused(N_("This file is empty."), field)
    if len(data) > LARGEST:
        raise Refused(N_("This file is too large. Use one of 8 MB or less."), field)
    ending = _kind_of(data, field)
    document = Document(hashlib.sha256(data).hexdigest(), ending, len(data))
    write_whole(folder / document.file_name, data)
    return document


def _kind_of(data: bytes, field: str) -> str:
    if data.startswith(b"%PDF-"):
        return "pdf"
    refusal = Refused(
        N_(
            "We do not know this kind of file. Use a PDF, Word (docx), Excel (xlsx) or "
            "OpenDocument (odt, ods) file."
        ),
        field,
    )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            names = set(parts.namelist())
            said = _beginning(parts, "mimetype") if "mimetype" in names else ""
    except UNREADABLE as error:
        raise refusal from error
    found = next((kind for part, kind in _PARTS.items() if part in names), _OPEN.get(said))
    if found is None or len(names) > MOST_PARTS:
        raise refusal
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused(N_("This file holds macros. Save it without them, or as a PDF."), field)
    return found


def _beginning(parts: zipfile.ZipFile, name: str) -> str:
    """The first letters of a part, however large it says it is."""
    with parts.open(name) as part:
        return part.read(100).decode("ascii")
