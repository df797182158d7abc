"""Read a zip file that a stranger may have made, without unpacking it by its own names."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from lzma import LZMAError
from pathlib import Path
from typing import IO, BinaryIO, NoReturn
from zipfile import ZipFile, ZipInfo

from pbapp.places.problems import FileProblems, brief

START = b"PK"
MAX_MEMBERS = 2_000
# Deflate makes a thousandth at most; real boundaries and postcodes shrink to a tenth.
MAX_RATIO = 200
SMALL = 1024 * 1024  # of so little even a thousandfold is no bomb
PIECE = 1024 * 1024
BROKEN = (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, OSError, RuntimeError, ValueError)


@contextmanager
def opened(path: Path, *, most: int) -> Iterator[ZipFile]:
    """A zip whose members have decent names and, together, no more than `most` bytes."""
    try:
        with ZipFile(path) as zipped:
            _check(zipped.infolist(), most)
            yield zipped
    except NotImplementedError:
        _no("The zip is packed in a way we cannot unpack. Unpack it, and zip its files again.")
    except BROKEN as error:
        _no(f"The zip file cannot be read: {brief(error)}. Download or zip it again.")


def copy_member(zipped: ZipFile, member: ZipInfo, to: Path) -> None:
    """Write a member under a name of ours; what it says of its length is not believed."""
    left = member.file_size
    with zipped.open(member) as source, to.open("wb") as target:
        while piece := source.read(PIECE):
            left -= len(piece)
            if left < 0:
                _no(f"“{brief(member.filename)}” in the zip is longer than the zip says.")
            target.write(piece)


def _check(members: list[ZipInfo], most: int) -> None:
    if len(members) > MAX_MEMBERS:
        _no(f"The zip holds {len(members):,} files; {MAX_MEMBERS:,} is the most we read.")
    if any(member.filename == "[Content_Types].xml" for member in members):
        _no("This is a spreadsheet or a document. Save the table as CSV (UTF-8), and import that.")
    for member in members:
        name = member.filename
        parts = re.split(r"[/\\]", name)
        if not name:
            _no("The zip holds a file without a name: it is broken. Download or zip it again.")
        if ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0]:
            _no(f"The zip has a file named “{brief(name)}”, which points outside it.")
        if member.flag_bits & 1:
            _no("The zip is locked with a password.")
        if member.file_size > max(SMALL, MAX_RATIO * member.compress_size):
            _no(
                f"“{brief(name)}” in the zip would unpack to {member.file_size / 1e6:,.0f} MB out "
                f"of {member.compress_size / 1e3:,.0f} kB. No such file is that empty."
            )
    total = sum(member.file_size for member in members)
    if total > most:
        _no(
            f"The zip would unpack to {total / 1e6:,.0f} MB; {most / 1e6:,.0f} MB is the most. "
            "Zip only the files that are needed."
        )


def is_zip(file: BinaryIO | IO[bytes]) -> bool:
    """Whether it begins like one, whatever its name is."""
    start = file.read(2)
    file.seek(0)
    return start == START


def _no(problem: str) -> NoReturn:
    raise FileProblems([problem])
