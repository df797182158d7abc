"""Proposals that sound like one being written: in this round and in the board's last ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select

from pbapp import clock
from pbapp.db import db
from pbapp.proposals.content import Content
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.proposals.queries import OPEN
from pbapp.rounds.models import Phase, PhaseKind, Round

LOOK_BACK = timedelta(days=2 * 366)
NEAR_METRES = 300
ENOUGH = 0.5
NEAR_COUNTS, WARD_COUNTS = 0.2, 0.05
MOST = 3
# Each with a space on both sides.
SMALL_WORDS = " a an and at for from in of on or our the to us we with "


@dataclass(frozen=True)
class Alike:
    """A public proposal that sounds alike."""

    number: int
    title: str
    summary: str
    round_slug: str
    round_title: str


@dataclass(frozen=True)
class Found:
    """Up to three public ones, the likest first, and how many are still being checked.

    What an officer has not put on a ballot is nobody else's to read, so those are only counted.
    """

    public: list[Alike]
    waiting: int

    def __bool__(self) -> bool:
        return bool(self.public or self.waiting)


def find(round: Round, content: Content, *, but: Proposal | None = None) -> Found:
    """What sounds like this. `but` is the proposal itself, where it has been sent in."""
    grams = trigrams(content.title), trigrams(f"{content.title} {content.summary}")
    if not grams[1] or round.board_id is None:
        return Found([], 0)
    scored: list[tuple[float, Alike]] = []
    waiting = 0
    for row in _rows(round, but):
        score = max(_dice(grams[0], row.title), _dice(grams[1], f"{row.title} {row.summary}"))
        if score + _place(content, row) < ENOUGH:
            continue
        if row.state is ProposalState.ON_BALLOT:
            alike = Alike(row.number, row.title, row.summary, row.slug, row.round_title)
            scored.append((score, alike))
        elif row.state in OPEN and row.round_id == round.id:
            waiting += 1
    likest = sorted(scored, key=lambda pair: -pair[0])[:MOST]
    return Found([alike for _score, alike in likest], waiting)


def _rows(round: Round, but: Proposal | None):  # type: ignore[no-untyped-def]
    since = clock.now() - LOOK_BACK
    lately = select(Phase.round_id).where(
        Phase.kind == PhaseKind.VOTING, Phase.starts_at > since, Phase.round_id == Round.id
    )
    query = (
        select(
            Proposal.number,
            Proposal.title,
            Proposal.summary,
            Proposal.state,
            Proposal.round_id,
            Proposal.area_id,
            Proposal.lat,
            Proposal.lon,
            Round.slug,
            Round.title.label("round_title"),
        )
        .join(Round, Round.id == Proposal.round_id)
        .where(
            Round.board_id == round.board_id,
            Round.rehearses_id.is_(None),
            or_(Round.id == round.id, (Round.is_public.is_(True)) & lately.exists()),
        )
    )
    if but is not None:
        query = query.where(Proposal.id != but.id)
    return db.session.execute(query)


def trigrams(text: str) -> frozenset[str]:
    """The three-letter pieces of the words that carry meaning."""
    letters = "".join(c if c.isalnum() else " " for c in text.casefold())
    words = [word for word in letters.split() if f" {word} " not in SMALL_WORDS]
    return frozenset(f" {word} "[at : at + 3] for word in words for at in range(max(1, len(word))))


def _dice(mine: frozenset[str], text: str) -> float:
    """How much two texts share, from 0 to 1."""
    theirs = trigrams(text)
    both = len(mine) + len(theirs)
    return 2 * len(mine & theirs) / both if both else 0.0


def _place(content: Content, row) -> float:  # type: ignore[no-untyped-def]
    """What being in the same place adds."""
    if content.lat is not None and content.lon is not None and row.lat is not None:
        north = (row.lat - content.lat) * 111_320
        east = (row.lon - content.lon) * 111_320 * math.cos(math.radians(content.lat))
        if math.hypot(north, east) <= NEAR_METRES:
            return NEAR_COUNTS
    same_ward = content.one_ward is not None and row.area_id == content.one_ward
    return WARD_COUNTS if same_ward else 0.0
