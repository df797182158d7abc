"""What the made-up Coatbridge has: some of it fresh, some stale, some waiting for an officer."""

from __future__ import annotations

from typing import Any

from pbapp.assets.models import Asset, AssetKind, AssetPriority, AssetState, Where
from pbapp.db import db
from pbapp.decisions.models import Decision, Outcome
from pbapp.demo.details import add_details
from pbapp.demo.people import Cast
from pbapp.demo.reading import read


def load_assets(cast: Cast) -> int:
    """Every entry of the file; returns how many."""
    facts = read("assets")
    for entry in facts["assets"]:
        asset = _asset(cast, entry, facts["access"])
        add_details(asset, entry)
        db.session.add(asset)
        db.session.flush()
        if entry["state"] == AssetState.RETURNED:
            db.session.add(
                Decision(
                    subject_type="asset",
                    subject_id=str(asset.id),
                    outcome=Outcome.RETURNED,
                    reason=entry["reason"],
                    state_before=AssetState.WAITING.value,
                    by_id=cast.people["moderator"].id,
                    at=cast.calendar.moment(entry["added"] + 1),
                )
            )
    return len(facts["assets"])


def _asset(cast: Cast, entry: dict[str, Any], access: dict[str, str]) -> Asset:
    terms = read("details")["terms"]  # what is a term is not said in words as well
    added = cast.calendar.moment(entry["added"], "10:00")
    confirmed = entry.get("confirmed")
    has_point = "lat" in entry
    group = cast.groups.get(entry.get("group", ""))
    main = entry.get("main")
    slugs = ([main] if main else []) + [s for s in entry.get("supports", []) if s != main]
    return Asset(
        board_id=cast.boards["coatbridge"].id,
        organisation_id=group.id if group else None,
        kind=AssetKind(entry["kind"]),
        name=entry["name"],
        summary=entry["summary"],
        description=entry["description"],
        opening=entry.get("opening", ""),
        access=", ".join(access[key] for key in entry.get("access", []) if key not in terms),
        website=entry.get("website"),
        where_kind=Where.POINT if has_point else Where.WARD,
        where_words=entry.get("where_words", ""),
        lat=entry.get("lat"),
        lon=entry.get("lon"),
        area_id=cast.wards[entry["ward"]].id,
        state=AssetState(entry["state"]),
        submitted_by_id=cast.people["resident"].id,
        submitted_at=added,
        updated_at=added,
        confirmed_at=None if confirmed is None else cast.calendar.moment(confirmed, "11:00"),
        confirmed_by=None if confirmed is None else entry["confirmed_by"],
        is_example=True,
        priorities=[
            AssetPriority(priority_id=cast.priorities[slug].id, is_main=slug == main)
            for slug in slugs
        ],
    )
