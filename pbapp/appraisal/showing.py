"""The parts of a dossier as pages show them: in words, in order, and no more than one may see."""

from __future__ import annotations

from typing import Any

from pbapp.accounts.models import Account
from pbapp.appraisal import forms, queries, words
from pbapp.appraisal.models import Dossier, Sheet
from pbapp.organisations.passport import missing_for
from pbapp.organisations.passport.words import ITEM, STATE
from pbapp.proposals.models import Proposal
from pbapp.proposals.words import part_name
from pbapp.rounds.models import Round
from pbapp.web.babel import say


def open_checks(round: Round, dossier: Dossier | None) -> list[str]:
    """The names of the checks that nobody has answered."""
    answered = {check.key for check in dossier.checks} if dossier else set()
    return [words.check_words(key).name for key in queries.checks_of(round) if key not in answered]


def edits(proposal: Proposal, dossier: Dossier | None) -> list[dict[str, Any]]:
    """What the group has changed in its bid since the checks were answered, for `history`."""
    if dossier is None or not dossier.checks:
        return []
    return [
        {
            "what": proposal.organisation.name if proposal.organisation else "",
            "at": edit.at,
            "who": "",
            "changes": [
                (part_name(f), before, after) for f, (before, after) in edit.changes.items()
            ],
        }
        for edit in queries.edits_since(proposal.id, dossier.revision_seen)
    ]


def passport(proposal: Proposal) -> list[dict[str, Any]]:
    """What the group's passport lacks for this amount, and where each item stands."""
    if proposal.organisation is None:
        return []
    return [
        {"name": ITEM[one.item], "state": STATE[one.state], "whose": one.organisation}
        for one in missing_for(proposal.organisation, proposal.cost_pence)
    ]


def advice(dossier: Dossier | None) -> dict[str, Any] | None:
    if dossier is None or dossier.advice is None:
        return None
    return {
        "words": words.advice_words(dossier.advice),
        "tone": words.ADVICE_TONES[dossier.advice],
        "why": dossier.advice_words,
        "at": dossier.advice_at,
    }


def scores(proposal: Proposal, account: Account, *, names: bool) -> dict[str, Any]:
    """What this viewer may see of the scores: all once they have sent their own, or cannot.

    Somebody with a stake in the bid scores nothing and sees nothing of it.
    """
    criteria = queries.criteria_of(proposal.round)
    sheets = queries.list_sheets([proposal.id]).get(proposal.id, [])
    mine = next((sheet for sheet in sheets if sheet.account_id == account.id), None)
    refused = queries.why_not_score(proposal, account)
    scorer = queries.capacity_in(proposal.round, account) is not None
    waits = scorer and mine is None and queries.is_open(proposal)
    sees = not waits and queries.why_not_impartial(proposal, account) is None
    newest = queries.newest_revision(proposal.id)
    return {
        "criteria": criteria,
        "my_sheet": mine,
        "why_not_score": say(refused) if refused else "",
        "is_scorer": scorer,
        "sheets_in": len(sheets),
        "sees_scores": sees,
        "sheets": [_sheet(sheet, newest, names) for sheet in sheets] if sees else [],
        "summary": words.summary(criteria, sheets) if sees else None,
    }


def _sheet(sheet: Sheet, newest: int, names: bool) -> dict[str, Any]:
    told = words.capacity_words(sheet.capacity)
    return {
        "who": (sheet.account.name if names else "") or told,
        "as": told if names and sheet.account.name else "",
        "scores": {s.criterion_id: (s.points, s.first_points) for s in sheet.scores},
        "comment": sheet.comment,
        "at": sheet.changed_at or sheet.sent_at,
        "is_older": sheet.revision_seen < newest,
    }


def my_scores_form(proposal: Proposal, account: Account) -> forms.ScoresForm:
    """The form for this person's scores, with what they gave before."""
    criteria = queries.criteria_of(proposal.round)
    sheet = queries.find_sheet(proposal.id, account.id)
    given = {score.criterion_id: score.points for score in sheet.scores} if sheet else {}
    return forms.scores_form(
        criteria,
        {one.position: given[one.id] for one in criteria if one.id in given},
        sheet.comment if sheet else "",
    )


def for_decision(proposal: Proposal, account: Account) -> dict[str, Any] | None:
    """What whoever decides on a bid reads of its appraisal; None for one that is gone."""
    bid = next(iter(queries.list_bids(proposal.round, account, only=proposal.id)), None)
    if bid is None:
        return None
    return {
        "bid": bid,
        "costs": words.costs_words(bid.dossier, fit=bid.costs_fit),
        "advice": advice(bid.dossier),
        "missing": words.missing(bid),
    }
