"""When a batch is sealed: often enough to be worth something, never so few that it names people.

One person's ballot alone in a batch, or alone outside it, beside one mail or one new name on the
voters' list, would leave no doubt whose it is. So we count people who are new in the log, not
ballots (somebody who sends fifty votes is one of them), and ten people, taken at random, always
wait for the next batch.
"""

from __future__ import annotations

from sqlalchemy import select

from pbapp import clock
from pbapp.ballots import queries as box
from pbapp.ballots.kept import kept_numbers
from pbapp.ballots.log import queries
from pbapp.ballots.paper import queries as paper
from pbapp.ballots.roll import bursts
from pbapp.ballots.roll.models import VoidRequest
from pbapp.db import db
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Method, Round
from pbapp.rounds.queries import WhyNot, can_vote

MANY = 50  # new people in a batch that is sealed at once, whatever the hour
FEWEST = 10  # new people in a batch, but for the last one
STAY_BACK = 10  # people who wait for the next batch


def is_checkpoint_due(round: Round) -> bool:
    """Whether a batch of 50 people can be sealed, or one of ten on a day that has none yet.

    Only while people vote: after that everything is sealed in the last batch, papers too.
    """
    if round.sealed_at is None or box.is_box_shut(round):
        return False
    last = queries.last_batch(round.id)
    is_new_day = last is None or last.day < clock.today()
    wanted = (FEWEST if is_new_day else MANY) + STAY_BACK
    if queries.count_unsealed(round.id) < wanted:
        return False
    return len(queries.unsealed(round.id).new_people) >= wanted


def why_not_close(round: Round) -> Refused | None:
    """Why the last batch cannot be sealed yet, in plain words; None if it can, or is."""
    if queries.is_closed(round.id):
        return None
    if round.is_imported or round.sealed_at is None or not box.closes_at(round):
        return Refused(N_("The ballot was never sealed, so nobody could vote."))
    gate = can_vote(round, clock.now())
    if gate.why_not is not WhyNot.CLOSED:
        return Refused(N_("Voting is not over. The log is closed after that."))
    if not box.is_box_shut(round):
        return Refused(
            N_("Voting closed a moment ago. Wait a minute for the last votes to arrive.")
        )
    waiting = paper.first_open(round)
    if waiting is not None:
        return Refused(
            N_(
                "Batch %(n)s of papers is still open. Its papers have to be in the log before it "
                "is closed: accept the batch, or make it void."
            ),
            n=waiting.number,
        )
    if _waits_for_second_officer(round):
        return Refused(
            N_(
                "An officer has asked to set votes of a group aside, or to count them again. A "
                "second officer has to agree first, or the first one takes it back."
            )
        )
    if kept_numbers(round.id) is not None:
        return Refused(N_("The ballots of this round were destroyed on their date."))
    if paper.is_frozen(round):
        return Refused(N_("The votes were counted before this log was kept."))
    return None


def _waits_for_second_officer(round: Round) -> bool:
    query = select(VoidRequest.id).where(
        VoidRequest.round_id == round.id, VoidRequest.agreed_at.is_(None)
    )
    return db.session.scalar(query.limit(1)) is not None


def is_close_due(round: Round) -> bool:
    """Whether the worker closes the log by itself: only where no paper can come any more.

    Boxes of papers are opened after voting has closed. Where a round takes them, the log is closed
    when a voting lead asks for the count, which is when they say that every paper is in. So too
    where two officers have not done with a group of voters: after the close they could not act.
    """
    config = round.config or {}
    takes_paper = Method.TABLE.value in config.get("methods", [Method.TABLE.value])
    if takes_paper or paper.list_venues(round) or queries.is_closed(round.id):
        return False
    if any(group.waits for group in bursts.list_groups(round)):
        return False
    return why_not_close(round) is None
