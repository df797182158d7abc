"""Open a file of boundaries by what it holds. Its name is never looked at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pbapp.places import geojson_file, geopackage, shapefile, zips
from pbapp.places.problems import FileProblems


def load(path: Path, *, codes: Sequence[str] = geojson_file.CODE_FIELDS) -> dict[str, Any]:
    """A GeoJSON FeatureCollection out of GeoJSON, a GeoPackage or a zipped Shapefile.

    Out of the latter two geometries come as well-known binary. `codes` are patterns of the field
    that the wanted layer of a GeoPackage has. Raises `FileProblems`.
    """
    geojson_file.check_size(path)
    with path.open("rb") as file:
        start = file.read(len(geopackage.START))
    most = geojson_file.MAX_FEATURES
    if start.startswith(zips.START):
        return shapefile.load(path, most=most)
    if start == geopackage.START:
        return geopackage.load(path, most=most, is_wanted=partial(_has_code, codes))
    if start[:4] == shapefile.SHAPEFILE:
        raise FileProblems(
            ["This is one part of a Shapefile. Zip it with its .shx, .dbf and .prj, and import it."]
        )
    return geojson_file.load(path)


def _has_code(codes: Sequence[str], fields: list[str]) -> bool:
    return any(re.fullmatch(code, field, re.IGNORECASE) for code in codes for field in fields)
