"""Totals of a round's forms, who lives in its wards, and the listening held beside it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from pbapp import clock
from pbapp.db import db
from pbapp.engagement.models import Engagement
from pbapp.engagement.queries import list_heard
from pbapp.participation.measures import Part, shown
from pbapp.participation.models import CommunityProfile, FormTotal, Source
from pbapp.participation.questions import (
    ANSWERED,
    EVERY_CELL,
    FORMS,
    QUESTIONS,
    Kind,
    Question,
)
from pbapp.places.models import DeprivationSet
from pbapp.results import queries as results
from pbapp.results.corrections.queries import published_at
from pbapp.results.fifths import zones_of
from pbapp.results.models import TurnoutKind
from pbapp.results.privacy import suppress
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase, result_is_out

ASK_AFTER_FOR = timedelta(days=28)
LOOK_BACK = timedelta(days=365)

Cell = tuple[str, str]


# --- what may be asked now ------------------------------------------------------------------


def open_kinds(round: Round, now: datetime) -> set[Kind]:
    """Which forms take answers: about oneself until the result is out, trust before the end of
    the vote and for four weeks after the result."""
    voting = find_phase(round, PhaseKind.VOTING)
    if round.is_imported or not round.is_public or voting is None or voting.ends_at is None:
        return set()
    if result_is_out(round, now):
        until = ask_after_until(round)
        return {Kind.AFTER} if until is not None and now < until else set()
    if now >= voting.ends_at:
        return {Kind.ABOUT}
    return {Kind.BEFORE} | ({Kind.ABOUT} if now >= voting.starts_at else set())


def ask_after_until(round: Round) -> datetime | None:
    """Until when people may say whether they trust what became of it."""
    out = published_at(round)
    return out + ASK_AFTER_FOR if out else None


# --- totals ---------------------------------------------------------------------------------


def totals(round: Round, *sources: Source) -> dict[Cell, int | None]:
    """Every number of a round's forms (of these sources, or of all) added up, in one query."""
    query = select(FormTotal).where(FormTotal.round_id == round.id)
    if sources:
        query = query.where(FormTotal.source.in_(sources))
    found: dict[Cell, int | None] = dict.fromkeys(EVERY_CELL, 0)
    for row in db.session.scalars(query):
        before = found.get((row.question, row.answer), 0)
        unknown = before is None or row.people is None
        found[row.question, row.answer] = None if unknown else (before or 0) + (row.people or 0)
    return found


def cells_of(question: Question, found: dict[Cell, int | None]) -> dict[str, int | None]:
    return {cell: found.get((question.name, cell), 0) for cell in question.cells}


def find_community(board_id: int | None) -> CommunityProfile | None:
    """What is known of everybody who lives in a board's area."""
    return db.session.get(CommunityProfile, board_id) if board_id is not None else None


# --- the whole picture ----------------------------------------------------------------------


@dataclass(frozen=True)
class Portrait:
    """Who took part in a round. `answers` has each question that enough people answered, and
    `answered` how many did.

    `closed` are the forms whose answers may be shown: none is, while people can still add to it.
    """

    wards: list[Part]
    fifths: list[Part]
    voters: int
    forms: int
    answers: dict[str, dict[str, int | None]]
    answered: dict[str, int]
    closed: frozenset[Kind]
    community: CommunityProfile | None
    events: list[Engagement]
    index: DeprivationSet | None


def portrait_of(round: Round) -> Portrait:
    """Everything said of a counted round's participation, in a handful of queries."""
    turnout = results.list_turnout(round)
    zones = zones_of(round)
    living: Counter[str] = Counter()
    codes = {item.area_id: item.area.gss_code for item in round.round_areas}
    for zone in zones:
        living[codes[zone.area_id]] += zone.population
        living[str(zone.quintile)] += zone.population

    def parts(kind: TurnoutKind) -> list[Part]:
        rows = [(row, name) for row, name in turnout if row.kind is kind]
        kept = suppress({row.key: row.people for row, _name in rows})
        return [
            Part(row.key, name, kept[row.key], living.get(row.key) or None) for row, name in rows
        ]

    found = totals(round)
    now = clock.now()
    closed = frozenset(Kind) - open_kinds(round, now)
    return Portrait(
        wards=parts(TurnoutKind.WARD),
        fifths=parts(TurnoutKind.FIFTH),
        voters=sum(row.people for row, _name in turnout if row.kind is TurnoutKind.CHANNEL),
        forms=found[FORMS[Kind.ABOUT], ANSWERED] or 0,
        answers={
            question.name: told
            for kind in sorted(closed)
            for question in QUESTIONS[kind]
            if (told := shown(question, cells_of(question, found)))
        },
        answered={
            question.name: found[question.name, ANSWERED] or 0
            for questions in QUESTIONS.values()
            for question in questions
        },
        closed=closed,
        community=find_community(round.board_id),
        events=list_events(round),
        index=zones[0].deprivation_set if zones else None,
    )


def list_events(round: Round) -> list[Engagement]:
    """The listening held in the year before voting closed and until the result came out."""
    voting = find_phase(round, PhaseKind.VOTING)
    if round.board_id is None or voting is None or voting.ends_at is None:
        return []
    begins = (voting.ends_at - LOOK_BACK).date()
    ends = (published_at(round) or clock.now()).date()
    return [one for one in list_heard(round.board_id) if begins <= one.held_on <= ends]
