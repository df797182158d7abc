"""The CSV files meant by what an operator names: files, zips as they are downloaded, or folders."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TextIO, TypeVar

from pbapp.places import zips
from pbapp.places.geopackage import START as GEOPACKAGE
from pbapp.places.problems import FileProblems, brief

MAX_UNPACKED = 8_000_000_000  # the ONS's directory unpacks to some 3 GB; it is read as it comes
MAX_LINE = 100_000
# What publishers pack beside the data.
BESIDE_THE_DATA = {"__macosx", "doc", "docs", "documents", "user guide"}
# The ONS's postcodes once more, a file for each area: read where it comes alone.
ONCE_MORE = "multi_csv"


File = TypeVar("File")


@dataclass(frozen=True)
class Source:
    """One CSV file. `is_sole`: it was named itself, so it must hold postcodes."""

    name: str
    lines: Iterator[str]
    is_sole: bool


def sources(paths: Sequence[Path]) -> Iterator[Source]:
    """Each file in turn, open while it is looked at; raises `FileProblems`."""
    for path in paths:
        if path.is_dir():
            yield from _in_folder(path)
        else:
            yield from _in_file(path, path.name, is_sole=True)


def _in_folder(folder: Path) -> Iterator[Source]:
    paths = {
        path: path.relative_to(folder).parts
        for path in sorted(folder.rglob("*"))
        if path.suffix.casefold() in (".csv", ".zip") and path.is_file()
    }
    found = _data(paths)
    if not found:
        _no(f"There is no CSV or zip file in “{brief(folder.name)}”.")
    for path in found:
        yield from _in_file(path, path.name, is_sole=False)


def _in_file(path: Path, name: str, *, is_sole: bool) -> Iterator[Source]:
    with path.open("rb") as file:
        is_zip = zips.is_zip(file)
        is_geopackage = file.read(len(GEOPACKAGE)) == GEOPACKAGE
    if is_zip:
        yield from _in_zip(path)
        return
    if is_geopackage:
        _no("This is a GeoPackage. Postcodes are read from CSV: download them in that form.")
    with path.open(encoding="utf-8-sig", newline="") as text:
        yield Source(name, _lines(text), is_sole)


def _in_zip(path: Path) -> Iterator[Source]:
    with zips.opened(path, most=MAX_UNPACKED) as zipped:
        members = {
            member: re.split(r"[/\\]", member.filename)
            for member in sorted(zipped.infolist(), key=lambda m: m.filename)
            if member.filename.casefold().endswith(".csv")
        }
        found = _data(members)
        if not found:
            _no(f"There is no CSV file with postcodes in “{brief(path.name)}”.")
        for member in found:
            name = member.filename.rsplit("/", 1)[-1]
            with zipped.open(member) as raw:
                yield Source(name, _lines(io.TextIOWrapper(raw, "utf-8-sig", newline="")), False)


def _data(files: Mapping[File, Sequence[str]]) -> list[File]:
    """Those that hold data, by the folders they are in."""
    folders = {file: {part.casefold() for part in parts} for file, parts in files.items()}
    found = [
        file
        for file, parts in files.items()
        if not BESIDE_THE_DATA & folders[file] and not parts[-1].startswith("._")
    ]
    return [file for file in found if ONCE_MORE not in folders[file]] or found


def _lines(text: TextIO) -> Iterator[str]:
    """Line by line, never more at once than a line may have."""
    while line := text.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            _no("The file has a line of more than 100,000 letters: it is no table of postcodes.")
        yield line


def _no(problem: str) -> NoReturn:
    raise FileProblems([problem])
