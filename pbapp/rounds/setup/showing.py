"""What the pages of the set-up show beside their forms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from pbapp import clock
from pbapp.organisations.queries import find as find_organisation
from pbapp.rounds.models import Pot, Profile, Round
from pbapp.rounds.queries import list_members
from pbapp.rounds.setup import forms, pages, queries, words
from pbapp.rounds.setup.calendar import EntryKind, first_in_the_way, next_committee
from pbapp.rounds.setup.dates import dates_of, public_spans
from pbapp.rounds.setup.pots import Share
from pbapp.rounds.setup.queries import Missing
from pbapp.rounds.setup.snapshot import PARTS
from pbapp.web.babel import day
from pbapp.web.forms import options

AHEAD = timedelta(days=550)
ROWS = 2


def step_row(round: Round, part: str, missing: Sequence[tuple[str, Missing]]) -> dict[str, Any]:
    """One line of the list of steps."""
    lacks = [what for found, what in missing if found == part]
    wanting = [words.missing(what) for what in lacks if what is not Missing.NOT_SAVED]
    if wanting:
        status, tone = _("Missing"), "warn"
    elif lacks:
        status, tone = _("To look at"), "neutral"
    else:
        status, tone = _("Done"), "good"
    return {
        "text": words.part_name(part),
        "url": url_for("setup.step", slug=round.slug, part=part) if not round.sealed_at else None,
        "note": " ".join(wanting),
        "status": status,
        "tone": tone,
    }


def members(round: Round) -> str:
    number = len(list_members(round))
    if not number:
        return _("Nobody invited yet")
    return ngettext("%(num)d person invited", "%(num)d people invited", number)


def date_notes(round: Round) -> list[str]:
    """What to know about the dates as they stand: holidays in the vote, the next committee."""
    dates = dates_of(round)
    if dates is None:
        return []
    entries, zone = pages.entries_for(round), pages.zone()
    notes = []
    blocked = first_in_the_way(entries, EntryKind.PRE_ELECTION, public_spans(dates, zone))
    if blocked is not None:
        notes.append(_("%(name)s falls into these dates.", name=blocked.name))
    voting = (dates.vote_opens.astimezone(zone).date(), dates.vote_closes.astimezone(zone).date())
    holiday = first_in_the_way(entries, EntryKind.SCHOOL_HOLIDAY, [voting])
    if holiday is not None:
        notes.append(_("Schools are closed during part of the vote: %(name)s.", name=holiday.name))
    committee = next_committee(entries, dates.result.astimezone(zone).date())
    if committee is not None:
        notes.append(
            _(
                "The first committee after the result: %(name)s, %(day)s.",
                name=committee.name,
                day=day(committee.first),
            )
        )
    return notes


def beside(round: Round, part: str) -> dict[str, Any]:
    """What one step shows besides its form."""
    if part == "money":
        return {"pots": sorted(round.pots, key=lambda pot: pot.id)}
    if part == "dates":
        return {"notes": date_notes(round), "entries": _entries_ahead(round)}
    if part == "name":
        return {"profiles": {one.value: words.profile_hint(one) for one in Profile}}
    if part == "proposals":
        return {"has_interest": pages.has_interest(round)}
    return {}


def _entries_ahead(round: Round) -> list[dict[str, str]]:
    today = clock.today()
    kinds = {
        EntryKind.PRE_ELECTION: _("No publicity"),
        EntryKind.SCHOOL_HOLIDAY: _("School holiday"),
        EntryKind.COMMITTEE: _("Committee"),
    }
    return [
        {
            "name": entry.name,
            "kind": kinds[entry.kind]
            if entry.is_confirmed
            else _("%(kind)s (expected)", kind=kinds[entry.kind]),
            "when": day(entry.first)
            if entry.first == entry.last
            else _("%(start)s to %(end)s", start=day(entry.first), end=day(entry.last)),
            "source": entry.source,
        }
        for entry in pages.entries_for(round)
        if today <= entry.last and entry.first <= today + AHEAD
    ]


def others_changes(round: Round, seen: int, part: str) -> list[dict[str, Any]]:
    """What somebody else changed in a part since this officer looked."""
    mine = set(PARTS[part])
    return [
        {"what": _("A voting lead of the board"), "at": found.at, "changes": words.changes(found)}
        for found in queries.list_revisions_since(round, seen)
        if mine & set(found.changes)
    ]


# --- one pot --------------------------------------------------------------------------------------


def pot_form(round: Round, pot: Pot, kept: MultiDict[str, Any] | None = None) -> forms.PotForm:
    """A pot's form with its funders and a spare line or two; or as it was typed and `kept`."""
    if kept is not None:
        form = forms.PotForm(formdata=kept)
        offer_funders(form)
        return form
    shares = [
        {"funder": str(share.funder_id), "amount": share.amount_pence} for share in pot.shares
    ]
    if not shares and pot.funder_id:
        shares = [{"funder": str(pot.funder_id), "amount": pot.budget_pence}]
    form = forms.PotForm(
        data={
            "name": pot.name,
            "payment_approver": pot.payment_approver,
            "is_binding": "yes" if pot.is_binding else "no",
            "underspend": pot.underspend.value,
            "funders": shares or [{"amount": pot.budget_pence}],
            "version": str(round.version),
        }
    )
    if request.method == "GET":
        while len(form.funders) < max(ROWS, len(shares) + 1):
            form.funders.append_entry()
    offer_funders(form)
    return form


def offer_funders(form: forms.PotForm) -> None:
    form.offer()
    known = [(str(one.id), one.name) for one in queries.list_funders()]
    for row in form.funders:
        row.form.funder.choices = options(("", _("Choose")), *known)


def shares(form: forms.PotForm) -> list[Share]:
    """The lines somebody filled in."""
    found = []
    for row in form.funders:
        line = row.form
        if not line.is_blank:
            funder = find_organisation(UUID(line.funder.data)) if line.funder.data else None
            found.append(Share(line.amount.data, funder, line.new_name.data or ""))
    return found
