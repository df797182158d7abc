"""What appraisers do with a bid: check it, check its costs, score it, and say what they advise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.appraisal import queries, telling
from pbapp.appraisal.models import (
    MOST_POINTS,
    Advice,
    Answer,
    Check,
    CostCheck,
    Dossier,
    Score,
    Sheet,
)
from pbapp.appraisal.settling import settle
from pbapp.db import advisory_lock, db, flush
from pbapp.decisions import conflicts
from pbapp.decisions.models import Conflict
from pbapp.decisions.services import UNDO_FOR
from pbapp.proposals import deciding
from pbapp.proposals.checks import largest_pence
from pbapp.proposals.models import Proposal
from pbapp.proposals.queries import speaks_for
from pbapp.proposals.services import NOT_YOURS, log
from pbapp.refusal import N_, Refused, in_pounds
from pbapp.rounds.services import hold, refuse_if_sealed

CHANGED = N_(
    "Somebody else saved something here after you opened the page. What they saved is shown; "
    "look at it, and save again if yours should take its place."
)
SAY_FIRST = N_("First say whether you have a connection to this group or its bid.")


@dataclass(frozen=True)
class Checked:
    """An answer to one check, with the note that goes with it."""

    answer: Answer
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """An officer's figure for one line of costs. `what` is for a line the group left out."""

    pence: int
    reason: str = ""
    what: str = ""


def declare(*, proposal: Proposal, by: Account, what: str) -> Conflict:
    """Say that one has no connection to a bid (`what` empty), or which."""
    return conflicts.declare(
        subject_type=deciding.SUBJECT,
        subject_id=proposal.id,
        by=by,
        what=what,
        board_id=proposal.round.board_id,
    )


def why_not_check(proposal: Proposal, by: Account) -> Refused | None:
    """Why an officer may not fill in this dossier; None if they may."""
    if refused := deciding.why_not(proposal, by):
        return refused
    return queries.why_closed(proposal)


def _enter(proposal: Proposal, by: Account, link: str) -> Dossier:
    """Take the bid in hand: nobody decides on it or seals meanwhile. The dossier, begun if new."""
    hold(proposal.round)
    advisory_lock(f"dossier {proposal.id}")
    db.session.refresh(proposal, ["state", "version", "cost_pence"])
    refuse_if_sealed(proposal.round)
    if refused := why_not_check(proposal, by):
        raise refused
    if conflicts.find(deciding.SUBJECT, proposal.id, by.id) is None:
        raise Refused(SAY_FIRST)
    dossier = queries.find_dossier(proposal.id)
    if dossier is None:
        dossier = Dossier(
            proposal=proposal,
            begun_at=clock.now(),
            version=0,
            revision_seen=queries.newest_revision(proposal.id),
        )
        db.session.add(dossier)
        flush()
        log(proposal, by, "proposal.appraisal_begun")
        telling.begun(dossier, link)
    else:
        db.session.refresh(dossier)
    return dossier


def _refuse_if_changed(dossier: Dossier, version: int) -> None:
    if dossier.version != version:
        raise Refused(CHANGED)


def answer_checks(
    *, proposal: Proposal, by: Account, version: int, answers: Mapping[str, Checked], link: str
) -> Dossier:
    """Save what was found out; the group reads in a minute what needs work.

    `version` is the dossier's that the form was made from, 0 before there is one. Answers that
    are the same as before stay as they were, with who gave them.
    """
    dossier = _enter(proposal, by, link)
    known = {check.key: check for check in dossier.checks}
    changed = {
        key: new
        for key, new in answers.items()
        if key not in known or (known[key].answer, known[key].note) != (new.answer, new.note)
    }
    if not changed:  # a second click, or the answers stand although the group has edited its bid
        dossier.revision_seen = queries.newest_revision(proposal.id)
        flush()
        return dossier
    _refuse_if_changed(dossier, version)
    before = telling.to_mend(dossier)
    for key, new in changed.items():
        if key not in queries.checks_of(proposal.round):
            raise Refused(N_("This round does not check that."))
        if new.answer is not Answer.YES and not new.note:
            raise Refused(N_("Say what is missing, so that it can be mended."), f"note_{key}")
        check = known.get(key) or Check(key=key)
        check.answer, check.note = new.answer, new.note
        check.by_id, check.at = by.id, clock.now()
        if key not in known:
            dossier.checks.append(check)
    dossier.revision_seen = queries.newest_revision(proposal.id)
    dossier.version += 1
    flush()
    answered = {key: new.answer.value for key, new in changed.items()}
    log(proposal, by, "proposal.checked", {"answers": answered})
    if telling.to_mend(dossier) != before:
        telling.work(dossier, link)
    return dossier


def check_costs(
    *,
    proposal: Proposal,
    by: Account,
    version: int,
    figures: Sequence[Figure],
    left_out: Figure | None = None,
    link: str,
) -> Dossier:
    """Put an officer's figure beside each of the group's lines, in their order.

    From now on the bid is for the sum of the officer's figures, within the round's limits, and
    never less than the group can work with. The group is told in a minute, and can answer.
    """
    dossier = _enter(proposal, by, link)
    lines = _lines(proposal, figures, left_out)
    if queries.costs_stand(dossier, proposal) and _same(dossier.costs, lines):
        return dossier  # a second click
    _refuse_if_changed(dossier, version)
    total = sum(line.officer_pence for line in lines)
    _check_total(proposal, total)
    dossier.costs.clear()
    flush()
    dossier.costs.extend(lines)
    dossier.costs_at, dossier.costs_by_id = clock.now(), by.id
    dossier.costs_checked += 1
    dossier.costs_agreed, dossier.costs_words, dossier.costs_answered_at = None, "", None
    dossier.version += 1
    asked = proposal.asked_pence
    proposal.cost_pence = total
    flush()
    log(proposal, by, "proposal.costs_checked", {"asked_pence": asked, "officer_pence": total})
    telling.costs(dossier, link)
    return dossier


def _lines(
    proposal: Proposal, figures: Sequence[Figure], left_out: Figure | None
) -> list[CostCheck]:
    asked = [(line.description, line.amount_pence) for line in proposal.cost_lines]
    if len(asked) != len(figures):
        raise Refused(N_("The group has changed its costs. Look at them again."))
    lines = [
        CostCheck(
            position=place,
            description=what,
            asked_pence=pence,
            officer_pence=figure.pence,
            reason=figure.reason,
        )
        for place, ((what, pence), figure) in enumerate(zip(asked, figures, strict=True), 1)
    ]
    if left_out is not None:
        lines.append(
            CostCheck(
                position=len(lines) + 1,
                description=left_out.what,
                asked_pence=0,
                officer_pence=left_out.pence,
                reason=left_out.reason,
            )
        )
    for line in lines:
        if line.is_changed and not line.reason:
            raise Refused(N_("Say why your figure is different."), f"reason_{line.position}")
    return lines


def _same(costs: Sequence[CostCheck], lines: Sequence[CostCheck]) -> bool:
    def told(found: Sequence[CostCheck]) -> list[tuple[str, int, int, str]]:
        return [(c.description, c.asked_pence, c.officer_pence, c.reason) for c in found]

    return told(costs) == told(lines)


def _check_total(proposal: Proposal, total: int) -> None:
    """The limits of the round and of the group; a bid within them stays as the group sent it."""
    round = proposal.round
    most = largest_pence(round, proposal.area_id, proposal.priority_id) or proposal.cost_pence
    least = max(round.min_cost_pence or 1, proposal.minimum_pence or 1)
    if total > most:
        raise Refused(
            N_(
                "Your figures add up to %(total)s. A project in this round can ask for %(most)s "
                "at most."
            ),
            "figures",
            total=in_pounds(total),
            most=in_pounds(most),
        )
    if total < least:
        raise Refused(
            N_(
                "Your figures add up to %(total)s. That is less than the round or the group can "
                "work with (%(least)s): send the bid back with the reason instead."
            ),
            "figures",
            total=in_pounds(total),
            least=in_pounds(least),
        )


def undo_costs(*, proposal: Proposal, by: Account) -> None:
    """Take one's own figures back within a minute: the group's count again, and nobody is told.

    Only the first figures: later ones stand in place of some that the group may have answered.
    """
    hold(proposal.round)
    advisory_lock(f"dossier {proposal.id}")
    db.session.refresh(proposal, ["state", "version", "cost_pence"])
    refuse_if_sealed(proposal.round)
    dossier = queries.find_dossier(proposal.id)
    if dossier is not None:
        db.session.refresh(dossier)
    if dossier is None or not dossier.costs:
        return  # a second click
    if refused := queries.why_closed(proposal):
        raise refused
    if dossier.costs_checked > 1:
        raise Refused(
            N_("There were figures before these, so these stay. Save other figures instead.")
        )
    if not can_undo_costs(dossier, by):
        raise Refused(
            N_("You can take your own figures back for one minute. After that, change them.")
        )
    telling.forget_costs(dossier)
    dossier.costs.clear()
    dossier.costs_at = dossier.costs_by_id = None
    dossier.costs_checked = 0
    dossier.version += 1
    proposal.cost_pence = proposal.asked_pence
    flush()
    log(proposal, by, "proposal.costs_undone")


def can_undo_costs(dossier: Dossier | None, by: Account) -> bool:
    """Whether this person's figures are so new that nobody was told of them."""
    if dossier is None or dossier.costs_at is None or dossier.costs_by_id != by.id:
        return False
    if dossier.costs_checked > 1 or not queries.is_open(dossier.proposal):
        return False
    return clock.now() < dossier.costs_at + UNDO_FOR


def answer_costs(*, proposal: Proposal, by: Account, agrees: bool, words: str) -> Dossier:
    """The group says what it thinks of the officer's figures; it may change its mind."""
    hold(proposal.round)
    advisory_lock(f"dossier {proposal.id}")
    if not speaks_for(by, proposal):
        raise Refused(NOT_YOURS)
    refuse_if_sealed(proposal.round)
    dossier = queries.find_dossier(proposal.id)
    if dossier is None or not queries.changed_costs(dossier):
        raise Refused(N_("No officer has changed your costs, so there is nothing to answer."))
    if not queries.costs_stand(dossier, proposal):
        raise Refused(N_("Your group has changed its costs since. An officer checks them anew."))
    if not agrees and not words:
        raise Refused(N_("Say what is wrong with the figures, so that we can look again."), "words")
    if (dossier.costs_agreed, dossier.costs_words) == (agrees, words):
        return dossier  # a second click
    dossier.costs_agreed, dossier.costs_words = agrees, words
    dossier.costs_answered_at = clock.now()
    flush()
    log(proposal, by, "proposal.costs_answered", {"agrees": agrees})
    return dossier


def send_scores(
    *, proposal: Proposal, by: Account, points: Mapping[int, int], comment: str
) -> Sheet:
    """Send one's own scores, `points` by the criterion's position; then one sees the others'.

    Sending again changes them, and keeps what was given first.
    """
    hold(proposal.round)
    advisory_lock(f"scores {proposal.id} {by.id}")
    db.session.refresh(proposal, ["state"])
    if refused := queries.why_not_score(proposal, by):
        raise refused
    if conflicts.find(deciding.SUBJECT, proposal.id, by.id) is None:
        raise Refused(SAY_FIRST)
    criteria = settle(proposal.round)
    given = {one.id: points.get(one.position) for one in criteria}
    if not all(value is not None and 0 <= value <= MOST_POINTS for value in given.values()):
        raise Refused(N_("Give 0 to 5 points for each criterion."))
    capacity = queries.capacity_in(proposal.round, by)
    assert capacity is not None  # noqa: S101 — why_not_score saw to it
    sheet = queries.find_sheet(proposal.id, by.id)
    if sheet is None:
        sheet = Sheet(
            proposal_id=proposal.id, account_id=by.id, capacity=capacity, sent_at=clock.now()
        )
        db.session.add(sheet)
    elif {s.criterion_id: s.points for s in sheet.scores} == given and sheet.comment == comment:
        return sheet  # a second click
    else:
        sheet.changed_at = clock.now()
    _give(sheet, given)
    sheet.comment = comment
    sheet.revision_seen = queries.newest_revision(proposal.id)
    flush()
    log(proposal, by, "proposal.scored", {"as": capacity.value})
    return sheet


def _give(sheet: Sheet, given: Mapping[int, int | None]) -> None:
    known = {score.criterion_id: score for score in sheet.scores}
    for criterion_id, points in given.items():
        if criterion_id in known:
            known[criterion_id].points = points or 0
        else:
            sheet.scores.append(
                Score(criterion_id=criterion_id, points=points or 0, first_points=points or 0)
            )


def note_talk(*, proposal: Proposal, by: Account, version: int, words: str, link: str) -> Dossier:
    """Keep what was said when appraisers who were far apart talked it over."""
    dossier = _enter(proposal, by, link)
    if dossier.talk == words:
        return dossier  # a second click
    _refuse_if_changed(dossier, version)
    dossier.talk, dossier.talk_at = words, clock.now()
    dossier.version += 1
    flush()
    log(proposal, by, "proposal.talked_over")
    return dossier


def advise(
    *, proposal: Proposal, by: Account, version: int, advice: Advice, words: str, link: str
) -> Dossier:
    """Tell whoever decides what the appraisal comes to: recommended or not, and why."""
    dossier = _enter(proposal, by, link)
    if (dossier.advice, dossier.advice_words) == (advice, words):
        return dossier  # a second click
    _refuse_if_changed(dossier, version)
    if not words:
        raise Refused(N_("Say why, in a sentence or two."), "words")
    dossier.advice, dossier.advice_words = advice, words
    dossier.advice_by_id, dossier.advice_at = by.id, clock.now()
    dossier.version += 1
    flush()
    log(proposal, by, "proposal.advised", {"advice": advice.value})
    return dossier
