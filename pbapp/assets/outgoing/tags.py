"""The tag of a file of many entries, known before it is made: who has it is not sent it again.

It is a digest of everything that such a file can say: which entries, in which order; every column
of the board's entries and of what belongs to them; the names beside them; the day, since notices
and classes end; the address and the language; and the product's own code. What does not matter to
one file is in it too: then it is sent once more, which harms nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import Select, literal_column, select

from pbapp import clock
from pbapp.assets.models import (
    Asset,
    AssetArea,
    AssetContact,
    AssetPriority,
    AssetSession,
    AssetTerm,
)
from pbapp.assets.times_words import wall_clock
from pbapp.boards.models import Board
from pbapp.db import db
from pbapp.organisations.models import Organisation
from pbapp.places.models import Area
from pbapp.plans.models import Priority
from pbapp.web.babel import page_language

THEIRS = (AssetArea, AssetContact, AssetPriority, AssetSession, AssetTerm)


def tag_of(board: Board, ids: Sequence[UUID]) -> str:
    """The digest of a file of these entries of a board, in this order."""
    about = (
        *(_code(), request.host_url, request.path, page_language()),
        *(clock.today(), wall_clock().date(), board.name, board.place_name),
        [one.hex for one in ids],
    )
    digest = hashlib.sha256(repr(about).encode())
    for query in _queries(board.id):
        # The database need not sort by columns of every kind: their text is sorted here.
        for row in sorted(repr(tuple(row)) for row in db.session.execute(query)):
            digest.update(row.encode())
    return digest.hexdigest()[:32]


def _queries(board_id: int) -> list[Select[Any]]:
    ours = select(Asset.id).where(Asset.board_id == board_id)
    keepers = select(Asset.organisation_id).where(Asset.board_id == board_id)
    return [
        _as_kept(Asset).where(Asset.board_id == board_id),
        *[_as_kept(part).where(part.asset_id.in_(ours)) for part in THEIRS],
        select(Area.id, Area.gss_code, Area.name),
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(keepers)),
        select(Priority.id, Priority.name).where(Priority.board_id == board_id),
    ]


def _as_kept(model: Any) -> Select[Any]:
    """Every column, those to come too, as the database has it: nothing is made of the values."""
    table = model.__table__
    kept: list[Any] = [literal_column(f"{table.name}.{column.name}") for column in table.columns]
    return select(*kept).select_from(table)


@cache
def _code() -> str:
    """A digest of the product's code: another version may say the same things otherwise."""
    digest = hashlib.sha256()
    for path in sorted(Path(clock.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
