"""What can be set up of a round as plain JSON: for its history, and to see who changed what."""

from __future__ import annotations

from typing import Any

from pbapp.rounds.models import Pot, Round, RoundQuestion

# The steps of the set-up in order, each with what it settles.
PARTS: dict[str, tuple[str, ...]] = {
    "name": ("title", "slug", "summary", "description", "profile", "plan"),
    "money": ("pots", "leftover"),
    "proposals": (
        "may_propose",
        "proposers",
        "min_cost",
        "max_cost",
        "conditions",
        "questions",
        "interest_words",
    ),
    "voters": ("wards", "connections", "min_age", "methods", "people_per_contact"),
    "vote": (
        "vote_type",
        "min_choices",
        "max_choices",
        "points_each",
        "points_most",
        "within_pot",
        "pots_per_voter",
    ),
    "count": ("rule", "rule_words", "has_reserve"),
    "dates": ("phases", "calendar_reason"),
    "fairness": ("standards", "assessment", "arrangements"),
}


def snapshot(round: Round) -> dict[str, Any]:
    """Everything by the names in `PARTS`."""
    return {
        "title": round.title,
        "slug": round.slug,
        "summary": round.summary,
        "description": round.description,
        "profile": round.profile.value,
        "plan": round.plan.title if round.plan else None,
        "pots": [_pot(pot) for pot in sorted(round.pots, key=lambda pot: pot.id)],
        "leftover": round.leftover.value,
        "may_propose": round.may_propose.value,
        "proposers": round.proposers,
        "min_cost": round.min_cost_pence,
        "max_cost": round.max_cost_pence,
        "conditions": round.conditions,
        "questions": [question_facts(one) for one in round.questions if one.removed_at is None],
        "interest_words": round.interest_words,
        "wards": sorted(item.area.name for item in round.round_areas),
        "connections": list(round.connections),
        "min_age": round.min_age,
        "methods": list(round.methods),
        "people_per_contact": round.people_per_contact,
        "vote_type": round.vote_type.value,
        "min_choices": round.min_choices,
        "max_choices": round.max_choices,
        "points_each": round.points_each,
        "points_most": round.points_most,
        "within_pot": round.within_pot,
        "pots_per_voter": round.pots_per_voter.value,
        "rule": dict(round.rule),
        "rule_words": round.rule_words,
        "has_reserve": round.has_reserve,
        "phases": {
            phase.kind.value: [
                phase.starts_at.isoformat(),
                phase.ends_at.isoformat() if phase.ends_at else None,
            ]
            for phase in sorted(round.phases, key=lambda phase: phase.starts_at)
        },
        "calendar_reason": round.calendar_reason,
        "standards": round.standards,
        "assessment": round.assessment,
        "arrangements": round.arrangements,
    }


def _pot(pot: Pot) -> dict[str, Any]:
    return {
        "name": pot.name,
        "budget": pot.budget_pence,
        "funders": [[share.funder.name, share.amount_pence] for share in pot.shares]
        or ([[pot.funder.name, pot.budget_pence]] if pot.funder else []),
        "approver": pot.payment_approver,
        "is_binding": pot.is_binding,
        "underspend": pot.underspend.value,
    }


def question_facts(question: RoundQuestion) -> dict[str, Any]:
    """One of the round's own questions as plain JSON."""
    return {
        "text": question.text,
        "hint": question.hint,
        "kind": question.kind.value,
        "options": list(question.options),
        "is_required": question.is_required,
        "from": question.from_pence,
    }
