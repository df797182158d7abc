"""Everything a proposal can say goes in, comes out, and is refused beside its field."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from pbapp import clock
from pbapp.audit.queries import list_revisions
from pbapp.db import db
from pbapp.proposals import services
from pbapp.proposals.content import (
    Content,
    Cost,
    Funding,
    Paper,
    Support,
    Tie,
    content_of,
)
from pbapp.proposals.models import FundingKind, Permission, Proposal, Standing, TieKind
from pbapp.refusal import Refused
from pbapp.rounds.models import QuestionKind, Round, RoundQuestion
from pbapp.rounds.services import PotTerms
from pbapp.web.models import Document, Upload
from tests.assets.factories import make_asset
from tests.proposals.factories import content, make_proposal, on_ballot
from tests.rounds.factories import make_round
from tests.world import World


@pytest.fixture
def round(world: World) -> Round:
    return make_round(world)


def a_question(round: Round, **values: Any) -> RoundQuestion:
    question = RoundQuestion(
        **{
            "round_id": round.id,
            "position": 1,
            "kind": QuestionKind.CHOICE,
            "text": "Where will you meet?",
            "options": ["Indoors", "Outdoors"],
            **values,
        }
    )
    db.session.add(question)
    db.session.commit()
    db.session.expire(round, ["questions"])
    return question


def everything(world: World, round: Round) -> dict[str, Any]:
    hall = make_asset(world)
    picture, second = (
        Upload(
            digest=digit * 64,
            media_type="image/jpeg",
            width=4,
            height=3,
            alt=f"Picture {digit}",
            uploaded_at=clock.now(),
        )
        for digit in "ab"
    )
    quote = Document(digest="c" * 64, media_type="application/pdf", size=9, uploaded_at=clock.now())
    db.session.add_all([picture, second, quote])
    question = a_question(round)
    return {
        "area_ids": (world.wards[7].id, world.wards[10].id),
        "area_id": None,
        "supports": (Support(world.priorities["poverty"].id, "Tea is free."),),
        "funding": (
            Funding(FundingKind.OWN, "Our savings", 50_25),
            Funding(FundingKind.IN_KIND, "Forty hours", 400_00),
        ),
        "minimum_pence": 500_00,
        "running_costs": "Members pay £1 a week.",
        "starts_on": date(2027, 4, 1),
        "ends_on": date(2027, 9, 30),
        "permissions": {Permission.LANDOWNER: Standing.ASKED},
        "photo_id": picture.id,
        "more_photo_ids": (second.id,),
        "documents": (Paper(quote.id, "Quote for the hall"),),
        "ties": (Tie(TieKind.USES, hall.id), Tie(TieKind.CREATES, None, "A football group")),
        "answers": {question.id: "Indoors"},
        "is_for_young": True,
        "young_ages": "11 to 16",
        "has_safeguarding": True,
    }


def test_everything_comes_out_as_it_went_in_and_into_the_history(
    world: World, round: Round
) -> None:
    said = everything(world, round)
    proposal = make_proposal(world, round, title="Football", **said)
    db.session.expire_all()
    found = content_of(proposal)
    for name, value in said.items():
        assert getattr(found, name) == value, name
    assert proposal.cost_pence == 1_000_50
    assert proposal.other_pence == 50_25
    assert [ward.id for ward in proposal.wards] == sorted(
        said["area_ids"], key=lambda id: {w.id: w.name for w in world.wards.values()}[id]
    )

    version = proposal.version
    plain = content(world, title="Football", area_id=None)
    services.edit(proposal=proposal, content=plain, by=world.group_member, version=version)
    db.session.commit()
    assert proposal.version == version + 1
    assert content_of(proposal).ties == ()
    (revision,) = list_revisions("proposal", proposal.id)
    assert revision.changes["ties"] == ["uses: Example Hall; creates: A football group", ""]
    assert revision.changes["permissions"] == ["landowner: asked", ""]
    assert revision.changes["answers"] == ["Where will you meet? Indoors", ""]


def test_saying_the_same_again_changes_no_row(world: World, round: Round) -> None:
    proposal = make_proposal(world, round, **everything(world, round))
    rows = {row.id for row in (*proposal.cost_lines, *proposal.ties, *proposal.funding)}
    services.edit(
        proposal=proposal,
        content=content_of(proposal),
        by=world.group_member,
        version=proposal.version,
    )
    db.session.commit()
    assert {row.id for row in (*proposal.cost_lines, *proposal.ties, *proposal.funding)} == rows


def test_a_rehearsal_has_it_all_but_the_answers(world: World, round: Round) -> None:
    from pbapp.rounds.setup.beginning import rehearse

    original = on_ballot(world, round, **everything(world, round))
    copy_round = rehearse(of=round, by=world.officer)
    assert services.copy_ballot(of=round, to=copy_round) == 1
    db.session.commit()
    copy = db.session.query(Proposal).filter_by(round_id=copy_round.id).one()
    before, after = content_of(original), content_of(copy)
    assert after.answers == {}
    assert (after.title, after.ties, after.funding) == (before.title, before.ties, before.funding)
    assert [one.text for one in copy_round.questions] == ["Where will you meet?"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda w: {"supports": (Support(w.priorities["mental-health"].id, "x"),)}, "supports"),
        (lambda w: {"supports": (Support(w.priorities["poverty"].id, " "),)}, "supports"),
        (lambda w: {"supports": (Support(99_999, "x"),)}, "supports"),
        (lambda w: {"area_ids": (w.wards[7].id, w.wards[9].id)}, "ward"),
        (lambda w: {"funding": (Funding(FundingKind.OWN, "Ours", 0),)}, "funding"),
        (lambda w: {"starts_on": date(2027, 2, 2), "ends_on": date(2027, 2, 1)}, "ends_on"),
        (lambda w: {"ties": (Tie(TieKind.USES, uuid4()),)}, "ties"),
        (lambda w: {"ties": (Tie(TieKind.CREATES, None, " "),)}, "ties"),
        (lambda w: {"ties": (Tie(TieKind.CREATES, None, "A"),) * 2}, "ties"),
        (lambda w: {"documents": (Paper(uuid4(), "Quote"),)}, "documents"),
    ],
)
def test_what_cannot_be_is_refused(world: World, round: Round, change: Any, field: str) -> None:
    with pytest.raises(Refused) as refused:
        make_proposal(world, round, **change(world))
    assert refused.value.field == field


def test_the_rounds_own_questions_are_answered_where_the_amount_needs_it(
    world: World, round: Round
) -> None:
    question = a_question(round, is_required=True, from_pence=2_000_00)
    assert make_proposal(world, round).number == 1  # £1,000.50 is below
    dear = (Cost("A path", 2_000_00),)
    for answer in ({}, {question.id: "Upstairs"}):
        with pytest.raises(Refused) as refused:
            make_proposal(world, round, costs=dear, answers=answer)
        assert refused.value.field == f"question_{question.id}"
    assert make_proposal(world, round, costs=dear, answers={question.id: "Outdoors"}).number == 2
    question.removed_at = clock.now()
    db.session.commit()
    assert make_proposal(world, round, costs=dear).number == 3
    with pytest.raises(Refused, match="does not ask"):
        make_proposal(world, round, answers={question.id + 1: "x"})


def pots(world: World, **fields: Any) -> Round:
    """Two pots of £600 and £2,000, one a ward or one a priority."""
    made = make_round(
        world,
        slug="pots",
        max_cost_pence=None,
        pots=[PotTerms("First", 600_00), PotTerms("Second", 2_000_00)],
    )
    first, second = sorted(made.pots, key=lambda pot: pot.id)
    for name, (one, other) in fields.items():
        setattr(first, name, one)
        setattr(second, name, other)
    db.session.commit()
    return made


def test_nobody_asks_for_more_than_the_one_pot_that_pays(world: World) -> None:
    west, north = world.wards[10].id, world.wards[7].id
    made = pots(world, area_id=(west, north))
    with pytest.raises(Refused, match="£600 at most"):
        make_proposal(world, made)
    assert make_proposal(world, made, area_id=north).number == 1
    with pytest.raises(Refused, match="£2,000 at most"):
        make_proposal(world, made, area_id=north, costs=(Cost("All", 2_600_00),))
    for nowhere in ({"area_id": None}, {"area_id": None, "area_ids": (west, north)}):
        with pytest.raises(Refused) as refused:
            make_proposal(world, made, **nowhere)
        assert refused.value.field == "ward"


def test_a_priority_without_a_pot_is_refused_beside_the_priority(world: World) -> None:
    one, other = world.priorities["mental-health"].id, world.priorities["poverty"].id
    made = pots(world, priority_id=(one, other))
    assert make_proposal(world, made, priority_id=other).number == 1
    third = next(p.id for p in world.priorities.values() if p.id not in (one, other))
    with pytest.raises(Refused) as refused:
        make_proposal(world, made, priority_id=third)
    assert refused.value.field == "priority"


def test_pots_are_never_added_up(world: World) -> None:
    made = pots(world)
    with pytest.raises(Refused, match="£600 at most"):
        make_proposal(world, made)


def test_content_knows_its_total_and_its_one_ward() -> None:
    said = Content("T", "S", "W", "B", 1, "H", (Cost("a", 1), Cost("b", 2)), area_id=5)
    assert (said.total_pence, said.wards, said.one_ward) == (3, [5], 5)
    assert Content("T", "S", "W", "B", 1, "H", (), area_ids=(4, 5)).one_ward is None
