"""What the pages after the vote share: their address, and who may open them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from pbapp.accounts.models import Account
from pbapp.accounts.viewer import the_account
from pbapp.ballots.closing import queries
from pbapp.ballots.closing.models import Certificate
from pbapp.ballots.closing.queries import MAY_CERTIFY, Fate
from pbapp.ballots.closing.words import by_whom
from pbapp.boards.access import is_officer_of, roles_here
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round

bp = Blueprint("closing", __name__, url_prefix="/desk/rounds/<slug>")

Page = str | Response | tuple[str, int]


def may_certify(round: Round) -> bool:
    """Whether the viewer may be one of the two, in a word; the verb looks closer."""
    return bool(roles_here(round.board_id) & MAY_CERTIFY)


def get_own(slug: str, *, counters_too: bool = False) -> tuple[Round, Account]:
    """A round of one of the viewer's boards, and the viewer; 403 for another board's."""
    round, account = get_round(slug), the_account()
    allowed = may_certify(round) if counters_too else is_officer_of(round.board_id)
    if account is None or not allowed:
        abort(403)
    if round.is_imported:
        abort(404)
    return round, account


# --- for everybody --------------------------------------------------------------------------


@dataclass(frozen=True)
class AtTheEnd:
    """What every page may say of the end of a round."""

    certificates: list[Certificate]
    is_certified: bool
    must_be: bool
    by_whom: str
    may_certify: bool
    fate: Fate


@bp.app_template_global("the_end_of")
def the_end_of(round: Round) -> AtTheEnd:
    """Who certified, until when ballots are kept, and what stays."""
    done = queries.certificates(round)
    both = len(done) == 2
    return AtTheEnd(
        certificates=done,
        is_certified=both,
        must_be=not (round.is_imported or round.is_example),
        by_whom=by_whom(done) if both else "",
        may_certify=may_certify(round) and not both,
        fate=queries.fate_of(round),
    )
