"""How the tables are called on the page; the files themselves are in English."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

NAMES = {
    "results": _l("The result"),
    "ballots": _l("The ballots that count"),
    "proposals": _l("The projects on the ballot"),
    "costs": _l("What each project's money buys"),
    "turnout": _l("People who voted"),
    "dictionary": _l("The dictionary of all columns"),
}
