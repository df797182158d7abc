"""A sign-in that ends while an officer types a long reason loses nothing of it."""

from __future__ import annotations

from pbapp.accounts.models import SignIn
from pbapp.db import db
from pbapp.web.models import Draft
from tests.client import Browser
from tests.desk.test_refuse import state_of
from tests.proposals.factories import make_proposal
from tests.rounds.factories import make_round
from tests.world import World

LONG = "Please add who insures the hall, and when. " * 20
HERE = {"Sec-Fetch-Site": "same-origin"}


def test_a_long_reason_outlives_the_sign_in(officer: Browser, world: World) -> None:
    proposal = make_proposal(world, make_round(world))
    page = officer.get(f"/desk/proposals/{proposal.id}?who=turn")
    db.session.query(SignIn).delete()
    db.session.commit()
    data = dict(page.form("decide").filled({"reason": LONG})) | {"outcome": "returned"}
    sent = officer.post(f"/desk/proposals/{proposal.id}?who=turn", data, headers=HERE)
    assert "/account/sign-in?next=" in str(sent.location)
    assert state_of(proposal) == "submitted"

    back = Browser(officer.app, signed_in_as=world.officer)
    kept = "/kept/" + str(sent.location).split("kept")[1].removeprefix("%2F").removeprefix("/")
    page = back.get(kept)
    assert LONG.strip() in page.text
    done = back.submit(page, form="send-again")
    assert done.location == "/desk?who=turn"
    assert state_of(proposal) == "returned"


def test_a_stranger_leaves_nothing_behind(stranger: Browser, world: World) -> None:
    page = stranger.get("/account/sign-in")
    meta = next(e for e in page.root.iter("meta") if e.get("name") == "csrf-token")
    data = {"csrf_token": meta.get("content"), "reason": LONG}
    sent = stranger.post("/desk/proposals/1", data, headers=HERE)
    assert "kept" not in str(sent.location)
    assert db.session.query(Draft).count() == 0
    stranger.get("/kept/nothing", status=303)
