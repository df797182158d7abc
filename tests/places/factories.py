"""Files of boundaries and postcodes, good ones and broken ones."""

import json
from pathlib import Path
from typing import Any

from pyproj import Transformer

from pbapp.places import services
from pbapp.places.importing import read_boundaries
from pbapp.places.models import BoundarySet
from tests.world import WARDS, World

COUNCIL = "S12000050"
HALF_LAT, HALF_LON = 0.006, 0.009
TO_GRID = Transformer.from_crs(4326, 27700, always_xy=True)
CENTRES = {code: (lat, lon) for _, code, _, lat, lon, _ in WARDS}
NAMES = {code: name for _, code, name, *_ in WARDS}


def square(lat: float, lon: float) -> list[list[float]]:
    """A closed ring about a point, some 1.3 km wide."""
    west, east, south, north = lon - HALF_LON, lon + HALF_LON, lat - HALF_LAT, lat + HALF_LAT
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def ward_feature(code: str, ring: list[list[float]] | None = None, **fields: Any) -> dict[str, Any]:
    properties = {"ward_code": code, "ward_name": NAMES.get(code), "council_code": COUNCIL}
    return {
        "type": "Feature",
        "properties": properties | fields,
        "geometry": {"type": "Polygon", "coordinates": [ring or square(*CENTRES[code])]},
    }


def collection(*features: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A file of all the small world's wards, one square each; or of the given features."""
    wards = list(features) or [ward_feature(code) for code in CENTRES]
    return {"type": "FeatureCollection", "features": wards, **members}


def with_ward(code: str, ring: list[list[float]]) -> dict[str, Any]:
    """The good file, but for one ward's shape."""
    return collection(*(ward_feature(c, ring if c == code else None) for c in CENTRES))


def on_the_grid(data: dict[str, Any]) -> dict[str, Any]:
    """The same file in eastings and northings."""
    for feature in data["features"]:
        feature["geometry"]["coordinates"] = [
            [list(TO_GRID.transform(*position)) for position in ring]
            for ring in feature["geometry"]["coordinates"]
        ]
    return data


def saved(folder: Path, data: Any, name: str = "wards.geojson") -> Path:
    path = folder / name
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return path


def import_wards(world: World, path: Path, **options: Any) -> BoundarySet:
    """Import a file as the world's council's boundaries."""
    council = world.council.area
    read = read_boundaries(path, council_code=council.gss_code, known=services.known_wards(council))
    named = {"name": "Test wards", "source": "A test", "attribution": "© Test"}
    return services.import_boundaries(council=council, read=read, **(named | options))
