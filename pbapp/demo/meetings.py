"""When the board of the demo meets, and what it did about last year's result."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select

from pbapp.db import db
from pbapp.demo.people import Cast
from pbapp.demo.reading import read
from pbapp.papers.followup.models import BoardAction, BoardQuestion, Noting
from pbapp.papers.meetings import services
from pbapp.papers.meetings.days import first_day
from pbapp.papers.meetings.models import Attendance, Interest, Meeting, Presence
from pbapp.papers.meetings.queries import find_next
from pbapp.papers.meetings.services import Rhythm
from pbapp.papers.packs import services as packs
from pbapp.papers.packs.gathering import gather
from pbapp.papers.packs.models import Pack
from pbapp.plans.models import ActionStatus
from pbapp.proposals.models import Proposal
from pbapp.results.queries import list_official_counts
from pbapp.rounds.queries import find_round


def load_meetings(cast: Cast) -> None:
    """The cycle, a meeting that was held with its pack and what followed, and the next one."""
    facts = read("meetings")
    cycle = facts["cycle"]
    rhythm = Rhythm(
        first_on=cast.calendar.day(cycle["first"]),
        weekday=cycle["weekday"],
        weeks=cycle["weeks"],
        at=time.fromisoformat(cycle["at"]),
        minutes=cycle["minutes"],
        place=cycle["place"],
    )
    board, clerk = cast.boards[cycle["board"]], cast.people["clerk"]
    services.set_cycle(board=board, rhythm=rhythm, zone=cast.calendar.zone, by=clerk)
    past = _past(cast, rhythm, facts["past"])
    coming = find_next(board.id, cast.calendar.moment(1))
    if coming is not None:
        coming.agenda, coming.is_example = facts["next"]["agenda"], True
    pack = _pack(cast, past)
    _followed(cast, past, pack, facts["past"])
    packs.ask_for_files(pack=pack, by=clerk)


def _past(cast: Cast, rhythm: Rhythm, facts: dict[str, Any]) -> Meeting:
    """The last meeting of the cycle before today; written as it was, since it is over."""
    first = first_day(rhythm.first_on, rhythm.weekday)
    slot = first + timedelta(weeks=rhythm.weeks)
    starts_at = datetime.combine(slot, rhythm.at, cast.calendar.zone)
    meeting = Meeting(
        board=cast.boards["coatbridge"],
        slot_on=slot,
        starts_at=starts_at,
        minutes=rhythm.minutes,
        place=rhythm.place,
        agenda=facts["agenda"],
        others_present=facts["others"],
        notes=facts["notes"],
        notes_public_at=starts_at + timedelta(days=5),
        is_example=True,
        interests=[Interest(name=one["name"], about=one["about"]) for one in facts["interests"]],
        attendance=[
            Attendance(account_id=cast.people[key].id, presence=presence)
            for presence in Presence
            for key in facts[presence.value]
        ],
    )
    db.session.add(meeting)
    db.session.flush()
    return meeting


def _pack(cast: Cast, meeting: Meeting) -> Pack:
    before = meeting.starts_at - timedelta(days=3)
    with force_locale("en_GB"):
        facts = gather(meeting, "en-GB", before)
    pack = packs.keep(meeting=meeting, facts=facts, files=[], asked_by=cast.people["clerk"])
    pack.made_at = pack.published_at = before
    return pack


def _followed(cast: Cast, meeting: Meeting, pack: Pack, facts: dict[str, Any]) -> None:
    noting = facts["noting"]
    round = find_round(noting["round"])
    if round is None:
        return
    confirmed_at = meeting.starts_at + timedelta(days=1)
    db.session.add(
        Noting(
            count=list_official_counts(round)[0],
            meeting=meeting,
            pack=pack,
            words=noting["words"],
            entered_by_id=cast.people["clerk"].id,
            entered_at=meeting.starts_at,
            confirmed_by_id=cast.people["chair"].id,
            confirmed_at=confirmed_at,
        )
    )
    for one in facts["questions"]:
        answer = one.get("answer", "")
        db.session.add(
            BoardQuestion(
                meeting=meeting,
                text=one["text"],
                owner=one["owner"],
                due_on=cast.calendar.day(one["due"]) if "due" in one else None,
                answer=answer,
                answered_on=confirmed_at.date() if answer else None,
            )
        )
    for one in facts["actions"]:
        query = select(Proposal).where(
            Proposal.round_id == round.id, Proposal.number == one["proposal"]
        )
        db.session.add(
            BoardAction(
                meeting=meeting,
                proposal=db.session.scalar(query),
                text=one["text"],
                owner=one["owner"],
                due_on=cast.calendar.day(one["due"]),
                status=ActionStatus(one["status"]),
                progress=one["progress"],
                noted_at=meeting.starts_at,
            )
        )
    db.session.flush()
