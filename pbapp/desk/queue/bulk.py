"""Several things at once: what would happen to each, and each decided in its own right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _

from pbapp.accounts.models import Account
from pbapp.db import db
from pbapp.decisions.models import Decision, Outcome
from pbapp.desk.queue import queries, services, words
from pbapp.desk.queue.cases import find_case
from pbapp.desk.queue.kinds import BY_KEY, Viewer
from pbapp.desk.queue.queries import Waiting
from pbapp.refusal import Refused
from pbapp.web.babel import say

MOST = 100
ASSIGN = "assign"


@dataclass(frozen=True)
class Planned:
    """One ticked thing as the officer saw it, and why it will be skipped, if it will."""

    chosen: str
    item: Waiting | None
    skipped: str

    @property
    def title(self) -> str:
        return self.item.title if self.item else ""


def plan(chosen: Iterable[str], act: str, viewer: Viewer) -> list[Planned]:
    """What will happen to each ticked thing; `chosen` are "kind.id.version" as the page was."""
    waiting = {item.key: item for item in queries.list_waiting(viewer)}
    found = []
    for value in list(dict.fromkeys(chosen))[:MOST]:
        key, _dot, version = value.rpartition(".")
        if not (version.isascii() and version.isdigit() and len(version) < 9):
            continue
        item = waiting.get(key)
        found.append(Planned(value, item, _why_skipped(item, int(version), act)))
    return found


def _why_skipped(item: Waiting | None, version: int, act: str) -> str:
    if item is None:
        return _("It does not wait any more: somebody has decided on it.")
    if act == ASSIGN:
        return ""
    if not BY_KEY[item.kind].can_be_bulk:
        return _("This kind is decided one by one.")
    if item.version != version:
        return _("It has changed since you ticked it. Read it again.")
    if not item.is_my_turn:
        return words.turn(item)
    return ""


def decide(
    one: Planned, *, outcome: Outcome, reason: str, by: Account, batch_id: UUID
) -> Decision | str:
    """Decide on one thing with all the checks of its room, and commit; or say why it was skipped.

    Each is a transaction of its own, so that one that cannot be decided takes none with it.
    """
    if one.item is None or one.skipped:
        return one.skipped
    case = find_case(one.item.kind, one.item.ref)
    if case is None:
        return _("It is not there any more.")
    try:
        decision = case.decide(outcome, by, one.item.version, reason, batch_id)
    except Refused as refused:
        sentence = say(refused)
        db.session.rollback()
        return sentence
    db.session.commit()
    return decision


def undo(batch_id: UUID, by: Account) -> tuple[int, int]:
    """Take a whole batch back, each in its own right; how many were, and how many stand."""
    undone = stand = 0
    for decision in queries.list_batch(batch_id, by.id):
        case = find_case(decision.subject_type, decision.subject_id)
        try:
            if case is not None:
                case.undo(decision, by)
        except Refused:
            db.session.rollback()
            stand += 1
        else:
            db.session.commit()
            undone += 1
    return undone, stand


def assign(planned: list[Planned], *, to: Account | None, by: Account) -> int:
    """Put all of them into one officer's hands; raises `Refused` for one of another board."""
    done = 0
    for one in planned:
        if one.item is not None:
            services.assign(
                kind=one.item.kind, ref=one.item.ref, board_id=one.item.board_id, to=to, by=by
            )
            done += 1
    return done
