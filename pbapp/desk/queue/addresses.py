"""Where the things of the queue are, and the way back to it just as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import request, url_for

from pbapp.assets.models import SUBJECT as ASSET
from pbapp.desk.access import my_viewer
from pbapp.desk.queue import queries
from pbapp.desk.queue.filters import Filters
from pbapp.desk.queue.kinds import (
    APPEAL,
    CHECK,
    CLAIM,
    COMPLAINT,
    CONCERN,
    INTEREST,
    PASSPORT,
    QUESTION,
    REFUSAL,
    STRAIGHT,
    TIE,
)
from pbapp.desk.queue.queries import Waiting
from pbapp.proposals.deciding import SUBJECT as PROPOSAL

ADDRESSES: dict[str, Callable[..., str]] = {
    PROPOSAL: lambda ref, **v: url_for("desk.proposal", proposal_id=int(ref), **v),
    ASSET: lambda ref, **v: url_for("desk.asset", asset_id=UUID(ref), **v),
    REFUSAL: lambda ref, **v: url_for("desk.refusal", refusal_id=int(ref), **v),
    COMPLAINT: lambda ref, **v: url_for("desk.complaint", complaint_id=int(ref), **v),
    APPEAL: lambda ref, **v: url_for("desk.appeal", appeal_id=int(ref), **v),
    # Pages of other rooms know nothing of the filters: they are told the way back.
    CLAIM: lambda ref, **v: url_for("assets.decide_claim", claim_id=int(ref), back=_queue(v)),
    TIE: lambda ref, **v: url_for("assets.answer_tie", tie_id=int(ref), back=_queue(v)),
    CONCERN: lambda ref, **v: url_for("concerns.detail", concern_id=int(ref), back=_queue(v)),
    QUESTION: lambda ref, **v: url_for("questions.read", question_id=int(ref), back=_queue(v)),
    INTEREST: lambda ref, **v: url_for("interest.answer", interest_id=int(ref), back=_queue(v)),
    PASSPORT: lambda ref, **v: url_for("passport.desk", organisation_id=UUID(ref), back=_queue(v)),
    CHECK: lambda ref, **v: url_for("assets.confirm", asset_id=UUID(ref), back=_queue(v)),
    STRAIGHT: lambda ref, **v: url_for("assets.straight", row_id=int(ref), back=_queue(v)),
}


def _queue(values: dict[str, Any]) -> str:
    return url_for("desk.index", **values)


def url_of(kind: str, ref: str, /, **values: Any) -> str:
    """The page of a thing at the desk; `values` keep the filters."""
    return ADDRESSES[kind](ref, **values)


def kept() -> dict[str, Any]:
    """The filters this request came with, and whether it goes on from one thing to the next."""
    values = Filters.from_args(request.args).values()
    if request.args.get("then"):
        values["then"] = "next"
    return values


def following(kind: str, ref: str) -> Waiting | None:
    """What comes next in the queue as the officer narrowed it down."""
    viewer = my_viewer()
    filters = Filters.from_args(request.args)
    queue = queries.list_waiting(viewer)
    return queries.next_after(filters.apply(queue, viewer), f"{kind}.{ref}")


def onward(after: Waiting | None) -> str:
    """Where to go once it is decided: the next thing, or back to the queue as it was.

    From the queue's own pane it goes back to the queue, which opens the next thing there.
    """
    filters = Filters.from_args(request.args)
    if request.args.get("from") == "queue":
        return url_for("desk.index", **filters.values(), open=after.key if after else None)
    if after is not None and request.form.get("then"):
        return url_of(after.kind, after.ref, **filters.values(), then="next")
    return url_for("desk.index", **filters.values())
