"""A copy of everything leads from no form to a person or a ballot: there is no form in it.

Each way in which one could be read back is planted, and must be found.
"""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from sqlalchemy import event, inspect, text

from pbapp.ballots import journal
from pbapp.db import Base, db
from pbapp.participation import services
from pbapp.participation.models import FormKey, FormTotal
from pbapp.participation.questions import EVERY_CELL
from tests.ballots.boxes import Box

ANSWERS = ("under_16", "16_17", "18_24", "25_34", "35_44", "75")


def tell_one_after_another(box: Box, people: int = 6) -> str:
    """The round's slug; each person votes and then tells, each with another answer."""
    slug = box.open_round()
    box.app.config["WTF_CSRF_ENABLED"] = False
    for number in range(people):
        box.cast(slug, box.admit(slug), "1")
        tell(box, slug, ANSWERS[number])
    box.app.config["WTF_CSRF_ENABLED"] = True
    return slug


def tell(box: Box, slug: str, age: str) -> None:
    client = box.app.test_client()
    with box.app.app_context():
        round_id = str(box.round(slug).id)
        db.session.rollback()
    with client.session_transaction() as session:
        session["voting"] = {round_id: {"sent": {"receipt": "X", "at": "", "vote": ""}}}
    sent = {"key": secrets.token_hex(16), "age": age, "language": "polish"}
    answer = client.post(f"/rounds/{slug}/about-you", data=sent)
    assert answer.status_code == 303, answer.text


def findings(box: Box, slug: str) -> list[str]:
    """What tells one form from another, or ties one to anything else."""
    found = []
    with box.app.app_context():
        of_round = f"round_id = {box.round(slug).id}"
        rows = db.session.execute(text(f"SELECT count(*) FROM form_total WHERE {of_round}"))
        if rows.scalar() != len(EVERY_CELL):
            found.append("a row a form")
        if box.is_sqlite:
            log = box.file.with_name(box.file.name + "-wal")
            if log.exists() and b"language" in log.read_bytes():
                found.append("forms in the write-ahead log")
        else:
            found += _by_transaction(of_round)
        db.session.rollback()
    return found


def _by_transaction(of_round: str) -> list[str]:
    together = f"SELECT DISTINCT xmin::text FROM form_total WHERE {of_round}"
    written = {row[0] for row in db.session.execute(text(together))}
    found = ["numbers that moved together"] if len(written) > 1 else []
    for table in inspect(db.engine).get_table_names():
        if table not in ("form_total", "form_key", "round"):  # a key looks its round up
            same = f"SELECT count(*) FROM {table} WHERE xmin::text IN ({together})"
            if db.session.execute(text(same)).scalar():
                found.append(f"{table} in the same transaction")
    return found


def test_no_form_can_be_read_back_or_tied_to_anybody(box: Box) -> None:
    slug = tell_one_after_another(box)
    assert findings(box, slug) == []
    with box.app.app_context():
        ages = {
            row[0]: row[1]
            for row in db.session.execute(
                text("SELECT answer, people FROM form_total WHERE question = 'age'")
            )
        }
        db.session.rollback()
    assert [ages[answer] for answer in ANSWERS] == [1] * 6


def test_a_form_adds_to_the_totals_and_writes_nothing_else(box: Box) -> None:
    slug = box.open_round()
    tables: list[set[str]] = [set()]

    def watch(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        words = statement.replace('"', "").split()
        if words[0] in ("INSERT", "DELETE", "UPDATE"):
            tables[-1].add(words[1] if words[0] == "UPDATE" else words[2])

    def committed(_c: Any) -> None:
        tables.append(set())

    with box.app.app_context():
        engine = db.engine
    box.app.config["WTF_CSRF_ENABLED"] = False
    event.listen(engine, "before_cursor_execute", watch)
    event.listen(engine, "commit", committed)
    try:
        tell(box, slug, "75")
    finally:
        event.remove(engine, "before_cursor_execute", watch)
        event.remove(engine, "commit", committed)
        box.app.config["WTF_CSRF_ENABLED"] = True
    # How often an address tries is counted before, in a transaction of its own.
    assert [found for found in tables if found] == [{"tries"}, {"form_key", "form_total"}]


def test_numbers_written_one_by_one_are_found(
    box: Box,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def one_by_one(*, round: Any, kind: Any, answers: Any, key: str) -> bool:
        services._begin(round, services.Source.ONLINE)
        for question, given in answers.items():
            for answer in given:
                db.session.execute(
                    text(
                        "UPDATE form_total SET people = people + 1 WHERE round_id = :round "
                        "AND question = :question AND answer = :answer"
                    ),
                    {"round": round.id, "question": question, "answer": answer},
                )
        return True

    monkeypatch.setattr(services, "add_form", one_by_one)
    monkeypatch.setattr(journal, "empty", lambda: None)
    found = findings(box, tell_one_after_another(box))
    expected = "forms in the write-ahead log" if box.is_sqlite else "numbers that moved together"
    assert expected in found


def test_nothing_in_the_tables_tells_who_or_when() -> None:
    for model in (FormTotal, FormKey):
        table = Base.metadata.tables[model.__tablename__]
        kinds = {str(column.type).upper() for column in table.columns}
        assert not [kind for kind in kinds if "DATE" in kind or "TIME" in kind]
        assert {key.column.table.name for key in table.foreign_keys} == {"round"}
        assert table.dialect_options["sqlite"]["with_rowid"] is False
