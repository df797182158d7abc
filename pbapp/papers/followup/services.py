"""Note a result by two, ask and answer, set actions going, record what a funder decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.models import Role
from pbapp.boards.queries import has_role
from pbapp.db import advisory_lock, db, flush, is_still_there
from pbapp.delivery import services as delivery
from pbapp.delivery.models import Award, AwardState
from pbapp.messages import services as messages
from pbapp.papers.followup.models import (
    BoardAction,
    BoardQuestion,
    DecidedAward,
    FunderDecision,
    Noting,
)
from pbapp.papers.followup.queries import (
    find_decision_on,
    find_noting,
    find_same,
    list_awards,
    list_concerned,
)
from pbapp.papers.meetings.models import Meeting
from pbapp.papers.meetings.services import RUNNERS, prepare
from pbapp.papers.packs.models import Pack
from pbapp.papers.packs.queries import facts_of, find_newest
from pbapp.plans.models import ActionStatus
from pbapp.proposals.models import Proposal
from pbapp.proposals.queries import contact_of, is_author
from pbapp.refusal import N_, Refused
from pbapp.results.queries import is_public, list_official_counts
from pbapp.rounds.models import Round

QUESTION, ACTION = "board question", "board action"  # what their edits are kept under

LinkTo = Callable[[Award], Callable[[int], str]]


# --- a result is noted ----------------------------------------------------------------------


def note(*, meeting: Meeting, round: Round, words: str, by: Account) -> Noting:
    """The clerk enters that the board noted a result; the chair confirms it."""
    _must_be(meeting, by, Role.CLERK, N_("Only the clerk of this board can enter this."))
    advisory_lock(f"noting {round.id}")
    there = find_noting(round)
    if there is not None:
        raise Refused(N_("This result has been noted already."))
    pack = find_newest(meeting.id)
    if meeting.starts_at > clock.now() or meeting.is_cancelled:
        raise Refused(N_("The board has not met yet."))
    if pack is None:
        raise Refused(N_("Make the pack of this meeting first: the result is noted with it."))
    if not (meeting.attendance or meeting.others_present):
        raise Refused(N_("Say first who was at the meeting, and which interests were declared."))
    counts = list_official_counts(round)
    if round.board_id != meeting.board_id or not counts or not is_public(round, clock.now()):
        raise Refused(N_("This result is not out, so the board cannot have noted it."))
    noting = Noting(
        count=counts[0],
        meeting=meeting,
        pack=pack,
        words=words.strip(),
        entered_by_id=by.id,
        entered_at=clock.now(),
    )
    db.session.add(noting)
    flush()
    _log(meeting, by, "result.noting_entered", {"round": round.id, "pack": pack.digest})
    return noting


def confirm(*, noting: Noting, by: Account, link: str) -> None:
    """The chair confirms what the clerk entered, and every group that stood is told."""
    meeting, round = noting.meeting, noting.count.round
    _must_be(meeting, by, Role.CHAIR, N_("Only the chair of this board can confirm this."))
    advisory_lock(f"noting {round.id}")
    if not is_still_there(noting):
        raise Refused(N_("The clerk has taken this back."))
    if noting.confirmed_at is not None:
        return
    db.session.refresh(noting.count)
    if not noting.count.is_official:
        raise Refused(N_("This result was corrected since. The clerk notes the new one."))
    if noting.entered_by_id == by.id:
        raise Refused(N_("A second person has to confirm this: not the one who entered it."))
    noting.confirmed_by_id, noting.confirmed_at = by.id, clock.now()
    flush()
    _log(meeting, by, "result.noted", {"round": round.id, "pack": noting.pack.digest})
    for proposal in list_concerned(round):
        _tell(proposal, f"result noted {noting.id} {proposal.id}", "result_noted", meeting, link)


def take_back(*, noting: Noting, by: Account) -> None:
    """Remove an entry that nobody has confirmed; one that is gone already stays gone."""
    meeting, round_id = noting.meeting, noting.count.round_id
    _must_be(meeting, by, Role.CLERK, N_("Only the clerk of this board can enter this."))
    advisory_lock(f"noting {round_id}")
    if not is_still_there(noting):
        return
    if noting.confirmed_at is not None:
        raise Refused(N_("The chair has confirmed this, so it stays."))
    db.session.delete(noting)
    flush()
    _log(meeting, by, "result.noting_taken_back", {"round": round_id})


# --- questions and actions ------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A question or an action as typed: what, of whom, about which proposal, by when."""

    text: str
    owner: str
    proposal: Proposal | None
    due_on: date | None

    def at(self, meeting: Meeting) -> dict[str, Any]:
        """As the values of a row."""
        return {
            "meeting_id": meeting.id,
            "proposal_id": self.proposal.id if self.proposal else None,
            "text": self.text.strip(),
            "owner": self.owner.strip(),
            "due_on": self.due_on,
        }


def ask(*, meeting: Meeting, asked: Asked, by: Account, link: str) -> BoardQuestion:
    """Note what the board asked; the group it is about is told."""
    _must_run(meeting, by)
    if asked.due_on is not None and asked.due_on < clock.today():
        raise Refused(N_("This day has passed. Enter a day to come."), "due_on")
    prepare(meeting)
    said = asked.at(meeting)
    there = find_same(BoardQuestion, said)
    if there is not None:  # pressed twice
        return there
    question = BoardQuestion(**said)
    db.session.add(question)
    flush()
    _log(meeting, by, "board.asked", {"question": question.id})
    _tell(
        question.proposal,
        f"board question {question.id}",
        "board_question",
        meeting,
        link,
        text=question.text,
        owner=question.owner,
    )
    return question


def answer(
    *, question: BoardQuestion, words: str, by: Account, link: str, seen: int | None = None
) -> None:
    """Note the answer, or put it right; what it said before stays in its history.

    `seen` is the number of the last change its author knew: what somebody else wrote since is not
    overwritten.
    """
    meeting = question.meeting
    _must_run(meeting, by)
    _look_again(QUESTION, question)
    audit.refuse_if_changed(QUESTION, question.id, seen=seen, by=by.actor)
    if not words.strip():
        raise Refused(N_("Write the answer."), "answer")
    before = {"answer": question.answer}
    question.answer = words.strip()
    question.answered_on = question.answered_on or clock.today()
    flush()
    kept = audit.revise(
        subject_type=QUESTION,
        subject_id=question.id,
        by=by.actor,
        before=before,
        after={"answer": question.answer},
    )
    if kept is None:
        return
    _log(meeting, by, "board.answered", {"question": question.id})
    _tell(
        question.proposal,
        f"board answer {question.id} {kept.number}",
        "board_answer",
        meeting,
        link,
        text=question.text,
        answer=question.answer,
    )


def set_going(*, meeting: Meeting, asked: Asked, by: Account, link: str) -> BoardAction:
    """Note what an existing service will change or do, and by when; the group is told."""
    _must_run(meeting, by)
    if asked.due_on is None or asked.due_on < clock.today():
        raise Refused(N_("This day has passed. Enter a day to come."), "due_on")
    prepare(meeting)
    said = asked.at(meeting)
    there = find_same(BoardAction, said)
    if there is not None:  # pressed twice
        return there
    action = BoardAction(**said, status=ActionStatus.PLANNED, noted_at=clock.now())
    db.session.add(action)
    flush()
    _log(meeting, by, "board.action_set", {"action": action.id})
    _tell_of_action(action, link, "0")
    return action


def report_action(
    *,
    action: BoardAction,
    status: ActionStatus,
    progress: str,
    by: Account,
    link: str,
    seen: int | None = None,
) -> None:
    """Say how an action goes; the group is told, and earlier words stay in the history.

    `seen` as for `answer`.
    """
    _must_run(action.meeting, by)
    _look_again(ACTION, action)
    audit.refuse_if_changed(ACTION, action.id, seen=seen, by=by.actor)
    before = {"status": action.status.value, "progress": action.progress}
    action.status, action.progress = status, progress.strip()
    flush()
    kept = audit.revise(
        subject_type=ACTION,
        subject_id=action.id,
        by=by.actor,
        before=before,
        after={"status": status.value, "progress": action.progress},
    )
    if kept is not None:
        _log(action.meeting, by, "board.action_reported", {"action": action.id})
        _tell_of_action(action, link, str(kept.number))


def _tell_of_action(action: BoardAction, link: str, number: str) -> None:
    _tell(
        action.proposal,
        f"board action {action.id} {number}",
        "board_action",
        action.meeting,
        link,
        text=action.text,
        owner=action.owner,
        due_on=action.due_on.isoformat(),
        status=action.status.value,
        progress=action.progress,
    )


# --- a funder decides -----------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What was decided of one award: approved, or the published condition that was not met."""

    award_id: int
    condition: str = ""


@dataclass(frozen=True)
class Sitting:
    """The meeting of the committee or partner that decided."""

    decided_on: date
    decided_by: str
    present: str
    interests: Sequence[tuple[str, str]]
    spend_by: date | None

    @property
    def conflicts(self) -> str:
        return "\n".join(f"{name.strip()}: {about.strip()}" for name, about in self.interests)


def asked_for(pack: Pack, document: int) -> list[int]:
    """Ids of the awards that a report of a pack asks approval for."""
    documents = facts_of(pack)["documents"]
    if not 0 < document < len(documents):
        return []
    found: list[int] = documents[document].get("awards", [])
    return found


def conditions_of(round: Round) -> list[str]:
    """The conditions that were published before the vote, as sealed; the only ones there are."""
    said = str((round.config or {}).get("conditions") or round.conditions)
    return [line.strip() for line in said.splitlines() if line.strip()]


def decide(
    *,
    pack: Pack,
    document: int,
    verdicts: Sequence[Verdict],
    sitting: Sitting,
    by: Account,
    link: LinkTo,
) -> FunderDecision:
    """Record what a funder decided on awards of a report, all together or none.

    The same decisions sent again are the ones there are. Raises `Refused` for an award the report
    does not list, one that is decided, or a condition that was not published.
    """
    if not verdicts:
        raise Refused(N_("Say of at least one award what was decided."))
    wanted = [verdict.award_id for verdict in verdicts]
    advisory_lock(f"funder decision {pack.id}")
    there = find_decision_on(wanted)
    if there is not None and there.pack_id == pack.id:
        _must_be_the_same(there, verdicts)
        return there
    awards = {award.id: award for award in list_awards(wanted)}
    listed = set(asked_for(pack, document))
    for verdict in verdicts:
        _may_be_decided(awards.get(verdict.award_id), verdict, listed, by)
    decision = FunderDecision(
        pack_id=pack.id, document=document, entered_by_id=by.id, entered_at=clock.now()
    )
    decision.decided = [DecidedAward(award=awards[id]) for id in wanted]
    db.session.add(decision)
    flush()
    for verdict in verdicts:
        _decide_one(awards[verdict.award_id], verdict, sitting, by, link)
    facts = {"pack": pack.digest, "document": document, "awards": wanted}
    _log(pack.meeting, by, "funder.decided", facts)
    return decision


def _must_be_the_same(decision: FunderDecision, verdicts: Sequence[Verdict]) -> None:
    """Sent again, a decision says what it said; anything else comes too late."""
    said = {one.award_id: one.award for one in decision.decided}
    for verdict in verdicts:
        award = said[verdict.award_id]
        if award.condition != verdict.condition:
            title = award.proposal.title
            raise Refused(N_("“%(title)s” has been decided already."), title=title)


def _may_be_decided(award: Award | None, verdict: Verdict, listed: set[int], by: Account) -> None:
    if award is None or award.id not in listed:
        raise Refused(N_("This report does not ask for that. Look at the page again."))
    title = award.proposal.title
    if award.state is not AwardState.ACCEPTED:
        raise Refused(N_("“%(title)s” has been decided already."), title=title)
    if is_author(by, award.proposal):
        raise Refused(
            N_("You belong to the group of “%(title)s”, so somebody else has to record this."),
            title=title,
        )
    if verdict.condition and verdict.condition not in conditions_of(award.round):
        raise Refused(
            N_("“%(title)s”: pick one of the conditions published before the vote."), title=title
        )


def _decide_one(
    award: Award, verdict: Verdict, sitting: Sitting, by: Account, link: LinkTo
) -> None:
    said: dict[str, Any] = {
        "award": award,
        "decided_on": sitting.decided_on,
        "decided_by": sitting.decided_by,
        "present": sitting.present,
        "conflicts": sitting.conflicts,
        "by": by,
    }
    if verdict.condition:
        delivery.refuse_payment(**said, condition=verdict.condition, link=link(award))
    else:
        delivery.approve(**said, spend_by=sitting.spend_by)


# --- shared ---------------------------------------------------------------------------------


def _tell(
    proposal: Proposal | None, key: str, template: str, meeting: Meeting, link: str, **more: str
) -> None:
    """Write to the group whose proposal it is, once for each key."""
    contact = contact_of(proposal) if proposal else None
    if proposal is None or contact is None:
        return
    messages.write(
        key=key,
        to=contact.email,
        template=template,
        context={
            "title": proposal.title,
            "round": proposal.round.title,
            "board": meeting.board.name,
            "met_at": meeting.starts_at.isoformat(),
            "url": link,
            **more,
        },
        language=contact.language,
    )


def _look_again(kind: str, row: BoardQuestion | BoardAction) -> None:
    """Two people at once: the second sees what the first did."""
    advisory_lock(f"{kind} {row.id}")
    db.session.refresh(row)


def _must_run(meeting: Meeting, by: Account) -> None:
    if not has_role(by.id, meeting.board_id, RUNNERS):
        raise Refused(N_("Only the clerk or the chair of this board can do this."))


def _must_be(meeting: Meeting, by: Account, role: Role, otherwise: str) -> None:
    if not has_role(by.id, meeting.board_id, [role]):
        raise Refused(otherwise)


def _log(meeting: Meeting, by: Account, verb: str, facts: dict[str, Any]) -> None:
    audit.record(
        actor=by.actor,
        verb=verb,
        subject_type="meeting",
        subject_id=meeting.id,
        board_id=meeting.board_id,
        facts=facts,
    )
