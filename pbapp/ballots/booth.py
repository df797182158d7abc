"""The voting booth: what one browser holds of somebody's vote, in its own signed cookie.

Choices are here and nowhere else until they are sent; what is typed to show that somebody may
vote is forgotten as soon as they have shown it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import session

from pbapp import clock
from pbapp.ballots.vote import Vote, pointed, ranked, ticked
from pbapp.rounds.models import Method, Round

NAME = "voting"
PROOF_LASTS = timedelta(hours=2)
MOST_KEPT = 200  # projects in one round: a cookie holds 4 KB
MOST_ROUNDS = 3  # the ones last used


class Booth:
    """One browser's place in one round."""

    def __init__(self, round: Round | int) -> None:
        self.round_id = str(round if isinstance(round, int) else round.id)

    # --- who ---

    @property
    def about(self) -> dict[str, str] | None:
        """What was typed in step 1, until it has been used."""
        found: dict[str, str] | None = self._get("about")
        return found

    @about.setter
    def about(self, value: dict[str, str]) -> None:
        self._set(about=value)

    @property
    def offered(self) -> tuple[Method, str] | None:
        """By what somebody wants to show it: an address a code was sent to, a code or a card."""
        found = self._get("proof")
        return (Method(found[0]), found[1]) if found else None

    def offer(self, method: Method, token: str) -> None:
        self._set(proof=[method.value, token], proved=None)

    def prove(self) -> None:
        """What was offered was right, whatever became of it then."""
        self._set(proved=_stamp())

    @property
    def proof(self) -> tuple[Method, str] | None:
        """What was offered and found right not long ago."""
        return self.offered if self._is_fresh("proved") else None

    @property
    def voter_id(self) -> str | None:
        """Who this browser may vote for, for two hours."""
        found: str | None = self._get("voter") if self._is_fresh("since") else None
        return found

    def enter(self, voter_id: str) -> None:
        """Somebody has shown that they may vote; what they typed for it goes."""
        if self._get("voter") != voter_id:
            self._set(sent=None)
        self._set(voter=voter_id, since=_stamp(), about=None, proof=None, proved=None)

    # --- what ---

    @property
    def vote(self) -> Vote:
        """What has been chosen so far, right or not yet."""
        return _unpacked(self._get("vote") or "")

    @vote.setter
    def vote(self, value: Vote) -> None:
        self._set(vote=_packed(value.among(value.choices[:MOST_KEPT])))

    @property
    def choices(self) -> list[str]:
        return list(self.vote.choices)

    @property
    def pot(self) -> str | None:
        """The pot picked where a round lets people vote in one."""
        found: str | None = self._get("pot")
        return found

    @pot.setter
    def pot(self, value: str) -> None:
        self._set(pot=value)

    def in_order(self, ids: Mapping[str, object]) -> list[str]:
        """The keys in a random order, the same for this browser each time.

        The values are what the list of proposals orders by, so that both show one order.
        """
        seed = session.get("order")
        if seed is None:
            seed = session["order"] = secrets.token_hex(8)
        return sorted(ids, key=lambda id: hashlib.sha256(f"{seed} {ids[id]}".encode()).digest())

    # --- sent ---

    @property
    def sent(self) -> dict[str, Any] | None:
        """The receipt, the minute and a mark of what this browser sent; kept nowhere else."""
        found: dict[str, Any] | None = self._get("sent")
        return found

    @property
    def has_changed_since(self) -> bool:
        """Whether the choices here are no longer the ones that were sent."""
        sent = self.sent
        return sent is not None and sent["vote"] != _mark(self.vote)

    def note_sent(self, receipt: str, vote: Vote, replaced: bool) -> None:
        at = clock.now().replace(second=0, microsecond=0)
        self._set(
            vote=_packed(vote),
            sent={
                "receipt": receipt,
                "at": at.isoformat(),
                "vote": _mark(vote),
                "replaced": replaced,
            },
        )

    @property
    def sent_at(self) -> datetime | None:
        return datetime.fromisoformat(self.sent["at"]) if self.sent else None

    # --- the cookie ---

    def _is_fresh(self, name: str) -> bool:
        stamp = self._get(name)
        return stamp is not None and abs(_stamp() - stamp) < PROOF_LASTS.total_seconds()

    def _get(self, name: str) -> Any:
        return session.get(NAME, {}).get(self.round_id, {}).get(name)

    def _set(self, **values: Any) -> None:
        booths = dict(session.get(NAME, {}))
        mine = {**booths.pop(self.round_id, {}), **values}
        for oldest in sorted(booths, key=lambda id: booths[id].get("used", 0))[: 1 - MOST_ROUNDS]:
            del booths[oldest]
        mine["used"] = _stamp()
        booths[self.round_id] = {name: value for name, value in mine.items() if value is not None}
        session[NAME] = booths


def leave() -> None:
    """Forget everything this browser holds, in every round and beyond."""
    session.clear()


def _packed(vote: Vote) -> str:
    """A vote as short text: c3.7, r7.3 or p3:5.7:2."""
    if vote.points is not None:
        return "p" + ".".join(f"{id}:{points}" for id, points in vote.given.items())
    return ("r" if vote.is_ranking else "c") + ".".join(vote.choices)


def _unpacked(text: str) -> Vote:
    kind, parts = text[:1], [part for part in text[1:].split(".") if part]
    if kind == "p":
        pairs = (part.rpartition(":") for part in parts)
        return pointed({id: int(points) for id, _, points in pairs})
    return ranked(parts) if kind == "r" else ticked(parts)


def _mark(vote: Vote) -> str:
    """Enough of a vote to see that another is not the same."""
    return hashlib.sha256(vote.content.encode()).hexdigest()[:16]


def _stamp() -> int:
    return int(clock.now().timestamp())
