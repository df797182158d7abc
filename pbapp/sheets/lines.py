"""An entry in the few words that fit on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_date
from flask_babel import gettext as _

from pbapp import clock
from pbapp.assets import times
from pbapp.assets.models import Asset, AssetSession, SessionUse, Status, Vocabulary
from pbapp.assets.times_words import said
from pbapp.assets.words import COST, JOIN_BY, KIND, STATUS, term
from pbapp.web.babel import local_day


@dataclass(frozen=True)
class Line:
    """An entry on paper: `facts` are labels with their words. `address` leads to the page that asks
    whether it is still right."""

    name: str
    kind: str
    summary: str
    alert: str
    facts: tuple[tuple[str, str], ...]
    confirmed: str
    is_example: bool
    address: str
    lat: float | None
    lon: float | None


def line_of(asset: Asset, address: str) -> Line:
    """Of what everybody may see of an entry, and nothing else."""
    facts = (
        (_("Where"), _joined(asset.where_words, asset.postcode)),
        (_("When"), _when(asset, SessionUse.OPEN, asset.opening)),
        (_("Free to use"), _when(asset, SessionUse.FREE)),
        (_("Cost"), _joined(COST[asset.cost] if asset.cost else "", asset.cost_words)),
        (_("Who"), _joined(_ages(asset), asset.eligibility)),
        (_("How"), str(JOIN_BY[asset.join_by]) if asset.join_by else ""),
        (_("Access"), _joined(*_access(asset), asset.access)),
        (_("Contact"), _contact(asset)),
    )
    return Line(
        name=asset.name,
        kind=str(KIND[asset.kind]),
        summary=asset.summary,
        alert=_alert(asset),
        facts=tuple((label, words) for label, words in facts if words),
        confirmed=_("Confirmed %(day)s", day=short_day(asset.confirmed_at))
        if asset.confirmed_at
        else _("Not confirmed yet"),
        is_example=asset.is_example,
        address=address,
        lat=asset.lat,
        lon=asset.lon,
    )


def short_day(value: datetime) -> str:
    """4 December 2026: on paper the day of the week is one word too many."""
    return str(format_date(local_day(value), "d MMMM y"))


def _joined(*parts: object) -> str:
    return ", ".join(words for part in parts if part and (words := str(part)))


def _when(asset: Asset, use: SessionUse, words: str = "") -> str:
    today = local_day(clock.now())
    regular = [s for s in asset.sessions if s.use is use and not times.is_over(s, today)]
    return "; ".join([*(_session(one) for one in regular), *([words] if words else [])])


def _session(session: AssetSession) -> str:
    return f"{said(session)} ({session.note})" if session.note else said(session)


def _ages(asset: Asset) -> str:
    low, high = asset.age_from, asset.age_to
    if low is not None and high is not None:
        return _("ages %(low)s to %(high)s", low=low, high=high)
    if low is not None:
        return _("age %(low)s and over", low=low)
    return "" if high is None else _("up to age %(high)s", high=high)


def _access(asset: Asset) -> list[str]:
    marked = (mark for mark in asset.terms if mark.vocabulary is Vocabulary.ACCESS)
    return [term(Vocabulary.ACCESS, mark.slug) for mark in marked]


def _contact(asset: Asset) -> str:
    """Whom to ask: there is a row only with their consent."""
    contact = asset.contact
    asked = (contact.name, contact.phone, contact.email) if contact else ()
    site = (asset.website or "").split("://")[-1].rstrip("/")
    return _joined(*asked, site)


def _alert(asset: Asset) -> str:
    over = asset.alert_until and asset.alert_until < local_day(clock.now())
    paused = str(STATUS[Status.PAUSED]) if asset.status is Status.PAUSED else ""
    return ": ".join(part for part in (paused, "" if over else asset.alert) if part)
