"""What the officers' pages about voters say."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pbapp.ballots.roll.board import FEWEST
from pbapp.ballots.roll.models import Conflict

CONFLICTS = {
    Conflict.OTHER_WAY: _l(
        "The same name, postcode and age group, with another address, number, code or card"
    ),
    Conflict.TWO_ROWS: _l("What somebody typed fits two people on the list"),
    Conflict.OTHER_NAME: _l("A code or card that somebody else has used"),
    Conflict.ON_PAPER: _l("Somebody of this name, postcode and age group has voted on paper"),
    Conflict.CONTACT_FULL: _l("As many people as may share an address have used it"),
}


def people_words(number: int) -> str:
    """A number of people, never finer than tens."""
    if number < FEWEST:
        return _("fewer than 10")
    return _("%(n)s or more", n=number // FEWEST * FEWEST)
