"""The queue in words: kinds, whose turn it is, and the sorts of numbers at the top."""

from __future__ import annotations

from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pbapp.accounts.models import Account
from pbapp.assets.models import SUBJECT as ASSET
from pbapp.desk.queries import find_account
from pbapp.desk.queue.kinds import (
    APPEAL,
    ASKED,
    CHECK,
    CLAIM,
    COMPLAINT,
    CONCERN,
    INTEREST,
    OWN,
    PASSPORT,
    QUESTION,
    REFUSAL,
    STRAIGHT,
    TIE,
    TOOK_PART,
)
from pbapp.desk.queue.queries import Waiting
from pbapp.proposals.deciding import SUBJECT as PROPOSAL

ME, NOBODY = "me", "nobody"
KIND = {
    PROPOSAL: _l("Proposal"),
    ASSET: _l("Entry for the map"),
    REFUSAL: _l("Refusal asked for"),
    APPEAL: _l("Appeal"),
    COMPLAINT: _l("Complaint"),
    CLAIM: _l("Says it is theirs"),
    TIE: _l("Tie to another entry"),
    CONCERN: _l("Something is wrong"),
    INTEREST: _l("Idea in short"),
    QUESTION: _l("Question to read"),
    PASSPORT: _l("Group passport"),
    CHECK: _l("Entry to check"),
    STRAIGHT: _l("Shown straight away"),
}
KINDS = {
    PROPOSAL: _l("Proposals"),
    ASSET: _l("Entries for the map"),
    REFUSAL: _l("Refusals asked for"),
    APPEAL: _l("Appeals"),
    COMPLAINT: _l("Complaints"),
    CLAIM: _l("Entries groups say are theirs"),
    TIE: _l("Ties to other entries"),
    CONCERN: _l("What people say is wrong"),
    INTEREST: _l("Ideas in short"),
    QUESTION: _l("Questions to read"),
    PASSPORT: _l("Group passports"),
    CHECK: _l("Entries to check"),
    STRAIGHT: _l("Shown straight away"),
}
WHO = {
    "": _l("All that waits"),
    "turn": _l("Your turn"),
    "mine": _l("In your hands"),
    "nobody": _l("In no one's hands"),
    "overdue": _l("Overdue"),
}


def kind(key: str) -> str:
    """One thing of a kind."""
    return str(KIND[key])


def kinds(key: str) -> str:
    """Several of a kind."""
    return str(KINDS[key])


def clock_name(key: str) -> str:
    """What one number of the service clock is for."""
    named = {
        "complaint": _("Complaints, stage 1"),
        "complaint 2": _("Complaints, stage 2"),
    }
    return named.get(key) or kinds(key)


def who(key: str) -> str:
    """What each number at the top counts."""
    return str(WHO[key])


def turn(item: Waiting) -> str:
    """Whose turn it is, for this officer."""
    if item.is_my_turn:
        return _("Your turn")
    if item.bar:
        return {
            OWN: _("Somebody else: your own group"),
            ASKED: _("Somebody else: you asked"),
            TOOK_PART: _("Somebody else: you took part"),
        }[item.bar]
    for_moderators = item.kind in (PROPOSAL, ASSET, CLAIM, TIE, CONCERN, CHECK, STRAIGHT)
    return _("For a moderator") if for_moderators else _("For another officer")


def tone(item: Waiting) -> str:
    if item.is_overdue:
        return "bad"
    return "warn" if item.is_my_turn else "neutral"


def chosen_officer(value: str, me: Account) -> Account | None:
    """Whom a form's value names: oneself, nobody, or another officer by id."""
    if value == ME:
        return me
    try:
        return find_account(UUID(value))
    except ValueError:
        return None
