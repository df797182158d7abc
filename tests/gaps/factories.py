"""Regular times for tests."""

from __future__ import annotations

from typing import Any

from pbapp.assets.models import AssetSession, SessionUse

MONDAY, WEEKEND = 0b1, 0b1100000


def hours(days: int, opens: int, closes: int, use: str = "open", **values: Any) -> AssetSession:
    """From one full hour to another on these days of every week."""
    return AssetSession(
        days=days, opens=60 * opens, closes=60 * closes, use=SessionUse(use), **values
    )
