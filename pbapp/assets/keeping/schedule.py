"""When an entry is next to be confirmed: from its kind and the day of the last word, pure."""

from __future__ import annotations

from datetime import date, timedelta

from pbapp.assets.models import AssetKind

# A person's gift is not here: it has a life of its own, and ends by itself.
STAYS_RIGHT = {
    AssetKind.INSTITUTION: timedelta(days=365),
    AssetKind.PLACE: timedelta(days=365),
    AssetKind.ASSOCIATION: timedelta(days=182),
    AssetKind.EXCHANGE: timedelta(days=182),
    AssetKind.CULTURE: timedelta(days=730),
}
ASKED = 3  # reminders of rising weight
LAPSED = 4  # the stage after them
BETWEEN = timedelta(weeks=3)
TOGETHER = timedelta(days=14)  # what is due so soon goes into the same mail


def due_after(kind: AssetKind, said_on: date, *, by_visitor: bool = False) -> date | None:
    """When to ask again. A visitor's word counts half as long; None: never."""
    stays = STAYS_RIGHT.get(kind)
    if stays is None:
        return None
    return said_on + (stays / 2 if by_visitor else stays)
