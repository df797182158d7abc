"""Every version of a proposal, and what changed from one to the next, in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pbapp.audit.models import Revision
from pbapp.db import db
from pbapp.proposals import services
from pbapp.proposals.versions import Piece, compare, versions_of
from tests.client import Browser
from tests.proposals.factories import content, make_proposal, on_ballot
from tests.rounds.factories import make_round
from tests.world import World


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("", "New", [("added", "New")]),
        ("Old", "", [("removed", "Old")]),
        ("A red bench", "A blue bench", [("same", "A "), ("removed", "red"), ("added", "blue"),
                                         ("same", " bench")]),
        ("two old words here", "both new here", [("removed", "two old words"),
                                                 ("added", "both new"), ("same", " here")]),
        ("Hall: £900", "Hall: £950", [("same", "Hall: £"), ("removed", "900"), ("added", "950")]),
    ],
)  # fmt: skip
def test_a_comparison_reads_in_order(
    before: str, after: str, pieces: list[tuple[str, str]]
) -> None:
    found = compare(before, after)
    assert [(p.kind, p.text if p.kind == "same" else p.text.strip()) for p in found] == pieces


def test_both_texts_can_be_read_out_of_a_comparison() -> None:
    before = "We play on Tuesday, from two to five.\nThere is tea."
    after = "We play on every Tuesday from two.\nThere is soup and tea."
    pieces = compare(before, after)
    assert "".join(p.text for p in pieces if p.kind != "added") == before
    assert "".join(p.text for p in pieces if p.kind != "removed") == after
    long = "word " * 2000
    assert compare(long, "short") == [Piece("removed", long), Piece("added", "short")]


def test_versions_are_made_by_going_back() -> None:
    at = datetime(2027, 1, 1, tzinfo=UTC)
    edits = [
        Revision(number=1, at=at, by="a", changes={"title": ["One", "Two"]}),
        Revision(number=2, at=at, by="a", changes={"title": ["Two", "Three"], "what": ["", "X"]}),
    ]
    found = versions_of({"title": "Three", "what": "X"}, edits)
    assert [one.number for one in found] == [3, 2, 1]
    assert [one.whole["title"] for one in found] == ["Three", "Two", "One"]
    assert [one.whole["what"] for one in found] == ["X", "", ""]


def test_the_page_says_what_was_added_and_taken_out_and_hides_what_waits(
    group_member: Browser, stranger: Browser, world: World
) -> None:
    round = make_round(world)
    proposal = make_proposal(world, round, title="A red bench")
    path = f"/rounds/small-grants/proposals/{proposal.number}/history"
    assert "There is 1 version." in group_member.get(path).text
    changed = content(world, title="A <b>blue</b> bench")
    services.edit(proposal=proposal, content=changed, by=world.group_member, version=1)
    db.session.commit()
    page = group_member.get(path)
    assert "[taken out: red]" in page.text
    assert "[added: <b>blue</b>]" in page.text
    stranger.get(path, 404)
    public = on_ballot(world, round)
    stranger.get(f"/rounds/small-grants/proposals/{public.number}/history")
