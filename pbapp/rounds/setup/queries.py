"""Read what was changed in a round, and what its set-up still lacks."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select

from pbapp import clock
from pbapp.audit.models import Event, Revision
from pbapp.boards.models import Board
from pbapp.db import db
from pbapp.organisations.models import Organisation, OrganisationKind
from pbapp.rounds.models import PhaseKind, Profile, Round
from pbapp.rounds.queries import find_phase
from pbapp.rounds.setup.snapshot import PARTS

SUBJECT = "round"
ONE_CLICK = timedelta(seconds=30)
TOLD = ("round.announced", "round.seal_asked", "round.sealed", "round.phase_extended")


class Missing(enum.StrEnum):
    """Why a part of the set-up is not finished."""

    NOT_SAVED = "not_saved"
    SUMMARY = "summary"
    FUNDER = "funder"
    APPROVER = "approver"
    POTS = "pots"
    PROPOSERS = "proposers"
    INTEREST_WORDS = "interest_words"
    WARDS = "wards"
    RULE_WORDS = "rule_words"
    SMALL_ONLY_GREEDY = "small_only_greedy"
    DATES_PAST = "dates_past"
    ASSESSMENT = "assessment"
    ARRANGEMENTS = "arrangements"


def list_missing(round: Round) -> list[tuple[str, Missing]]:
    """What a round needs before everybody sees it: (part, what), in the order of the steps."""
    found = [(part, what) for part, what in _lacking(round)]
    found += [(part, Missing.NOT_SAVED) for part in PARTS if part not in round.steps_done]
    order = list(PARTS)
    return sorted(found, key=lambda item: order.index(item[0]))


def _lacking(round: Round) -> Iterable[tuple[str, Missing]]:
    if not round.summary:
        yield "name", Missing.SUMMARY
    if any(pot.funder is None for pot in round.pots):
        yield "money", Missing.FUNDER
    if any(not pot.payment_approver for pot in round.pots):
        yield "money", Missing.APPROVER
    if not are_pots_whole(round):
        yield "money", Missing.POTS
    if not round.proposers:
        yield "proposals", Missing.PROPOSERS
    if find_phase(round, PhaseKind.INTEREST) and not round.interest_words:
        yield "proposals", Missing.INTEREST_WORDS
    if not round.round_areas:
        yield "voters", Missing.WARDS
    if not round.rule_words:
        yield "count", Missing.RULE_WORDS
    if round.profile is Profile.SMALL and round.rule.get("name") != "greedy":
        yield "count", Missing.SMALL_ONLY_GREEDY
    if any(phase.starts_at <= clock.now() for phase in round.phases):
        yield "dates", Missing.DATES_PAST
    if not round.assessment:
        yield "fairness", Missing.ASSESSMENT
    if not round.arrangements:
        yield "fairness", Missing.ARRANGEMENTS


def are_pots_whole(round: Round) -> bool:
    """Whether money parted by ward or priority has one pot for each that the round has now."""
    wards = {pot.area_id for pot in round.pots} - {None}
    priorities = {pot.priority_id for pot in round.pots} - {None}
    if wards:
        return wards == {item.area_id for item in round.round_areas}
    planned = {one.priority_id for one in round.plan.versions} if round.plan else set()
    return not priorities or priorities == planned


def list_revisions_since(round: Round, version: int) -> list[Revision]:
    """The edits made after the one this officer last saw, oldest first."""
    query = (
        select(Revision)
        .where(
            Revision.subject_type == SUBJECT,
            Revision.subject_id == str(round.id),
            Revision.number > version,
        )
        .order_by(Revision.number)
    )
    return list(db.session.scalars(query))


def list_told_events(round: Round) -> list[Event]:
    """What belongs into a round's public history beside its edits, oldest first."""
    query = (
        select(Event)
        .where(
            Event.subject_type == SUBJECT, Event.subject_id == str(round.id), Event.verb.in_(TOLD)
        )
        .order_by(Event.number)
    )
    return list(db.session.scalars(query))


def list_funders() -> list[Organisation]:
    """Who can give money: funders and partners, by name."""
    query = (
        select(Organisation)
        .where(Organisation.kind.in_([OrganisationKind.FUNDER, OrganisationKind.PARTNER]))
        .order_by(Organisation.name)
    )
    return list(db.session.scalars(query))


def list_led_boards(board_ids: Iterable[int]) -> list[Board]:
    query = select(Board).where(Board.id.in_(list(board_ids))).order_by(Board.name)
    return list(db.session.scalars(query))


def is_slug_taken(slug: str) -> bool:
    return db.session.scalar(select(Round.id).where(Round.slug == slug)) is not None


def find_just_begun(board_id: int | None, template: str, copy_of: int = 0) -> Round | None:
    """The round a first click of the same button has just begun, untouched so far.

    `copy_of` is the round being copied, which is not its own copy.
    """
    query = (
        select(Round)
        .where(
            Round.board_id == board_id,
            Round.template == template,
            Round.is_public.is_(False),
            Round.rehearses_id.is_(None),
            Round.id != copy_of,
            Round.created_at > clock.now() - ONE_CLICK,
        )
        .order_by(Round.id.desc())
    )
    return next((one for one in db.session.scalars(query) if not one.steps_done), None)


def find_just_rehearsed(round_id: int) -> Round | None:
    """The rehearsal a first click of the same button has just begun."""
    query = select(Round).where(
        Round.rehearses_id == round_id,
        Round.thrown_away_at.is_(None),
        Round.created_at > clock.now() - ONE_CLICK,
    )
    return db.session.scalars(query.order_by(Round.id.desc())).first()
