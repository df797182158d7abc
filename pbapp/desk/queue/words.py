"""The queue in words: kinds, whose turn it is, and the sorts of numbers at the top."""

from __future__ import annotations

from uuid import UUID

from flask_babel import gettext as _

from pbapp.accounts.models import Account
from pbapp.assets.models import SUBJECT as ASSET
from pbapp.desk.queries import find_account
from pbapp.desk.queue.kinds import (
    APPEAL,
    ASKED,
    CLAIM,
    COMPLAINT,
    CONCERN,
    INTEREST,
    OWN,
    PASSPORT,
    REFUSAL,
    TOOK_PART,
)
from pbapp.desk.queue.queries import Waiting
from pbapp.proposals.deciding import SUBJECT as PROPOSAL

ME, NOBODY = "me", "nobody"


def kind(key: str) -> str:
    """One thing of a kind."""
    return {
        PROPOSAL: _("Proposal"),
        ASSET: _("Entry for the map"),
        REFUSAL: _("Refusal asked for"),
        APPEAL: _("Appeal"),
        COMPLAINT: _("Complaint"),
        CLAIM: _("Says it is theirs"),
        CONCERN: _("Something is wrong"),
        INTEREST: _("Idea in short"),
        PASSPORT: _("Group passport"),
    }[key]


def kinds(key: str) -> str:
    """Several of a kind."""
    return {
        PROPOSAL: _("Proposals"),
        ASSET: _("Entries for the map"),
        REFUSAL: _("Refusals asked for"),
        APPEAL: _("Appeals"),
        COMPLAINT: _("Complaints"),
        CLAIM: _("Entries groups say are theirs"),
        CONCERN: _("What people say is wrong"),
        INTEREST: _("Ideas in short"),
        PASSPORT: _("Group passports"),
    }[key]


def clock_name(key: str) -> str:
    """What one number of the service clock is for."""
    named = {
        "complaint": _("Complaints, stage 1"),
        "complaint 2": _("Complaints, stage 2"),
        "question": _("Questions"),
    }
    return named.get(key) or kinds(key)


def who(key: str) -> str:
    """What each number at the top counts."""
    return {
        "": _("All that waits"),
        "turn": _("Your turn"),
        "mine": _("In your hands"),
        "nobody": _("In no one's hands"),
        "overdue": _("Overdue"),
    }[key]


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
    for_moderators = item.kind in (PROPOSAL, ASSET, CLAIM, CONCERN)
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
