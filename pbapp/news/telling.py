"""News by itself: a chore reads what has happened since it last looked, and tells followers.

Two sources. Events of the officers' log, each once by its number. And what no event says because
only the clock did it: a phase that has begun, a result that is out; each once by its key.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from pbapp import clock
from pbapp.audit.models import Event
from pbapp.db import db, flush
from pbapp.delivery.models import Award
from pbapp.messages import following
from pbapp.messages import services as messages
from pbapp.messages.subjects import RESULT
from pbapp.messages.telling import tell, told_among
from pbapp.news.digests import news_of_result
from pbapp.news.models import NewsMark
from pbapp.news.queries import find_published
from pbapp.news.subjects import of_round
from pbapp.papers.packs.models import Pack
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.proposals.queries import is_public as is_public_proposal
from pbapp.proposals.queries import list_authors_of
from pbapp.results.corrections.queries import list_corrections, list_counts_of
from pbapp.results.models import Allocation
from pbapp.results.queries import is_public, list_allocations, list_official_counts
from pbapp.rounds.models import Phase, PhaseKind, Round
from pbapp.rounds.queries import can_vote, state_of
from pbapp.web.context import settings

AT_ONCE = 200  # events a minute
_log = logging.getLogger("pbapp.news")
UNDO = timedelta(minutes=1)
# What followers of a proposal hear of its award; the rest is between the group and the officers.
OF_AWARDS = frozenset(
    {
        "award.declined",
        "award.approved",
        "award.not_paid",
        "award.milestone_done",
        "award.reported",
        "award.finished",
    }
)
OF_PROPOSALS = frozenset({"proposal.approved", "proposal.withdrawn", "proposal.joined_into"})
OPENING = (PhaseKind.INTEREST, PhaseKind.SUBMISSION, PhaseKind.VOTING)


def tell_news() -> None:
    """Tell followers what is new."""
    _tell_events()
    now = clock.now()
    rounds = _running(now)
    opened = {round.id: _opened(round, now) for round in rounds}
    keys = [news_of_result(round) for round in rounds]
    keys += [_opening_key(phase) for phase in opened.values() if phase]
    told = told_among(keys)
    for round in rounds:
        phase = opened[round.id]
        if phase is not None and _opening_key(phase) not in told:
            _tell_opening(round, phase)
        if news_of_result(round) not in told and is_public(round, now):
            _tell_result(round)


def _tell_events() -> None:
    settled = Event.at <= clock.now() - UNDO  # what can still be undone is told to nobody
    newest = db.session.scalar(select(func.max(Event.number)).where(settled)) or 0
    mark = db.session.get(NewsMark, "log")
    if mark is None:  # what happened before anybody could follow is no news
        db.session.add(NewsMark(name="log", event=newest, at=clock.now()))
        flush()
        return
    if newest <= mark.event:
        return
    new = Event.number.between(mark.event + 1, newest)
    query = select(Event).where(new).order_by(Event.number).limit(AT_ONCE)
    for event in db.session.scalars(query).all():
        try:
            with db.session.begin_nested():
                _tell_event(event)
        except Exception:  # one that cannot be told must not keep the others back
            _log.exception("an event could not be told", extra={"facts": {"number": event.number}})
        mark.event = event.number
    mark.at = clock.now()
    flush()


def _tell_event(event: Event) -> None:
    if event.verb in OF_AWARDS:
        award = db.session.get(Award, int(event.subject_id))
        if award is not None:
            _tell_project(event, award.proposal)
    elif event.verb in OF_PROPOSALS:
        proposal = db.session.get(Proposal, int(event.subject_id))
        if proposal is not None:
            _tell_project(event, proposal)
    elif event.verb == "round.phase_extended":
        round = db.session.get(Round, int(event.subject_id))
        if round is not None and round.is_public:
            _tell_extended(event, round)
    elif event.verb == "round.corrected":
        round = db.session.get(Round, int(event.subject_id))
        if round is not None:
            _tell_corrected(event, round)
    elif event.verb == "pack.published":
        pack = find_published(int(event.subject_id), event.facts["version"])
        if pack is not None:
            _tell_pack(event, pack)


def _tell_project(event: Event, proposal: Proposal) -> None:
    """To the followers of one proposal; of an approval also its ward's."""
    also, kind = [], event.verb.partition(".")[2]
    if event.verb == "proposal.approved":
        kind = "on_ballot"
        if proposal.state is not ProposalState.ON_BALLOT or not proposal.round.is_public:
            return
        also = [f"ward {proposal.round.board_id}/{proposal.area_id}"] if proposal.area_id else []
    tell(
        subject=f"proposal {proposal.id}",
        also=also,
        key=f"event {event.number}",
        template="project_news",
        context={
            "kind": kind,
            "title": proposal.title,
            "round": proposal.round.title,
            "url": _proposal_page(proposal),
        },
    )


def _tell_extended(event: Event, round: Round) -> None:
    subjects = of_round(round)
    if event.facts["phase"] == PhaseKind.VOTING.value:
        subjects.append(f"{RESULT} {round.id}")
    tell(
        subject=subjects[0],
        also=subjects[1:],
        key=f"event {event.number}",
        template="round_news",
        context={
            **_about(round),
            "kind": "extended",
            "phase": event.facts["phase"],
            "until": event.facts["to"],
            "reason": event.facts["reason"],
        },
    )


def _tell_corrected(event: Event, round: Round) -> None:
    """To the board's and its wards' followers, who heard the result; the round's own are told
    with the correction itself. And each project that it changes to its group and followers."""
    edition = event.facts["edition"]
    made = next((one for one in list_corrections(round) if one.number == edition), None)
    if made is None or not round.is_public:
        return
    _round, board, *wards = of_round(round)
    tell(
        subject=board,
        also=wards,
        key=f"event {event.number}",
        news=f"result corrected {made.id}",
        template="result_corrected",
        context={**_about(round), "what": made.what, "url": f"{_about(round)['url']}/results"},
    )
    for row in _changed(round, edition):
        if row.proposal is not None:
            _tell_project_result(round, row, row.proposal, edition=edition)


def _changed(round: Round, edition: int) -> list[Allocation]:
    """The projects that won, lost, or get another amount in this edition of a result."""

    def rows_of(number: int) -> dict[tuple[str, str], Allocation]:
        counts = list_counts_of(round, number)
        return {(c.pot, row.project_key): row for c in counts for row in list_allocations(c)}

    before = {key: (row.is_funded, row.awarded) for key, row in rows_of(edition - 1).items()}
    now = rows_of(edition)
    return [row for key, row in now.items() if before.get(key) != (row.is_funded, row.awarded)]


def _tell_pack(event: Event, pack: Pack) -> None:
    board, meeting = pack.meeting.board, pack.meeting
    page = f"/boards/{board.slug}/meetings/{meeting.id}/packs/{pack.version}"
    tell(
        subject=f"board {board.id}",
        key=f"event {event.number}",
        template="pack_news",
        context={
            "board": board.name,
            "when": meeting.starts_at.isoformat(),
            "url": f"{settings().public_url}{page}",
        },
    )


def _running(now: datetime) -> list[Round]:
    """Public rounds that have begun, but for those from elsewhere and rehearsals."""
    begun = select(Phase.round_id).where(Phase.starts_at <= now)
    query = (
        select(Round)
        .options(selectinload(Round.phases))
        .where(Round.is_public.is_(True), Round.is_imported.is_(False), Round.id.in_(begun))
    )
    return list(db.session.scalars(query))


def _opened(round: Round, now: datetime) -> Phase | None:
    """The phase a round is in, if it lets people do something: ideas, proposals, votes."""
    phase = state_of(round, now).current
    if phase is None or phase.kind not in OPENING:
        return None
    if phase.kind is PhaseKind.VOTING and not can_vote(round, now):
        return None
    return phase


def _opening_key(phase: Phase) -> str:
    return f"opens {phase.round_id} {phase.kind.value}"


def _tell_opening(round: Round, phase: Phase) -> None:
    subjects = of_round(round)
    tell(
        subject=subjects[0],
        also=subjects[1:],
        key=_opening_key(phase),
        template="round_news",
        context={
            **_about(round),
            "kind": phase.kind.value,
            "until": phase.ends_at.isoformat() if phase.ends_at else "",
        },
    )


def _tell_result(round: Round) -> None:
    """To those who follow the round, and each project's own news to its group and followers."""
    counts = list_official_counts(round)
    if not counts:
        return
    subjects = of_round(round)
    tell(
        subject=subjects[0],
        also=subjects[1:],
        key=news_of_result(round),
        template="round_news",
        context={**_about(round), "kind": "result", "url": f"{_about(round)['url']}/results"},
    )
    for count in counts:
        for row in list_allocations(count):
            if row.proposal is not None:
                _tell_project_result(round, row, row.proposal)


def _tell_project_result(
    round: Round, row: Allocation, proposal: Proposal, *, edition: int = 1
) -> None:
    again = f" edition {edition}" if edition > 1 else ""
    context = {
        "is_corrected": edition > 1,
        "kind": "funded" if row.is_funded else "not_funded",
        "title": proposal.title,
        "round": round.title,
        "amount_pence": row.awarded,
        "currency": round.currency,
        "url": _proposal_page(proposal),
    }
    if following.has_followers(f"proposal {proposal.id}"):
        tell(
            subject=f"proposal {proposal.id}",
            key=f"result {round.id} proposal {proposal.id}{again}",
            template="project_news",
            context=context,
        )
    _tell_authors(proposal, context, again)


def _tell_authors(proposal: Proposal, context: dict[str, Any], again: str) -> None:
    for author in list_authors_of(proposal):
        messages.write(
            key=f"result of proposal {proposal.id} {author.id}{again}",
            to=author.email,
            template="project_result",
            context=context,
            language=author.language,
        )


def _about(round: Round) -> dict[str, Any]:
    return {"round": round.title, "url": f"{settings().public_url}/rounds/{round.slug}"}


def _proposal_page(proposal: Proposal) -> str:
    """Its own page; the list of them all once it is not public any more."""
    page = f"{settings().public_url}/rounds/{proposal.round.slug}/proposals"
    return f"{page}/{proposal.number}" if is_public_proposal(proposal) else page
