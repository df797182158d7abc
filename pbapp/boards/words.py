"""What people are on a board, in words."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pbapp.boards.models import Role

ROLE = {
    Role.CHAIR: _l("Chair"),
    Role.BOARD_MEMBER: _l("Board members"),
    Role.VOTING_LEAD: _l("Voting leads"),
    Role.CLERK: _l("Clerks"),
    Role.MODERATOR: _l("Moderators"),
    Role.APPRAISER: _l("Appraisers"),
    Role.COUNTER: _l("Community counters"),
}
ABOUT = {
    Role.CHAIR: _l("Chairs the meetings of the board."),
    Role.BOARD_MEMBER: _l("Read the papers, note results, ask, and follow up."),
    Role.VOTING_LEAD: _l("Set a vote up and run it."),
    Role.CLERK: _l("Keep the meetings, the papers and the payments."),
    Role.MODERATOR: _l("Read what people send in before others see it."),
    Role.APPRAISER: _l("Check proposals against the criteria."),
    Role.COUNTER: _l("Help to count, as trained people from outside the council's staff."),
}


def role_words(role: Role) -> str:
    """What somebody is, for everybody to read; never who."""
    return {
        Role.VOTING_LEAD: _("a voting lead"),
        Role.COUNTER: _("a community counter"),
        Role.CLERK: _("a clerk"),
        Role.MODERATOR: _("a moderator"),
        Role.APPRAISER: _("an appraiser"),
    }.get(role, _("an officer"))
