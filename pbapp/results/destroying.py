"""On its date a round's ballots go; what is needed later is frozen first."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url

from pbapp.ballots.closing import destroying
from pbapp.ballots.closing import queries as closing
from pbapp.ballots.closing.destroying import Gone, Tell
from pbapp.ballots.keys import KeyMissing
from pbapp.config import Config
from pbapp.db import db
from pbapp.refusal import N_, Refused
from pbapp.results import assurance, services
from pbapp.results.queries import find_official_count, find_profile, list_turnout
from pbapp.rounds.models import Round
from pbapp.web.context import settings

_log = logging.getLogger("pbapp")


def due() -> list[Round]:
    """Rounds whose date has come, or whose destruction was cut short."""
    return list(destroying.due())


def what_goes(*, round: Round) -> dict[str, int]:
    """How many rows would go, by table; raises `Refused` before the date."""
    if closing.terms_of(round).began_at is None:
        destroying.refuse_if_not_due(round)
    return destroying.rows_of(round.id)


def destroy(*, round: Round, tell: Tell = lambda _line: None) -> Gone:
    """Freeze what is needed later, then destroy. Commits between the steps, and may be run again.

    Raises `Refused` before the date, under a hold, and where the result that has to be frozen
    first is not there.
    """
    if closing.terms_of(round).began_at is None:
        destroying.refuse_if_not_due(round)
        tell("first: what is needed later")
        _freeze(round)
        db.session.commit()
    return destroying.destroy(round=round, keys=settings().keys, tell=tell)


def _freeze(round: Round) -> None:
    """See that the counted votes and who took part are kept without the ballots.

    On the last date ballots go even if nobody counted them; they are then frozen if that can still
    be done, so that the count can follow.
    """
    if find_profile(round.id) is None:
        with suppress(Refused, KeyMissing):
            services.close_and_freeze(round=round, keys=settings().keys, actor="clock")
    found = assurance.find_out(round) if find_official_count(round) else None
    if found is not None:
        assurance.keep(round, found)
    if closing.fate_of(round).is_last:
        return
    if find_profile(round.id) is None or find_official_count(round) is None:
        raise Refused(N_("The votes have to be counted before the ballots are destroyed."))
    if not list_turnout(round):
        raise Refused(N_("Who took part has to be frozen before the ballots are destroyed."))


def destroy_due() -> None:
    """The worker's chore: destroy what is due; one round in trouble does not keep the others."""
    for round in due():
        try:
            gone = destroy(round=round)
        except Exception:
            db.session.rollback()
            _log.exception("the ballots of a round could not be destroyed")
        else:
            said = "destroyed" if gone.is_done else "not yet let go of by the database"
            _log.info("the ballots of a round are %s", said)


# --- copies that are not ours to destroy ----------------------------------------------------


def what_else(config: Config) -> Iterator[str]:
    """What the operator still has to do: copies made while there were ballots, and logs."""
    last = closing.last_destroyed_at()
    for path, made in copies_before(config, last) if last else []:
        yield (
            f"{path} was made on {made:%d.%m.%Y}, while there were ballots. Destroy it, and "
            "every copy of it."
        )
    if not config.is_sqlite:
        yield (
            "PostgreSQL's own write-ahead log and its archive still hold what was deleted. Run "
            "CHECKPOINT, and expire archived logs and base backups made before today."
        )


def copies_before(config: Config, moment: datetime) -> list[tuple[Path, datetime]]:
    """Copies of the database that we know of and that are older than the last destruction: what
    `pbapp backup` wrote, and what `pbapp restore` put aside beside SQLite's file."""
    known = config.copies.read_text("utf-8").splitlines() if config.copies.exists() else []
    paths = {Path(line) for line in known}
    if config.is_sqlite:
        file = Path(make_url(config.database_url).database or "")
        paths |= set(file.parent.glob(f"{file.name}.before-*"))
    there = [(path, path.stat().st_mtime) for path in sorted(paths) if path.is_file()]
    dated = [(path, datetime.fromtimestamp(at, UTC)) for path, at in there]
    return [(path, made) for path, made in dated if made < moment]
