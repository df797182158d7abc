"""Somebody who writes a proposal, for tests: page by page, as a browser would."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from pbapp.db import db
from pbapp.proposals.models import Proposal
from tests.client import Browser, Page
from tests.world import World

NEW = "/rounds/small-grants/proposals/new"


def answers(world: World) -> dict[str, dict[str, Any]]:
    """What somebody types on each page."""
    return {
        "idea": {
            "title": "Walking football",
            "summary": "A weekly game at walking pace.",
            "what": "Two hours every Tuesday.",
            "who_benefits": "About 30 people.",
            "young": "no",
        },
        "where": {
            "priority": str(world.priorities["mental-health"].id),
            "how_it_helps": "People look out for each other.",
            "ward": [str(world.wards[10].id)],
        },
        "money": {
            "costs-0-what": "Hall hire",
            "costs-0-amount": "£900.50",
            "costs-1-what": "Tea",
            "costs-1-amount": "49.50",
        },
        "more": {
            "starts_on": "2027-04-01",
            "ends_on": "30/09/2027",
            "running_costs": "Nobody has to pay.",
        },
    }


def begin(browser: Browser, path: str = NEW, **fields: Any) -> Page:
    """The first page of a new draft."""
    return browser.follow(browser.submit(browser.get(path), fields, form="begin"))


def fill(browser: Browser, page: Page, fields: dict[str, Any], **more: Any) -> Page:
    """Send a page on and go where it leads."""
    return browser.follow(browser.submit(page, {**fields, **more}, form="page", press="act=next"))


def write(browser: Browser, world: World, **more: Any) -> Page:
    """All pages below £1,000; the check page."""
    given = answers(world)
    page = begin(browser)
    for name in ("idea", "where", "money"):
        page = fill(browser, page, given[name], **more.get(name, {}))
    return page


def the_proposal() -> Proposal:
    return db.session.scalars(select(Proposal)).one()


def problems(page: Page) -> str:
    """What the summary of errors says."""
    found = next(e for e in page.root.iter() if e.get("id") == "error-summary")
    return " ".join("".join(found.itertext()).split())


def kept(page: Page) -> dict[str, str]:
    return dict(page.form("page").filled({}))
