"""Who took part last year, and an objection that was answered: made up, as in the past."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pbapp.db import db
from pbapp.demo.people import Cast
from pbapp.demo.reading import read
from pbapp.engagement import services as engagement
from pbapp.engagement.models import EngagementKind, SeldomHeard
from pbapp.engagement.services import Heard
from pbapp.participation.models import CommunityProfile, FormTotal, Source
from pbapp.participation.questions import ANSWERED, EVERY_CELL, FORMS, PREFER_NOT, Kind
from pbapp.results.corrections.models import Finding, Objection
from pbapp.results.corrections.queries import published_at
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase, find_round

ROUND = "small-grants-last-year"


def load_participation(cast: Cast) -> None:
    """Written as it was: the verbs themselves act only in the present."""
    round = find_round(ROUND)
    if round is None:
        return
    facts = read("participation")
    _totals(round, facts)
    _listened(cast, round, facts["listened"])
    community = dict(facts["community"])
    source = community.pop("source")
    profile = CommunityProfile(board_id=round.board_id, shares=community, source=source)
    db.session.add(profile)
    for place, told in enumerate(facts["objections"]):
        db.session.add(_objection(cast, round, told, place))
    db.session.flush()


def _totals(round: Round, facts: dict[str, Any]) -> None:
    known = {(FORMS[kind], ANSWERED): facts["forms"][kind.value] for kind in Kind}
    for question, told in {**facts["about"], **facts["trust"]}.items():
        known |= {(question, answer): people for answer, people in told.items()}
        known[question, ANSWERED] = sum(told.values()) - told.get(PREFER_NOT, 0)
    # Several groups fit one person: as many answered as filled in the form, less who did not.
    groups = facts["about"]["groups"]
    known["groups", ANSWERED] = facts["forms"]["about"] - groups[PREFER_NOT] - 40
    db.session.add_all(
        FormTotal(
            round_id=round.id,
            source=Source.ONLINE,
            question=question,
            answer=answer,
            people=known.get((question, answer), 0),
        )
        for question, answer in EVERY_CELL
    )


def _listened(cast: Cast, round: Round, events: list[dict[str, Any]]) -> None:
    voting = find_phase(round, PhaseKind.VOTING)
    if voting is None or voting.ends_at is None:
        raise LookupError("last year's round of the demo has no vote")
    for event in events:
        told = Heard(
            kind=EngagementKind(event["kind"]),
            title=event["title"],
            held_on=(voting.ends_at - timedelta(days=event["before"])).date(),
            place=event["place"],
            people=event["people"],
            groups=[SeldomHeard(group) for group in event["groups"]],
            heard=event["heard"],
            changed=event["changed"],
        )
        engagement.record(board=cast.boards["coatbridge"], told=told, by=None, is_example=True)


def _objection(cast: Cast, round: Round, told: dict[str, Any], place: int) -> Objection:
    out = published_at(round)
    if out is None:
        raise LookupError("last year's result of the demo is not out")
    return Objection(
        round_id=round.id,
        reference=told["reference"],
        key=f"{place:032d}",
        body="",  # who objected, and their own words, are forgotten by now
        made_at=out + timedelta(days=told["after"]),
        summary=told["summary"],
        answer=" ".join(told["answer"].split()),
        finding=Finding(told["finding"]),
        answered_by_id=cast.people["voting-lead"].id,
        answered_at=out + timedelta(days=told["answered"]),
        is_example=True,
    )
