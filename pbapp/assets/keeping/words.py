"""The parts of an entry in words, and what each says now."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pbapp.assets.keeping.reporting import Part
from pbapp.assets.models import Asset
from pbapp.assets.words import FIELD, shown_value
from pbapp.assets.writing import readable

PART = {
    Part.NAME: _l("Its name"),
    Part.WHAT: _l("What it is or offers"),
    Part.WHERE: _l("Where it is"),
    Part.WHEN: _l("When it is open or on"),
    Part.CONTACT: _l("Whom to ask"),
    Part.ACCESS: _l("Getting in and around"),
    Part.WEBSITE: _l("Its website"),
    Part.CLOSED: _l("It has closed"),
    Part.DUPLICATE: _l("It is here twice"),
    Part.NOT_HERE: _l("It should not be here"),
    Part.OTHER: _l("Something else"),
}
FIELDS = {
    Part.NAME: ("name",),
    Part.WHAT: ("kind", "summary", "description"),
    Part.WHERE: ("where_words", "area", "postcode"),
    Part.WHEN: ("opening", "sessions"),
    Part.CONTACT: ("contact",),
    Part.ACCESS: ("access", "access_terms"),
    Part.WEBSITE: ("website",),
    Part.CLOSED: ("status", "alert", "alert_until"),
}


def now_says(asset: Asset, part: Part) -> list[tuple[str, str]]:
    """Labels and what the entry says there now."""
    values = readable(asset)
    return [
        (str(FIELD[name]), shown_value(name, values[name]) or _("Nothing"))
        for name in FIELDS.get(part, ("name", "summary"))
    ]
