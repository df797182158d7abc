"""The end of a round in words."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from pbapp.ballots.closing.models import Certificate
from pbapp.boards.models import Role
from pbapp.boards.words import role_words


def channel_words(channel: str) -> str:
    return {
        "online": _("sent online"),
        "paper": _("on paper, read by two people"),
        "table": _("at a table"),
    }.get(channel, channel)


def by_whom(done: Iterable[Certificate]) -> str:
    """ "a voting lead and a community counter"."""
    first, second = (certificate.role for certificate in done)
    if first is second is Role.VOTING_LEAD:
        return _("two voting leads")
    return _(
        "%(first)s and %(second)s",
        first=role_words(first),
        second=role_words(second),
    )
