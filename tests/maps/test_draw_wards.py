"""What Folium draws: one script, from here only, that no name can break."""

import json
import re

import pytest

from pbapp.maps.builders import Tiles, WardToDraw, draw_wards, in_script, simplified
from tests.places.factories import CENTRES, COUNCIL, NAMES, square

HOSTILE = (
    """</script><img src=x onerror=alert(1)>{{ 7 * 7 }}{% raw %}"'\\\u2028@S13003051"@digest@"""
)


def wards(**names):
    return [
        WardToDraw(
            code=code,
            name=names.get(code, NAMES[code]),
            geometry={"type": "Polygon", "coordinates": [square(lat, lon)]},
            is_neighbour=code == "S13003050",
        )
        for code, (lat, lon) in CENTRES.items()
    ]


def names_in(script):
    """The names of a script's features, as a browser would read them."""
    return [json.loads(f'"{name}"') for name in re.findall(r'"name": "((?:\\.|[^"\\])*)"', script)]


def test_a_map_registers_itself_by_its_digest():
    drawn = draw_wards(wards())
    assert drawn.script.startswith("(window.pbappMaps = window.pbappMaps || {})")
    assert f'["{drawn.digest}"] = (elementId) =>' in drawn.script
    assert "L.map(\nelementId," in drawn.script
    assert drawn.script.endswith("return map_wards;\n};\n")


def test_the_same_wards_give_the_same_bytes():
    one, other = draw_wards(wards()), draw_wards(wards())
    assert one.packed == other.packed
    assert one.digest == other.digest
    assert draw_wards(wards(), label="Schematic").digest != one.digest


def test_only_the_boards_wards_are_named():
    assert sorted(names_in(draw_wards(wards()).script)) == [
        "Coatbridge North",
        "Coatbridge South",
        "Coatbridge West",
    ]


def test_a_map_asks_nothing_of_other_hosts_and_evaluates_nothing():
    script = draw_wards(wards()).script
    assert "//" not in script
    for word in ("eval", "Function(", "innerHTML", "document.write", "bindPopup", "bindTooltip"):
        assert word not in script


def test_a_hostile_name_stays_a_name():
    drawn = draw_wards(wards(S13003048=HOSTILE))
    assert "</script" not in drawn.script.casefold()
    assert "<" not in drawn.script
    assert "\u2028" not in drawn.script
    found = names_in(drawn.script)
    assert HOSTILE.replace("@digest@", drawn.digest) in found
    assert "Coatbridge West" in found


def test_nothing_but_a_code_stands_in_for_a_ward():
    with pytest.raises(ValueError, match="not a ward code"):
        draw_wards([WardToDraw("{{ 7*7 }}", "x", wards()[0].geometry)])


def test_tiles_come_with_their_attribution_as_text_and_say_where_they_are_shown():
    tiles = Tiles("https://tiles.example.org/{z}/{x}/{y}.png", "© Map <people> {{ 7*7 }}")
    script = draw_wards(wards(), tiles=tiles).script
    assert script.count("https://") == 1
    assert '"referrerPolicy": "strict-origin-when-cross-origin"' in script
    assert in_script("© Map &lt;people&gt; {{ 7*7 }}") in script
    with pytest.raises(ValueError, match="address"):
        draw_wards(wards(), tiles=Tiles("https://t.example.org/{{ 7*7 }}", ""))


def test_a_label_stands_on_the_map_itself():
    script = draw_wards(wards(), label="Schematic, not <ward> boundaries").script
    assert "addAttribution(" + in_script("Schematic, not &lt;ward&gt; boundaries") in script


def test_neighbours_still_meet_after_simplifying():
    shared_edge = [[-4.0, 55.8 + n / 1000] for n in range(50)]
    left = [[-4.1, 55.8], *shared_edge, [-4.1, 55.85], [-4.1, 55.8]]
    right = [[-3.9, 55.8], *shared_edge, [-3.9, 55.85], [-3.9, 55.8]]
    one, other = simplified([{"type": "Polygon", "coordinates": [ring]} for ring in (left, right)])
    edges = [
        {tuple(position) for position in shape["coordinates"][0] if position[0] == -4.0}
        for shape in (one, other)
    ]
    assert edges[0] == edges[1]
    assert len(edges[0]) < 10


def test_a_map_shows_no_more_corners_than_a_phone_can():
    from math import cos, pi, sin

    ring = [
        [
            -4 + (0.05 + 0.001 * (n % 2)) * cos(n * 2 * pi / 9000),
            55.85 + 0.03 * sin(n * 2 * pi / 9000),
        ]
        for n in range(9000)
    ]
    (shape,) = simplified([{"type": "Polygon", "coordinates": [[*ring, ring[0]]]}])
    parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    assert 4 < sum(len(ring) for part in parts for ring in part) <= 2500


@pytest.mark.shared
def test_coatbridge_with_official_wards_is_small(shared):
    data = json.loads((shared / "geodata/nl_wards_2022.geojson").read_text())
    drawn = draw_wards(
        [
            WardToDraw(
                feature["properties"]["ward_code"],
                feature["properties"]["ward_name"],
                feature["geometry"],
                is_neighbour=feature["properties"]["ward_number"] not in (7, 10, 11),
            )
            for feature in data["features"]
            if feature["properties"]["council_code"] == COUNCIL
        ]
    )
    assert len(drawn.packed) < 10_000
