"""Complaints in words."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pbapp.complaints.models import About, Channel, Complaint, Finding

ABOUT = {
    About.DECISION: _l("What was decided, or how"),
    About.VOTE: _l("Voting, or the count"),
    About.PERSON: _l("How somebody treated me"),
    About.PAGES: _l("These pages, or reaching you"),
    About.OTHER: _l("Something else"),
}
CHANNEL = {
    Channel.PAGE: _l("On these pages"),
    Channel.PHONE: _l("By phone"),
    Channel.LETTER: _l("By letter or e-mail"),
    Channel.IN_PERSON: _l("In person"),
}
FINDING = {
    Finding.UPHELD: _l("Upheld: they were right"),
    Finding.PARTLY: _l("Partly upheld"),
    Finding.NOT_UPHELD: _l("Not upheld"),
    Finding.RESOLVED: _l("Put right without a finding"),
}


def state(complaint: Complaint) -> str:
    """Where it stands."""
    if complaint.closed_at is not None:
        return _("Answered")
    return _("Stage %(number)s: an answer is due", number=complaint.stage)
