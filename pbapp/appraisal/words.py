"""The appraisal in words: checks, answers, scores, and what is still missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.appraisal import queries
from pbapp.appraisal.models import Advice, Answer, Capacity, Criterion, Dossier, Sheet
from pbapp.appraisal.queries import Bid, changed_costs
from pbapp.appraisal.scoring import one_digit
from pbapp.proposals.models import Proposal
from pbapp.rounds.models import Round

TONES = {Answer.YES: "good", Answer.NEEDS_WORK: "warn", Answer.NO: "bad"}
ADVICE_TONES = {Advice.RECOMMENDED: "good", Advice.NOT_RECOMMENDED: "bad"}


@dataclass(frozen=True)
class CheckWords:
    """A check's short name, and what is asked."""

    name: str
    question: str


def check_words(key: str) -> CheckWords:
    return {
        "landowner": CheckWords(
            _("Landowner"), _("Does whoever owns the land or the building agree?")
        ),
        "planning": CheckWords(
            _("Planning"), _("Is there permission, or is none needed (planning, roads, licences)?")
        ),
        "delivery": CheckWords(
            _("Who does it"), _("Is it clear who does what, and can they do it in the time?")
        ),
        "running_costs": CheckWords(
            _("Running costs"), _("Is it settled who pays to keep it going?")
        ),
        "safeguarding": CheckWords(
            _("Safeguarding"), _("Are children and adults at risk protected, or is none involved?")
        ),
        "passport": CheckWords(
            _("Papers of the group"),
            _("Does the group, or its host, have the papers this amount needs?"),
        ),
        "fit": CheckWords(_("Fits the priority"), _("Does it help the priority it names?")),
        "equality": CheckWords(
            _("Equality and access"),
            _("Can everybody it is for take part: disabled people, carers, other languages?"),
        ),
    }[key]


def answer_words(answer: Answer) -> str:
    return {
        Answer.YES: _("Yes"),
        Answer.NEEDS_WORK: _("Needs work"),
        Answer.NO: _("No"),
    }[answer]


def advice_words(advice: Advice) -> str:
    return {
        Advice.RECOMMENDED: _("Recommended"),
        Advice.NOT_RECOMMENDED: _("Not recommended"),
    }[advice]


def capacity_words(capacity: Capacity) -> str:
    return {
        Capacity.APPRAISER: _("an appraiser"),
        Capacity.STEERING: _("a member of the steering group"),
        Capacity.REVIEWER: _("a community reviewer"),
    }[capacity]


def costs_words(dossier: Dossier | None, *, fit: bool) -> str:
    """How far the check of the costs is, in a few words."""
    if dossier is None or not dossier.costs:
        return _("not checked")
    if not fit:
        return _("check again: the group has edited its bid")
    if not changed_costs(dossier):
        return _("as asked")
    return {
        None: _("changed, no answer yet"),
        True: _("changed, the group agrees"),
        False: _("changed, the group does not agree"),
    }[dossier.costs_agreed]


def missing(bid: Bid) -> list[str]:
    """What an appraisal still lacks, for the list; empty when it is whole."""
    found = []
    if bid.answered < bid.checks:
        found.append(ngettext("%(num)d check", "%(num)d checks", bid.checks - bid.answered))
    if bid.is_changed_since:
        found.append(_("the group has edited its bid since"))
    if not bid.costs_fit:
        found.append(_("costs"))
    elif bid.dossier and bid.dossier.costs_agreed is False:
        found.append(_("the group does not agree to the costs"))
    if bid.waits_for_me:
        found.append(_("your scores"))
    elif bid.is_hidden:
        pass  # they have a stake in it, so nothing of its scores is said
    elif bid.summary is None:
        found.append(_("scores"))
    elif bid.summary.is_far_apart and not (bid.dossier and bid.dossier.talk):
        found.append(_("a talk about the scores"))
    if bid.dossier is None or bid.dossier.advice is None:
        found.append(_("advice"))
    return found


def checks(round: Round, dossier: Dossier | None) -> list[dict[str, Any]]:
    """The answered checks in the order of the round."""
    answered = {check.key: check for check in dossier.checks} if dossier else {}
    return [
        {
            "name": check_words(key).name,
            "question": check_words(key).question,
            "answer": answer_words(answered[key].answer),
            "tone": TONES[answered[key].answer],
            "note": answered[key].note,
            "is_plain": answered[key].answer is Answer.YES and not answered[key].note,
            "at": answered[key].at,
        }
        for key in queries.checks_of(round)
        if key in answered
    ]


def costs(proposal: Proposal, dossier: Dossier | None) -> dict[str, Any] | None:
    """Both figures of each line; None before an officer has checked them."""
    if dossier is None or not dossier.costs:
        return None
    fit = queries.costs_stand(dossier, proposal)
    return {
        "lines": dossier.costs,
        "asked": sum(line.asked_pence for line in dossier.costs),
        "total": sum(line.officer_pence for line in dossier.costs),
        "is_changed": bool(queries.changed_costs(dossier)),
        "fit": fit,
        "state": costs_words(dossier, fit=fit),
        "agreed": dossier.costs_agreed,
        "words": dossier.costs_words,
        "at": dossier.costs_at,
    }


def summary(criteria: list[Criterion], sheets: list[Sheet]) -> dict[str, Any] | None:
    """Averages and spreads in figures people read; None while nobody has scored."""
    found = queries.summary_of(criteria, sheets)
    if found is None:
        return None
    named = {criterion.id: criterion for criterion in criteria}
    return {
        "sheets": found.sheets,
        "average": found.in_words,
        "is_far_apart": found.is_far_apart,
        "lines": [
            {
                "criterion": named[line.criterion_id],
                "average": one_digit(line.average),
                "low": min(line.points),
                "high": max(line.points),
                "is_far_apart": line.is_far_apart,
            }
            for line in found.lines
        ],
    }


def public(proposal: Proposal, *, ours: bool) -> dict[str, Any] | None:
    """What a bid's own page says of its appraisal; None while there is nothing to say.

    Average scores only where the round publishes them, and not before it is decided on. `ours`:
    the reader belongs to its group, and may answer about the costs.
    """
    dossier = queries.find_dossier(proposal.id)
    if dossier is None:
        return None
    found = costs(proposal, dossier)
    terms = queries.find_terms(proposal.round)
    shows = terms is not None and terms.publishes_scores and not queries.is_open(proposal)
    criteria = queries.criteria_of(proposal.round) if shows else []
    sheets = queries.list_sheets([proposal.id]).get(proposal.id, []) if shows else []
    told = {
        "number": proposal.number,
        "checks": checks(proposal.round, dossier),
        "costs": found if found and found["fit"] else None,
        "can_answer": ours
        and bool(found and found["is_changed"] and found["fit"])
        and proposal.round.sealed_at is None,
        "summary": summary(criteria, sheets) if shows else None,
    }
    return told if told["checks"] or told["costs"] else None
