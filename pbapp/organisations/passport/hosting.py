"""A group without a constitution asks another organisation to answer for it."""

from __future__ import annotations

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.db import advisory_lock, db, flush
from pbapp.organisations.models import Hosting, Organisation
from pbapp.organisations.passport import queries
from pbapp.organisations.queries import list_leads
from pbapp.organisations.services import must_lead
from pbapp.organisations.telling import called, log, tell
from pbapp.refusal import N_, Refused


def ask(*, organisation: Organisation, host: Organisation | None, by: Account, url: str) -> Hosting:
    """Ask an organisation to be the host; its leads are told (`url`: where they answer).

    Raises `Refused` beside `host` for one that cannot be, and when another was asked before.
    """
    must_lead(organisation, by)
    advisory_lock("hosts")  # two that ask each other at the same moment
    if queries.find_hosting(organisation.id) is not None:
        raise Refused(N_("You have asked a host already. End that first."), "host")
    if queries.list_hosted_by(organisation.id):
        raise Refused(N_("A group that hosts others needs a constitution of its own."), "host")
    if host is None or host not in queries.list_possible_hosts(organisation):
        raise Refused(N_("Choose an organisation from the list."), "host")
    hosting = Hosting(
        organisation_id=organisation.id, host_id=host.id, asked_by_id=by.id, asked_at=clock.now()
    )
    db.session.add(hosting)
    flush()
    _tell("host_asked", hosting, organisation, host, by, url)
    return hosting


def answer(*, hosting: Hosting, agrees: bool, by: Account, url: str) -> None:
    """A lead of the host agrees, or says no; the group's leads are told (`url`: their page)."""
    must_lead(hosting.host, by)
    if hosting.agreed_at is not None:
        return  # a second click
    if agrees:
        hosting.agreed_at = clock.now()
        flush()
        _tell("host_agreed", hosting, hosting.host, hosting.organisation, by, url)
    else:
        _end("host_declined", hosting, hosting.host, hosting.organisation, by, url)


def end(*, hosting: Hosting, by: Account, url: str) -> None:
    """Either side ends it, agreed or not yet; the other side's leads are told (`url`: theirs)."""
    ours, theirs = hosting.organisation, hosting.host
    if not any(lead.id == by.id for lead in list_leads(ours.id)):
        must_lead(theirs, by)
        ours, theirs = theirs, ours
    _end("host_ended", hosting, ours, theirs, by, url)


def _end(
    what: str, hosting: Hosting, ours: Organisation, theirs: Organisation, by: Account, url: str
) -> None:
    db.session.delete(hosting)
    flush()
    _tell(what, hosting, ours, theirs, by, url)


def _tell(
    what: str, hosting: Hosting, ours: Organisation, theirs: Organisation, by: Account, url: str
) -> None:
    """In the log of the group that is hosted; `theirs` hear of it, from somebody of `ours`."""
    facts = {"host": str(hosting.host_id), "group": str(hosting.organisation_id)}
    event = log(ours, what, by, facts)
    about = {
        "what": what,
        "group": ours.name,
        "other": theirs.name,
        "who": called(by),
        "url": url,
    }
    tell(event, list_leads(theirs.id), template="group_host", context=about)
