"""E-mails to the group behind a bid: each leaves after a minute, so that a slip can be mended."""

from __future__ import annotations

from typing import Any

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.appraisal.models import Answer, Dossier
from pbapp.db import flush
from pbapp.decisions.services import UNDO_FOR
from pbapp.messages import services as messages
from pbapp.messages.queries import any_left
from pbapp.proposals.models import Proposal
from pbapp.proposals.queries import Contact, contact_of
from pbapp.refusal import in_pounds


def tell(
    proposal: Proposal,
    key: str,
    template: str,
    link: str,
    *,
    to: Contact | Account | None = None,
    **more: Any,
) -> None:
    """Write to whoever sent a bid in (or to another of its people) what happened to it."""
    reader = to or contact_of(proposal)
    if reader is None:
        return
    context = {"title": proposal.title, "round": proposal.round.title, "url": link, **more}
    messages.write(
        key=key,
        to=reader.email,
        template=template,
        context=context,
        language=reader.language,
        not_before=clock.now() + UNDO_FOR,
    )


def begun(dossier: Dossier, link: str) -> None:
    tell(dossier.proposal, f"dossier {dossier.id} begun", "appraisal_begun", link)


def to_mend(dossier: Dossier) -> list[tuple[str, str]]:
    """The checks that found something missing, each with its note."""
    return [(check.key, check.note) for check in dossier.checks if check.answer is not Answer.YES]


def work(dossier: Dossier, link: str) -> None:
    """What needs work; a list not yet sent is replaced by the new one."""
    messages.cancel(key=_work_key(dossier))
    found = to_mend(dossier)
    if not found:
        return
    dossier.work_told += 1
    flush()
    tell(
        dossier.proposal,
        _work_key(dossier),
        "appraisal_work",
        link,
        needs=[{"check": key, "note": note} for key, note in found],
    )


def costs(dossier: Dossier, link: str) -> None:
    """Which figures an officer changed and why; figures not yet told of are replaced.

    Who has heard of other figures is told, too, when their own stand after all.
    """
    forget_costs(dossier)
    changed = [line for line in dossier.costs if line.is_changed]
    if not changed and not _heard_of_costs(dossier):
        return
    dossier.costs_told += 1
    flush()
    tell(
        dossier.proposal,
        _costs_key(dossier, dossier.costs_told),
        "appraisal_costs",
        link,
        lines=[
            {
                "what": line.description,
                "asked": in_pounds(line.asked_pence),
                "officer": in_pounds(line.officer_pence),
                "reason": line.reason,
            }
            for line in changed
        ],
        asked=in_pounds(sum(line.asked_pence for line in dossier.costs)),
        total=in_pounds(sum(line.officer_pence for line in dossier.costs)),
    )


def forget_costs(dossier: Dossier) -> None:
    messages.cancel(key=_costs_key(dossier, dossier.costs_told))


def _heard_of_costs(dossier: Dossier) -> bool:
    keys = [_costs_key(dossier, number) for number in range(1, dossier.costs_told + 1)]
    return any_left(keys)


def _work_key(dossier: Dossier) -> str:
    return f"dossier {dossier.id} work {dossier.work_told}"


def _costs_key(dossier: Dossier, number: int) -> str:
    return f"dossier {dossier.id} costs {number}"
