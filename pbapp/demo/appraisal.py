"""How far the appraisal of the demo's bids is: dossiers, scores, and an offer to join two."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from pbapp.appraisal.merging.models import Merge, MergePart, MergeState
from pbapp.appraisal.models import (
    Advice,
    Answer,
    Capacity,
    Check,
    CostCheck,
    Dossier,
    Score,
    Sheet,
    Terms,
)
from pbapp.appraisal.queries import newest_revision
from pbapp.appraisal.settling import settle
from pbapp.db import db
from pbapp.decisions.models import Conflict
from pbapp.demo.people import Cast
from pbapp.demo.reading import read
from pbapp.proposals.deciding import SUBJECT
from pbapp.proposals.models import Proposal
from pbapp.rounds.models import Round, RoundMember, RoundRole
from pbapp.rounds.queries import find_round


def load_appraisal(cast: Cast) -> None:
    """Written as it was in the past: the verbs themselves act only in the present."""
    facts = read("appraisal")
    round = find_round(facts["round"])
    if round is None:
        return
    began = cast.calendar.moment(-10)
    db.session.add(
        Terms(round_id=round.id, publishes_scores=facts["publishes_scores"], settled_at=began)
    )
    for entry in facts["people"]:
        account = cast.people[entry["person"]]
        db.session.add(
            RoundMember(
                round=round,
                role=RoundRole(entry["role"]),
                name=account.name,
                email=account.email,
                invited_at=began,
            )
        )
    bids = _bids(round)
    criteria = [criterion.id for criterion in settle(round)]
    for entry in facts["dossiers"]:
        _dossier(cast, bids[entry["proposal"]], entry)
        _scores(cast, bids[entry["proposal"]], entry, criteria)
    _merge(cast, round, bids, facts["merge"])
    db.session.flush()


def _bids(round: Round) -> dict[str, Proposal]:
    """The round's proposals by their keys in the file."""
    numbers = {
        item["number"]: item["key"] for item in read("proposals/community-spaces")["proposals"]
    }
    query = select(Proposal).where(Proposal.round_id == round.id)
    return {numbers[one.number]: one for one in db.session.scalars(query)}


def _dossier(cast: Cast, proposal: Proposal, entry: dict[str, Any]) -> None:
    at, by = cast.calendar.moment(entry["day"], "11:00"), cast.people[entry["by"]]
    _impartial(proposal, by.id, at)
    dossier = Dossier(proposal=proposal, begun_at=at, version=1)
    for key, told in entry["checks"].items():
        answer, note = (told, "") if isinstance(told, str) else (told["answer"], told["note"])
        dossier.checks.append(Check(key=key, answer=Answer(answer), note=note, by_id=by.id, at=at))
    if "costs" in entry:
        _costs(dossier, entry, by.id, at)
    if "advice" in entry:
        dossier.advice, dossier.advice_words = Advice(entry["advice"]["is"]), entry["advice"]["why"]
        dossier.advice_by_id, dossier.advice_at = by.id, at
    db.session.add(dossier)


def _costs(dossier: Dossier, entry: dict[str, Any], by_id: Any, at: datetime) -> None:
    reasons = entry.get("reasons", {})
    for line, pence in zip(dossier.proposal.cost_lines, entry["costs"], strict=True):
        dossier.costs.append(
            CostCheck(
                position=line.position,
                description=line.description,
                asked_pence=line.amount_pence,
                officer_pence=pence,
                reason=reasons.get(str(line.position), ""),
            )
        )
    dossier.costs_at, dossier.costs_by_id = at, by_id
    dossier.proposal.cost_pence = sum(entry["costs"])


def _impartial(proposal: Proposal, account_id: Any, at: datetime) -> None:
    db.session.add(
        Conflict(
            subject_type=SUBJECT,
            subject_id=str(proposal.id),
            account_id=account_id,
            what="",
            declared_at=at,
        )
    )


def _scores(cast: Cast, proposal: Proposal, entry: dict[str, Any], criteria: list[int]) -> None:
    for hours, sheet in enumerate(entry.get("scores", []), 1):
        account = cast.people[sheet["by"]]
        at = cast.calendar.moment(entry["day"], "12:00") + timedelta(hours=hours)
        if sheet["by"] != entry["by"]:
            _impartial(proposal, account.id, at)
        db.session.add(
            Sheet(
                proposal_id=proposal.id,
                account_id=account.id,
                capacity=Capacity(sheet["as"]),
                comment=sheet["comment"],
                sent_at=at,
                scores=[
                    Score(criterion_id=criterion_id, points=points, first_points=points)
                    for criterion_id, points in zip(criteria, sheet["points"], strict=True)
                ],
            )
        )


def _merge(cast: Cast, round: Round, bids: dict[str, Proposal], facts: dict[str, Any]) -> None:
    at = cast.calendar.moment(facts["day"], "16:00")
    merge = Merge(
        round=round,
        whole=bids[facts["whole"]],
        title=facts["title"],
        summary=facts["summary"],
        what=facts["what"],
        who_benefits=facts["who_benefits"],
        how_it_helps=facts["how_it_helps"],
        costs=[[cost["what"], cost["pence"]] for cost in facts["costs"]],
        cost_pence=sum(cost["pence"] for cost in facts["costs"]),
        why=facts["why"],
        state=MergeState.OFFERED,
        offered_by_id=cast.people[facts["by"]].id,
        offered_at=at,
        expires_at=at + timedelta(days=7),
    )
    for key in (facts["whole"], *facts["others"]):
        answered = key in facts["agreed"]
        merge.parts.append(
            MergePart(
                proposal=bids[key],
                revision=newest_revision(bids[key].id),
                agrees=True if answered else None,
                answered_by_id=bids[key].submitted_by_id if answered else None,
                answered_at=at + timedelta(hours=3) if answered else None,
            )
        )
    db.session.add(merge)
