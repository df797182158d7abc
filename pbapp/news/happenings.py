"""What has happened on a board or in a round, newest first: for its page of news and its feed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pbapp import clock
from pbapp.audit.models import Event
from pbapp.boards.models import Board
from pbapp.db import db
from pbapp.delivery.models import Award, Report
from pbapp.messages.subjects import find
from pbapp.news.models import LetterState, Newsletter
from pbapp.news.queries import list_packs
from pbapp.proposals.models import Proposal
from pbapp.results.corrections.queries import published_at
from pbapp.results.models import Count
from pbapp.results.queries import is_public
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import list_rounds
from pbapp.web.babel import moment

MOST = 50


@dataclass(frozen=True)
class Item:
    """One piece of news. `id` stays the same for good; `path` is its page on this site."""

    id: str
    at: datetime
    title: str
    path: str
    text: str = ""


def of_board(board: Board) -> list[Item]:
    """A board's newsletters, and what happened in its rounds."""
    own = [*_letters(Newsletter.board_id == board.id), *_packs(board)]
    return _newest([*own, *_of_rounds(list_rounds(board))])


def of_round(round: Round) -> list[Item]:
    """A round's newsletters, and what happened in it."""
    letters = _letters(Newsletter.audience == f"round {round.id}")
    return _newest([*letters, *_of_rounds([round])])


def _newest(items: list[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (item.at, item.id), reverse=True)[:MOST]


def _letters(which) -> list[Item]:  # type: ignore[no-untyped-def]
    query = (
        select(Newsletter)
        .options(joinedload(Newsletter.board))
        .where(which, Newsletter.state == LetterState.SENT)
        .order_by(Newsletter.sent_at.desc())
        .limit(MOST)
    )
    return [
        Item(
            id=f"newsletter-{letter.id}",
            at=letter.sent_at or letter.changed_at,
            title=letter.title,
            path=f"/boards/{letter.board.slug}/news/{letter.number}",
            text=letter.text,
        )
        for letter in db.session.scalars(query)
    ]


def _packs(board: Board) -> list[Item]:
    return [
        Item(
            id=f"pack-{pack.id}",
            at=pack.published_at or pack.made_at,
            title=_("Papers of the meeting of %(when)s", when=moment(pack.meeting.starts_at)),
            path=f"/boards/{board.slug}/meetings/{pack.meeting_id}/packs/{pack.version}",
        )
        for pack in list_packs(board.id, MOST)
    ]


def _of_rounds(rounds: Sequence[Round]) -> list[Item]:
    ours = {round.id: round for round in rounds if round.is_public and not round.is_imported}
    counted = set(
        db.session.scalars(
            select(Count.round_id).where(Count.round_id.in_(ours), Count.is_official.is_(True))
        )
    )
    found = [item for round in ours.values() for item in _phases(round, round.id in counted)]
    return [*found, *_extensions(ours), *_reports(ours)]


def _phases(round: Round, is_counted: bool) -> list[Item]:
    now = clock.now()
    words = {
        PhaseKind.INTEREST: _("%(round)s is open for ideas", round=round.title),
        PhaseKind.SUBMISSION: _("%(round)s is open for proposals", round=round.title),
        PhaseKind.VOTING: _("Voting is open: %(round)s", round=round.title),
        PhaseKind.PUBLISHED: _("The result of %(round)s is out", round=round.title),
    }
    items = []
    for phase in round.phases:
        is_result = phase.kind is PhaseKind.PUBLISHED
        is_told = is_counted and is_public(round, now) if is_result else phase.kind in words
        if phase.kind is PhaseKind.VOTING and round.sealed_at is None:
            is_told = False
        if not is_told or phase.starts_at > now:
            continue
        at = published_at(round) if is_result else None
        path = f"/rounds/{round.slug}" + ("/results" if is_result else "")
        items.append(
            Item(
                id=f"round-{round.id}-{phase.kind.value}",
                at=at or phase.starts_at,
                title=words[phase.kind],
                path=path,
                text=round.summary,
            )
        )
    return items


def _extensions(rounds: dict[int, Round]) -> list[Item]:
    query = select(Event).where(
        Event.subject_type == "round",
        Event.subject_id.in_([str(id) for id in rounds]),
        Event.verb == "round.phase_extended",
    )
    return [
        Item(
            id=f"event-{event.number}",
            at=event.at,
            title=_(
                "More time in “%(round)s”: until %(until)s",
                round=rounds[int(event.subject_id)].title,
                until=moment(datetime.fromisoformat(event.facts["to"])),
            ),
            path=f"/rounds/{rounds[int(event.subject_id)].slug}",
            text=event.facts.get("reason", ""),
        )
        for event in db.session.scalars(query)
    ]


def _reports(rounds: Collection[int]) -> list[Item]:
    query = (
        select(Report)
        .join(Report.award)
        .options(
            joinedload(Report.award).joinedload(Award.proposal).joinedload(Proposal.round),
        )
        .where(Award.round_id.in_(list(rounds)), Report.taken_out_at.is_(None))
        .order_by(Report.id.desc())
        .limit(MOST)
    )
    return [_report(report) for report in db.session.scalars(query)]


def _report(report: Report) -> Item:
    proposal = report.award.proposal
    title = (
        _("“%(title)s” is finished", title=proposal.title)
        if report.is_final
        else _("News from “%(title)s”", title=proposal.title)
    )
    path = f"/rounds/{proposal.round.slug}/awards/{proposal.number}"
    return Item(f"report-{report.id}", report.told_at, title, path, report.text)


def name_of(audience: str) -> str:
    """Whom a newsletter was for."""
    named = find(audience)
    return named.title if named else ""
