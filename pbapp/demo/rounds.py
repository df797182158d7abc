"""Three rounds: one open to votes, one finished and counted, one taking proposals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pbapp.ballots.closing import services as closing
from pbapp.db import db
from pbapp.decisions.models import Decision, Outcome
from pbapp.demo.people import Cast
from pbapp.demo.reading import read
from pbapp.demo.votes import example_votes
from pbapp.places.models import BoundarySet
from pbapp.proposals.models import CostLine, Proposal, ProposalState
from pbapp.results import services as results
from pbapp.rounds import sealing
from pbapp.rounds import services as rounds
from pbapp.rounds.models import Leftover, PhaseKind, Profile, Round, VoteType
from pbapp.rounds.sealing import BallotProject
from pbapp.rounds.services import PhaseDates, PotTerms
from pbapp.rounds.setup import beginning


def load_rounds(cast: Cast, boundary_set: BoundarySet) -> None:
    """Every round of the file with its proposals; a finished one with its ballots and count.

    The first one's successor is in set-up already: its dates a year on, some steps still to do.
    """
    made: list[Round] = []
    for entry in read("rounds")["rounds"]:
        round = _round(cast, entry, boundary_set)
        made.append(round)
        proposals = _proposals(cast, entry, round)
        if "sealed" in entry:
            _seal(cast, entry, round, list(proposals.values()))
        if entry.get("ballots") == "votes":
            _count(cast, round, proposals, entry)
    beginning.copy_last(of=made[0], by=cast.people["voting-lead"])


def _round(cast: Cast, entry: dict[str, Any], boundary_set: BoundarySet) -> Round:
    board = cast.boards[entry["board"]]
    phases = [
        PhaseDates(
            kind=PhaseKind(phase["kind"]),
            starts_at=cast.calendar.opens(phase["opens"]),  # type: ignore[arg-type]
            ends_at=cast.calendar.opens(phase.get("closes")),
        )
        for phase in entry["phases"]
    ]
    pot = PotTerms(
        name=entry["pot_name"],
        budget_pence=entry["budget_pence"],
        funder=cast.groups[entry["funder"]],
        payment_approver=entry["payment_approver"],
        is_binding=entry["is_binding"],
    )
    round = rounds.set_up(
        board=board,
        plan=cast.plans[entry["board"]],
        slug=entry["slug"],
        title=entry["title"].format(year=_year(cast, entry)),
        summary=entry["summary"],
        description=entry["question"],
        phases=phases,
        pots=[pot],
        wards=[item.area for item in board.board_areas],
        rule=entry["rule"],
        rule_words=f"{entry['count_words']} {entry['tie_words']}",
        vote_type=VoteType(entry["vote_type"]),
        max_choices=entry["max_choices"],
        within_pot=entry["within_pot"],
        max_cost_pence=entry["max_cost_pence"],
        min_age=entry["min_age"],
        people_per_contact=entry["people_per_contact"],
        boundary_set=boundary_set,
        is_example=True,
    )
    round.profile = Profile(entry["profile"])
    round.leftover = Leftover(entry["leftover"])
    round.connections = list(entry["connections"])
    round.min_cost_pence = entry["min_cost_pence"]
    round.conditions = "\n".join(entry["conditions"])
    round.arrangements, round.assessment = entry["arrangements"], entry["assessment"]
    return round


def _year(cast: Cast, entry: dict[str, Any]) -> int:
    """The year in a round's name: by how far away its vote is, so that two never share one."""
    voting = next(phase for phase in entry["phases"] if phase["kind"] == PhaseKind.VOTING)
    return cast.calendar.day_zero.year + round(voting["closes"]["day"] / 365)


def _proposals(cast: Cast, entry: dict[str, Any], round: Round) -> dict[str, Proposal]:
    loaded = {}
    for item in read(f"proposals/{entry['proposals']}")["proposals"]:
        proposal = _proposal(cast, item, round)
        db.session.add(proposal)
        db.session.flush()
        loaded[item["key"]] = proposal
        if item["state"] == ProposalState.RETURNED:
            db.session.add(_returned(cast, proposal, item["reason"]))
    db.session.flush()
    return loaded


def _proposal(cast: Cast, item: dict[str, Any], round: Round) -> Proposal:
    sent_in = cast.calendar.moment(item["sent_in"], "15:00")
    group = cast.groups[item["group"]]
    lead = group.members[0].account_id if group.members else cast.people["group-member"].id
    wards = item.get("wards", [])
    return Proposal(
        round_id=round.id,
        number=item["number"],
        organisation_id=group.id,
        submitted_by_id=lead,
        priority_id=cast.priorities[item["priority"]].id,
        area_id=cast.wards[wards[0]].id if len(wards) == 1 else None,
        title=item["title"],
        summary=item["summary"],
        what=item.get("what", ""),
        who_benefits=item.get("who_benefits", ""),
        how_it_helps=item.get("how_it_helps", ""),
        where_words=item.get("where_words", ""),
        lat=item.get("lat"),
        lon=item.get("lon"),
        cost_pence=item["cost_pence"],
        minimum_pence=item.get("minimum_pence"),
        state=ProposalState(item["state"]),
        submitted_at=sent_in,
        updated_at=sent_in,
        is_example=True,
        cost_lines=[
            CostLine(position=place, description=line["what"], amount_pence=line["pence"])
            for place, line in enumerate(item["costs"], 1)
        ],
    )


def _returned(cast: Cast, proposal: Proposal, reason: str) -> Decision:
    return Decision(
        subject_type="proposal",
        subject_id=str(proposal.id),
        outcome=Outcome.RETURNED,
        reason=reason,
        state_before=ProposalState.SUBMITTED.value,
        by_id=cast.people["moderator"].id,
        at=proposal.submitted_at + timedelta(days=2),
    )


def _seal(cast: Cast, entry: dict[str, Any], round: Round, proposals: list[Proposal]) -> None:
    """As two voting leads did in the past: the verbs themselves act only in the present."""
    on_ballot = [
        BallotProject(p.number, p.title, p.cost_pence, p.minimum_pence, p.area_id, p.priority_id)
        for p in proposals
        if p.state is ProposalState.ON_BALLOT
    ]
    sealed = entry["sealed"]
    config = sealing.draft_config(round, on_ballot)
    config["lot"] = [str(number) for number in entry["lot"]]
    round.config = config
    round.config_hash = sealing.digest(config)
    round.seal_asked_by_id = cast.people[sealed["asked_by"]].id
    round.sealed_by_id = cast.people[sealed["by"]].id
    round.sealed_at = cast.calendar.moment(sealed["day"], sealed["time"])
    db.session.flush()


def _count(cast: Cast, round: Round, proposals: dict[str, Proposal], entry: dict[str, Any]) -> None:
    costs = {key: proposal.cost_pence for key, proposal in proposals.items()}
    votes = example_votes(costs, entry["budget_pence"])
    numbers = {key: str(proposal.number) for key, proposal in proposals.items()}
    counts = results.store_example_profile(
        round=round,
        ballots=[tuple(numbers[key] for key in ballot) for ballot in votes.ballots],
        turnout_by_ward=votes.by_ward,
        turnout_by_channel=votes.by_channel,
        turnout_by_fifth=votes.by_fifth,
    )
    closing.certify_example(
        round=round,
        first=cast.people["voting-lead"],
        second=cast.people["counter"],
        ballots=votes.by_channel,
        at=counts[0].counted_at + timedelta(hours=1),
    )
