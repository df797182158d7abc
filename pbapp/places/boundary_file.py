"""Open a file of boundaries by what it holds. Its name is never looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pbapp.places import geojson_file, geopackage, shapefile, zips
from pbapp.places.layers import Count, choose
from pbapp.places.problems import FileProblems


def load(
    path: Path,
    *,
    count: Count,
    codes: Sequence[str] = geojson_file.CODE_FIELDS,
    layer: str | None = None,
    most: int = geojson_file.MAX_FEATURES,
) -> dict[str, Any]:
    """A GeoJSON FeatureCollection out of GeoJSON, a GeoPackage or a zipped Shapefile.

    Out of the latter two geometries come as well-known binary, of one more feature than `most` at
    the utmost. `codes` are patterns of the field that the wanted layer has, `count` says how much
    of what is wanted a layer has, `layer` is its name if the operator gave it. Raises
    `FileProblems`.
    """
    geojson_file.check_size(path)
    with path.open("rb") as file:
        start = file.read(len(geopackage.START))
    reader = geopackage if start == geopackage.START else shapefile
    if start.startswith((zips.START, geopackage.START)):
        with reader.opened(path, most=most) as layers:
            chosen = choose(layers, codes=codes, count=count, named=layer)
            return chosen.features()
    if start[:4] == shapefile.SHAPEFILE:
        raise FileProblems(
            ["This is one part of a Shapefile. Zip it with its .shx, .dbf and .prj, and import it."]
        )
    if layer is not None:
        raise FileProblems(["GeoJSON has no layers. Leave out --layer."])
    return geojson_file.load(path)
