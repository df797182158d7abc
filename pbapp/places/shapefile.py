"""Read a zipped Shapefile that a stranger may have made.

GDAL reads it, and so GDAL is given nothing to guess at: the parts go under names of ours into a
folder of ours, alone, and only if the main one begins as a Shapefile does. No driver but the
Shapefile's takes such a file, and no address, pipeline or other file can be named by it.
"""

from __future__ import annotations

import re
import tempfile
import warnings
from pathlib import Path
from typing import Any, NoReturn
from zipfile import ZipFile, ZipInfo

from pbapp.places.problems import FileProblems, brief
from pbapp.places.zips import copy_member, opened

MAX_UNPACKED = 400 * 1024 * 1024
SHAPEFILE = b"\x00\x00\x27\x0a"  # 9994, the file code of ESRI's description of July 1998
NEEDED, WELCOME = ("shp", "shx", "dbf"), ("prj", "cpg")
LARGEST_PRJ = 16 * 1024
GRID_NAMES = re.compile(r"(OSGB|British).{0,12}National.Grid", re.IGNORECASE)


def load(path: Path, *, most: int) -> dict[str, Any]:
    """The Shapefile in a zip as a FeatureCollection; geometries are well-known binary."""
    with opened(path, most=MAX_UNPACKED) as zipped, tempfile.TemporaryDirectory() as folder:
        for ending, member in _parts(zipped).items():
            copy_member(zipped, member, Path(folder) / f"wards.{ending}")
        return _read(Path(folder), most)


def _parts(zipped: ZipFile) -> dict[str, ZipInfo]:
    """The files of the one Shapefile by what they are for."""
    members = {m.filename.casefold(): m for m in zipped.infolist() if not m.is_dir()}
    members = {n: m for n, m in members.items() if not n.startswith("__macosx/")}
    stems = [name[:-4] for name in members if name.endswith(".shp")]
    if len(stems) != 1:
        _no(
            f"The zip holds {len(stems) or 'no'} Shapefiles (.shp); it must hold one, with its "
            ".shx and .dbf. A GeoJSON or GeoPackage is imported as it is, not zipped."
        )
    missing = [f".{ending}" for ending in NEEDED if f"{stems[0]}.{ending}" not in members]
    if missing:
        _no(f"The zip lacks parts of its Shapefile: {', '.join(missing)}.")
    wanted = {ending: f"{stems[0]}.{ending}" for ending in (*NEEDED, *WELCOME)}
    return {ending: members[name] for ending, name in wanted.items() if name in members}


def _read(folder: Path, most: int) -> dict[str, Any]:
    import pyogrio

    main, prj = folder / "wards.shp", folder / "wards.prj"
    with main.open("rb") as file:
        if file.read(4) != SHAPEFILE:
            _no("The .shp in the zip is not a Shapefile.")
    crs = _crs(prj.read_bytes()) if prj.exists() else None
    prj.unlink(missing_ok=True)  # read by us: it could name files of grid shifts
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            meta, _, shapes, columns = pyogrio.raw.read(main, force_2d=True, max_features=most + 1)
    except (RuntimeError, ValueError, UnicodeDecodeError) as error:
        _no(f"The Shapefile cannot be read: {brief(error, 200)}")
    fields = [str(name) for name in meta["fields"]]
    if not fields:
        _no("The Shapefile's .dbf cannot be read, so nothing says which shape is which ward.")
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return {
        "type": "FeatureCollection",
        "crs": crs,
        "features": [
            {
                "type": "Feature",
                # A number that is missing comes as NaN, the one value unlike itself.
                "properties": {f: v for f, v in zip(fields, row, strict=True) if v == v},
                "geometry": shape,
            }
            for row, shape in zip(rows, shapes, strict=True)
        ],
    }


def _crs(prj: bytes) -> dict[str, Any]:
    """What the .prj says, known by its name; anything else is named and then refused."""
    text = prj[:LARGEST_PRJ].decode("utf-8", "replace")
    name = re.match(r'\s*(PROJCS|GEOGCS|PROJCRS|GEOGCRS|GEODCRS)\["([^"]{1,80})"', text)
    said = name[2] if name else brief(text)
    if name and name[1].startswith("PROJ") and GRID_NAMES.search(said):
        said = "EPSG:27700"
    elif name and name[1].startswith("GEO") and re.fullmatch(r"(GCS_)?WGS.?(19)?84", said):
        said = "EPSG:4326"
    return {"type": "name", "properties": {"name": said}}


def _no(problem: str) -> NoReturn:
    raise FileProblems([problem])
