"""A copy of everything but the key, taken in the middle of a vote, names nobody's ballot.

Each way in which it once could is planted, and the attack must find it.
"""

from __future__ import annotations

import logging
import secrets
from itertools import count
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError

from pbapp import clock
from pbapp.audit import services as audit
from pbapp.ballots import journal, services
from pbapp.ballots.models import Ballot, Voter
from pbapp.db import Base, db
from tests.ballots.attack import attack, joined_by_transaction
from tests.ballots.boxes import Box
from tests.ballots.walk import ABOUT, newest_code

PEOPLE = 30
emptied = journal.empty


def vote_one_after_another(box: Box, people: int = PEOPLE) -> tuple[str, list[str]]:
    """The round's slug, and its ballots in the order people came, through the whole application.

    Nobody votes while another does: the worst case for whoever wants to stay unknown.
    """
    slug = box.open_round()
    base = f"/rounds/{slug}/vote"
    keys = []
    with box.app.app_context():
        box.app.config["WTF_CSRF_ENABLED"] = False
        for number in range(people):
            client, key = box.app.test_client(), f"{number:032x}"[::-1]
            name = f"Voter {'abcdefghij'[number // 10]}{'abcdefghij'[number % 10]}"
            client.post(base, data={**ABOUT, "name": name})
            client.post(f"{base}/prove", data={"email": f"v{number}@{slug}.example.org"})
            code = newest_code()
            db.session.rollback()
            client.post(f"{base}/code", data={"code": code})
            sent = {"key": key, "choice": [str(number % 3 + 1)]}
            answer = client.post(f"{base}/review", data=sent)
            assert answer.location.endswith("/done"), answer.text
            keys.append(key)
        box.app.config["WTF_CSRF_ENABLED"] = True
        found = dict(
            db.session.execute(
                select(Ballot.idempotency_key, Ballot.id).where(
                    Ballot.round_id == box.round(slug).id
                )
            ).all()
        )
        db.session.rollback()
    return slug, [found[key] for key in keys]


def findings(box: Box, slug: str, truth: list[str]) -> list[str]:
    """What the attack found, one line each."""
    found = [str(f) for f in attack(box, slug, truth) if f.is_better_than_guessing]
    if not box.is_sqlite:
        together = joined_by_transaction(box, slug)
        found += [f"{table} in transaction {xmin}" for table, xmin in together]
    return found


def many_ballots(box: Box, people: int) -> tuple[str, list[str]]:
    """The same as voting one after another, without the pages."""
    slug = box.open_round()
    voters = [box.admit(slug) for _ in range(people)]
    keys = [secrets.token_hex(16) for _ in voters]
    with box.app.app_context():
        emptied()  # what stands in the write-ahead log then are these votes alone
    for voter, key in zip(voters, keys, strict=True):
        box.cast(slug, voter, "1", key=key)
        with box.app.app_context():
            journal.empty()
    found = {ballot.idempotency_key: ballot.id for ballot in box.rows(slug)}
    return slug, [found[key] for key in keys]


def test_no_order_in_a_copy_names_anybodys_ballot(box: Box) -> None:
    assert findings(box, *vote_one_after_another(box)) == []


def test_a_ballot_written_by_itself_is_found(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MIXED_WITH", 0)
    monkeypatch.setattr(journal, "empty", lambda: None)
    found = " ".join(findings(box, *many_ballots(box, PEOPLE)))
    for order in ("file-wal",) if box.is_sqlite else ("xmin", "ctid"):
        assert order in found


def test_with_more_ballots_than_are_mixed_at_once_no_order_shows_either(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MIXED_WITH", 15)
    slug, truth = many_ballots(box, 80)
    # The newest are among the few that were written last; who came before them is lost.
    assert findings(box, slug, truth[:-30]) == []


def test_ballots_left_in_the_write_ahead_log_are_found(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "empty", lambda: None)
    found = findings(box, *many_ballots(box, PEOPLE))
    assert any("file-wal" in one for one in found) is box.is_sqlite


def test_ids_that_count_up_are_found(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = count(10**30)
    monkeypatch.setattr(services, "random_id", lambda: f"{next(numbers):032x}")
    assert any("column id" in one for one in findings(box, *many_ballots(box, PEOPLE)))


def test_a_voter_touched_while_casting_is_found(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    def touching(round: Any, key: Any, voter: Voter, *rest: Any) -> Any:
        db.session.execute(text("UPDATE roll SET assurance = 1 WHERE id = :id"), {"id": voter.id})
        return honest(round, key, voter, *rest)

    honest = services._new_ballot
    monkeypatch.setattr(services, "_new_ballot", touching)
    slug = box.open_round()
    voter = box.admit(slug)
    if box.is_sqlite:
        assert written_with_a_ballot(box, slug, voter) >= {"roll"}
    else:
        box.cast(slug, voter, "1")
        assert "roll" in {table for table, _ in joined_by_transaction(box, slug)}


def test_casting_writes_to_one_table(box: Box) -> None:
    slug = box.open_round()
    assert written_with_a_ballot(box, slug, box.admit(slug)) == {"ballot"}


def test_an_event_written_while_casting_is_found(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    def telling(round: Any, *rest: Any) -> bool:
        audit.record(actor="voter", verb="ballot.cast", subject_type="round", subject_id=round.id)
        return honest(round, *rest)

    honest = services._put_in
    monkeypatch.setattr(services, "_put_in", telling)
    slug = box.open_round()
    assert written_with_a_ballot(box, slug, box.admit(slug)) == {"ballot", "audit_event"}


def test_the_tables_of_the_box_have_no_rowid(box: Box) -> None:
    if not box.is_sqlite:
        assert not [c for c in Base.metadata.tables["ballot"].columns if c.autoincrement is True]
        return
    with box.app.app_context():
        for table in ("roll", "roll_identifier", "roll_contact", "roll_source", "ballot"):
            with pytest.raises(OperationalError, match="no such column"):
                db.session.execute(text(f"SELECT rowid FROM {table}"))
            db.session.rollback()


def test_no_column_of_the_box_tells_when(box: Box) -> None:
    for name in ("roll", "roll_identifier", "roll_contact", "roll_source", "ballot"):
        kinds = {str(c.type).upper() for c in Base.metadata.tables[name].columns}
        told = {kind for kind in kinds if "DATE" in kind or "TIME" in kind}
        assert told == ({"DATE"} if name == "roll_source" else set())  # a day: decision 0058


def test_the_log_says_nothing_that_could_be_laid_beside_a_ballot(
    box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    vote_one_after_another(box, people=2)
    facts = [r.facts for r in caplog.records if "/vote" in getattr(r, "facts", {}).get("view", "")]
    assert len(facts) == 8
    assert all(set(fact) == {"method", "view", "status"} for fact in facts)
    for word in ("v0@", "Voter a", "zz71aa", "ZZ7 1AA"):
        assert word not in caplog.text


def written_with_a_ballot(box: Box, slug: str, voter_id: str) -> set[str]:
    """The tables that sending one vote through the application writes to."""
    tables = set()

    def watch(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        words = statement.replace('"', "").split()
        if words[0] in ("INSERT", "DELETE"):
            tables.add(words[2])
        elif words[0] == "UPDATE":
            tables.add(words[1])

    client = box.app.test_client()
    box.app.config["WTF_CSRF_ENABLED"] = False
    with box.app.app_context():
        round_id, engine = str(box.round(slug).id), db.engine
        db.session.rollback()
        with client.session_transaction() as session:
            now = int(clock.now().timestamp())
            session["voting"] = {round_id: {"voter": voter_id, "since": now}}
        event.listen(engine, "before_cursor_execute", watch)
        try:
            sent = {"key": "ab" * 16, "choice": ["1"]}
            answer = client.post(f"/rounds/{slug}/vote/review", data=sent)
            assert answer.status_code == 303
        finally:
            event.remove(engine, "before_cursor_execute", watch)
            box.app.config["WTF_CSRF_ENABLED"] = True
    return tables
