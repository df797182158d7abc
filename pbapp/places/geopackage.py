"""Read the wards of a GeoPackage that a stranger may have made.

A GeoPackage is a SQLite file, so SQLite reads it, held to plain tables: no view, no virtual table
and no function of the file's own runs. GDAL is not asked. Layout: OGC 12-128r19.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

from pbapp.places.problems import FileProblems, brief

START = b"SQLite format 3\0"
MAX_CELL = 32 * 1024 * 1024
# SQLite counts its steps: this many, some 20 seconds, and a file that only keeps us busy is left.
STEPS_AT_ONCE, MOST_TIMES = 1_000_000, 1_000
ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
LAYERS = """
    SELECT c.table_name, g.column_name, s.organization, s.organization_coordsys_id
    FROM gpkg_contents c
    JOIN gpkg_geometry_columns g ON g.table_name = c.table_name
    LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id
    JOIN sqlite_master m ON m.name = c.table_name AND m.type = 'table' AND m.rootpage > 0
    WHERE c.data_type = 'features'
"""


def load(path: Path, *, most: int, is_wanted: Callable[[list[str]], bool]) -> dict[str, Any]:
    """The wanted layer as a FeatureCollection; geometries stay well-known binary.

    `is_wanted` is asked about a layer's fields, `most` is how many features are read.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "wards.gpkg"  # alone there: no journal beside it is played back
        shutil.copyfile(path, copy)
        try:
            with closing(_connect(copy)) as connection:
                return _read(connection, most, is_wanted)
        except sqlite3.Error as error:
            _no(f"The file begins like a GeoPackage, but cannot be read as one: {brief(error)}.")


def _connect(copy: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_CELL)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"):
        connection.execute(f"PRAGMA {pragma}")
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    connection.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in ALLOWED else sqlite3.SQLITE_DENY
    )
    times = 0

    def too_long() -> bool:
        nonlocal times
        times += 1
        return times > MOST_TIMES

    connection.set_progress_handler(too_long, STEPS_AT_ONCE)
    return connection


def _read(
    connection: sqlite3.Connection, most: int, is_wanted: Callable[[list[str]], bool]
) -> dict[str, Any]:
    layers = connection.execute(LAYERS).fetchmany(200)
    named = []
    for table, geometry, organization, code in layers:
        quoted = '"' + table.replace('"', '""') + '"'
        rows = connection.execute(f"SELECT * FROM {quoted}")  # noqa: S608 — quoted
        fields = [column[0] for column in rows.description]
        if is_wanted(fields):
            named.append((table, geometry, organization, code, fields, rows))
    if len(named) != 1:
        names = ", ".join(brief(layer[0], 40) for layer in layers) or "none"
        _no(
            f"The GeoPackage has {len(named) or 'no'} layers with the field of codes that we look "
            f"for (ward_code, WDyyCD; DataZone), and must have one. Its layers: {names}."
        )
    _, geometry, organization, code, fields, rows = named[0]
    found = rows.fetchmany(most + 1)
    return {
        "type": "FeatureCollection",
        "crs": _crs(organization, code),
        "features": [_feature(dict(zip(fields, row, strict=True)), geometry) for row in found],
    }


def _crs(organization: object, code: object) -> dict[str, Any] | None:
    if organization is None or str(organization).upper() == "NONE":
        return None
    return {"type": "name", "properties": {"name": f"{organization}:{code}"}}


def _feature(row: dict[str, Any], geometry: str) -> dict[str, Any]:
    blob = row.pop(geometry, None)
    return {
        "type": "Feature",
        "properties": {k: v for k, v in row.items() if not isinstance(v, bytes)},
        "geometry": _wkb(blob) if isinstance(blob, bytes) else None,
    }


def _wkb(blob: bytes) -> bytes | None:
    """What follows the GeoPackage's own header; None if it is not one."""
    if blob[:2] != b"GP" or len(blob) < 8:
        return None
    envelope = ENVELOPES.get(blob[3] >> 1 & 7)
    return None if envelope is None else blob[8 + envelope :]


def _no(problem: str) -> NoReturn:
    raise FileProblems([problem])
