"""Awards of a round, a board or a group; what is late; what comes next on the reserve list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from pbapp.accounts.models import Account
from pbapp.assets.models import Asset
from pbapp.db import db
from pbapp.delivery.models import LIVE, Award, AwardState, Milestone, Report, Sighting
from pbapp.proposals.models import Proposal
from pbapp.proposals.queries import of_author
from pbapp.results.models import Allocation, Count
from pbapp.results.queries import list_allocations, list_official_counts
from pbapp.rounds.models import Round, Underspend


@dataclass(frozen=True)
class Seen:
    """How many people said that a project is there, and that it is not."""

    there: int = 0
    missing: int = 0


def _awards() -> Select[Award]:
    return select(Award).options(
        joinedload(Award.round),
        joinedload(Award.proposal).joinedload(Proposal.organisation),
        joinedload(Award.proposal).joinedload(Proposal.priority),
        joinedload(Award.proposal).joinedload(Proposal.area),
        selectinload(Award.payments),
        selectinload(Award.milestones),
        selectinload(Award.reports).joinedload(Report.indicator),
        selectinload(Award.receipts),
        selectinload(Award.repayments),
    )


def list_awards(round: Round) -> list[Award]:
    """A round's awards in the order of the count, with all that is told of them."""
    query = _awards().join(Award.allocation).where(Award.round_id == round.id)
    return list(db.session.scalars(query.order_by(Allocation.count_id, Allocation.position)))


def list_of_boards(board_ids: Collection[int]) -> list[Award]:
    """The awards of these boards with the pots that pay them, newest offer first."""
    pot = joinedload(Award.allocation).joinedload(Allocation.count).load_only(Count.pot)
    query = _awards().options(pot).join(Award.round).where(Round.board_id.in_(board_ids))
    return list(db.session.scalars(query.order_by(Award.offered_at.desc(), Award.id)))


def list_of(account: Account) -> list[Award]:
    """What somebody was offered for proposals they are behind, newest first."""
    query = _awards().join(Award.proposal).where(of_author(account, typed_in=False))
    return list(db.session.scalars(query.order_by(Award.offered_at.desc(), Award.id)))


def list_of_group(organisation_ids: Collection[UUID]) -> list[Award]:
    """What groups were offered, newest first."""
    query = _awards().join(Award.proposal).where(Proposal.organisation_id.in_(organisation_ids))
    return list(db.session.scalars(query.order_by(Award.offered_at.desc(), Award.id)))


def list_about(asset_id: UUID, proposal_ids: Collection[int]) -> list[Award]:
    """The awards of these proposals, and those that left this entry of the map behind.

    So does what left an entry behind that is the same as this one.
    """
    same = select(Asset.id).where(or_(Asset.id == asset_id, Asset.duplicate_of_id == asset_id))
    about = or_(Award.asset_id.in_(same), Award.proposal_id.in_(proposal_ids))
    return list(db.session.scalars(_awards().where(about).order_by(Award.id)))


def list_overdue_reports(organisation_ids: Collection[UUID], day: date) -> list[Award]:
    """Awards of groups whose money should be spent by now, and whose last report has not come."""
    query = (
        _awards()
        .join(Award.proposal)
        .where(
            Proposal.organisation_id.in_(organisation_ids),
            Award.state == AwardState.APPROVED,
            Award.spend_by < day,
        )
    )
    return list(db.session.scalars(query.order_by(Award.spend_by, Award.id)))


def find_award(round: Round, number: int) -> Award | None:
    """The award of the proposal with this number."""
    query = _awards().join(Award.proposal)
    return db.session.scalar(query.where(Award.round_id == round.id, Proposal.number == number))


def list_to_offer(round: Round) -> list[Allocation]:
    """Funded projects that have not been offered their money yet."""
    offered = set(db.session.scalars(select(Award.allocation_id).where(Award.round_id == round.id)))
    return [
        row
        for count in list_official_counts(round)
        for row in list_allocations(count)
        if row.is_funded and row.proposal_id and row.id not in offered
    ]


def next_in_reserve(count: Count) -> Allocation | None:
    """The first on a pot's reserve list that has no award and fits what is not spoken for."""
    rows = list_allocations(count)
    awards = {
        award.allocation_id: award
        for award in db.session.scalars(
            select(Award).where(Award.allocation_id.in_([row.id for row in rows]))
        )
    }
    spoken_for = sum(a.amount_pence for a in awards.values() if a.state in LIVE)
    spoken_for += sum(row.awarded for row in rows if row.is_funded and row.id not in awards)
    waiting = [
        row for row in rows if row.facts.get("reserve") and row.proposal_id and row.id not in awards
    ]
    for row in sorted(waiting, key=lambda row: row.facts["reserve"]):
        if row.cost <= count.budget - spoken_for:
            return row
    return None


def list_due_milestones(until: date) -> list[Milestone]:
    """Steps that are not done and due by a day, of awards whose money was approved."""
    query = (
        select(Milestone)
        .join(Milestone.award)
        .options(joinedload(Milestone.award).joinedload(Award.proposal))
        .where(
            Milestone.done_on.is_(None),
            Milestone.due_on <= until,
            Award.state == AwardState.APPROVED,
        )
        .order_by(Milestone.id)
    )
    return list(db.session.scalars(query))


def list_to_be_spent(until: date) -> list[Award]:
    """Awards whose money was approved and has to be spent by a day up to this one."""
    query = (
        select(Award)
        .options(joinedload(Award.proposal), joinedload(Award.round))
        .where(Award.state == AwardState.APPROVED, Award.spend_by <= until)
        .order_by(Award.id)
    )
    return list(db.session.scalars(query))


def find_by_link(award_id: int, link_number: int) -> Award | None:
    """The award a group's link leads to, while the link holds."""
    query = _awards().where(Award.id == award_id, Award.link_number == link_number)
    return db.session.scalar(query)


def underspend_of(award: Award) -> Underspend:
    """What the funder of its pot said becomes of money it does not need, as it was sealed."""
    pots = (award.round.config or {}).get("pots") or [{}]
    pot = award.allocation.count.pot
    sealed = next((one for one in pots if one.get("id") == pot), pots[0])
    return Underspend(sealed.get("underspend", Underspend.FUNDER))


def owed_back(award: Award) -> int:
    """What a finished project has to pay back, in pence: nothing where its group may keep it."""
    if not award.unspent_pence or underspend_of(award) is Underspend.GROUP:
        return 0
    return award.unspent_pence


def count_sightings(award_ids: Collection[int]) -> dict[int, Seen]:
    """What passers-by said, by award."""
    query = (
        select(Sighting.award_id, Sighting.is_there, func.sum(Sighting.people))
        .where(Sighting.award_id.in_(award_ids))
        .group_by(Sighting.award_id, Sighting.is_there)
    )
    found: dict[int, dict[bool, int]] = {}
    for award_id, is_there, people in db.session.execute(query):
        found.setdefault(award_id, {})[is_there] = int(people)
    return {id: Seen(one.get(True, 0), one.get(False, 0)) for id, one in found.items()}
