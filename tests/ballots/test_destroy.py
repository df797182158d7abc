"""On the date everything goes that could tell who voted what, and nothing else."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing as shutting
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select, text

import pbapp
from pbapp import backups, clock, upkeep
from pbapp.audit.models import Event
from pbapp.audit.queries import check_chain
from pbapp.ballots import keys as key_files
from pbapp.ballots.closing import compacting, destroying, queries, services
from pbapp.ballots.closing.models import Closing, Scrutineer
from pbapp.ballots.log import queries as ballot_log
from pbapp.ballots.models import Ballot, Voter, VoterIdentifier
from pbapp.ballots.paper import queries as paper_queries
from pbapp.ballots.paper import services as paper
from pbapp.ballots.queries import ballots_by_channel, closes_at
from pbapp.cli import pbapp as program
from pbapp.db import Base, db, write_transaction
from pbapp.refusal import Refused
from pbapp.results import destroying as results
from pbapp.rounds.models import Round
from pbapp.rounds.queries import find_round
from tests.ballots import factories, papers, sealed
from tests.ballots.attack import attack
from tests.ballots.boxes import Box, box_on
from tests.client import Browser
from tests.desk.test_decide import token_of
from tests.rounds.factories import make_round
from tests.world import World

USUAL, LAST = timedelta(days=28), timedelta(days=120)


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    """A database of one test's own."""
    with box_on(request.param, tmp_path, lambda: request.getfixturevalue("postgresql")) as box:
        yield box


def certified_round(box: Box, *, certify: bool = True) -> str:
    """Twelve online votes, two papers, counted and certified."""
    slug = box.open_round()
    with box.writing():
        round, world = box.round(slug), box.world_again()
        sealed.vote_all(round, box.keys, 12)
        factories.close(round)
        venue = papers.make_venue(world, round)
        batch = papers.open_batch(world, round, venue, 2)
        for by in (world.officer, world.second_officer):
            papers.key(round, batch, by, ["1 3", "2 6"])
        papers.check_sample(round, batch, papers.third_officer(world))
        paper.accept(round=round, batch=batch, keys=box.keys, by=world.officer, note="unmarked")
        db.session.commit()
        sealed.seal_log(round, 10)
        sealed.count(round, box.keys)
        if certify:
            sealed.certify(world, round)
        services.name_scrutineer(round=round, by=world.officer, name="Nina", role="neighbour")
        db.session.commit()
    return slug


def secrets_of(box: Box, slug: str) -> dict[str, list[bytes]]:
    """Everything that must be nowhere afterwards, as it stands in files."""
    with box.app.app_context():
        round = box.round(slug)
        ballots = list(db.session.scalars(select(Ballot).where(Ballot.round_id == round.id)))
        voters = list(db.session.scalars(select(Voter).where(Voter.round_id == round.id)))
        identifiers = db.session.scalars(
            select(VoterIdentifier).where(VoterIdentifier.round_id == round.id)
        )
        links = db.session.scalars(select(Scrutineer.token_hash))
        found = {
            "key": [key_files.key_file(box.keys, round.id).read_bytes()],
            "tags": [b.voter_tag.encode() for b in ballots],
            "salts": [b.salt for b in ballots],
            "receipts": [b.receipt_hash.encode() for b in ballots],
            "sendings": [b.idempotency_key.encode() for b in ballots],
            "contents": [b'{"choices":['],
            "voters": [v.id.encode() for v in voters],
            "contacts": [v.contact_digest.encode() for v in voters if v.contact_digest],
            "identifiers": [i.digest.encode() for i in identifiers],
            "links": [link.encode() for link in links if link],
        }
        db.session.rollback()
    return found


def bytes_of(box: Box, backup: Path) -> bytes:
    """The database's files, the folder of keys, and a backup made now."""
    parts = [path.read_bytes() for path in sorted(box.keys.rglob("*")) if path.is_file()]
    if box.is_sqlite:
        backups.make_copy(box.app.extensions["pbapp"], backup)
        parts.append(backup.read_bytes())
        backup.unlink()
        for ending in ("", "-wal", "-shm"):
            path = box.file.with_name(box.file.name + ending)
            parts += [path.read_bytes()] if path.exists() else []
    else:
        for path in sorted(_postgresql_folder(box).rglob("*")):
            with suppress(FileNotFoundError):  # the server has just put it away
                parts.append(path.read_bytes())
    return b"".join(parts)


def _postgresql_folder(box: Box) -> Path:
    """This database's tables, indexes and catalogue; not the server's log of writes."""
    with box.app.app_context(), write_transaction(), db.engine.connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("CHECKPOINT"))
        folder = connection.scalar(text("SHOW data_directory"))
        query = "SELECT oid FROM pg_database WHERE datname = current_database()"
        number = connection.scalar(text(query))
    return Path(str(folder)) / "base" / str(number)


def remains(data: bytes, secrets: dict[str, list[bytes]]) -> set[str]:
    return {kind for kind, values in secrets.items() if any(value in data for value in values)}


def destroy(box: Box, slug: str, after: timedelta = USUAL + timedelta(hours=1)) -> Any:
    with box.writing():
        round = box.round(slug)
        certified = round.certified_at
        start = certified or closes_at(round)
        db.session.rollback()
    with time_machine.travel(start + after), box.writing():
        gone = results.destroy(round=box.round(slug))
        db.session.commit()
    return gone


def test_nothing_remains_anywhere(fresh: Box, tmp_path: Path) -> None:
    slug, backup = certified_round(fresh), tmp_path / "backup.sqlite3"
    if not fresh.is_sqlite:  # the planner's samples outlive emptied tables
        with fresh.app.app_context(), write_transaction():
            db.session.execute(text("ANALYZE"))
            db.session.commit()
    secrets = secrets_of(fresh, slug)
    assert remains(bytes_of(fresh, backup), secrets) == set(secrets)  # the search does find them
    truth = [ballot.id for ballot in fresh.rows(slug)]
    gone = destroy(fresh, slug)
    assert gone.is_done
    assert gone.rows["ballot"] == 15
    assert gone.rows["paper_entry"] == 4
    assert remains(bytes_of(fresh, backup), secrets) == set()
    assert list(fresh.keys.glob("*.key")) == []
    assert not [
        finding for finding in attack(fresh, slug, truth) if finding.is_better_than_guessing
    ]


def test_what_stays_still_says_what_was_certified(fresh: Box) -> None:
    slug = certified_round(fresh)
    with fresh.app.app_context():
        before = queries.facts_of(fresh.round(slug))
        db.session.rollback()
    destroy(fresh, slug)
    with fresh.app.app_context():
        round = fresh.round(slug)
        assert queries.facts_of(round) == before
        assert {c.value: n for c, n in ballots_by_channel(round).items()} == before["ballots"]
        assert [row.used for row in paper_queries.accounting(round)] == [2]
        assert len(ballot_log.document(round)["batches"]) == 2
        terms = queries.terms_of(round)
        assert terms.destroyed_at is not None
        assert terms.kept["on_list"] == 12
        assert check_chain().broken_at is None
        verbs = [event.verb for event in db.session.scalars(select(Event))]
        assert "round.destroyed" in verbs
        db.session.rollback()


def test_another_rounds_ballots_are_left_alone(box: Box) -> None:
    slug, other = certified_round(box), box.open_round()
    voter = box.admit(other)
    box.cast(other, voter, "1", "2")
    destroy(box, slug)
    assert box.rows(slug) == []
    assert box.live(other) == [("1", "2")]
    box.cast(other, voter, "3")  # its key is there too
    assert box.live(other) == [("3",)]


@pytest.mark.parametrize(
    ("fresh", "where", "step"),
    [
        ("sqlite", key_files, "destroy"),
        ("sqlite", destroying, "_delete_rows"),
        ("sqlite", compacting, "compact"),
        ("postgresql", compacting, "compact"),
        ("sqlite", destroying, "_finish"),
    ],
    ids=["key", "rows", "compacting-sqlite", "compacting-postgresql", "noting"],
    indirect=["fresh"],
)
def test_killed_at_any_step_the_next_run_goes_on(
    fresh: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: Any, step: str
) -> None:
    slug = certified_round(fresh)
    secrets = secrets_of(fresh, slug)

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(where, step, killed)
        with pytest.raises(KeyboardInterrupt):
            destroy(fresh, slug)
    with fresh.writing():
        assert [round.slug for round in results.due()] == [slug]  # whatever the clock says now
        assert results.destroy(round=fresh.round(slug)).is_done
    assert remains(bytes_of(fresh, tmp_path / "backup"), secrets) == set()
    with fresh.app.app_context():
        verbs = [event.verb for event in db.session.scalars(select(Event))]
        db.session.rollback()
    assert verbs.count("round.destruction_began") == verbs.count("round.destroyed") == 1


def test_postgresql_waits_for_whoever_still_sees_the_rows(
    postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with box_on("postgresql", tmp_path, lambda: postgresql) as box:
        slug = certified_round(box)
        with box.app.app_context():
            reader = db.engine.connect().execution_options(isolation_level="REPEATABLE READ")
            reader.execute(text("SELECT count(*) FROM ballot"))
        with monkeypatch.context() as soon:
            soon.setattr(compacting.compact, "__defaults__", (0.2,))
            assert not destroy(box, slug).is_done
        reader.close()
        with box.writing():
            assert results.destroy(round=box.round(slug)).is_done


def test_sqlite_waits_for_whoever_still_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with box_on("sqlite", tmp_path, lambda: "") as box:
        slug = certified_round(box)
        with shutting(sqlite3.connect(box.file, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM ballot").fetchone()
            with monkeypatch.context() as soon:
                soon.setattr(compacting.compact, "__defaults__", (0.2,))
                assert not destroy(box, slug).is_done
        with box.writing():
            assert results.destroy(round=box.round(slug)).is_done


def test_every_table_of_the_room_is_kept_for_a_reason_or_goes() -> None:
    room = {
        mapper.local_table.name
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith(destroying.ROOM)
    }
    assert room >= destroying.KEPT
    gone = destroying.tables()
    assert {table.name for table in gone} | destroying.KEPT == room
    for table in gone:
        destroying.of_round(table, 1)  # raises where nobody has said which rows go


# --- the date, and what stops it ------------------------------------------------------------


def at(round: Round, moment: datetime | None, plus: timedelta) -> time_machine.travel:
    assert moment is not None
    return time_machine.travel(moment + plus, tick=False)


def test_nothing_goes_before_the_date(world: World, app: Flask) -> None:
    round = sealed.counted(world, app)
    sealed.certify(world, round)
    certified = round.certified_at
    with at(round, certified, USUAL - timedelta(seconds=5)):
        with pytest.raises(Refused, match="not time yet"):
            results.what_goes(round=round)
        assert results.due() == []
    with at(round, certified, USUAL + timedelta(seconds=5)):
        assert results.what_goes(round=round)["ballot"] == 14
        assert [found.id for found in results.due()] == [round.id]


def test_without_a_certificate_only_the_last_date_destroys(world: World, app: Flask) -> None:
    round = sealed.counted(world, app)
    with at(round, closes_at(round), LAST - timedelta(minutes=1)):
        assert results.due() == []
    with at(round, closes_at(round), LAST + timedelta(minutes=1)):
        assert queries.fate_of(round).is_last
        assert [found.id for found in results.due()] == [round.id]


def test_the_board_sets_other_terms_before_sealing(world: World, app: Flask) -> None:
    round = sealed.counted(world, app)
    db.session.add(Closing(round_id=round.id, keep_days=5, last_days=40))
    sealed.certify(world, round)
    certified = round.certified_at
    assert queries.fate_of(round).at == certified + timedelta(days=5)


def test_a_hold_of_two_stops_even_the_last_date_until_two_release_it(
    world: World, app: Flask
) -> None:
    round = sealed.counted(world, app)
    sealed.certify(world, round)
    services.ask_hold(round=round, by=world.officer, reason="A complaint")
    with pytest.raises(Refused, match="second person"):
        services.agree_hold(round=round, by=world.officer)
    assert not queries.fate_of(round).is_held  # one alone stops nothing
    services.agree_hold(round=round, by=world.second_officer)
    db.session.commit()
    with at(round, closes_at(round), LAST + timedelta(days=50)):
        assert queries.fate_of(round).is_held
        assert results.due() == []
        with pytest.raises(Refused, match="hold"):
            results.destroy(round=round)
        services.release_hold(round=round, by=world.second_officer)
        with pytest.raises(Refused, match="second person"):
            services.release_hold(round=round, by=world.second_officer)
        assert results.due() == []
        services.release_hold(round=round, by=world.officer)
        assert [found.id for found in results.due()] == [round.id]


def test_an_asked_hold_is_taken_back_by_anybody(world: World, app: Flask) -> None:
    round = sealed.counted(world, app)
    services.ask_hold(round=round, by=world.officer, reason="Perhaps")
    with pytest.raises(Refused, match="already"):
        services.ask_hold(round=round, by=world.second_officer, reason="Again")
    services.release_hold(round=round, by=world.officer)
    assert queries.open_hold(round) is None


def test_a_begun_destruction_cannot_be_held(world: World, app: Flask) -> None:
    round = sealed.counted(world, app)
    db.session.add(Closing(round_id=round.id, began_at=clock.now(), kept={}))
    db.session.commit()
    with pytest.raises(Refused, match="has begun"):
        services.ask_hold(round=round, by=world.officer, reason="Too late")
    assert [found.id for found in results.due()] == [round.id]


# --- the command and the chore --------------------------------------------------------------


def run(box: Box, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.setattr(pbapp, "create_app", lambda: box.app)
    return CliRunner().invoke(program, ["round", "destroy", *arguments])


def test_the_command_shows_first_then_destroys_and_lists_backups(
    fresh: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = certified_round(fresh)
    early = run(fresh, monkeypatch, slug)
    assert isinstance(early.exception, Refused)
    with time_machine.travel(clock.now() + USUAL + timedelta(hours=1)):
        shown = run(fresh, monkeypatch, "--dry-run")
        assert "ballot: 15 rows" in shown.output
        assert len(fresh.rows(slug)) == 15
        config, old = fresh.app.extensions["pbapp"], fresh.keys.with_name("old.copy")
        old.write_bytes(b"")
        os.utime(old, (0, 0))
        backups._note(config, old)
        backups._note(config, old)
        backups._note(config, old.with_name("gone.copy"))
        done = run(fresh, monkeypatch, slug)
        assert done.exit_code == 0, done.output
        assert "4 of 4: noted in the log" in done.output
        assert done.output.count("was made on") == 1
        assert f"{old} was made on 01.01.1970, while there were ballots. Destroy it" in done.output
        assert ("write-ahead log and its archive" in done.output) is not fresh.is_sqlite
        assert fresh.rows(slug) == []
        assert "Nothing is due." in run(fresh, monkeypatch).output


def test_the_command_knows_no_other_round(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(box, monkeypatch, "nothing").exit_code == 2
    unused = box.open_round()
    assert "nothing to destroy" in str(run(box, monkeypatch, unused).exception)


def test_the_worker_destroys_on_the_date_by_itself(box: Box) -> None:
    slug = certified_round(box)
    with time_machine.travel(clock.now() + USUAL + timedelta(hours=1)), box.app.app_context():
        upkeep.chores()
    assert box.rows(slug) == []
    with box.app.app_context():
        assert queries.terms_of(box.round(slug)).destroyed_at is not None
        db.session.rollback()


# --- the page -------------------------------------------------------------------------------

PAGE = "/desk/rounds/small-grants/destruction"


def test_the_date_and_a_hold_are_seen_and_put_on_the_page(
    officer: Browser, second_officer: Browser, world: World, app: Flask
) -> None:
    round = sealed.counted(world, app)
    sealed.certify(world, round)
    page = officer.get(PAGE)
    assert "are destroyed on" in page.text
    blank = officer.submit(page, {"reason": " "}, form="hold-form", status=422)
    assert blank.errors() == ["Fill this in."]
    asked = officer.submit(page, {"reason": "A complaint"}, form="hold-form")
    assert "Until a second officer agrees, nothing is stopped." in officer.follow(asked).text
    agreed = second_officer.submit(second_officer.get(PAGE))
    assert "Stopped by a hold" in second_officer.follow(agreed).text
    officer.submit(officer.get(PAGE))
    released = second_officer.submit(second_officer.get(PAGE))
    assert "The hold is released" in second_officer.follow(released).text


def test_terms_change_on_the_page_until_sealing(officer: Browser, world: World, app: Flask) -> None:
    round = make_round(world)
    page = officer.get(PAGE)
    wrong = officer.submit(
        page, {"keep_days": "0", "last_days": "many"}, form="terms-form", status=422
    )
    assert "Enter a number of days from 1 to 366." in wrong.errors()
    assert 'value="many"' in wrong.response.text
    over = {"keep_days": "90", "last_days": "60"}
    last = officer.submit(page, over, form="terms-form", status=422)
    assert last.errors() == ["The last date cannot come before the usual one."]
    officer.submit(page, {"keep_days": "14", "last_days": "60"}, form="terms-form")
    assert queries.terms_of(round).keep_days == 14


def test_only_officers_of_the_board_see_it(
    world: World,
    stranger: Browser,
    resident: Browser,
    group_member: Browser,
    board_member: Browser,
    officer_elsewhere: Browser,
) -> None:
    factories.open_round(world)
    stranger.get(PAGE, 303)
    posts = ("/terms", "/hold", "/hold/agree", "/hold/release")
    for browser in (resident, group_member, board_member, officer_elsewhere):
        browser.get(PAGE, 403)
        token = {"csrf_token": token_of(browser.get("/rounds"))}
        for then in posts:
            browser.post(PAGE + then, token, 403)
    assert not queries.list_holds(find_round("small-grants"))
