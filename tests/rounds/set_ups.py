"""Rounds that are being set up, as an officer begins them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import current_app

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.db import db
from pbapp.rounds.models import Profile, Round, VoteType
from pbapp.rounds.setup import beginning
from pbapp.rounds.setup.rule_words import propose
from pbapp.rounds.setup.templates import find_template
from tests.client import Browser
from tests.world import World

ZONE = ZoneInfo("Europe/London")
STEPS = ("name", "money", "proposals", "voters", "vote", "count", "dates", "fairness")


def begin(
    world: World, template: str = "small-grants", by: Account | None = None, **kept: str
) -> Round:
    """A round just begun; `profile` as another size than the template's."""
    found = find_template(template)
    assert found is not None
    profile = Profile(kept.get("profile", found.facts["profile"]))
    rule = beginning.rule_for(profile, found.facts["rule"])
    with current_app.test_request_context():
        words = propose(rule, VoteType(found.facts["vote_type"]))
    round = beginning.begin(
        board=world.board,
        plan=world.plan,
        wards=[world.wards[7], world.wards[10], world.wards[11]],
        priorities=list(world.priorities.values()),
        template=found,
        profile=profile,
        rule_words=words,
        zone=ZONE,
        boundary_set_id=None,
        by=by or world.officer,
    )
    db.session.commit()
    return round


def desk(round: Round, *rest: str) -> str:
    """An address of the round at the desk."""
    return "/".join([f"/desk/rounds/{round.slug}", *rest])


def fill_pot(browser: Browser, round: Round, amount: str = "10,000") -> None:
    """Say who gives the money and who approves paying it."""
    page = browser.get(f"/desk/rounds/{round.slug}/set-up/money/{round.pots[0].id}")
    names = page.form("pot").filled({})
    assert any(name == "funders-0-new_name" for name, _ in names)
    browser.submit(
        page,
        {
            "funders-0-new_name": "Example Trust",
            "funders-0-amount": amount,
            "payment_approver": "The communities committee",
        },
        form="pot",
        press="act=save",
    )


def finish(browser: Browser, round: Round) -> None:
    """Look at every step, fill in what no template can know, and save."""
    fill_pot(browser, round)
    missing = {
        "fairness": {"assessment": "Nobody is kept out. Evening tables were added."},
    }
    for part in STEPS:
        page = browser.get(f"/desk/rounds/{round.slug}/set-up/{part}")
        browser.submit(page, missing.get(part, {}), form="set-up", press="act=next")


def now_plus(days: int) -> str:
    """A day so far ahead, as a form wants it."""
    from datetime import timedelta

    return (clock.now() + timedelta(days=days)).date().isoformat()
