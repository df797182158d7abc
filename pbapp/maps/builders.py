"""Draw a map with Folium: shapes in, a script out. For commands and the worker only.

Only Folium's script is kept. What it would put around it (a page, styles and scripts from other
hosts) is never rendered.

Folium renders its own output as a template once more, so any text that reaches it could run code
where the map is drawn. No name does: Folium sees ward codes, and the names take their place in
what it made, as JSON strings.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from folium import GeoJson, Map

WARD_CODE = re.compile(r"[A-Z][0-9]{8}")
# Coverage simplification keeps the edges that wards share alike. Degrees: 0.0001 is some 8 metres.
SIMPLIFY = (0.0001, 0.0002, 0.0004, 0.0008, 0.0016)
MAX_CORNERS = 2_500
DECIMALS = 5
DIGEST_PLACE = "@digest@"
WARD = {"color": "#1f3a4d", "weight": 2, "fillColor": "#0065bd", "fillOpacity": 0.1}
NEIGHBOUR = {"color": "#8a949e", "weight": 1, "fillColor": "#ffffff", "fillOpacity": 0.4}


@dataclass(frozen=True)
class WardToDraw:
    """A ward with its GeoJSON geometry in EPSG:4326; a neighbour is drawn faintly, unnamed."""

    code: str
    name: str
    geometry: dict[str, Any]
    is_neighbour: bool = False


@dataclass(frozen=True)
class Tiles:
    """A background of street tiles, from the one host that the operator names."""

    url: str
    attribution: str


@dataclass(frozen=True)
class DrawnMap:
    """A script that registers `window.pbappMaps[digest] = elementId => the Leaflet map`."""

    digest: str
    script: str

    @property
    def packed(self) -> bytes:
        return gzip.compress(self.script.encode(), 9, mtime=0)


def draw_wards(
    wards: Sequence[WardToDraw], *, tiles: Tiles | None = None, label: str = ""
) -> DrawnMap:
    """A map of wards. The same input gives the same bytes.

    `label` stands in the corner of the map itself, so that a picture of it still has it.
    """
    for ward in wards:
        if not WARD_CODE.fullmatch(ward.code):
            raise ValueError(f"not a ward code: {ward.code!r}")
    shapes = simplified([ward.geometry for ward in wards])
    body = _wrapped(_script_of(_folium_map(wards, shapes, tiles)), label)
    if tiles:
        body = body.replace('"@tiles"', in_script(html.escape(tiles.attribution)))
    for ward in wards:
        body = body.replace(f'"@{ward.code}"', in_script(ward.name))
    digest = hashlib.sha256(body.encode()).hexdigest()[:32]
    return DrawnMap(digest=digest, script=body.replace(DIGEST_PLACE, digest))


def in_script(text: str) -> str:
    """A JavaScript string that cannot end the script it stands in."""
    quoted = json.dumps(text)  # ASCII only: U+2028 and the like are escaped with the rest
    return quoted.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def simplified(geometries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Shapes with no more corners than a phone can show, five decimals (a metre) each."""
    import shapely
    from shapely.geometry import mapping, shape

    originals = [shapely.make_valid(shape(geometry)) for geometry in geometries]
    drawn = originals
    for tolerance in SIMPLIFY:
        drawn = list(shapely.coverage_simplify(originals, tolerance))
        if sum(shapely.get_num_coordinates(drawn)) <= MAX_CORNERS:
            break
    rounded = shapely.set_precision(drawn, 10**-DECIMALS, mode="pointwise")
    return [_without_noise(mapping(geometry)) for geometry in rounded]


def _without_noise(geometry: Any) -> dict[str, Any]:
    return {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])}


def _rounded(value: Any) -> Any:
    """Numbers, or lists of them, without the digits that arithmetic left behind the fifth."""
    if isinstance(value, float):
        return round(value, DECIMALS)
    return [_rounded(item) for item in value]


# --- Folium -----------------------------------------------------------------------------------


def _folium_map(
    wards: Sequence[WardToDraw], shapes: Sequence[dict[str, Any]], tiles: Tiles | None
) -> Map:
    import folium

    pairs = list(zip(wards, shapes, strict=True))
    ours = [(ward, shape) for ward, shape in pairs if not ward.is_neighbour] or pairs
    (south, west), (north, east) = _bounds([shape for _, shape in ours])
    high, wide = (north - south) / 2, (east - west) / 2
    drawn = folium.Map(
        location=(round((south + north) / 2, DECIMALS), round((west + east) / 2, DECIMALS)),
        zoom_start=12,
        tiles=None,
        min_zoom=10,
        max_zoom=18,
        # Over tiles a half step would blur them; without, it fits the wards to the frame.
        zoom_snap=1 if tiles else 0.25,
        scroll_wheel_zoom=False,
        maxBounds=_rounded([[south - high, west - wide], [north + high, east + wide]]),
    )
    drawn._id = "wards"
    if tiles:
        if re.search(r"\{[^a-z]|\}\}", tiles.url):
            raise ValueError("the tiles' address may only have places like {z}")
        layer = folium.TileLayer(
            tiles.url,
            attr="@tiles",
            control=False,
            # The tiles' host wants to know which site asks; it learns nothing of the page.
            referrerPolicy="strict-origin-when-cross-origin",
        )
        layer._id = "streets"
        layer.add_to(drawn)
    for name, style, chosen in (
        ("neighbours", NEIGHBOUR, [pair for pair in pairs if pair[0].is_neighbour]),
        ("ours", WARD, [pair for pair in pairs if not pair[0].is_neighbour]),
    ):
        if chosen:
            _layer(name, style, chosen).add_to(drawn)
    bounds = folium.FitBounds([[south, west], [north, east]], padding=(4, 4))
    bounds._id = "wards"
    bounds.add_to(drawn)
    return drawn


def _layer(
    name: str, style: dict[str, Any], wards: Sequence[tuple[WardToDraw, dict[str, Any]]]
) -> GeoJson:
    import folium

    named = name == "ours"
    features = [
        {
            "type": "Feature",
            "id": ward.code,
            "properties": {"code": ward.code} | ({"name": f"@{ward.code}"} if named else {}),
            "geometry": shape,
        }
        for ward, shape in wards
    ]
    layer = folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        style_function=lambda _: style | {"className": "pb_ward" if named else "pb_ward-beside"},
        control=False,
        interactive=named,
    )
    layer._id = name
    return layer


def _bounds(
    shapes: Sequence[dict[str, Any]],
) -> tuple[tuple[float, float], tuple[float, float]]:
    from shapely import total_bounds
    from shapely.geometry import shape

    west, south, east, north = (float(n) for n in total_bounds([shape(s) for s in shapes]))
    return (
        (round(south, DECIMALS), round(west, DECIMALS)),
        (round(north, DECIMALS), round(east, DECIMALS)),
    )


def _script_of(drawn: Map) -> str:
    figure: Any = drawn.get_root()
    for child in figure._children.values():
        child.render()
    lines = (line.strip() for line in figure.script.render().splitlines())
    return "\n".join(line for line in lines if line)


def _wrapped(script: str, label: str) -> str:
    """Folium's script as a function of the element to draw in."""
    if script.count('"map_wards"') != 1:
        raise ValueError("Folium names the map's element otherwise than we expect")
    script = script.replace('"map_wards"', "elementId")
    if label:
        # Leaflet takes an attribution as HTML.
        words = in_script(html.escape(label))
        script += f"\nmap_wards.attributionControl.addAttribution({words});"
    return (
        f'(window.pbappMaps = window.pbappMaps || {{}})["{DIGEST_PLACE}"] = (elementId) => {{\n'
        f'"use strict";\n{script}\nreturn map_wards;\n}};\n'
    )
