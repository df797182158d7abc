"""What hangs on a service: when it is on, what it costs, whom to ask, which wards it is for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from pbapp.assets import times
from pbapp.assets.models import (
    Asset,
    AssetContact,
    AssetSession,
    Cost,
    Precision,
    SessionUse,
    Status,
    Vocabulary,
    Where,
)
from pbapp.assets.oruk.terms import WAYS_IN
from pbapp.assets.oruk.values import STATISTICS, Thing, as_email, made_id
from pbapp.assets.vocabulary import ACCESS
from pbapp.places.models import Area

STATUS = {
    Status.ACTIVE: "active",
    Status.PAUSED: "temporarily closed",
    Status.CLOSED: "defunct",
}
COSTS = {
    Cost.FREE: "Free",
    Cost.DONATION: "By donation",
    Cost.PAID: "There is a charge",
    Cost.VARIES: "It depends",
}
SPACE_IS_FREE = "A space is free then, for others to use."
LAST_MINUTE = 24 * 60 - 1


def description(asset: Asset) -> str:
    """What it is; and who can come, for which the UK profile has no key."""
    who = f"Who can come: {asset.eligibility}" if asset.eligibility.strip() else ""
    about = asset.description if asset.description.strip() else asset.summary
    return "\n\n".join(part for part in (about, who) if part.strip())


def alert(asset: Asset, today: date) -> str:
    """What people must know now; gone once its last day has passed."""
    is_past = asset.alert_until is not None and asset.alert_until < today
    return "" if is_past else asset.alert


# --- when -----------------------------------------------------------------------------------


def schedules(asset: Asset) -> list[Thing]:
    """Its regular times, and what is said of them in words. What has closed has none."""
    if asset.status is Status.CLOSED:
        return []
    made = [_schedule(asset, session) for session in asset.sessions]
    if asset.opening.strip():
        made.append(
            {
                "id": made_id("schedule", asset.id),
                "service_id": str(asset.id),
                "description": asset.opening,
                "valid_to": _day(asset.review_due_on),
            }
        )
    return made


def _schedule(asset: Asset, session: AssetSession) -> Thing:
    """A time by the clock on the wall; it can be relied on until the entry is to be confirmed."""
    rule = times.rrule(session)
    first = session.starts_on
    return {
        "id": made_id("schedule", asset.id, session.id),
        "service_id": str(asset.id),
        "valid_from": _day(first),
        "valid_to": _day(_last(session, asset.review_due_on)),
        "dtstart": _day(_first_time(session, first)) if first else None,
        "freq": rule["FREQ"],
        "interval": int(rule.get("INTERVAL", 1)),
        "byday": rule["BYDAY"],
        "opens_at": clock_time(session.opens),
        # No clock shows 24:00: a day's end is said as its last minute.
        "closes_at": closing_time(session.closes),
        "attending_type": WAYS_IN[asset.join_by] if asset.join_by else None,
        "description": SPACE_IS_FREE if session.use is SessionUse.FREE else None,
        "notes": session.note,
    }


def _last(session: AssetSession, due: date | None) -> date | None:
    if due and session.starts_on and due < session.starts_on:
        return session.until_on
    return min((day for day in (session.until_on, due) if day), default=None)


def _first_time(session: AssetSession, first: date) -> date:
    """The first day that it is on: what every other week or month is counted from."""
    until = first + times.LOOK_AHEAD if first < date.max - times.LOOK_AHEAD else date.max
    until -= timedelta(days=1)
    return next((one.start.date() for one in times.occurrences(session, first, until)), first)


def clock_time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def closing_time(minutes: int) -> str:
    """A time past midnight is an hour of the next day."""
    past = minutes - times.MIDNIGHT
    return clock_time(past if past > 0 else min(minutes, LAST_MINUTE))


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


# --- what it costs, whom to ask ---------------------------------------------------------------


def cost_options(asset: Asset) -> list[Thing]:
    """What it costs in our few words; only "free" is an amount we know."""
    if asset.cost is None and not asset.cost_words.strip():
        return []
    return [
        {
            "id": made_id("cost", asset.id),
            "service_id": str(asset.id),
            "option": COSTS[asset.cost] if asset.cost else None,
            "amount": 0 if asset.cost is Cost.FREE else None,
            "amount_description": asset.cost_words,
        }
    ]


def contacts(asset: Asset) -> list[Thing]:
    """Whom to ask, by name."""
    one = contact(asset)
    if one is None or not one.name.strip():
        return []
    made_of = made_id("contact", asset.id)
    return [{"id": made_of, "service_id": str(asset.id), "name": one.name}]


def email(asset: Asset) -> str | None:
    """Where to write; an address of plain ASCII, as the standard wants it."""
    one = contact(asset)
    return as_email(one.email) if one else None


def contact(asset: Asset) -> AssetContact | None:
    """Whom to ask: only where they agreed to be shown, and nobody of what has closed."""
    return None if asset.status is Status.CLOSED else asset.contact


# --- where ----------------------------------------------------------------------------------


def service_areas(asset: Asset, wards: Iterable[Area]) -> list[Thing]:
    """The wards it is in and serves; `wards`, all of the board's, for one all over the place."""
    known = {ward.gss_code: ward for ward in (link.area for link in asset.serves)}
    if asset.area is not None:
        known = {asset.area.gss_code: asset.area, **known}
    return [_area(asset, ward) for ward in known.values() or wards]


def _area(asset: Asset, ward: Area) -> Thing:
    return {
        "id": made_id("area", asset.id, ward.gss_code),
        "service_id": str(asset.id),
        "name": ward.name,
        "extent": ward.gss_code,
        "extent_type": "text",
        "uri": STATISTICS + ward.gss_code,
    }


def accessibility(asset: Asset) -> list[Thing]:
    """Its access features, each by itself, and what is said of them in words."""
    made = [
        {"id": made_id("access", asset.id, term.slug), "description": ACCESS[term.slug]}
        for term in asset.terms
        if term.vocabulary is Vocabulary.ACCESS and term.slug in ACCESS
    ]
    if asset.access.strip():
        made.append({"id": made_id("access", asset.id), "description": asset.access})
    return made


def where(asset: Asset) -> str:
    """The ward, and how exact the point is where it is not the very place."""
    ward = asset.area.name if asset.area else ""
    if asset.lat is None:
        return ward
    if asset.shown_as is Precision.STREET:
        return f"{ward}. The point is within some 200 metres of it"
    if asset.where_kind is Where.POSTCODE or asset.shown_as is Precision.POSTCODE:
        of = f"the postcode {asset.postcode}" if asset.postcode else "its postcode, about"
        return f"{ward}. The point is the middle of {of}"
    return ward
