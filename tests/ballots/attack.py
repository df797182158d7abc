"""What somebody can do with a copy of the database and no key: match people with ballots.

People come in an order that mails, logs and the voters' list tell. The attack tries every order
in which ballots can be read from the copy, and lays the one beside the other.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from sqlalchemy import inspect, text

from pbapp.db import db
from tests.ballots.boxes import Box

Place = tuple[int, float]  # page, and where in it
Orders = dict[str, dict[str, Place]]  # name of an order → ballot id → where it stands
PAGE = 4096
NEEDLES = ("id", "leaf", "receipt_hash", "idempotency_key", "voter_tag")


@dataclass(frozen=True)
class Finding:
    """One order of the ballots, and how well it names the people."""

    order: str
    hits: int
    people: int
    surprise: float

    @property
    def is_better_than_guessing(self) -> bool:
        # A blind guess hits one person on average, however many there are: twelve, or six standard
        # deviations, come by chance once in a thousand million times.
        return self.hits >= 12 or self.surprise > 6


def attack(box: Box, slug: str, truth: list[str]) -> list[Finding]:
    """Try every order; `truth` holds the ballots' ids in the order in which people came."""
    with box.app.app_context():
        orders = {**_column_orders(slug), **_scan_orders(slug)}
        if box.is_sqlite:
            orders |= _file_orders(box, slug)
        else:
            orders |= _postgresql_orders(slug)
        db.session.rollback()
    return [_judge(name, order, truth) for name, order in sorted(orders.items())]


def joined_by_transaction(box: Box, slug: str) -> list[tuple[str, str]]:
    """PostgreSQL: (table, transaction) of rows written in the same transaction as a ballot."""
    with box.app.app_context():
        round_id = box.round(slug).id
        found = []
        for table in inspect(db.engine).get_table_names():
            if table in ("ballot", "round"):  # each ballot looks up its round, as every one does
                continue
            rows = db.session.execute(
                text(
                    f"SELECT DISTINCT other.xmin::text FROM {table} other JOIN ballot "
                    "ON other.xmin IN (ballot.xmin, ballot.xmax) "
                    "OR (other.xmax::text <> '0' AND other.xmax IN (ballot.xmin, ballot.xmax)) "
                    "WHERE ballot.round_id = :round"
                ),
                {"round": round_id},
            )
            found += [(table, row[0]) for row in rows]
        db.session.rollback()
        return found


# --- the orders -----------------------------------------------------------------------------


def _column_orders(slug: str) -> Orders:
    """By each column: an id that counts up, or a moment, would tell."""
    columns = [c["name"] for c in inspect(db.engine).get_columns("ballot")]
    rows = _read(slug, f"SELECT {', '.join(f'ballot.{c}' for c in columns)}")
    orders: Orders = {}
    for place, column in enumerate(columns):
        values = sorted({str(row[place]) for row in rows})
        if len(values) == len(rows):
            ranks = {value: rank for rank, value in enumerate(values)}
            orders[f"column {column}"] = {
                row[columns.index("id")]: (0, ranks[str(row[place])]) for row in rows
            }
    return orders


def _scan_orders(slug: str) -> Orders:
    """As a dump without an order writes them out."""
    rows = _read(slug, "SELECT ballot.id")
    return {"dump": {row[0]: (0, place) for place, row in enumerate(rows)}}


def _postgresql_orders(slug: str) -> Orders:
    rows = _read(
        slug,
        "SELECT ballot.id, ballot.xmin::text::bigint, ballot.xmax::text::bigint, "
        "(ballot.ctid::text::point)[0]::int, (ballot.ctid::text::point)[1]",
    )
    return {
        "xmin": {row[0]: (0, row[1]) for row in rows},
        "xmax": {row[0]: (0, row[2]) for row in rows},
        "ctid": {row[0]: (0, row[3] * 1000 + row[4]) for row in rows},
        "ctid in its page": {row[0]: (row[3], row[4]) for row in rows},
    }


def _file_orders(box: Box, slug: str) -> Orders:
    """By where each ballot stands in SQLite's file and its write-ahead log, first and last."""
    rows = _read(slug, f"SELECT {', '.join(f'ballot.{c}' for c in NEEDLES)}")
    orders: Orders = {}
    for ending in ("", "-wal"):
        data = _copy(box.file.with_name(box.file.name + ending))
        for place, needle in enumerate(NEEDLES):
            for where, search in (("first", data.find), ("last", data.rfind)):
                found = {row[0]: search(str(row[place]).encode()) for row in rows}
                name = f"{where} {needle} in file{ending}"
                seen = {id: at for id, at in found.items() if at >= 0}
                orders[name] = {id: (0, at) for id, at in seen.items()}
                orders[f"{name}, page"] = {id: (at // PAGE, at) for id, at in seen.items()}
    return orders


def _copy(path: Path) -> bytes:
    if not path.exists():
        return b""
    copied = path.with_suffix(".copy")
    shutil.copyfile(path, copied)
    try:
        return copied.read_bytes()
    finally:
        copied.unlink()


def _read(slug: str, select: str) -> list[tuple]:  # type: ignore[type-arg]
    query = f"{select} FROM ballot JOIN round ON round.id = ballot.round_id WHERE slug = :slug"
    return [tuple(row) for row in db.session.execute(text(query), {"slug": slug})]


# --- how good a guess it is -----------------------------------------------------------------


def _judge(name: str, order: dict[str, Place], truth: list[str]) -> Finding:
    known = [id for id in truth if id in order]
    guessed = sorted(known, key=lambda id: (order[id], random.random()))
    hits = sum(a == b for a, b in zip(known, guessed, strict=True))
    return Finding(name, hits, len(known), _surprise([order[id] for id in known]))


def _surprise(places: list[Place]) -> float:
    """How many standard deviations from chance the order is, by pairs within one page.

    The numerator of Kendall's tau, added up over pages, against its variance without an order.
    """
    pages = Counter(page for page, _ in places)
    score = sum(
        (a < b) - (a > b) for (page, a), (other, b) in combinations(places, 2) if page == other
    )
    variance = sum(n * (n - 1) * (2 * n + 5) / 18 for n in pages.values())
    return abs(score) / variance**0.5 if variance else 0.0


def match(people: dict[str, Place], ballots: dict[str, Place], truth: dict[str, str]) -> int:
    """How many people are named by laying two orders side by side, group by group.

    Both map to (group, place within it); `truth` maps a ballot to its person.
    """
    owner = {(group, place): name for name, (group, place) in people.items()}
    return sum(owner.get(place) == truth[ballot] for ballot, place in ballots.items())


def chance_hits(people: dict[str, Place]) -> int:
    """What a blind guess names on average: one in each group."""
    groups = {group for group, _ in people.values()}
    return min(len(groups), 3)  # in groups of one every guess is right: that is what must be found
