"""Questions a round asks beside those of every proposal: add one, change it, ask it no longer."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.db import db, flush
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import QuestionKind, Round, RoundQuestion
from pbapp.rounds.setup.services import editing

PART = "proposals"
MOST = 10
MOST_OPTIONS = 12


def list_asked(round: Round) -> list[RoundQuestion]:
    """The questions a round asks now, in order."""
    return [one for one in round.questions if one.removed_at is None]


def put_question(
    *,
    round: Round,
    by: Account,
    seen: int,
    question_id: int | None,
    text: str,
    hint: str,
    kind: QuestionKind,
    options: Sequence[str],
    is_required: bool,
    from_pence: int | None,
) -> RoundQuestion:
    """Add a question, or change the one with this id. A second click adds nothing."""
    offered = list(dict.fromkeys(one.strip() for one in options if one.strip()))
    if kind is not QuestionKind.CHOICE:
        offered = []
    elif not 2 <= len(offered) <= MOST_OPTIONS:
        raise Refused(N_("Give two to twelve answers to choose from, one on each line."), "options")
    with editing(round, by, seen, PART):
        asked = list_asked(round)
        question = next((one for one in asked if one.id == question_id), None)
        if question_id is not None and question is None:
            raise Refused(N_("This question is no longer asked."))
        if question is None:
            question = next((one for one in asked if one.text == text), None) or _new(round, asked)
        question.text, question.hint, question.kind = text, hint, kind
        question.options, question.is_required = offered, is_required
        question.from_pence = from_pence or None
        flush()
        db.session.expire(round, ["questions"])
    return question


def _new(round: Round, asked: Sequence[RoundQuestion]) -> RoundQuestion:
    if len(asked) >= MOST:
        raise Refused(N_("Ten more questions are enough. Remove one first."))
    last = select(func.max(RoundQuestion.position)).where(RoundQuestion.round_id == round.id)
    question = RoundQuestion(round_id=round.id, position=(db.session.scalar(last) or 0) + 1)
    db.session.add(question)
    return question


def remove_question(*, round: Round, by: Account, seen: int, question_id: int) -> None:
    """Ask it no longer; what was answered stays readable. A second click changes nothing."""
    with editing(round, by, seen, PART):
        found = next((one for one in list_asked(round) if one.id == question_id), None)
        if found is not None:
            found.removed_at = clock.now()
            flush()
            db.session.expire(round, ["questions"])
