"""Add a form to the totals, enter those on paper, and forget small numbers in the end."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import case, delete, insert, select, tuple_, update

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.ballots.closing import queries as closing
from pbapp.boards.models import Board
from pbapp.boards.services import must_be_officer
from pbapp.db import advisory_lock, db, flush
from pbapp.participation import queries
from pbapp.participation.measures import shown
from pbapp.participation.models import CommunityProfile, FormKey, FormTotal, Source
from pbapp.participation.questions import (
    ANSWERED,
    EVERY_CELL,
    FORMS,
    PREFER_NOT,
    QUESTIONS,
    Kind,
)
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Round
from pbapp.rounds.queries import result_is_out
from pbapp.rounds.services import log

Answers = Mapping[str, Collection[str]]
TOO_LATE = N_("The result is out, so no totals can be entered any more.")


def add_form(*, round: Round, kind: Kind, answers: Answers, key: str) -> bool:
    """Add one form to the totals; False if it said nothing, or came with this `key` before.

    Nothing of it is kept by itself. Every number of the round is written again in one statement,
    so that not even the database can tell which of them moved together.
    """
    if kind not in queries.open_kinds(round, clock.now()):
        raise Refused(N_("These questions are closed."))
    cells = _cells(kind, answers)
    if not cells:
        return False
    advisory_lock(f"forms {round.id}")
    if db.session.get(FormKey, key) is not None:
        return False
    db.session.add(FormKey(key=key, round_id=round.id))
    flush()
    _begin(round, Source.ONLINE)
    is_ticked = tuple_(FormTotal.question, FormTotal.answer).in_(cells)
    db.session.execute(
        update(FormTotal)
        .where(FormTotal.round_id == round.id, FormTotal.source == Source.ONLINE)
        .values(people=FormTotal.people + case((is_ticked, 1), else_=0))
        .execution_options(synchronize_session=False)
    )
    return True


def _cells(kind: Kind, answers: Answers) -> list[tuple[str, str]]:
    """The numbers that one form adds to; raises `Refused` for an answer that is none."""
    cells = []
    for question in QUESTIONS[kind]:
        given = set(answers.get(question.name, ()))
        if not given <= set(question.answers) or (len(given) > 1 and not question.is_multiple):
            raise Refused(N_("Pick one of the answers, or leave it empty."), question.name)
        if len(given) > 1 and given & set(question.alone):
            raise Refused(
                N_("Tick what fits, or “None of these”, or “I prefer not to say” alone."),
                question.name,
            )
        cells += [(question.name, answer) for answer in sorted(given)]
        if given - {PREFER_NOT}:
            cells.append((question.name, ANSWERED))
    return [*cells, (FORMS[kind], ANSWERED)] if cells else []


def _begin(round: Round, source: Source) -> None:
    """All the rows there will ever be, at once."""
    first = select(FormTotal.question).where(
        FormTotal.round_id == round.id, FormTotal.source == source
    )
    if db.session.scalar(first.limit(1)) is None:
        _write(round, source, dict.fromkeys(EVERY_CELL, 0))


def _write(round: Round, source: Source, numbers: Mapping[tuple[str, str], int | None]) -> None:
    rows = [
        {
            "round_id": round.id,
            "source": source,
            "question": question,
            "answer": answer,
            "people": people,
        }
        for (question, answer), people in numbers.items()
    ]
    db.session.execute(insert(FormTotal), rows)


def set_paper(
    *, round: Round, forms: int, numbers: Mapping[tuple[str, str], int], by: Account
) -> None:
    """The forms on paper as totals, all of them together; entered again, they replace what was.

    Only before the result: who saw the answers before and after would know those of the few added.
    Raises `Refused` beside the question whose numbers cannot be those of so many forms.
    """
    must_be_officer(round.board_id, by)
    advisory_lock(f"forms {round.id}")
    if closing.fate_of(round).destroyed_at is not None:
        raise Refused(N_("The ballots are destroyed, and only totals are kept since."))
    if result_is_out(round, clock.now()):
        raise Refused(TOO_LATE)
    given = dict(numbers)
    for question in QUESTIONS[Kind.ABOUT]:
        ours = [given.get((question.name, answer), 0) for answer in question.answers]
        most = max(ours) if question.is_multiple else sum(ours)
        if most > forms:
            raise Refused(
                N_("These are more people than there are forms."), f"{question.name}-total"
            )
        people = forms if question.is_multiple and any(ours) else sum(ours)
        given[question.name, ANSWERED] = people - given.get((question.name, PREFER_NOT), 0)
    _begin(round, Source.PAPER)
    given[FORMS[Kind.ABOUT], ANSWERED] = forms
    query = select(FormTotal).where(
        FormTotal.round_id == round.id, FormTotal.source == Source.PAPER
    )
    for row in db.session.scalars(query):
        row.people = given.get((row.question, row.answer), 0)
    flush()
    log(round, by, "round.paper_forms", {"forms": forms})


def describe_community(
    *, board: Board, shares: Mapping[str, Mapping[str, float]], source: str, by: Account
) -> None:
    """Of a hundred people who live here, how many each answer fits, and where that is from."""
    must_be_officer(board.id, by)
    kept = db.session.get(CommunityProfile, board.id) or CommunityProfile(board_id=board.id)
    kept.shares = {question: dict(given) for question, given in shares.items()}
    kept.source = source
    db.session.add(kept)
    flush()
    audit.record(
        actor=by.actor,
        verb="board.community_described",
        subject_type="board",
        subject_id=board.id,
        board_id=board.id,
        facts={"source": source},
    )


# --- in the end -----------------------------------------------------------------------------


def forget_small_numbers() -> None:
    """The worker's chore: once a round's ballots are destroyed and its questions closed, only the
    numbers that anybody may read are kept."""
    query = select(FormTotal.round_id).where(FormTotal.source != Source.KEPT).distinct()
    for round in db.session.scalars(select(Round).where(Round.id.in_(query))).all():
        gone = closing.fate_of(round).destroyed_at
        if gone is not None and not queries.open_kinds(round, clock.now()):
            _keep_what_is_shown(round)


def _keep_what_is_shown(round: Round) -> None:
    advisory_lock(f"forms {round.id}")
    found = queries.totals(round)
    kept: dict[tuple[str, str], int | None] = {}
    for questions in QUESTIONS.values():
        for question in questions:
            told = shown(question, queries.cells_of(question, found))
            kept |= {(question.name, answer): told.get(answer) for answer in question.answers}
            kept[question.name, ANSWERED] = found[question.name, ANSWERED] if told else None
    for name in FORMS.values():
        kept[name, ANSWERED] = found[name, ANSWERED]
    db.session.execute(delete(FormTotal).where(FormTotal.round_id == round.id))
    db.session.execute(delete(FormKey).where(FormKey.round_id == round.id))
    _write(round, Source.KEPT, kept)
    db.session.expire_all()
    log(round, None, "round.forms_forgotten", {})
