"""Check the whole Open Referral UK feed once a day, and keep the finding for all to see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from pbapp import clock
from pbapp.assets.models import Asset
from pbapp.assets.oruk import objects as oruk
from pbapp.assets.oruk.feed import (
    Asked,
    Found,
    Terms,
    list_entries,
    list_organisations,
    whole_service,
)
from pbapp.assets.oruk.models import FeedCheck
from pbapp.assets.oruk.shape import (
    AT_LOCATION,
    AT_LOCATION_LINE,
    ORGANISATION,
    SERVICE,
    SERVICE_LINE,
    TAXONOMY,
    TERM,
    Shape,
    faults,
)
from pbapp.assets.oruk.values import Thing
from pbapp.db import db, flush, write_transaction
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job, JobState
from pbapp.jobs.services import job

KIND = "openreferral.check"
EVERY = timedelta(days=1)
AT_ONCE = 500
KEPT_FOR = timedelta(days=90)
SHOWN = 10


def latest() -> FeedCheck | None:
    query = select(FeedCheck).order_by(FeedCheck.at.desc(), FeedCheck.id.desc()).limit(1)
    return db.session.scalar(query)


def ask_if_due() -> bool:
    """Ask for a check where the last one is a day old and none is waiting; a chore calls it."""
    last = latest()
    if last is not None and last.at > clock.now() - EVERY:
        return False
    open_states = (JobState.WAITING, JobState.RUNNING)
    if db.session.scalar(select(Job.id).where(Job.kind == KIND, Job.state.in_(open_states))):
        return False
    jobs.ask(kind=KIND, arguments={})
    return True


@job(KIND)
def run(job_id: UUID) -> None:
    """The daily job."""
    found, number = look()
    with write_transaction():
        keep(found, number)
        db.session.commit()


def look() -> tuple[list[str], int]:
    """Every fault of the feed as it is now, each naming its object; and how many services."""
    terms = Terms()
    wrong: list[str] = []
    number, page = 0, 1
    while True:
        found = list_entries(Asked(), terms, page=page, per_page=AT_ONCE)
        for asset in found.assets:
            wrong += _of_entry(asset, found, terms)
        number, page = number + len(found.assets), page + 1
        if len(found.assets) < AT_ONCE:
            break
    for thing in _organisations():
        wrong += _named(f"organization {thing['id']}", thing, ORGANISATION)
    for thing in terms.taxonomies():
        wrong += _named(f"taxonomy {thing['id']}", thing, TAXONOMY)
    for thing in terms.terms():
        wrong += _named(f"term {thing['id']}", thing, TERM)
    return wrong, number


def _organisations() -> Iterator[Thing]:
    start, number = 0, 1
    while start < number:
        number, part = list_organisations(start, start + AT_ONCE)
        yield from part
        start += AT_ONCE


def _of_entry(asset: Asset, found: Found, terms: Terms) -> Iterator[str]:
    """The faults of everything that the feed says of one entry."""
    whole, changed = whole_service(asset, found, terms), found.changed(asset)
    yield from _named(f"service {asset.id}", whole, SERVICE)
    line = oruk.service_line(asset, changed)
    yield from _named(f"service {asset.id} in the list", line, SERVICE_LINE)
    if oruk.has_location(asset):
        made = oruk.at_location(asset)
        yield from _named(f"service at location {made['id']}", made, AT_LOCATION)
        at = oruk.at_location_line(asset, changed)
        yield from _named(f"service at location {at['id']} in the list", at, AT_LOCATION_LINE)


def keep(found: list[str], services: int) -> FeedCheck:
    """Record a check, and forget those of last season."""
    db.session.execute(delete(FeedCheck).where(FeedCheck.at < clock.now() - KEPT_FOR))
    check = FeedCheck(at=clock.now(), services=services, faults=len(found), examples=found[:SHOWN])
    db.session.add(check)
    flush()
    return check


def _named(name: str, thing: Thing, shape: Shape) -> Iterator[str]:
    return (f"{name}: {fault}" for fault in faults(thing, shape))
