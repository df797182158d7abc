"""Send a newsletter: to the officer who tries it, and when its moment has come to followers."""

from __future__ import annotations

import secrets
from typing import Any

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.boards.services import must_be_officer
from pbapp.db import flush
from pbapp.messages import services as messages
from pbapp.messages.telling import tell
from pbapp.news.models import LetterState, Newsletter
from pbapp.news.queries import list_due, next_number
from pbapp.news.services import hold, log


def test(*, letter: Newsletter, by: Account, following: str, settings_url: str) -> None:
    """Send it to the officer who writes it, as followers would get it."""
    must_be_officer(letter.board_id, by)
    messages.write(
        key=f"newsletter test {letter.id} {secrets.token_hex(8)}",
        to=by.email,
        template="newsletter",
        language=letter.language,
        context={
            **content(letter),
            "is_test": True,
            "following": following,
            "settings_url": settings_url,
        },
    )


def send_due() -> None:
    """Send what is due: to each follower once, and on the board's page of news."""
    for letter in list_due(clock.now()):
        hold(letter)
        if letter.state is not LetterState.WAITING or not is_due(letter):
            continue  # sent, taken back or put off while this waited for the hold
        letter.number = next_number(letter.board_id)
        letter.state, letter.sent_at = LetterState.SENT, clock.now()
        flush()
        told = tell(
            subject=letter.audience,
            key=f"newsletter {letter.id}",
            template="newsletter",
            context=content(letter),
        )
        letter.telling_id = told.id if told else None
        flush()
        log(letter, None, "newsletter.sent", {"number": letter.number})


def is_due(letter: Newsletter) -> bool:
    return letter.send_at is not None and letter.send_at <= clock.now()


def content(letter: Newsletter) -> dict[str, Any]:
    """What the e-mail says; its page has the same words."""
    page = f"/boards/{letter.board.slug}/news"
    return {
        "title": letter.title,
        "paragraphs": letter.paragraphs,
        "board": letter.board.name,
        "path": f"{page}/{letter.number}" if letter.number else page,
    }
