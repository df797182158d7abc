"""Regular times as a calendar that people subscribe to: one entry's, or those of a whole list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import abort, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.assets import links, queries, times
from pbapp.assets.blueprint import bp, chosen_board
from pbapp.assets.models import (
    Asset,
    AssetKind,
    AssetSession,
    AssetState,
    SessionUse,
    Status,
)
from pbapp.assets.oruk.facts import alert
from pbapp.assets.outgoing import rows as outgoing
from pbapp.assets.outgoing.credits import origin
from pbapp.assets.outgoing.pages import of_many
from pbapp.assets.place_words import very_place
from pbapp.assets.words import COST, JOIN_BY
from pbapp.boards.site import use_board
from pbapp.web import icalendar
from pbapp.web.access import access, anyone
from pbapp.web.context import settings

KEPT = "public, max-age=3600"


@bp.get("/assets.ics")
@access(anyone)
def calendar() -> Response:
    """The regular times of the list, by its filters; people's gifts left out."""
    name = _("What is on in %(place)s", place=chosen_board().place_name)
    response = of_many(
        "text/calendar", lambda ids: _written(name, outgoing.each(ids)), with_times=True
    )
    response.headers["Cache-Control"] = KEPT
    response.vary.add("Accept-Language")
    return response


@bp.get("/assets/<uuid:asset_id>.ics")
@access(anyone)
def entry_calendar(asset_id: UUID) -> Response:
    """The regular times of one entry."""
    asset = queries.find(asset_id)
    if asset is None or asset.state is not AssetState.PUBLISHED:
        abort(404)
    if asset.kind is AssetKind.INDIVIDUAL:  # a person's gift never leaves its page
        abort(404)
    use_board(asset.board)
    response = Response(_written(asset.name, [asset]), mimetype="text/calendar")
    response.headers["Cache-Control"] = KEPT
    response.vary.add("Accept-Language")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _written(name: str, assets: Iterable[Asset]) -> str:
    zone, page = ZoneInfo(settings().timezone), links.page_urls()
    happenings = (one for asset in assets for one in _happenings(asset, page(asset), zone))
    return icalendar.write(name, happenings, clock.now())


def _happenings(asset: Asset, page: str, zone: ZoneInfo) -> Iterator[icalendar.Happening]:
    """Its regular times. What is closed for now is struck out; what has closed for good is gone."""
    if asset.status is Status.CLOSED:
        return
    for session in asset.sessions:
        first = _first_time(asset, session, zone)
        if first is None or times.is_over(session, clock.now().astimezone(zone).date()):
            continue
        yield icalendar.Happening(
            uid=f"asset-{asset.id}-{session.id}@{request.host}",
            starts_at=first.start,
            ends_at=first.end,
            title=_title(asset, session),
            text=_text(asset, session),
            url=page,
            place=", ".join(filter(None, (asset.where_words, asset.postcode))),
            is_cancelled=asset.status is Status.PAUSED,
            rule=_rule(session, zone),
            zone=zone,
            sequence=asset.version,
            point=very_place(asset),
        )


def _first_time(asset: Asset, session: AssetSession, zone: ZoneInfo) -> times.Occurrence | None:
    """The first time of a series: from its first day, else from the day we learned of it."""
    since = session.starts_on or asset.submitted_at.astimezone(zone).date()
    last = min(since, date.max - times.LOOK_AHEAD) + times.LOOK_AHEAD
    until = min(last, session.until_on) if session.until_on else last
    return next(times.occurrences(session, since, until), None)


def _rule(session: AssetSession, zone: ZoneInfo) -> dict[str, str]:
    rule = times.rrule(session)
    if session.until_on:
        last = datetime.combine(session.until_on, time()) + timedelta(minutes=session.opens)
        rule["UNTIL"] = icalendar.until(last, zone)
    return rule


def _title(asset: Asset, session: AssetSession) -> str:
    if session.use is SessionUse.FREE:
        return _("%(name)s: space free to use", name=asset.name)
    return asset.name


def _text(asset: Asset, session: AssetSession) -> str:
    cost = ": ".join(filter(None, (str(COST[asset.cost]) if asset.cost else "", asset.cost_words)))
    join = str(JOIN_BY[asset.join_by]) if asset.join_by else ""
    said = alert(asset, clock.today())
    lines = (
        *(said, session.note, asset.summary, cost, asset.eligibility, join, asset.access),
        origin(asset),
    )
    return "\n".join(line for line in lines if line)
