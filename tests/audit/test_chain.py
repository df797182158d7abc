"""The officers' log: nobody can change it without it showing."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import delete, select, update

from pbapp.audit import queries, services
from pbapp.audit.models import Event
from pbapp.db import db


def write_three() -> None:
    for number in range(3):
        services.record(
            actor="account:1",
            verb="approved",
            subject_type="asset",
            subject_id=number,
            facts={"n": number},
        )


def test_a_log_as_written_is_unbroken(app: Flask) -> None:
    write_three()
    check = queries.check_chain()
    assert (check.events, check.broken_at) == (3, None)
    assert check.head == db.session.scalar(select(Event.hash).where(Event.number == 3))


def test_an_empty_log_is_unbroken(app: Flask) -> None:
    assert queries.check_chain().broken_at is None


def test_a_changed_fact_shows(app: Flask) -> None:
    write_three()
    db.session.execute(update(Event).where(Event.number == 2).values(facts={"n": 99}))
    db.session.expire_all()
    assert queries.check_chain().broken_at == 2


def test_a_removed_event_shows(app: Flask) -> None:
    write_three()
    db.session.execute(delete(Event).where(Event.number == 2))
    assert queries.check_chain().broken_at == 3


def test_a_log_cut_short_shows_against_a_head_noted_earlier(app: Flask) -> None:
    write_three()
    noted = queries.check_chain()
    db.session.execute(delete(Event).where(Event.number == 3))
    assert queries.check_chain().broken_at is None
    assert queries.check_chain(noted.head, noted.events).broken_at == 3


def test_an_edit_keeps_what_it_changed_and_nothing_else(app: Flask) -> None:
    revision = services.revise(
        subject_type="asset",
        subject_id=1,
        by="account:1",
        before={"name": "Hal", "kind": "place"},
        after={"name": "Hall", "kind": "place"},
    )
    assert revision is not None
    assert (revision.number, revision.changes) == (1, {"name": ["Hal", "Hall"]})


def test_an_edit_that_changes_nothing_leaves_no_trace(app: Flask) -> None:
    same = {"name": "Hall"}
    assert (
        services.revise(subject_type="asset", subject_id=1, by="x", before=same, after=same) is None
    )
    assert queries.list_revisions("asset", 1) == []
