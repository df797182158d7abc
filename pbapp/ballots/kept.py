"""What is still known of a round's ballots once they are destroyed: numbers, and nothing else."""

from __future__ import annotations

from typing import Any

from pbapp.ballots.closing.models import Closing
from pbapp.db import db


def kept_numbers(round_id: int) -> dict[str, Any] | None:
    """Ballots by channel, papers by place, people on the voters' list, as they stood when the
    destruction began; None before it."""
    closing = db.session.get(Closing, round_id)
    return closing.kept if closing is not None and closing.began_at is not None else None
