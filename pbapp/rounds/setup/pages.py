"""What each step's page needs: its form, what to offer in it, and how it is saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort

from pbapp.accounts.models import Account
from pbapp.boards.access import board_ids_of, is_officer_of
from pbapp.boards.models import Role
from pbapp.boards.queries import list_wards
from pbapp.db import db
from pbapp.places.models import Area
from pbapp.plans.models import Plan, Priority
from pbapp.plans.queries import list_plans
from pbapp.rounds.access import get_round
from pbapp.rounds.models import (
    Connection,
    Leftover,
    MayPropose,
    Method,
    PhaseKind,
    PotsPerVoter,
    Profile,
    Round,
    VoteType,
)
from pbapp.rounds.queries import find_phase
from pbapp.rounds.setup import forms, pots, services
from pbapp.rounds.setup.calendar import Entry, list_entries
from pbapp.rounds.setup.rule_words import propose
from pbapp.web.context import settings

Save = Callable[[Round, Any, Account], None]


def any_lead(**_: Any) -> bool:
    """A voting lead of some board."""
    return bool(board_ids_of({Role.VOTING_LEAD}))


def get_led_round(slug: str) -> Round:
    """A round that can be set up, for a voting lead of its board; 403 for anybody else."""
    round = get_round(slug)
    if not is_officer_of(round.board_id, Role.VOTING_LEAD):
        abort(403)
    return abort(404) if round.is_imported or round.rehearses_id else round


def zone() -> ZoneInfo:
    return ZoneInfo(settings().timezone)


def entries_for(round: Round) -> list[Entry]:
    """The days this round's dates have to respect."""
    council = round.board.council.area.gss_code if round.board else None
    return list_entries(settings().instance, council)


def priorities_of(plan: Plan | None) -> list[Priority]:
    """A plan's priorities in its order."""
    versions = sorted(plan.versions, key=lambda version: version.position) if plan else []
    return [version.priority for version in versions]


# --- what each step offers and how it is saved ----------------------------------------------------


@dataclass(frozen=True)
class StepPage:
    """One step: its form, the choices it offers, and the verb that saves it."""

    form: Any
    offer: Callable[[Any, Round], None]
    save: Save


def _wards(round: Round) -> list[Area]:
    return list_wards(round.board) if round.board else []


def _save_name(round: Round, form: forms.NameForm, by: Account) -> None:
    plan = db.session.get(Plan, int(form.plan.data or 0)) or abort(404)
    services.change_name(
        round=round,
        by=by,
        seen=form.seen_version,
        title=form.title.data,
        slug=form.slug.data,
        summary=form.summary.data or "",
        description=form.description.data or "",
        profile=Profile(form.profile.data),
        plan=plan,
    )


def _save_money(round: Round, form: forms.MoneyForm, by: Account) -> None:
    pots.arrange(
        round=round,
        by=by,
        seen=form.seen_version,
        arrangement=pots.Arrangement(form.arrangement.data),
        leftover=Leftover(form.leftover.data),
        priorities=priorities_of(round.plan),
    )


def _save_proposals(round: Round, form: forms.ProposalsForm, by: Account) -> None:
    services.change_proposals(
        round=round,
        by=by,
        seen=form.seen_version,
        may_propose=MayPropose(form.may_propose.data),
        proposers=form.proposers.data,
        min_cost_pence=form.min_cost.data or None,
        max_cost_pence=form.max_cost.data or None,
        conditions=form.conditions.data or "",
        interest_words=form.interest_words.data or "",
    )


def _save_voters(round: Round, form: forms.VotersForm, by: Account) -> None:
    chosen = set(form.wards.data or [])
    services.change_voters(
        round=round,
        by=by,
        seen=form.seen_version,
        wards=[ward for ward in _wards(round) if str(ward.id) in chosen],
        connections=[Connection(one) for one in form.connections.data or []],
        methods=[Method(one) for one in form.methods.data or []],
        min_age=form.min_age.data,
        people_per_contact=form.people_per_contact.data,
    )


def _save_vote(round: Round, form: forms.VoteForm, by: Account) -> None:
    """Words of the rule that nobody has changed follow the way of voting."""
    vote_type = VoteType(form.vote_type.data)
    own_words = round.rule_words != propose(round.rule, round.vote_type, round.currency)
    services.change_vote(
        round=round,
        by=by,
        seen=form.seen_version,
        vote_type=vote_type,
        min_choices=form.min_choices.data,
        max_choices=form.max_choices.data,
        points_each=form.points_each.data,
        points_most=form.points_most.data,
        within_pot=form.within_pot.data == "yes",
        pots_per_voter=PotsPerVoter(form.pots_per_voter.data),
        rule_words=None if own_words else propose(round.rule, vote_type, round.currency),
    )


def _save_count(round: Round, form: forms.CountForm, by: Account) -> None:
    """Words nobody has changed follow the parameters; changed ones stay as they are."""
    rule = form.read()
    typed = form.words.data or ""
    if not typed or typed == propose(round.rule, round.vote_type, round.currency):
        typed = propose(rule, round.vote_type, round.currency)
    services.change_count(
        round=round,
        by=by,
        seen=form.seen_version,
        rule=rule,
        words=typed,
        has_reserve=form.has_reserve.data == "yes",
    )


def _save_dates(round: Round, form: forms.DatesForm, by: Account) -> None:
    services.change_dates(
        round=round,
        by=by,
        seen=form.seen_version,
        dates=form.dates,
        entries=entries_for(round),
        reason=form.reason.data or "",
        zone=zone(),
    )


def _save_fairness(round: Round, form: forms.FairnessForm, by: Account) -> None:
    services.change_fairness(
        round=round,
        by=by,
        seen=form.seen_version,
        standards=form.standards.data or "",
        assessment=form.assessment.data or "",
        arrangements=form.arrangements.data or "",
    )


def _nothing(form: Any, round: Round) -> None:
    """A form without choices to fill."""


STEPS: Mapping[str, StepPage] = {
    "name": StepPage(
        forms.NameForm, lambda form, round: form.offer(list_plans(round.board_id or 0)), _save_name
    ),
    "money": StepPage(forms.MoneyForm, lambda form, round: form.offer(), _save_money),
    "proposals": StepPage(forms.ProposalsForm, lambda form, round: form.offer(), _save_proposals),
    "voters": StepPage(
        forms.VotersForm, lambda form, round: form.offer(_wards(round)), _save_voters
    ),
    "vote": StepPage(forms.VoteForm, lambda form, round: form.offer(), _save_vote),
    "count": StepPage(forms.CountForm, lambda form, round: form.offer(round), _save_count),
    "dates": StepPage(forms.DatesForm, _nothing, _save_dates),
    "fairness": StepPage(forms.FairnessForm, _nothing, _save_fairness),
}


def has_interest(round: Round) -> bool:
    return find_phase(round, PhaseKind.INTEREST) is not None
