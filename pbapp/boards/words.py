"""What people are on a board, in words."""

from __future__ import annotations

from flask_babel import gettext as _

from pbapp.boards.models import Role


def role_words(role: Role) -> str:
    """What somebody is, for everybody to read; never who."""
    return {
        Role.VOTING_LEAD: _("a voting lead"),
        Role.COUNTER: _("a community counter"),
        Role.CLERK: _("a clerk"),
        Role.MODERATOR: _("a moderator"),
        Role.APPRAISER: _("an appraiser"),
    }.get(role, _("an officer"))
