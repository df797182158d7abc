"""What officers do across rooms: seal a round's ballot, and undo what was just decided."""

from __future__ import annotations

from pbapp.accounts.models import Account
from pbapp.proposals import queries as proposals
from pbapp.refusal import N_, Refused
from pbapp.rounds import sealing
from pbapp.rounds.models import Round


def ask_to_seal(*, round: Round, by: Account) -> None:
    """The first of two people says that the ballot is right."""
    _refuse_while_some_wait(round)
    sealing.ask_to_seal(round=round, projects=proposals.ballot_projects(round), by=by)


def seal(*, round: Round, by: Account) -> str:
    """The second person seals the ballot; returns the hash that is published."""
    _refuse_while_some_wait(round)
    return sealing.seal(round=round, projects=proposals.ballot_projects(round), by=by)


def _refuse_while_some_wait(round: Round) -> None:
    if round.sealed_at is None and proposals.count_by_state(round).waiting:
        raise Refused(N_("Some proposals still wait for a decision. Decide on them first."))
