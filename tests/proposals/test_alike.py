"""What sounds like a proposal being written: by its text and its place, and never what waits."""

from __future__ import annotations

from pbapp.db import db
from pbapp.proposals import alike
from pbapp.proposals.models import ProposalState
from tests.client import Browser, QueryCounter
from tests.proposals.factories import content, make_proposal, on_ballot, quick
from tests.proposals.writing import answers, begin, fill
from tests.rounds.factories import make_round
from tests.world import World


def test_alike_by_text_or_by_text_and_place(world: World) -> None:
    round = make_round(world)
    football = on_ballot(
        world,
        round,
        title="Walking football",
        summary="Games at a walk.",
        lat=55.86,
        lon=-4.02,
    )
    on_ballot(world, round, title="A choir for all", summary="We sing on Mondays.")
    found = alike.find(round, content(world, title="Walking football for all", summary="A game."))
    assert [one.title for one in found.public] == ["Walking football"]
    other = {"title": "Football for older people", "summary": "Every week.", "area_id": None}
    assert not alike.find(round, content(world, **other, lat=55.90, lon=-4.10))
    assert alike.find(round, content(world, **other, lat=55.8601, lon=-4.0201))
    assert not alike.find(round, content(world, title="Walking football"), but=football)
    assert not alike.find(round, content(world, title="", summary=""))


def test_what_officers_still_check_is_only_counted(group_member: Browser, world: World) -> None:
    round = make_round(world)
    make_proposal(world, round, title="Walking football club", summary="Secret words.")
    page = begin(group_member)
    for name in ("idea", "where", "money"):
        page = fill(group_member, page, answers(world)[name])
    assert "1 proposal that officers are still checking sounds like yours" in page.text
    assert "Secret words." not in page.text


def test_last_years_round_counts_and_five_hundred_are_read_at_once(
    world: World, count_queries: QueryCounter
) -> None:
    old = make_round(world, slug="last-year")
    for number in range(500):
        quick(world, old, number + 1)
    db.session.flush()
    quick(world, old, 501, priority_id=None).title = "Walking football"
    withdrawn = quick(world, old, 502)
    withdrawn.title, withdrawn.state = "Walking football", ProposalState.WITHDRAWN
    db.session.commit()
    now = make_round(world, slug="this-year")
    wanted = content(world, title="Walking football")
    count_queries.reset()
    found = alike.find(now, wanted)
    assert count_queries.number <= 3
    assert [(one.number, one.round_slug) for one in found.public] == [(501, "last-year")]
