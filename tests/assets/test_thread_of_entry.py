"""An entry's page leads on: to what is proposed with it, what it won, and what left it behind."""

from __future__ import annotations

from pbapp import clock
from pbapp.assets.models import AssetState
from pbapp.db import db
from pbapp.delivery.models import Award, AwardState
from pbapp.proposals.content import Tie
from pbapp.proposals.models import AssetTie, TieKind
from tests.assets.factories import make_asset
from tests.client import Browser
from tests.proposals.factories import make_proposal, on_ballot
from tests.results.factories import counted_round
from tests.rounds.factories import make_round
from tests.world import World


def test_the_proposals_of_an_entry_and_their_results(stranger: Browser, world: World) -> None:
    count = counted_round(world)
    hall, court = make_asset(world), make_asset(world, "The new court")
    assert "Proposals and money" not in stranger.get(f"/assets/{hall.id}").text
    by_title = {one.title: one for one in count.allocations}
    won = by_title["Walking football"]
    lost = next(one for one in count.allocations if not one.is_funded)
    for one in (won, lost):
        assert one.proposal is not None
        one.proposal.ties = [AssetTie(position=0, kind=TieKind.USES, asset_id=hall.id)]
    award = Award(
        round_id=count.round_id,
        allocation_id=won.id,
        proposal_id=won.proposal_id,
        state=AwardState.FINISHED,
        amount_pence=won.awarded,
        link="https://example.org",
        offered_at=clock.now(),
        finished_at=clock.now(),
        asset_id=court.id,
    )
    db.session.add(award)
    db.session.commit()
    coming = make_round(world, slug="next")
    ties = [Tie(TieKind.USES, hall.id), Tie(TieKind.STRENGTHENS, hall.id)]
    on_ballot(world, coming, title="New kitchen", ties=ties)
    make_proposal(world, coming, title="Not read yet", ties=ties)

    page = stranger.get(f"/assets/{hall.id}")
    assert page.text.count("New kitchen") == 1
    assert "Uses it, Makes it stronger" in page.text
    assert "Not read yet" not in page.text
    assert "Won £3,000 · Finished and reported" in page.text
    assert f"{lost.title}" in page.text
    assert "Not funded this time" in page.text
    assert "/results/" in page.links()["Won £3,000"]

    left = stranger.get(f"/assets/{court.id}")
    assert "This is what the project left behind. Won £3,000" in left.text
    assert "Walking football" in left.links()

    kept = make_asset(world, "Hall and court")
    for one in (hall, court):
        one.state, one.duplicate_of_id = AssetState.DUPLICATE, kept.id
    db.session.commit()
    page = stranger.get(f"/assets/{kept.id}")
    assert "Uses it, Makes it stronger" in page.text
    assert "This is what the project left behind. Won £3,000" in page.text
