"""Who may see a result, and when: nobody before the vote has closed and been counted."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Response, abort, request

from pbapp import clock
from pbapp.boards.access import is_officer_of, is_on_board
from pbapp.boards.models import Role
from pbapp.results.corrections.queries import list_counts_of
from pbapp.results.models import Count
from pbapp.results.queries import is_public, list_official_counts
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round

EDITION = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


@dataclass(frozen=True)
class Sight:
    """What this viewer may see of a round's result: no counts for those who may not yet."""

    counts: tuple[Count, ...]
    is_public: bool
    may_count: bool
    is_counted: bool = False
    edition: int | None = None

    @property
    def count(self) -> Count | None:
        """The first pot's count, or the only one's."""
        return self.counts[0] if self.counts else None

    def of_pot(self, pot: str) -> Count | None:
        """The count of one pot by its id; without an id the first."""
        return next((count for count in self.counts if not pot or count.pot == pot), None)

    @property
    def is_early(self) -> bool:
        """An officer looks at what the public cannot see yet."""
        return bool(self.counts) and not self.is_public


def sight(round: Round, *, board_too: bool = False, edition: int | None = None) -> Sight:
    """Officers of the board see a result once it is counted; with `board_too` its members do.

    `edition` asks for the result as it was before a correction; without it, as it stands.
    """
    counts = tuple(list_counts_of(round, edition) if edition else list_official_counts(round))
    out = bool(counts) and is_public(round, clock.now())
    inside = is_on_board(round.board_id) if board_too else is_officer_of(round.board_id)
    return Sight(
        counts=counts if out or inside else (),
        is_public=out,
        is_counted=bool(counts),
        edition=edition,
        may_count=not counts and is_officer_of(round.board_id, Role.VOTING_LEAD),
    )


def get_seen(slug: str) -> tuple[Round, Sight]:
    """A round and its counts for somebody who may see them; otherwise there is nothing here yet."""
    round = get_round(slug)
    seen = sight(round, edition=edition_asked_for())
    return (round, seen) if seen.counts else abort(404)


def edition_asked_for() -> int | None:
    """The edition of the result that the address asks for."""
    asked = request.args.get("edition")
    if asked is None:
        return None
    return int(asked) if EDITION.fullmatch(asked) else abort(404)


def pot_asked_for(seen: Sight) -> Count:
    """The count of the pot that the address asks for; the first where it names none."""
    return seen.of_pot(request.args.get("pot", "")) or abort(404)


def cached(response: Response, seen: Sight) -> Response:
    """An official count never changes; what only officers may see yet is kept by nobody."""
    response.headers["Cache-Control"] = "public, max-age=300" if seen.is_public else "no-store"
    response.add_etag()
    response.make_conditional(request)
    return response
