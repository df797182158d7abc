"""Draw `geodata/wards-schematic.geojson`: one cell a ward, from the published ward centres.

Each cell holds the points that are nearer to its ward's centre than to any other (Voronoi cells),
cut off a little way outside the outermost centres. It shows roughly where the wards lie beside
each other. It is not a ward boundary and nobody's ward may be read from it.

Run `python tools/schematic.py` to write the file again, `python tools/schematic.py --check` to see
whether the file still is what this draws. The same centres always give the same bytes.
"""

import argparse
import json
import math
import sys
import tomllib
from pathlib import Path

import shapely
from shapely.geometry import MultiPoint, Point, Polygon, mapping

ROOT = Path(__file__).parents[1]
COUNCIL = ROOT / "pbapp/demo/coatbridge/council.toml"
TARGET = ROOT / "geodata/wards-schematic.geojson"
DECIMALS = 4
# How far the outer cells reach beyond the outermost centres, in degrees of latitude: about 3 km.
MARGIN = 0.027


def cells(wards: list[dict]) -> list[tuple[dict, Polygon]]:
    """Each ward with its cell. Distances are taken on a plane where a degree is the same both
    ways, so that "nearest" means nearest on the ground."""
    middle = sum(ward["lat"] for ward in wards) / len(wards)
    stretch = math.cos(math.radians(middle))
    centres = [Point(ward["lon"] * stretch, ward["lat"]) for ward in wards]
    outline = MultiPoint(centres).convex_hull.buffer(MARGIN, quad_segs=3)
    drawn = shapely.voronoi_polygons(MultiPoint(centres), extend_to=outline).geoms
    result = []
    for ward, centre in zip(wards, centres, strict=True):
        (cell,) = [cell for cell in drawn if cell.contains(centre)]
        ring = shapely.normalize(cell.intersection(outline)).exterior.coords
        rounded = [(round(x / stretch, DECIMALS), round(y, DECIMALS)) for x, y in ring]
        result.append((ward, shapely.geometry.polygon.orient(Polygon(rounded))))
    return result


def feature(ward: dict, cell: Polygon) -> dict:
    properties = {
        "ward_code": ward["code"],
        "ward_name": ward["name"],
        "ward_number": ward["number"],
    }
    return {"type": "Feature", "properties": properties, "geometry": mapping(cell)}


def drawing(council: Path = COUNCIL) -> str:
    """The text of the file, the wards in order of their number, one to a line."""
    wards = sorted(tomllib.loads(council.read_text())["wards"], key=lambda ward: ward["number"])
    drawn = cells(wards)
    if not shapely.coverage_is_valid([cell for _, cell in drawn]):
        raise ValueError("The cells overlap or leave gaps; nothing was written.")
    lines = ",\n".join(json.dumps(feature(ward, cell)) for ward, cell in drawn)
    head = '{"type": "FeatureCollection", "name": "Schematic, not ward boundaries", "features": ['
    return f"{head}\n{lines}\n]}}\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say whether the file is current")
    if parser.parse_args().check:
        return 0 if TARGET.read_text() == drawing() else 1
    TARGET.write_text(drawing())
    return 0


if __name__ == "__main__":
    sys.exit(main())
