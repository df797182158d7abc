"""Ask, read, answer. Every question is read by an officer before everybody sees it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.boards.models import Role
from pbapp.boards.queries import has_role
from pbapp.db import advisory_lock, db, flush
from pbapp.messages import services as messages
from pbapp.proposals.asking.models import Question, QuestionState
from pbapp.proposals.models import Proposal
from pbapp.proposals.queries import contact_of, is_author, is_public
from pbapp.proposals.services import log
from pbapp.refusal import N_, Refused

READERS = (Role.MODERATOR,)
ONE_CLICK = timedelta(minutes=5)
KEPT_FOR = timedelta(days=30)  # an address, while nobody answers


def ask(*, proposal: Proposal, text: str, address: str | None, language: str = "en") -> Question:
    """Send a question in. The same words twice within minutes are one question."""
    if not is_public(proposal):
        raise Refused(N_("Questions can be asked once a proposal is public."))
    advisory_lock(f"questions {proposal.id}")
    same = select(Question).where(
        Question.proposal_id == proposal.id,
        Question.text == text.strip(),
        Question.asked_at > clock.now() - ONE_CLICK,
    )
    again = db.session.scalars(same).first()
    if again is not None:
        return again
    question = Question(
        proposal=proposal,
        text=text.strip(),
        address=address,
        language=language,
        asked_at=clock.now(),
    )
    db.session.add(question)
    flush()
    return question


def show(*, question: Question, by: Account, url: str) -> None:
    """Everybody may read it from now on; the authors are asked to answer."""
    if _read(question, by, QuestionState.SHOWN):
        return
    flush()
    proposal = question.proposal
    log(proposal, by, "question.shown", {"question": question.id})
    contact = contact_of(proposal)
    if contact is not None:
        messages.write(
            key=f"question {question.id}",
            to=contact.email,
            template="question_asked",
            context={"title": proposal.title, "question": question.text, "url": url},
            language=contact.language,
        )


def leave_out(*, question: Question, by: Account, reason: str, url: str) -> None:
    """It is not shown; who asked is told why, if they left an address."""
    if _read(question, by, QuestionState.LEFT_OUT, reason.strip()):
        return
    flush()
    log(question.proposal, by, "question.left_out", {"question": question.id})
    _tell(question, "question_left_out", url, reason=question.reason)  # not in its own words
    question.address = None


def answer(*, question: Question, text: str, by: Account, url: str) -> None:
    """An author answers, in public; a second answer replaces the first. Who asked is told once."""
    if not is_author(by, question.proposal):
        raise Refused(N_("Only those who sent the proposal in can answer."))
    advisory_lock(f"questions {question.proposal_id}")
    db.session.refresh(question)
    if question.state is not QuestionState.SHOWN:
        raise Refused(N_("This question is not shown, so there is nothing to answer."))
    if not text.strip():
        raise Refused(N_("Type your answer."), "text")
    if question.answer == text.strip():
        return
    question.answer, question.answered_at = text.strip(), clock.now()
    flush()
    log(question.proposal, by, "question.answered", {"question": question.id})
    _tell(question, "question_answered", url, asked=question.text, answer=question.answer)
    question.address = None


def forget_old() -> None:
    """Forget who asked what nobody has answered for a month, or not even read."""
    since = func.coalesce(Question.read_at, Question.asked_at)
    query = select(Question).where(Question.address.is_not(None), since < clock.now() - KEPT_FOR)
    for question in db.session.scalars(query):
        question.address = None


def _read(question: Question, by: Account, state: QuestionState, reason: str = "") -> bool:
    """Whether it has been read so before: a second click. Raises `Refused` if it was otherwise."""
    if not has_role(by.id, question.proposal.round.board_id, READERS):
        raise Refused(N_("A moderator of this board has to decide on this."))
    if is_author(by, question.proposal):
        raise Refused(N_("You belong to this group, so another officer has to decide on this."))
    advisory_lock(f"questions {question.proposal_id}")
    db.session.refresh(question)
    if question.state is state:
        return True
    if question.state is not QuestionState.WAITING:
        raise Refused(N_("Somebody else has read this question meanwhile."))
    if state is QuestionState.LEFT_OUT and not reason:
        raise Refused(N_("Say why it is left out."), "reason")
    question.state, question.reason = state, reason
    question.read_by_id, question.read_at = by.id, clock.now()
    return False


def _tell(question: Question, template: str, url: str, **more: str) -> None:
    if question.address:
        messages.write(
            key=f"{template} {question.id}",
            to=question.address,
            template=template,
            context={"title": question.proposal.title, "url": url, **more},
            language=question.language,
        )
