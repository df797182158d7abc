"""A steering group and community reviewers are invited to one round, and see it and no more."""

from __future__ import annotations

import pytest

from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.rounds.models import Round, RoundMember
from tests.client import Browser
from tests.desk.test_decide import token_of
from tests.rounds.factories import make_round
from tests.rounds.set_ups import begin, desk
from tests.world import World


@pytest.fixture
def round(world: World) -> Round:
    return begin(world)


def test_people_are_invited_see_the_round_and_are_taken_out(
    officer: Browser, resident: Browser, world: World, round: Round
) -> None:
    page = officer.get(desk(round, "people"))
    assert "Nobody is invited yet." in page.text
    bad = officer.submit(page, {"name": "Rosa", "email": "rosa"}, form="invite", status=422)
    assert len(bad.errors()) == 2
    fields = {"role": "steering", "name": "Rosa", "email": "Resident@example.org"}
    officer.submit(bad, fields, form="invite")
    twice = officer.submit(bad, fields, form="invite", status=422)
    assert "invited already" in twice.errors()[0]
    mail = db.session.query(Mail).one()
    assert (mail.to_address, mail.template) == ("resident@example.org", "round_invitation")
    assert "Not public yet" in resident.get(f"/rounds/{round.slug}").text
    progress = resident.get(f"/rounds/{round.slug}/progress")
    assert "What is still to do" in progress.text
    resident.get(desk(round, "set-up"), status=403)
    assert "Only to try" in resident.get(desk(round, "preview")).text
    member_id = str(db.session.query(RoundMember).one().id)
    page = officer.get(desk(round, "people"))
    officer.submit(page, form=0)
    officer.post(desk(round, "people", member_id, "remove"), data={"csrf_token": token_of(page)})
    resident.get(f"/rounds/{round.slug}", status=404)


def test_progress_is_for_those_who_work_on_it(
    officer: Browser, resident: Browser, stranger: Browser, world: World
) -> None:
    round = make_round(world)
    officer.get(f"/rounds/{round.slug}/progress")
    resident.get(f"/rounds/{round.slug}/progress", status=403)
    assert "sign-in" in str(stranger.get(f"/rounds/{round.slug}/progress", status=303).location)
