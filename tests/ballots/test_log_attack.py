"""Marks, leaves and mails side by side, and no key: nobody is found but as one of a batch.

A copy is taken after a checkpoint and after the close. Whoever holds it knows whose mail is whose,
sees which ballot is in which batch, and lays the rows beside each other in every order there is.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import inspect, text

from pbapp.ballots.log import due, services
from pbapp.db import Base, db
from tests.ballots.attack import Place, chance_hits, match
from tests.ballots.boxes import Box
from tests.ballots.logs import Person, add_voters
from tests.ballots.test_log_faults import close, seal, shut

PEOPLE = 32
LEAVES = "SELECT l.leaf FROM ballot_leaf l JOIN ballot b ON b.leaf = l.leaf WHERE l.round_id = :id"


def findings(box: Box, slug: str, people: list[Person]) -> list[str]:
    """Each pair of orders (people by it, ballots by it) that names more people than chance."""
    with box.app.app_context():
        id = box.round(slug).id
        by_people = orders_of_people(box, id, people)
        by_leaf = orders_of_leaves(box, id)
        together = {} if box.is_sqlite else written_together(id, people)
        db.session.rollback()
    truth = {leaf: voter_id for voter_id, _, leaf in people}
    found = []
    for name, people_order in by_people.items():
        for other, leaf_order in by_leaf.items():
            hits, expected = match(people_order, leaf_order, truth), chance_hits(people_order)
            if hits >= expected + 13:  # once in a thousand million times by chance
                found.append(f"{name} with {other}: {hits} of {len(truth)}")
    found += [f"{table} written with ballots" for table, n in together.items() if n]
    return found


def orders_of_people(box: Box, id: int, people: list[Person]) -> dict[str, dict[str, Place]]:
    """Voters by each order their marks and mails stand in; the first number is their group."""
    who = {address: voter_id for voter_id, address, _ in people}
    mails = rows(
        "SELECT m.to_address, m.written_at, m.id, m.not_before FROM mail m "
        "WHERE m.template = 'vote_recorded'"
    )
    mails = [row for row in mails if row[0] in who]
    moments = sorted({str(row[3]) for row in mails})
    orders: dict[str, dict[str, Place]] = {
        "mails by their moment": ranks(
            mails, lambda r: who[r[0]], lambda r: (moments.index(str(r[3])), str(r[1]))
        ),
        "mails by id": ranks(mails, lambda r: who[r[0]], lambda r: (0, str(r[2]))),
        "mails as dumped": ranks(mails, lambda r: who[r[0]], lambda r: (0, 0)),
    }
    marks = rows("SELECT voter_id FROM roll_online WHERE round_id = :id", id=id)
    orders["marks as dumped"] = ranks(marks, lambda r: r[0], lambda r: (0, 0))
    if not box.is_sqlite:
        for table, name, wanted in (
            ("roll_online", "voter_id", "round_id = :id"),
            ("mail", "to_address", "template = 'vote_recorded'"),
        ):
            found = rows(
                f"SELECT {name}, xmin::text::bigint, (ctid::text::point)[0], "
                f"(ctid::text::point)[1] FROM {table} WHERE {wanted}",
                id=id,
            )
            found = [(who.get(row[0], row[0]), *row[1:]) for row in found]
            found = [row for row in found if row[0] in set(who.values())]
            orders[f"{table} by xmin"] = ranks(found, lambda r: r[0], lambda r: (r[1], r[2], r[3]))
            orders[f"{table} by ctid"] = ranks(found, lambda r: r[0], lambda r: (0, r[2], r[3]))
    return orders


def orders_of_leaves(box: Box, id: int) -> dict[str, dict[str, Place]]:
    """Ballots by batch, and within it by each column and place."""
    found = rows(
        "SELECT b.leaf, l.batch_n, b.id, b.voter_tag, b.receipt_hash FROM ballot b "
        "JOIN ballot_leaf l ON l.leaf = b.leaf WHERE b.round_id = :id",
        id=id,
    )
    orders = {"as dumped": ranks(found, lambda r: r[0], lambda r: (r[1], 0))}
    for place, name in enumerate(("leaf", "", "id", "tag", "receipt")):
        if name:
            orders[f"by {name}"] = ranks(
                found, lambda r: r[0], lambda r, p=place: (r[1], str(r[p]))
            )
            orders[f"all by {name}"] = ranks(
                found, lambda r: r[0], lambda r, p=place: (0, str(r[p]))
            )
    if not box.is_sqlite:
        places = rows(
            "SELECT b.leaf, l.batch_n, (b.ctid::text::point)[0], (b.ctid::text::point)[1], "
            "(l.ctid::text::point)[0], (l.ctid::text::point)[1] FROM ballot b "
            "JOIN ballot_leaf l ON l.leaf = b.leaf WHERE b.round_id = :id",
            id=id,
        )
        orders["by ctid"] = ranks(places, lambda r: r[0], lambda r: (r[1], r[2], r[3]))
        orders["by the leaf's ctid"] = ranks(places, lambda r: r[0], lambda r: (r[1], r[4], r[5]))
    return orders


def ranks(found: list[Any], name: Any, key: Any) -> dict[str, Place]:
    """Name → (group, rank within the group). Rows that tie keep the order they were read in."""
    placed: dict[str, Place] = {}
    counts: dict[Any, int] = {}
    ordered = sorted(found, key=key)
    groups = sorted({key(row)[0] for row in found})
    for row in ordered:
        group = groups.index(key(row)[0])
        placed[name(row)] = (group, counts.get(group, 0))
        counts[group] = counts.get(group, 0) + 1
    return placed


def written_together(id: int, people: list[Person]) -> dict[str, int]:
    """PostgreSQL: rows of marks and mails in a transaction that also wrote some of the ballots.

    All of them at once would say nothing, but nobody needs to write a ballot then.
    """
    ours = "(SELECT xmin::text FROM ballot WHERE round_id = :id)"
    return {
        table: rows(f"SELECT count(*) FROM {table} WHERE xmin::text IN {ours}", id=id)[0][0]
        for table in ("roll_online", "mail", "ballot_leaf")
    }


def rows(query: str, **values: Any) -> list[Any]:
    return list(db.session.execute(text(query), values).all())


def vote_and_seal(box: Box, batches: int = 1) -> tuple[str, list[Person]]:
    """A round with so many checkpoints of PEOPLE each; everybody who came."""
    slug, came = box.open_round(), []
    for _ in range(batches):
        with box.writing():
            came += add_voters(box.round(slug), box.keys, PEOPLE)
        seal(box, slug)
    return slug, came


def test_a_copy_after_a_checkpoint_names_nobody(box: Box) -> None:
    assert findings(box, *vote_and_seal(box)) == []


def test_a_copy_after_the_close_names_nobody(box: Box) -> None:
    slug, came = vote_and_seal(box)
    with box.writing():
        came += add_voters(box.round(slug), box.keys, 10)
    shut(box, slug)
    close(box, slug)
    assert findings(box, slug, came) == []


def test_marks_and_mails_in_the_order_of_the_leaves_are_found(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = box.open_round()
    with box.writing():
        came = add_voters(box.round(slug), box.keys, PEOPLE)
    leaf_of = {voter_id: leaf for voter_id, _, leaf in came}
    monkeypatch.setattr(
        services, "_shuffled", lambda people: sorted(people, key=lambda p: leaf_of.get(p, p))
    )
    seal(box, slug)
    assert any("mails by their moment with by leaf" in one for one in findings(box, slug, came))


def test_a_batch_for_each_ballot_is_found(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "MANY", 1)
    monkeypatch.setattr(due, "FEWEST", 1)
    monkeypatch.setattr(due, "STAY_BACK", 0)
    slug, came = box.open_round(), []
    for _ in range(18):
        with box.writing():
            came += add_voters(box.round(slug), box.keys, 1)
        seal(box, slug)
    found = findings(box, slug, came)
    assert any("mails by their moment with by leaf" in one for one in found)


def test_ten_people_are_always_outside_the_log(box: Box) -> None:
    slug, came = vote_and_seal(box)
    with box.app.app_context():
        id = box.round(slug).id
        inside = {row[0] for row in rows(LEAVES, id=id)}
        db.session.rollback()
    outside = [leaf for _, _, leaf in came if leaf not in inside]
    assert len(outside) == due.STAY_BACK
    # drawn at random: those who came last are among them no more than others
    assert outside != [leaf for _, _, leaf in came[-due.STAY_BACK :]]


def test_the_tables_of_the_log_have_no_rowid_and_no_hour(box: Box) -> None:
    for name in ("roll_online", "ballot_leaf", "ballot_batch"):
        columns = Base.metadata.tables[name].columns
        assert not [c for c in columns if "TIME" in str(c.type).upper()]
    if box.is_sqlite:
        with box.app.app_context():
            for name in ("roll_online", "ballot_leaf"):
                assert "rowid" not in {c["name"] for c in inspect(db.engine).get_columns(name)}
                made = rows("SELECT sql FROM sqlite_master WHERE name = :name", name=name)[0][0]
                assert "WITHOUT ROWID" in made
            db.session.rollback()
