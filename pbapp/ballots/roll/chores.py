"""What the worker does for voters' lists every minute."""

from __future__ import annotations

from pbapp.ballots.roll import bursts, reminders, voids
from pbapp.web.context import settings


def find_groups() -> None:
    """Find many people from one place, for officers to look at."""
    bursts.look_everywhere()


def remind() -> None:
    """Remind people who have not voted, where the moment has come."""
    reminders.remind_if_due(settings().keys, settings().public_url)


def count_set_aside() -> None:
    """Count the votes that two officers set aside, once a box is shut."""
    voids.count_set_aside(settings().keys)
