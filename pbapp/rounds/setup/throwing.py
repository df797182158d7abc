"""Throw a rehearsal away with everything that hangs on it, in whatever room it lies.

The tables are walked by their foreign keys, so that a room which comes later is not forgotten.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, delete, or_, select, tuple_

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.db import Base, db, flush
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Round
from pbapp.rounds.services import hold, log, must_lead_the_vote


def throw_away(*, round: Round, by: Account) -> None:
    """Delete what belongs to a rehearsal; its bare row stays. A second click changes nothing."""
    must_lead_the_vote(round, by)
    hold(round)
    if round.rehearses_id is None:
        raise Refused(N_("Only a rehearsal can be thrown away."))
    if round.thrown_away_at is not None:
        return
    belonging = _belonging(round.id)
    for table in reversed(Base.metadata.sorted_tables):
        if table in belonging:
            db.session.execute(delete(table).where(belonging[table]))
    db.session.expire_all()
    round.thrown_away_at = clock.now()
    # With its seal gone nothing goes on sealing its log, or looks for the log in vain.
    round.config = round.config_hash = round.sealed_at = None
    round.seal_asked_by_id = round.sealed_by_id = None
    flush()
    log(round, by, "round.rehearsal_thrown_away", {})


def _belonging(round_id: int) -> dict[Table, ColumnElement[bool]]:
    """Each table with rows that hang on this round, and which rows those are."""
    root = Base.metadata.tables[Round.__tablename__]
    found: dict[Table, ColumnElement[bool]] = {root: root.c.id == round_id}
    for table in Base.metadata.sorted_tables:  # parents come before their children
        if table is root:
            continue
        ways = [
            # All columns of a key together: a number alone may be another round's too.
            tuple_(*key.columns).in_(
                select(*(part.column for part in key.elements)).where(found[key.referred_table])
            )
            for key in table.foreign_key_constraints
            if key.referred_table in found
        ]
        if ways:
            found[table] = or_(*ways)
    del found[root]
    return found
