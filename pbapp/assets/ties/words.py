"""Ties in words, from either end."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pbapp.assets.models import Asset
from pbapp.assets.ties.models import EntryTie, TieKind, TieState

# From the first entry's page, and from the second's.
FROM = {
    TieKind.HOSTS: _l("Hosts"),
    TieKind.RUNS: _l("Runs"),
    TieKind.USES: _l("Uses"),
    TieKind.LENDS: _l("Lends to"),
}
TO = {
    TieKind.HOSTS: _l("Meets in"),
    TieKind.RUNS: _l("Run by"),
    TieKind.USES: _l("Used by"),
    TieKind.LENDS: _l("Borrows from"),
}
STATE = {
    TieState.ASKED: _l("Waits for an answer"),
    TieState.AGREED: _l("Shown on both pages"),
    TieState.REFUSED: _l("They said no"),
    TieState.ENDED: _l("Ended"),
}


def label(tie: EntryTie, asset: Asset) -> str:
    """What an entry does with the one at the other end: "Hosts", "Meets in"."""
    return str((FROM if tie.from_id == asset.id else TO)[tie.kind])


def state(tie: EntryTie) -> str:
    """How it stands; what is agreed shows only while both are on the map."""
    if tie.state is TieState.AGREED and not tie.shows:
        return str(_l("Hidden: one of the two is off the map"))
    return str(STATE[tie.state])


def choices() -> list[tuple[str, str]]:
    """Every way in which an entry can be tied to another, for its form."""
    return [(f"{kind}", str(FROM[kind])) for kind in TieKind] + [
        (f"{kind} turned", str(TO[kind])) for kind in TieKind
    ]
