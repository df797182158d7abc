"""What a proposal may say and who may send it in: each refusal beside the field to mend."""

from __future__ import annotations

from sqlalchemy import func, select

from pbapp.assets.models import Asset, AssetState
from pbapp.db import db
from pbapp.organisations.models import Organisation
from pbapp.organisations.passport import missing_for
from pbapp.organisations.passport.models import Item
from pbapp.plans.models import PriorityVersion
from pbapp.proposals.content import Content
from pbapp.refusal import N_, Refused, in_pounds
from pbapp.rounds.models import MayPropose, QuestionKind, Round
from pbapp.rounds.sealing import paying_pot
from pbapp.web.models import Document

NOT_RESIDENTS = N_(
    "In this round proposals come from groups. Send yours in for a group you belong to, or ask us "
    "to help you find one."
)
NOT_CONSTITUTED = N_(
    "In this round a group needs a constitution, or another organisation that answers for it. Say "
    "so in your group's passport, or find a host there."
)
ONLY_COUNCIL = N_("In this round the council sends in the proposals, for its own services.")


def why_not_propose(
    round: Round, organisation: Organisation | None, *, by_officer: bool
) -> Refused | None:
    """Why this round takes no proposal from them; None if it does. `organisation` None: a resident.

    `by_officer`: an officer types it in for somebody who may be no group of ours.
    """
    may = round.may_propose
    if may is MayPropose.COUNCIL and not by_officer:
        return Refused(ONLY_COUNCIL)
    if may is MayPropose.CONSTITUTED and organisation is not None and lacks_ground(organisation):
        return Refused(NOT_CONSTITUTED)
    if may in (MayPropose.GROUPS, MayPropose.CONSTITUTED) and organisation is None:
        return Refused(NOT_RESIDENTS)
    return None


def lacks_ground(organisation: Organisation) -> bool:
    """Whether a group has neither said that it has a constitution nor found a host."""
    missing = missing_for(organisation, 1)
    return any(one.item is Item.CONSTITUTION and one.is_up_to_group for one in missing)


def check(round: Round, content: Content) -> None:
    """Refuse what cannot stand in a proposal of this round."""
    check_priorities(round, content)
    _check_wards(round, content)
    check_costs(round, content)
    _check_days(content)
    _check_answers(round, content)
    _check_ties(round, content)
    _check_documents(content)


def check_priorities(round: Round, content: Content) -> None:
    query = select(PriorityVersion.priority_id).where(PriorityVersion.plan_id == round.plan_id)
    known = set(db.session.scalars(query))
    if content.priority_id not in known:
        raise Refused(N_("Choose the priority your idea helps most."), "priority")
    others = [one.priority_id for one in content.supports]
    if not known.issuperset(others) or len(set(others)) < len(others):
        raise Refused(N_("Choose from the priorities of this round's plan."), "supports")
    if content.priority_id in others:
        raise Refused(N_("This is the main priority already. Choose others, or none."), "supports")
    if any(not one.how_it_helps.strip() for one in content.supports):
        raise Refused(N_("Say how your idea helps each priority you choose."), "supports")


def _check_wards(round: Round, content: Content) -> None:
    here = {item.area_id for item in round.round_areas}
    if not here.issuperset(content.wards):
        raise Refused(N_("Choose one of the wards of this round, or the whole area."), "ward")


def largest_pence(round: Round, area_id: int | None, priority_id: int | None) -> int | None:
    """The most a project of this ward and priority can ask for: never more than the pot that pays.

    None: no pot pays for it.
    """
    pot = paying_pot(round.pots, area_id, priority_id)
    if pot is None:
        return None
    return min(pot.budget_pence, round.max_cost_pence or pot.budget_pence)


def check_costs(round: Round, content: Content) -> None:
    if not content.costs:
        raise Refused(N_("Add at least one cost above £0."), "costs")
    if any(cost.pence <= 0 for cost in content.costs):
        raise Refused(N_("Each cost must be more than £0."), "costs")
    if any(one.pence <= 0 for one in content.funding):
        raise Refused(N_("Each amount must be more than £0."), "funding")
    total = content.total_pence
    if round.min_cost_pence is not None and total < round.min_cost_pence:
        raise Refused(
            N_(
                "Your costs add up to %(total)s. A project in this round has to ask for %(least)s "
                "at least."
            ),
            "costs",
            total=in_pounds(total),
            least=in_pounds(round.min_cost_pence),
        )
    most = largest_pence(round, content.one_ward, content.priority_id)
    if most is None:
        raise _no_pot(round)
    if total > most:
        raise Refused(
            N_(
                "Your costs add up to %(total)s. A project in this round can ask for %(most)s "
                "at most."
            ),
            "costs",
            total=in_pounds(total),
            most=in_pounds(most),
        )
    if content.minimum_pence is not None and not 0 < content.minimum_pence <= total:
        raise Refused(
            N_("The smallest amount you could work with is more than £0 and not above %(total)s."),
            "minimum",
            total=in_pounds(total),
        )


def _no_pot(round: Round) -> Refused:
    if any(pot.area_id is not None for pot in round.pots):
        return Refused(
            N_("Each ward has its own pot in this round. Choose the one ward that pays."), "ward"
        )
    return Refused(N_("No pot of this round pays for this priority. Choose another."), "priority")


def _check_days(content: Content) -> None:
    if content.starts_on and content.ends_on and content.ends_on < content.starts_on:
        raise Refused(N_("It has to end after it starts."), "ends_on")


def _check_answers(round: Round, content: Content) -> None:
    asked = {one.id: one for one in round.questions}
    for question_id, question in asked.items():
        answer = content.answers.get(question_id, "").strip()
        field = f"question_{question_id}"
        if not answer:
            if question.is_required and question.is_asked(content.total_pence):
                raise Refused(N_("Answer this question."), field)
        elif question.kind is QuestionKind.YES_NO and answer not in ("yes", "no"):
            raise Refused(N_("Choose yes or no."), field)
        elif question.kind is QuestionKind.CHOICE and answer not in question.options:
            raise Refused(N_("Choose one of the answers."), field)
    if not asked.keys() >= content.answers.keys():
        raise Refused(N_("This round does not ask that."))


def _check_ties(round: Round, content: Content) -> None:
    ids = {tie.asset_id for tie in content.ties if tie.asset_id is not None}
    query = select(func.count()).where(
        Asset.id.in_(ids), Asset.board_id == round.board_id, Asset.state == AssetState.PUBLISHED
    )
    if ids and db.session.scalar(query) != len(ids):
        raise Refused(N_("Choose from what is on this board's map."), "ties")
    if any(tie.asset_id is None and not tie.words.strip() for tie in content.ties):
        raise Refused(N_("Say what it is."), "ties")
    if len({(tie.asset_id, tie.kind, tie.words) for tie in content.ties}) < len(content.ties):
        raise Refused(N_("Name each of them once."), "ties")


def _check_documents(content: Content) -> None:
    ids = {paper.document_id for paper in content.documents}
    query = select(func.count()).where(Document.id.in_(ids))
    if ids and db.session.scalar(query) != len(ids):
        raise Refused(N_("We no longer have one of the documents. Send it again."), "documents")
    if any(not paper.title.strip() for paper in content.documents):
        raise Refused(N_("Say what each document is."), "documents")
