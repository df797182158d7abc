"""Sealing when things go wrong, and the check that finds what was changed or cut short since.

The numbers are those of the list of faults in docs/engineers/ballot-box.md.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from pbapp import create_app
from pbapp.ballots.log import heads, queries, sealing, services
from pbapp.ballots.log.checking import check_logs, holds_head
from pbapp.ballots.log.models import BallotBatch, BatchKind, OnlineMark, SealedLeaf
from pbapp.ballots.models import Ballot
from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.serving import _damage
from tests.ballots.boxes import Box, at_once
from tests.ballots.factories import close as end_voting
from tests.ballots.logs import add_voters
from tests.conftest import config_for


def voted(box: Box, people: int) -> str:
    """The slug of a round with that many people's ballots."""
    slug = box.open_round()
    with box.writing():
        add_voters(box.round(slug), box.keys, people)
    return slug


def shut(box: Box, slug: str) -> None:
    with box.writing():
        end_voting(box.round(slug))


def seal(box: Box, slug: str) -> None:
    """As the worker does it."""
    with box.app.app_context():
        round_id = box.round(slug).id
        db.session.rollback()
        sealing.seal(job_id=uuid4(), round_id=round_id)


def close(box: Box, slug: str) -> str:
    with box.writing():
        batch = services.seal_close(round=box.round(slug), keys=box.keys)
        db.session.commit()
        heads.note(box.keys, batch.round_id)
        return batch.head


def left_behind(box: Box, slug: str) -> list[int]:
    """Rows of batches, leaves, marks and mails."""
    with box.app.app_context():
        id = box.round(slug).id
        of = [
            db.session.scalar(select(func.count()).select_from(t).where(t.round_id == id))
            for t in (BallotBatch, SealedLeaf, OnlineMark)
        ]
        mails = select(func.count()).where(Mail.to_address.in_(addresses(id)))
        found = [*of, db.session.scalar(mails)]
        db.session.rollback()
        return found


def addresses(round_id: int) -> Any:
    from pbapp.ballots.models import Voter

    return select(Voter.id + "@example.org").where(Voter.round_id == round_id)


def problems(box: Box, slug: str, app: Flask | None = None) -> list[str]:
    with (app or box.app).app_context():
        found = [p for log in check_logs(box.keys) if log.round == slug for p in log.problems]
        db.session.rollback()
        return found


class Killed(BaseException):
    """The process was killed here: nothing after it runs, and nothing catches it."""


def die(*_: Any, **__: Any) -> None:
    raise Killed


@pytest.mark.parametrize("step", ["_mark", "_tell_voters", "_tell_heads"])
@pytest.mark.faults(15)
def test_15_sealing_killed_midway_leaves_no_part_of_a_batch(
    box: Box, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = voted(box, 25)
    with monkeypatch.context() as broken:
        broken.setattr(services, step, die)
        with pytest.raises(Killed):
            seal(box, slug)
    assert left_behind(box, slug) == [0, 0, 0, 0]
    seal(box, slug)
    assert left_behind(box, slug) == [1, 15, 15, 15]
    seal(box, slug)
    assert left_behind(box, slug) == [1, 15, 15, 15]


@pytest.mark.faults(13)
def test_13_closed_by_eight_at_once_there_is_one_last_batch(box: Box) -> None:
    slug = voted(box, 12)
    shut(box, slug)
    assert len(set(at_once([lambda: close(box, slug)] * 8))) == 1
    with box.app.app_context():
        batches = queries.list_batches(box.round(slug).id)
        assert [(b.kind, b.size) for b in batches] == [(BatchKind.CLOSE, 12)]
    assert left_behind(box, slug) == [1, 12, 12, 12]


def test_ballots_sent_while_a_batch_is_sealed_are_in_one_batch_each(box: Box) -> None:
    slug = voted(box, 20)
    voters = [box.admit(slug) for _ in range(8)]
    done = at_once(
        [lambda v=v: box.cast(slug, v, "1") for v in voters] + [lambda: seal(box, slug)] * 2
    )
    assert not [one for one in done if isinstance(one, Exception)]
    shut(box, slug)
    close(box, slug)
    assert left_behind(box, slug)[1] == 28
    assert problems(box, slug) == []


def test_a_head_is_noted_even_if_the_worker_dies_before_it_notes_it(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = voted(box, 25)
    with monkeypatch.context() as broken:
        broken.setattr(heads, "note", die)
        with pytest.raises(Killed):
            seal(box, slug)
    with box.writing():
        sealing.ask_if_due()
        round_id, head = box.round(slug).id, queries.last_batch(box.round(slug).id).head
    assert (round_id, 1, head) in heads.read(box.keys)
    with box.writing():
        sealing.ask_if_due()
    assert heads.read(box.keys).count((round_id, 1, head)) == 1


# --- changed, or cut short ------------------------------------------------------------------


@pytest.fixture(scope="module")
def closed(box: Box) -> str:
    """A round with a checkpoint and a last batch, and a ballot that was replaced."""
    slug = voted(box, 25)
    again = box.admit(slug)
    box.cast(slug, again, "1")
    box.cast(slug, again, "2")
    seal(box, slug)
    shut(box, slug)
    close(box, slug)
    assert problems(box, slug) == []
    return slug


@contextmanager
def changed(box: Box, statement: Any) -> Iterator[None]:
    """The database with something changed behind our back, until the end of the block."""
    with box.writing():
        connection = db.session.connection()
        if box.is_sqlite:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        connection.execute(statement)
        yield


TAMPERED = {
    "do not have the leaf": update(Ballot).values(content='{"choices":["3"]}'),
    "not that of its leaves": update(BallotBatch).where(BallotBatch.n == 1).values(root="0" * 64),
    "not that of what it says": update(BallotBatch).where(BallotBatch.n == 2).values(size=3),
    "does not follow": update(BallotBatch).where(BallotBatch.n == 2).values(previous_head="0" * 64),
    "not in the box": text("DELETE FROM ballot"),
    "batch 1 says": text("DELETE FROM ballot_leaf WHERE batch_n = 1"),
    "after the log was closed": text("DELETE FROM ballot_leaf WHERE batch_n = 2"),
    "papers that were accepted": text("UPDATE ballot SET channel = 'paper' WHERE is_live"),
    "not those whose ballot counts": text("DELETE FROM roll_online"),
    "of nobody on the list": update(Ballot).where(~Ballot.is_live).values(voter_tag="0" * 64),
    "truncated": text("DELETE FROM ballot_batch WHERE kind = 'close'"),
}


@pytest.mark.parametrize("said", TAMPERED)
def test_whatever_is_changed_is_found(box: Box, closed: str, said: str) -> None:
    statement = TAMPERED[said]
    if said == "truncated" and not box.is_sqlite:
        statement = text(
            "UPDATE ballot_batch SET head = md5(head) || md5(head) WHERE kind = 'close'"
        )
    with changed(box, statement):
        found = [p for log in check_logs(box.keys) if log.round == closed for p in log.problems]
    assert said in " ".join(found)
    assert problems(box, closed) == []


@pytest.mark.faults(17)
def test_17_an_old_copy_put_back_is_found_to_be_cut_short(box: Box, tmp_path: Path) -> None:
    if not box.is_sqlite:
        return  # a restored dump is the same to us: rows that are not there, as above
    slug = voted(box, 25)
    seal(box, slug)
    old = tmp_path / "old.sqlite3"
    with box.app.app_context():
        db.session.execute(text("SELECT 1")).all()
        db.session.connection().connection.driver_connection.backup(raw := connect(old))
        raw.close()
        db.session.rollback()
    shut(box, slug)
    head = close(box, slug)
    with restored(box, old, tmp_path) as app:
        assert "truncated: 1 heads noted" in " ".join(problems(box, slug, app))
        with app.app_context():
            assert not holds_head(head)  # even without our own note: a head kept from an e-mail
            db.session.rollback()
    with box.app.app_context():
        assert holds_head(head)
        assert holds_head(head[:16].upper())
        assert not holds_head(head[:8])
        db.session.rollback()


@pytest.mark.faults(20)
def test_20_one_flipped_bit_in_the_file_is_found(box: Box, closed: str, tmp_path: Path) -> None:
    if not box.is_sqlite:
        return  # one changed character of a row is found above
    with box.app.app_context():
        id = box.round(closed).id
        replaced = db.session.scalars(
            select(Ballot).where(Ballot.round_id == id, ~Ballot.is_live)
        ).one()
        last = queries.last_batch(id)
        # As they stand in a row: a head stands in a mail as well, where nobody checks it.
        needles = {
            "salt": replaced.salt + replaced.leaf.encode(),
            "root": last.previous_head.encode() + last.root.encode(),
            "head": b"close" + last.head.encode(),
            "tag": replaced.voter_tag.encode(),  # of it, of the one after it, and in an index
        }
        db.session.rollback()
    # Written anew, for a bit may well flip in the remains of a row that was moved.
    with closing(connect(box.file)) as database:
        database.execute("VACUUM INTO ?", [str(tmp_path / "whole.sqlite3")])
    whole = (tmp_path / "whole.sqlite3").read_bytes()
    for name, needle in needles.items():
        places = [found.start() for found in re.finditer(re.escape(needle), whole)]
        assert places, name
        for place in places:
            damaged = bytearray(whole)
            damaged[place + 5] ^= 1
            copy = tmp_path / f"{name}-{place}.sqlite3"
            copy.write_bytes(damaged)
            with restored(box, copy, tmp_path) as app, app.app_context():
                found = _damage(app.extensions["pbapp"])
                db.session.rollback()
                found += problems(box, closed, app)
            assert found, (name, place)


def connect(path: Path) -> Any:
    import sqlite3

    return sqlite3.connect(path)


@contextmanager
def restored(box: Box, copy: Path, folder: Path) -> Iterator[Flask]:
    """An installation on a copy of the file, with the keys as they are."""
    here = folder / f"restored-{copy.stem}"
    here.mkdir()
    shutil.copyfile(copy, here / "pbapp.sqlite3")
    app = create_app(config_for(f"sqlite:///{here / 'pbapp.sqlite3'}", here))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_cut_line_in_the_file_of_heads_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / heads.NAME).write_text(f"1 1 {'a' * 64}\n1 2 {'b' * 20}")
    assert heads.read(tmp_path) == [(1, 1, "a" * 64)]
    assert heads.read(tmp_path / "nowhere") == []
