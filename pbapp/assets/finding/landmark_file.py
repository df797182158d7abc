"""Landmarks from a file of GeoJSON points, each with its name; and into the table."""

from __future__ import annotations

import json
import math
from typing import Any

from sqlalchemy import delete

from pbapp.assets.finding.folding import fold
from pbapp.assets.finding.models import Landmark
from pbapp.assets.finding.nearness import metres
from pbapp.boards.models import Board
from pbapp.boards.queries import list_wards
from pbapp.db import db, flush
from pbapp.web.forms import plain_text

MOST = 5000
MOST_BYTES = 5_000_000
FAR_M = 40_000


class FileProblem(ValueError):
    """What is wrong with the file, for the operator."""


def read_landmarks(text: bytes) -> list[tuple[str, float, float]]:
    """Names and points of a GeoJSON FeatureCollection; raises `FileProblem`.

    Of features with the same name the first counts. One without a name or a point is left out.
    """
    if len(text) > MOST_BYTES:
        raise FileProblem("The file is larger than 5 MB. Landmarks are a few hundred places.")
    try:
        data = json.loads(text.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise FileProblem("This is not a GeoJSON file.") from error
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        raise FileProblem("This is not a GeoJSON FeatureCollection.")
    found: dict[str, tuple[str, float, float]] = {}
    for feature in features:
        mark = _mark(feature)
        if mark is not None:
            found.setdefault(fold(mark[0]), mark)
    if not found:
        raise FileProblem("No feature of the file has a point and a name.")
    if len(found) > MOST:
        raise FileProblem(f"The file has more than {MOST} landmarks.")
    return list(found.values())


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _mark(feature: Any) -> tuple[str, float, float] | None:
    try:
        name = feature["properties"]["name"]
        geometry = feature["geometry"]
        lon, lat = (float(number) for number in geometry["coordinates"][:2])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    name = " ".join((plain_text(name) or "").split())[:120] if isinstance(name, str) else ""
    good = math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180
    if geometry.get("type") != "Point" or not good or not fold(name):
        return None
    return name, lat, lon


def replace_landmarks(
    *, board: Board, marks: list[tuple[str, float, float]], source: str = ""
) -> int:
    """Put these in the place of a board's landmarks; returns how many. Those far off stay out."""
    wards = [(w.centre_lat, w.centre_lon) for w in list_wards(board)]
    centres = [(lat, lon) for lat, lon in wards if lat is not None and lon is not None]
    near = [
        mark
        for mark in marks
        if not centres or min(metres(mark[1], mark[2], *centre) for centre in centres) <= FAR_M
    ]
    if not near:
        raise FileProblem(
            f"All of these are far from {board.place_name}. Are longitude and latitude swapped?"
        )
    db.session.execute(delete(Landmark).where(Landmark.board_id == board.id))
    db.session.add_all(
        Landmark(board_id=board.id, name=name, lat=lat, lon=lon, source=source)
        for name, lat, lon in near
    )
    flush()
    return len(near)
