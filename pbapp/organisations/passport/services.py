"""A group says what it has; an officer who is not of it looks; before it runs out they are told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import delete

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.db import db, flush
from pbapp.messages import services as messages
from pbapp.organisations.models import Organisation
from pbapp.organisations.passport import queries
from pbapp.organisations.passport.models import Item, Kept, PassportItem
from pbapp.organisations.queries import is_member, list_leads
from pbapp.organisations.services import must_lead
from pbapp.organisations.telling import log, tell
from pbapp.refusal import N_, Refused
from pbapp.web.models import Document

COUNTS_FOR = timedelta(days=365)  # what an officer is offered when the group names no day
LONGEST = timedelta(days=5 * 366)
REMIND_BEFORE = timedelta(days=30)
ALWAYS_NEEDED = frozenset({Item.CONSTITUTION, Item.BANK, Item.ACCOUNTS})
SORT_CODE = re.compile(r"(?<!\d)(\d\d)([-– ])(\d\d)\2(\d\d)(?!\d)")
ACCOUNT_NUMBER = re.compile(r"(?<!\d)\d{8}(?!\d)")
BOTH = re.compile(
    SORT_CODE.pattern + r"\W{0,5}(acc(oun)?t?\W{0,3}(no|number)?\W{0,5})?\d{8}(?!\d)", re.I
)
CHANGED_MEANWHILE = N_(
    "Somebody else changed this while you were looking at it. Look at their change first."
)


@dataclass(frozen=True)
class Said:
    """What a group says of one item. `document_id` None: none is sent; one sent before stays."""

    says: str = ""
    is_needed: bool = True
    own_account: bool | None = None
    two_signatories: bool | None = None
    runs_out_on: date | None = None
    document_id: UUID | None = None
    drop_document: bool = False


def give(
    *, organisation: Organisation, item: Item, said: Said, by: Account, version: int = 0
) -> PassportItem:
    """Fill in an item, or change it; an officer checks it (again).

    `version` is the one the page showed, 0 for an empty item. Raises `Refused` beside the field.
    """
    must_lead(organisation, by)
    row = queries.find_item(organisation.id, item)
    if version != (row.version if row else 0):
        raise Refused(CHANGED_MEANWHILE)
    _check_said(item, said)
    if row is None:
        row = PassportItem(organisation_id=organisation.id, item=item)
        db.session.add(row)
    row.says = said.says.strip() if item is not Item.BANK else ""
    for name in ("is_needed", "own_account", "two_signatories", "runs_out_on"):
        setattr(row, name, getattr(said, name))
    replaced = None
    if said.document_id is not None or said.drop_document:
        replaced, row.document_id = row.document_id, said.document_id
    row.state, row.reason = Kept.WAITING, ""
    row.checked_at = row.checked_by_id = row.expires_on = None
    row.given_at, row.given_by_id = clock.now(), by.id
    flush()
    if replaced is not None:  # the new one takes its place, and nobody keeps the old
        db.session.execute(delete(Document).where(Document.id == replaced))
    log(organisation, "passport_given", by, {"item": item.value})
    return row


def _check_said(item: Item, said: Said) -> None:
    if _is_like_a_bank_number(item, said.says):
        raise Refused(
            N_("This looks like an account number or a sort code. Leave it out: we keep none."),
            "says",
        )
    if not said.is_needed and item in ALWAYS_NEEDED:
        raise Refused(N_("This concerns every group, or its host."), "is_needed")
    if item is Item.BANK:
        for field in ("own_account", "two_signatories"):
            if getattr(said, field) is None:
                raise Refused(N_("Answer yes or no."), field)
    elif not said.says.strip():
        sentence = (
            N_("Say what you have, in a sentence or two.")
            if said.is_needed
            else N_("Say why it does not concern you.")
        )
        raise Refused(sentence, "says")
    if said.runs_out_on is not None and said.runs_out_on < clock.today():
        raise Refused(N_("This day has passed. Send what counts now."), "runs_out_on")


def _is_like_a_bank_number(item: Item, words: str) -> bool:
    """A day (31-03-27) is no sort code by itself, and a policy may have a number of 8 digits."""
    if BOTH.search(words):
        return True
    if item is not Item.INSURANCE and ACCOUNT_NUMBER.search(words):
        return True
    return not all(_is_a_day(*found.group(1, 3, 4)) for found in SORT_CODE.finditer(words))


def _is_a_day(day: str, month: str, year: str) -> bool:
    try:
        date(2000 + int(year), int(month), int(day))
    except ValueError:
        return False
    return True


# --- the officer -----------------------------------------------------------------------------


def why_not(organisation: Organisation, by: Account) -> Refused | None:
    """What keeps an officer from checking a passport."""
    if is_member(by.id, organisation.id):
        return Refused(N_("You belong to this group, so another officer has to look at it."))
    return None


def check(
    *, row: PassportItem, by: Account, version: int, expires_on: date | None, url: str
) -> None:
    """An officer has seen an item; it counts until a day. The leads are told (`url`: its page)."""
    _must_be_theirs(row, by, version)
    if expires_on is None or expires_on < clock.today():
        raise Refused(N_("Say until when this counts: a day to come."), "expires_on")
    if expires_on > clock.today() + LONGEST:
        raise Refused(N_("Choose a day within the next five years."), "expires_on")
    row.state, row.expires_on, row.reason = Kept.CHECKED, expires_on, ""
    _looked_at(row, by, "passport_checked", url)


def not_accept(*, row: PassportItem, by: Account, version: int, reason: str, url: str) -> None:
    """An officer says what is wrong with an item; the leads read the reason word for word."""
    _must_be_theirs(row, by, version)
    if not reason.strip():
        raise Refused(N_("Say why, so that the group knows what to do."), "reason")
    row.state, row.expires_on, row.reason = Kept.NOT_ACCEPTED, None, reason.strip()
    _looked_at(row, by, "passport_not_accepted", url)


def _must_be_theirs(row: PassportItem, by: Account, version: int) -> None:
    refused = why_not(row.organisation, by)
    if refused:
        raise refused
    if version != row.version:
        raise Refused(CHANGED_MEANWHILE)


def _looked_at(row: PassportItem, by: Account, what: str, url: str) -> None:
    row.checked_at, row.checked_by_id = clock.now(), by.id
    flush()
    event = log(row.organisation, what, by, {"item": row.item.value})
    until = row.expires_on.isoformat() if row.expires_on else ""
    about = {"what": what, "until": until, "reason": row.reason, **_named(row, url)}
    tell(event, list_leads(row.organisation_id), template="group_passport", context=about)


def _named(row: PassportItem, url: str) -> dict[str, str]:
    return {"group": row.organisation.name, "item": row.item.value, "url": url}


# --- the clock -------------------------------------------------------------------------------


def remind(public_url: str) -> int:
    """Write to the leads 30 days before an item runs out, once each; how many were written."""
    written = 0
    for row in queries.list_running_out(clock.today() + REMIND_BEFORE):
        until = row.expires_on.isoformat() if row.expires_on else ""
        url = f"{public_url}/groups/{row.organisation_id}/passport/{row.item.value}"
        about = {"what": "runs_out", "until": until, "reason": "", **_named(row, url)}
        for lead in list_leads(row.organisation_id):
            mail = messages.write(
                key=f"passport {row.id} {until} to {lead.id}",
                to=lead.email,
                template="group_passport",
                context=about,
                language=lead.language,
            )
            written += mail is not None
    return written
