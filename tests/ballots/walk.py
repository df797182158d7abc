"""Voting as a person does it, page by page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.rounds.models import Round
from tests.client import Browser, Page

ABOUT = {"connection": "live", "postcode": "zz71aa", "name": "Jo Bell", "age_band": "25"}


def vote_page(round: Round, page: str = "") -> str:
    return f"/rounds/{round.slug}/vote{page}"


def newest_code() -> str:
    mail = db.session.scalars(
        select(Mail).where(Mail.template == "vote_code").order_by(Mail.written_at.desc())
    ).first()
    assert mail is not None
    return str((mail.context or {})["code"])


def check(browser: Browser, round: Round, **about: Any) -> Page:
    """Step 1, up to the page that asks for an address."""
    page = browser.submit(browser.get(vote_page(round)), {**ABOUT, **about})
    return browser.follow(page)


def prove(browser: Browser, round: Round, email: str = "jo@example.org", **about: Any) -> Page:
    """Steps 1 and 2, up to where the code leads."""
    page = browser.submit(check(browser, round, **about), {"email": email})
    page = browser.submit(browser.follow(page), {"code": newest_code()})
    return browser.follow(page)


def choose(browser: Browser, round: Round, *choices: str) -> Page:
    """Step 3, up to where it leads."""
    page = browser.get(vote_page(round, "/choose"))
    return browser.follow(browser.submit(page, {"choice": list(choices)}, form="ballot"))


def vote(browser: Browser, round: Round, *choices: str, **about: Any) -> Page:
    """All five steps; the page with the receipt."""
    prove(browser, round, **about)
    return send(browser, choose(browser, round, *choices))


def send(browser: Browser, review: Page) -> Page:
    return browser.follow(browser.submit(review, form="send"))


def receipt_of(page: Page) -> str:
    return "".join(
        "".join(element.itertext())
        for element in page.root.iter("code")
        if "pb_copy__text" in element.get("class", "")
    )
