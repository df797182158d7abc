"""The postcodes of a whole list at once."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pbapp.db import db
from pbapp.places import queries as places
from pbapp.places.models import Postcode

AT_ONCE = 1_000


def look_up(typed: Iterable[str]) -> dict[str, Postcode]:
    """Those that we have, by how they are written, each with its ward."""
    wanted = sorted({places.tidy_postcode(text) for text in typed if places.is_postcode(text)})
    found: dict[str, Postcode] = {}
    for start in range(0, len(wanted), AT_ONCE):
        query = (
            select(Postcode)
            .options(joinedload(Postcode.area))
            .where(Postcode.postcode.in_(wanted[start : start + AT_ONCE]))
        )
        found |= {row.postcode: row for row in db.session.scalars(query)}
    return found
