"""Read the layers of a GeoPackage that a stranger may have made.

A GeoPackage is a SQLite file, so SQLite reads it, held to plain tables: no view, no virtual table
and no function of the file's own runs. GDAL is not asked. Layout: OGC 12-128r19.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NoReturn

from pbapp.places.layers import Layer
from pbapp.places.problems import FileProblems, brief

START = b"SQLite format 3\0"
MAX_CELL = 32 * 1024 * 1024
MOST_LAYERS = 200
# SQLite counts its steps: this many, some 20 seconds, and a file that only keeps us busy is left.
STEPS_AT_ONCE, MOST_TIMES = 1_000_000, 1_000
ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
UNSAID = {("GDAL", "99999")}  # what GDAL writes for shapes that came without a system
ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
LAYERS = """
    SELECT c.table_name, g.column_name, s.organization, s.organization_coordsys_id
    FROM gpkg_contents c
    JOIN gpkg_geometry_columns g ON g.table_name = c.table_name
    LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id
    JOIN sqlite_master m ON m.name = c.table_name COLLATE NOCASE
        AND m.type = 'table' AND m.rootpage > 0
    WHERE c.data_type = 'features'
"""


@contextmanager
def opened(path: Path, *, most: int) -> Iterator[list[Layer]]:
    """Its layers, of which no more than `most` features and one are read.

    Geometries stay well-known binary.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "wards.gpkg"  # alone there: no journal beside it is played back
        shutil.copyfile(path, copy)
        try:
            with closing(_connect(copy)) as connection:
                layers = [_layer(connection, most, *row) for row in _layers(connection)]
                if not layers:
                    _no(
                        "The GeoPackage has no table of shapes; views are not read. Export the "
                        "wards as a layer of their own."
                    )
                yield layers
        except (sqlite3.Error, UnicodeError, MemoryError) as error:  # what broken lengths lead to
            _no(
                "The file begins like a GeoPackage, but cannot be read as one: "
                f"{brief(error) or 'it is broken'}. Download or export it again."
            )


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


def _layers(connection: sqlite3.Connection) -> list[tuple[str, str, object, object]]:
    return connection.execute(LAYERS).fetchmany(MOST_LAYERS)


def _layer(
    connection: sqlite3.Connection,
    most: int,
    table: str,
    geometry: str,
    organization: object,
    code: object,
) -> Layer:
    fields = [c[0] for c in connection.execute(f"SELECT * FROM {_quoted(table)}").description]  # noqa: S608
    plain = [field for field in fields if field.casefold() != geometry.casefold()]

    def rows(wanted: list[str]) -> list[dict[str, Any]]:
        columns = ", ".join(_quoted(field) for field in wanted)
        found = connection.execute(f"SELECT {columns} FROM {_quoted(table)}")  # noqa: S608 — quoted
        return [dict(zip(wanted, row, strict=True)) for row in found.fetchmany(most + 1)]

    def features() -> dict[str, Any]:
        return {
            "type": "FeatureCollection",
            "crs": _crs(organization, code),
            "features": [_feature(row, geometry) for row in rows(fields)],
        }

    return Layer(table, plain, lambda: rows(plain) if plain else [], features)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _crs(organization: object, code: object) -> dict[str, Any] | None:
    said = (str(organization).upper(), str(code))
    if organization is None or said[0] == "NONE" or said in UNSAID:
        return None
    return {"type": "name", "properties": {"name": f"{organization}:{code}"}}


def _feature(row: dict[str, Any], geometry: str) -> dict[str, Any]:
    name = next((field for field in row if field.casefold() == geometry.casefold()), None)
    blob = row.pop(name) if name else None
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
