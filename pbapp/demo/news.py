"""Followers, a newsletter that went out and one that waits for its officer, for the demo."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, insert, null, select

from pbapp import clock
from pbapp.audit.models import Event
from pbapp.db import db, flush
from pbapp.demo.people import Cast
from pbapp.demo.reading import read
from pbapp.messages import following
from pbapp.messages.models import Follow, FollowState, Mail, MailState, Telling
from pbapp.news.models import LetterState, Newsletter, NewsMark
from pbapp.news.sending import content
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import list_rounds, state_of


def load_news(cast: Cast) -> None:
    """The board's followers and newsletters. What happened before the demo is no news."""
    facts, board = read("news"), cast.boards["coatbridge"]
    rounds = list_rounds(board)
    _followers(facts["followers"], board.id, rounds)
    for row in facts["newsletters"]:
        area = cast.wards[row["ward"]].id if "ward" in row else None
        letter = Newsletter(
            board=board,
            audience=f"ward {board.id}/{area}" if area else f"board {board.id}",
            title=row["title"],
            text=row["text"].strip(),
            changed_at=clock.now(),
            is_example=True,
        )
        db.session.add(letter)
        flush()
        if "day" in row:
            _sent(cast, letter, row["day"], facts["followers"]["board"])
    for round in rounds:
        if state_of(round, clock.now()).kind is PhaseKind.PUBLISHED:
            for news in ("result", "halfway", "finish"):
                _told(f"{news} {round.id}", f"round {round.id}")
    newest = db.session.scalar(select(func.max(Event.number))) or 0
    db.session.add(NewsMark(name="log", event=newest, at=clock.now()))
    flush()


def _followers(wanted: dict[str, Any], board_id: int, rounds: list[Round]) -> None:
    subjects = [(f"board {board_id}", wanted["board"])]
    subjects += [(f"round {round.id}", wanted["round"]) for round in rounds[:1]]
    subjects += [
        (f"ward {board_id}/{area.area_id}", wanted["ward"])
        for round in rounds[:1]
        for area in round.round_areas
    ]
    rows = [
        {
            "id": f"{place:08x}{number:024x}",
            "subject": subject,
            "address": f"follower{number}@example.org",
            "reader": f"{number:032x}",
            "language": "en",
            "state": FollowState.CONFIRMED,
            "asked_on": None,
        }
        for place, (subject, people) in enumerate(subjects)
        for number in range(1, people + 1)
    ]
    following.hold()
    db.session.execute(insert(Follow), rows)


def _sent(cast: Cast, letter: Newsletter, day: int, people: int) -> None:
    moment = cast.calendar.moment(day, "09:00")
    letter.state, letter.number = LetterState.SENT, 1
    letter.send_at = letter.sent_at = letter.changed_at = moment
    telling = _told(f"newsletter {letter.id}", letter.audience, content(letter))
    telling.template, telling.asked_at, telling.written = "newsletter", moment, people
    letter.telling_id = telling.id
    rows = [
        {
            "key": f"told {telling.news} {number}",
            "to_address": "",  # forgotten, as a week after a message went
            "template": "newsletter",
            "context": null(),
            "state": MailState.SENT,
            "not_before": moment,
            "written_at": moment,
            "sent_at": moment,
            "telling_id": telling.id,
        }
        for number in range(people)
    ]
    for row in rows:
        db.session.add(Mail(**row))
    flush()


def _told(key: str, subject: str, context: dict[str, Any] | None = None) -> Telling:
    """News that has been told already."""
    telling = Telling(
        key=key,
        news=key,
        subjects=[subject],
        template="round_news",
        context=context or {},
        asked_at=clock.now(),
        ended_at=clock.now(),
    )
    db.session.add(telling)
    flush()
    return telling
