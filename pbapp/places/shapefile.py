"""Read a zipped Shapefile that a stranger may have made.

GDAL reads it, and so GDAL is given nothing to guess at: the parts go under names of ours into a
folder of ours, alone, and only if the main one begins as a Shapefile does. No driver but the
Shapefile's takes such a file, and no address, pipeline or other file can be named by it.
"""

from __future__ import annotations

import codecs
import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from zipfile import ZipFile, ZipInfo

from pbapp.places import zips
from pbapp.places.coordinates import said_by_prj
from pbapp.places.layers import Layer
from pbapp.places.problems import FileProblems, brief

MAX_UNPACKED = 400 * 1024 * 1024
SHAPEFILE = b"\x00\x00\x27\x0a"  # 9994, the file code of ESRI's description of July 1998
NEEDED, WELCOME = ("shp", "shx", "dbf"), ("prj", "cpg")
LARGEST_PRJ = 16 * 1024
MOST_LAYERS = 50
MOST_TEXT = 4 * 1024 * 1024
MAC = re.compile(r"(^|/)(__macosx/|\._)")  # what macOS packs beside each file


@contextmanager
def opened(path: Path, *, most: int) -> Iterator[list[Layer]]:
    """The Shapefiles in a zip, of which no more than `most` features and one are read.

    Geometries are well-known binary.
    """
    with zips.opened(path, most=MAX_UNPACKED) as zipped, tempfile.TemporaryDirectory() as folder:
        found = _parts(zipped)
        layers = []
        for number, (stem, members) in enumerate(found.items()):
            alone = Path(folder) / str(number)
            alone.mkdir()
            for ending, member in members.items():
                zips.copy_member(zipped, member, alone / f"wards.{ending}")
            layers.append(_layer(stem, alone, most))
        yield layers


def _parts(zipped: ZipFile) -> dict[str, dict[str, ZipInfo]]:
    """The files of each Shapefile by its name and by what they are for."""
    members = {m.filename.casefold(): m for m in zipped.infolist() if not m.is_dir()}
    members = {n: m for n, m in members.items() if not MAC.search(n)}
    stems = [name[:-4] for name in members if name.endswith(".shp")]
    if not stems:
        _no(
            "The zip holds no Shapefiles (.shp); it must hold one, with its .shx and .dbf. A "
            "GeoJSON or GeoPackage is imported as it is, not zipped."
        )
    missing = {
        stem: [f".{ending}" for ending in NEEDED if f"{stem}.{ending}" not in members]
        for stem in stems
    }
    whole = [stem for stem in stems if not missing[stem]]
    if not whole:
        _no(
            f"The zip lacks parts of its Shapefile: {', '.join(missing[stems[0]])}. Zip all of its "
            "files together, as they were downloaded."
        )
    names = [re.split(r"[/\\]", stem)[-1] for stem in whole]
    return {
        # Two that are called alike, one for each year perhaps, are told apart by their folders.
        (stem if names.count(name) > 1 else name): {
            ending: members[f"{stem}.{ending}"]
            for ending in (*NEEDED, *WELCOME)
            if f"{stem}.{ending}" in members
        }
        for stem, name in zip(whole[:MOST_LAYERS], names, strict=False)
    }


def _layer(name: str, folder: Path, most: int) -> Layer:
    """One Shapefile in a folder of its own."""
    with (folder / "wards.shp").open("rb") as file:
        if file.read(4) != SHAPEFILE:
            _no("The .shp in the zip is not a Shapefile.")
    prj = folder / "wards.prj"
    said = prj.read_bytes()[:LARGEST_PRJ].decode("utf-8", "replace") if prj.exists() else ""
    prj.unlink(missing_ok=True)  # read by us: it could name files of grid shifts

    def facts() -> list[dict[str, Any]]:
        return _rows(_read(folder, most, shapes=False))

    def features() -> dict[str, Any]:
        read = _read(folder, most, shapes=True)
        epsg = said_by_prj(said)
        return {
            "type": "FeatureCollection",
            "crs": epsg and {"type": "name", "properties": {"name": f"EPSG:{epsg}"}},
            "features": [
                {"type": "Feature", "properties": row, "geometry": shape}
                for row, shape in zip(_rows(read), read[2], strict=True)
            ],
        }

    return Layer(name, _fields(_read(folder, 0, shapes=False)), facts, features)


def _fields(read: Any) -> list[str]:
    return [str(name) for name in read[0]["fields"]]


def _rows(read: Any) -> list[dict[str, Any]]:
    fields = _fields(read)
    rows = zip(*(column.tolist() for column in read[3]), strict=True)
    # A number that is missing comes as NaN, the one value unlike itself.
    return [{f: v for f, v in zip(fields, row, strict=True) if v == v} for row in rows]


def _read(folder: Path, most: int, *, shapes: bool) -> Any:
    """What pyogrio gives: facts of the file, numbers, shapes, columns."""
    import pyogrio

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read = pyogrio.raw.read(
                folder / "wards.shp",
                force_2d=True,
                max_features=most + 1,
                read_geometry=shapes,
                encoding=_encoding(folder),
            )
    except UnicodeDecodeError:
        _no(
            "The Shapefile's text is not written as its .cpg says. Take the .cpg out of the zip, "
            "or import a GeoPackage instead."
        )
    except (RuntimeError, ValueError) as error:
        _no(
            f"The Shapefile cannot be read: {brief(error, 200).rstrip('.')}. "
            "Download or export it again."
        )
    if not _fields(read):
        _no("The Shapefile's .dbf cannot be read, so nothing says which shape is which ward.")
    return read


def _encoding(folder: Path) -> str | None:
    """How its text is written, where GDAL would guess wrong; None: as GDAL finds."""
    cpg = folder / "wards.cpg"
    said = cpg.read_bytes()[:40].decode("ascii", "replace").strip() if cpg.exists() else ""
    if said.casefold() in ("utf-8", "utf8", "65001"):
        return "UTF-8"
    if said:
        return None
    with (folder / "wards.dbf").open("rb") as file:
        head = file.read(32)
        file.seek(int.from_bytes(head[8:10], "little"))
        text = file.read(MOST_TEXT)
    try:
        # The end may lie within a letter.
        codecs.getincrementaldecoder("utf-8")().decode(text)
    except UnicodeDecodeError:
        return None
    return None if text.isascii() else "UTF-8"


def _no(problem: str) -> NoReturn:
    raise FileProblems([problem])
