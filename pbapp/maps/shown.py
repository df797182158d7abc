"""The drawn map that a page shows: in the language of the page."""

from __future__ import annotations

from pbapp.maps.models import MapPart
from pbapp.maps.queries import board_subject, find_part
from pbapp.web.babel import page_language


def map_of(board_id: int) -> MapPart | None:
    """The map of a board's wards; None while it is not drawn yet."""
    return find_part(board_subject(board_id), page_language())
