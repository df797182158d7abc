"""Correct a published result: one person asks and says why, a second agrees, the old one stays.

A correction of the count counts the same frozen ballots by the same sealed rule, with other
projects set aside. The worker counts once for the second person to see, and once to keep it.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.ballots.closing.queries import MAY_CERTIFY, fits_profile, role_of
from pbapp.ballots.paper.queries import own_projects
from pbapp.boards.models import Role
from pbapp.db import advisory_lock, db, flush, write_transaction
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job, JobState
from pbapp.jobs.services import job
from pbapp.messages import telling
from pbapp.refusal import N_, Refused
from pbapp.results import services as results
from pbapp.results.corrections import queries
from pbapp.results.corrections.guards import refuse_if_guarded
from pbapp.results.corrections.models import ANOTHER_HAND, Correction, CorrectionKind
from pbapp.results.models import Count
from pbapp.results.queries import is_public, list_official_counts
from pbapp.results.reckoning import Reckoning, reckon_other, reckon_round
from pbapp.rounds.models import Round
from pbapp.rounds.services import log, must_lead_the_vote
from pbapp.web.context import settings

CORRECT_JOB = "results.correct"


def ask(
    *,
    round: Round,
    by: Account,
    kind: CorrectionKind,
    what: str,
    reason: str,
    withdrawn: Collection[str] = (),
) -> Correction:
    """A voting lead asks for a correction. `what` and `reason` are read by everybody.

    `withdrawn` are all projects that cannot win in the corrected count. Raises `Refused` before the
    result is out, while another correction is open, and where nothing would change.
    """
    must_lead_the_vote(round, by)
    advisory_lock(f"count {round.id}")
    if round.is_imported or not is_public(round, clock.now()):
        raise Refused(N_("Only a published result is corrected."))
    if queries.find_open(round) is not None:
        raise Refused(N_("Somebody has asked for a correction already."))
    if kind is CorrectionKind.COUNT:
        _check_withdrawn(round, withdrawn)
    newest = queries.find_newest(round)
    made = Correction(
        round=round,
        number=newest.number + 1 if newest else 2,
        kind=kind,
        what=what,
        reason=reason,
        withdrawn=sorted(withdrawn) if kind is CorrectionKind.COUNT else [],
        asked_by_id=by.id,
        asked_role=Role.VOTING_LEAD,
        asked_at=clock.now(),
    )
    db.session.add(made)
    flush()
    facts = {"edition": made.number, "kind": kind.value, "withdrawn": made.withdrawn}
    log(round, by, "round.correction_asked", facts)
    if kind is CorrectionKind.COUNT:
        jobs.ask(kind=CORRECT_JOB, arguments={"correction_id": made.id})
    return made


def withdrawn_now(round: Round) -> set[str]:
    """The projects that cannot win in the result as it stands."""
    counts = list_official_counts(round)
    return {key for count in counts for key in count.parameters.get("withdrawn") or ()}


def _check_withdrawn(round: Round, withdrawn: Collection[str]) -> None:
    known = {row.project_key for count in list_official_counts(round) for row in count.allocations}
    if not set(withdrawn) <= known:
        raise Refused(N_("One of the projects is not on the ballot."), "withdrawn")
    if set(withdrawn) == withdrawn_now(round):
        raise Refused(
            N_("With these projects set aside the count would be what it is now."), "withdrawn"
        )
    refuse_if_guarded(round)


def find_job(correction: Correction) -> Job | None:
    """The newest job that counts for a correction."""
    return jobs.find_newest(CORRECT_JOB, "correction_id", correction.id)


def has_failed(correction: Correction) -> bool:
    """Whether the worker has given up counting for a correction."""
    job = find_job(correction)
    return job is not None and job.state is JobState.FAILED and job.asked_at >= correction.asked_at


def take_back(*, round: Round, seen: str, by: Account) -> None:
    """A voting lead takes back a correction that nobody has agreed to, or that cannot be counted.

    `seen` is the digest of the one that was looked at.
    """
    must_lead_the_vote(round, by)
    correction = _hold_open(round)
    if correction is None:
        return
    _refuse_another(correction, seen)
    if correction.agreed_at is not None and not has_failed(correction):
        raise Refused(N_("Two people have agreed to this correction. It cannot be taken back."))
    number = correction.number
    db.session.delete(correction)
    flush()
    log(round, by, "round.correction_taken_back", {"edition": number})


def _hold_open(round: Round) -> Correction | None:
    advisory_lock(f"count {round.id}")
    correction = queries.find_open(round)
    if correction is not None:
        db.session.refresh(correction)
    return correction


def _refuse_another(correction: Correction, seen: str) -> None:
    if queries.digest_of(correction) != seen:
        raise Refused(
            N_("This is not the correction you looked at: somebody asked for another. Read it.")
        )


def agree(*, round: Round, seen: str, by: Account) -> Correction:
    """The second person agrees, who must have been able to certify the count with the first.

    `seen` is the digest of the correction they looked at.
    """
    correction = _hold_open(round)
    if correction is None or correction.agreed_at is not None:
        raise Refused(N_("There is no correction that waits for a second person."))
    _refuse_another(correction, seen)
    if correction.asked_by_id == by.id:
        raise Refused(ANOTHER_HAND)
    role = _second_role(round, correction, by)
    if correction.kind is CorrectionKind.COUNT and correction.found is None:
        raise Refused(N_("The ballots are being counted again. Look at what comes out first."))
    if correction.kind is CorrectionKind.COUNT:
        refuse_if_guarded(round)
    correction.agreed_by_id, correction.agreed_role = by.id, role
    correction.agreed_at = clock.now()
    flush()
    log(round, by, "round.correction_agreed", {"edition": correction.number})
    if correction.kind is CorrectionKind.COUNT:
        jobs.ask(kind=CORRECT_JOB, arguments={"correction_id": correction.id})
    else:
        _publish(correction)
    return correction


def _second_role(round: Round, correction: Correction, by: Account) -> Role:
    """In which role somebody may be the second of the two; raises `Refused`."""
    role = role_of(by, round)
    if role is None or role not in MAY_CERTIFY:
        raise Refused(N_("Only people trained for this board's count can agree to a correction."))
    if not fits_profile(round, correction.asked_role, role):
        raise Refused(N_("In a full round two voting leads correct a result."))
    if own_projects(round, by):
        raise Refused(
            N_(
                "A group of yours has a project in this vote, so you cannot be the second of the "
                "two. Somebody without a project has to be."
            )
        )
    return role


@job(CORRECT_JOB)
def count_again(*, job_id: UUID, correction_id: int) -> None:
    """Count for a correction: before the second person agreed only to show it, then to keep it.

    Killed anywhere, the next run finds what is kept or does it again.
    """
    correction = db.session.get(Correction, correction_id)
    if correction is None or correction.published_at is not None:
        return
    round_id = correction.round_id
    counted = correction.asked_at, list(correction.withdrawn)
    reckoned = reckon_round(correction.round, withdrawn=set(correction.withdrawn))
    db.session.rollback()
    with write_transaction():
        advisory_lock(f"count {round_id}")
        correction = db.session.get(Correction, correction_id, populate_existing=True)
        if correction is None or correction.published_at is not None:
            return
        if (correction.asked_at, correction.withdrawn) != counted:
            return  # taken back meanwhile, and another asked for under the same number
        if correction.agreed_at is None:
            correction.found = {"winners": {p.pot: list(r.outcome.winners) for p, r in reckoned}}
        else:
            _replace(correction, [(profile.pot, made) for profile, made in reckoned])
            _publish(correction)
        db.session.commit()
    _compare(correction_id)


def _replace(correction: Correction, reckoned: list[tuple[str, Reckoning]]) -> None:
    """The counts so far stay as they are and are the result no more."""
    round = correction.round
    refuse_if_guarded(round)
    before = list_official_counts(round)
    for count in before:
        count.is_official, count.replaced_in = False, correction.number
    flush()
    profiles = {count.pot: count.profile for count in before}
    for pot, made in reckoned:
        results.keep_count(
            profile=profiles[pot], reckoning=made, actor="clock", edition=correction.number
        )


def _publish(correction: Correction) -> None:
    round = correction.round
    correction.published_at = clock.now()
    flush()
    log(round, None, "round.corrected", {"edition": correction.number, "reason": correction.reason})
    telling.tell(
        subject=f"round {round.id}",
        key=f"result corrected {correction.id}",
        template="result_corrected",
        context={
            "round": round.title,
            "what": correction.what,
            "url": f"{settings().public_url}/rounds/{round.slug}/results",
        },
    )


def _compare(correction_id: int) -> None:
    """Count the corrected result by the other rule too: slow, and it decides nothing."""
    correction = db.session.get(Correction, correction_id)
    if correction is None or correction.published_at is None:
        return
    official: list[Count] = list_official_counts(correction.round)
    for count in official:
        made = reckon_other(official=count)
        if made is not None:
            db.session.rollback()
            with write_transaction():
                results.keep_other(official=count, reckoning=made, actor="clock")
                db.session.commit()
