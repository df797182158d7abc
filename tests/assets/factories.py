"""Entries of the asset map for tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pbapp import clock
from pbapp.assets.models import Asset, AssetKind, AssetPriority, AssetState, Where
from pbapp.db import db
from pbapp.places.models import Boundary, BoundarySet
from tests.world import World

HALL = (55.8671, -4.0341)


def make_asset(world: World, name: str = "Example Hall", **values: Any) -> Asset:
    """A published entry in ward 7 with a point, unless told otherwise."""
    main = values.pop("main", None)
    supports = values.pop("supports", ())
    defaults: dict[str, Any] = {
        "board_id": world.board.id,
        "kind": AssetKind.PLACE,
        "name": name,
        "summary": f"{name} in one line.",
        "where_kind": Where.POINT,
        "lat": HALL[0],
        "lon": HALL[1],
        "area_id": world.wards[7].id,
        "state": AssetState.PUBLISHED,
        "submitted_at": clock.now() - timedelta(days=100),
        "updated_at": clock.now() - timedelta(days=100),
    }
    asset = Asset(**{**defaults, **values})
    links = [(slug, True) for slug in [main] if slug] + [(slug, False) for slug in supports]
    asset.priorities = [
        AssetPriority(priority_id=world.priorities[slug].id, is_main=is_main)
        for slug, is_main in links
    ]
    db.session.add(asset)
    db.session.commit()
    return asset


def without_point(**values: Any) -> dict[str, Any]:
    return {"where_kind": Where.WARD, "lat": None, "lon": None, **values}


def make_official_boundaries(world: World, schematic: bool = False) -> BoundarySet:
    """A square of 0.02 degrees round each ward's centre."""
    drawn = BoundarySet(
        council_id=world.council.area_id,
        name="Squares",
        source="A test",
        attribution="Example attribution",
        digest="0" * 64,
        is_schematic=schematic,
        is_current=True,
        imported_at=clock.now(),
    )
    for ward in world.wards.values():
        lat, lon = ward.centre_lat or 0.0, ward.centre_lon or 0.0
        south, north, west, east = lat - 0.005, lat + 0.005, lon - 0.01, lon + 0.01
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        drawn.boundaries.append(
            Boundary(
                area_id=ward.id,
                geometry={"type": "Polygon", "coordinates": [ring]},
                area_km2=1.0,
                label_lat=lat,
                label_lon=lon,
                south=south,
                north=north,
                west=west,
                east=east,
            )
        )
    db.session.add(drawn)
    db.session.commit()
    return drawn
