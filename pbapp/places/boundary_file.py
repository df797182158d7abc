"""Open a file of boundaries by what it holds. Its name is never looked at."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pbapp.places import geojson_file, geopackage, shapefile, zips
from pbapp.places.problems import FileProblems


def load(path: Path) -> dict[str, Any]:
    """A GeoJSON FeatureCollection out of GeoJSON, a GeoPackage or a zipped Shapefile.

    Out of the latter two geometries come as well-known binary. Raises `FileProblems`.
    """
    geojson_file.check_size(path)
    with path.open("rb") as file:
        start = file.read(len(geopackage.START))
    most = geojson_file.MAX_FEATURES
    if start.startswith(zips.START):
        return shapefile.load(path, most=most)
    if start == geopackage.START:
        return geopackage.load(path, most=most, is_wards=_has_code)
    if start[:4] == shapefile.SHAPEFILE:
        raise FileProblems(
            ["This is one part of a Shapefile. Zip it with its .shx, .dbf and .prj, and import it."]
        )
    return geojson_file.load(path)


def _has_code(fields: list[str]) -> bool:
    patterns = geojson_file.CODE_FIELDS
    return any(re.fullmatch(p, field, re.IGNORECASE) for p in patterns for field in fields)
