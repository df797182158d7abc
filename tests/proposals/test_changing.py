"""Changing a proposal that was sent in, beside officers who decide and others who write."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from pbapp.db import db
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.proposals.writing.models import ProposalDraft
from pbapp.rounds.models import Round
from tests.client import Browser, Page
from tests.proposals.factories import make_proposal, on_ballot, returned
from tests.proposals.writing import fill, kept, problems
from tests.rounds.factories import make_round, seal
from tests.world import World


@pytest.fixture
def round(world: World) -> Round:
    return make_round(world)


def change(browser: Browser, proposal: Proposal) -> Page:
    """The check page of a change that is begun."""
    path = f"/rounds/small-grants/proposals/{proposal.number}/edit"
    return browser.follow(browser.submit(browser.get(path), form="change"))


def complete(world: World) -> dict[str, Any]:
    from datetime import date

    return {
        "running_costs": "Nobody.",
        "starts_on": date(2027, 4, 1),
        "ends_on": date(2027, 5, 1),
    }


def test_a_returned_one_shows_the_reason_is_mended_and_sent_again(
    group_member: Browser, world: World, round: Round
) -> None:
    proposal = returned(world, round, title="A bench", **complete(world))
    check = change(group_member, proposal)
    assert "leave out the insurance" in check.text
    page = group_member.get(check.links()["Change: What it costs"])
    assert kept(page)["costs-0-amount"] == "900"
    page = group_member.get(check.links()["Change: Your idea"])
    assert "leave out the insurance" in page.text
    check = fill(group_member, page, {"title": "Two benches"})
    assert check.h1 == "Look through it and send it in"
    sent = group_member.submit(check, form="send")
    assert sent.location == f"/rounds/small-grants/proposals/{proposal.number}"
    db.session.refresh(proposal)
    assert (proposal.title, proposal.state) == ("Two benches", ProposalState.SUBMITTED)
    assert group_member.submit(check, form="send").location == sent.location


def test_who_sends_second_sees_what_the_first_changed_and_keeps_their_text(
    group_member: Browser, resident: Browser, world: World, round: Round
) -> None:
    from pbapp.proposals import services as sending
    from tests.proposals.factories import content

    proposal = make_proposal(world, round, title="A bench", **complete(world))
    check = change(group_member, proposal)
    page = group_member.get(check.links()["Change: Your idea"])
    check = fill(group_member, page, {"title": "Two benches"})
    first = content(world, title="A red bench", **complete(world))
    sending.edit(proposal=proposal, content=first, by=world.group_member, version=1)
    db.session.commit()
    page = group_member.submit(check, form="send", status=409)
    assert "A red bench" in page.text
    assert "Two benches" in page.text
    group_member.submit(page, form="send")
    db.session.refresh(proposal)
    assert proposal.title == "Two benches"


def test_an_officer_decides_while_its_author_writes_and_the_text_is_kept(
    group_member: Browser, world: World, round: Round
) -> None:
    from pbapp.proposals import deciding
    from tests.proposals.factories import LINK

    proposal = make_proposal(world, round, **complete(world))
    check = change(group_member, proposal)
    fill(
        group_member,
        group_member.get(check.links()["Change: Your idea"]),
        {"what": "All of Tuesday."},
    )
    deciding.put_on_ballot(proposal=proposal, by=world.officer, version=1, link=LINK)
    db.session.commit()
    page = group_member.submit(check, form="send", status=409)
    assert "All of Tuesday." in page.text
    assert db.session.scalars(select(ProposalDraft)).one().sent_at is None


def test_only_its_authors_change_it(
    stranger: Browser,
    resident: Browser,
    officer: Browser,
    officer_elsewhere: Browser,
    world: World,
    round: Round,
) -> None:
    number = make_proposal(world, round).number
    for part in ("edit", "authors"):
        path = f"/rounds/small-grants/proposals/{number}/{part}"
        stranger.get(path, status=303)
        officer.refused(path)
        for browser in (resident, officer_elsewhere):
            browser.refused(path, status=404)


def test_what_is_on_the_ballot_or_sealed_cannot_be_changed(
    group_member: Browser, world: World, round: Round
) -> None:
    from pbapp.proposals import queries

    proposal = on_ballot(world, round)
    path = f"/rounds/small-grants/proposals/{proposal.number}/edit"
    group_member.get(path, status=409)
    seal(world, round, queries.ballot_projects(round))
    group_member.get(path, status=409)


def test_others_are_invited_on_a_page_and_write_along(
    group_member: Browser, resident: Browser, world: World, round: Round
) -> None:
    proposal = make_proposal(world, round, **complete(world))
    path = f"/rounds/small-grants/proposals/{proposal.number}/authors"
    page = group_member.get(path)
    for values, problem in [
        ({"name": "", "email": "r@example.org"}, "Enter their name."),
        ({"name": "Robin", "email": "nowhere"}, "Enter an e-mail address like"),
        ({"name": "Me", "email": world.group_member.email}, "This is your own address."),
    ]:
        wrong = group_member.submit(page, values, form="invite", status=422)
        assert problem in problems(wrong)
    invited = {"name": "Robin", "email": world.resident.email}
    page = group_member.follow(group_member.submit(page, invited, form="invite"))
    assert world.resident.email in page.text
    assert change(resident, proposal).h1 == "Look through it and send it in"
    resident.refused(path)  # inviting more is not theirs, nor is taking somebody off
    taken_off = f"{path}/{proposal.co_authors[0].id}/remove"
    resident.post(taken_off, resident.token(), 403)
    for _ in range(2):
        group_member.submit(page, form=0)
    assert "Nobody is invited yet." in group_member.get(path).text
    resident.get(f"/rounds/small-grants/proposals/{proposal.number}", 404)
