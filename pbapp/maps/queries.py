"""Find the drawn map of a subject, and a script by its digest. Nothing here draws."""

from __future__ import annotations

from sqlalchemy import case, select

from pbapp.db import db
from pbapp.maps.models import MapPart

DEFAULT_LANGUAGE = "en"


def board_subject(board_id: int) -> str:
    """The subject of the map of a board's wards."""
    return f"board/{board_id}"


def find_part(subject: str, language: str = DEFAULT_LANGUAGE) -> MapPart | None:
    """A drawn map in a language, or else in English or any; None while it is not drawn yet."""
    order = case((MapPart.language == language, 0), (MapPart.language == DEFAULT_LANGUAGE, 1))
    query = (
        select(MapPart)
        .where(MapPart.subject == subject)
        .order_by(order.asc().nulls_last(), MapPart.language)
        .limit(1)
    )
    return db.session.scalar(query)


def find_script(digest: str) -> bytes | None:
    """The gzipped script of a map."""
    query = select(MapPart.script_gz).where(MapPart.digest == digest).limit(1)
    return db.session.scalar(query)
