"""Made-up votes for “what if”: drawn by a plain model of voters, and the same again for one number.

Pure functions. Only `Random.random` is drawn from, in a fixed order: one number gives one election
on every computer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import fsum
from random import Random
from typing import Any

from pbapp.refusal import N_
from pbapp.tally import Ballot, Election, Instance, Profile, Project, VoteType, election_of

PENCE = 2
LARGEST_SEED = 999_999_999
TELL_EVERY = 1000
STOPS_EARLY = 3  # one voter in so many chooses fewer than they may
BLOC_IN_TEN = 4


@dataclass(frozen=True)
class Likes:
    """How much more somebody likes a project near them, and one for what they care about most."""

    near: int
    cares: int
    has_bloc: bool = False


MODELS: Mapping[str, Likes] = {
    "mixed": Likes(near=3, cares=2),
    "near": Likes(near=8, cares=1),
    "cares": Likes(near=1, cares=8),
    "bloc": Likes(near=3, cares=2, has_bloc=True),
}
MODEL_NAMES: Mapping[str, str] = {
    "mixed": N_("A bit of everything"),
    "near": N_("Most choose what is near them"),
    "cares": N_("Most choose what they care about, wherever it is"),
    "bloc": N_("One large group votes alike"),
}
MODEL_WORDS: Mapping[str, str] = {
    "mixed": N_(
        "Each made-up voter lives in one of the wards and cares about one priority most. They are "
        "three times as likely to choose a project in their own ward, and twice as likely to "
        "choose one for that priority."
    ),
    "near": N_(
        "Each made-up voter lives in one of the wards and is eight times as likely to choose a "
        "project there. Priorities make no difference."
    ),
    "cares": N_(
        "Each made-up voter cares about one priority most and is eight times as likely to choose "
        "a project for it. Where it is makes no difference."
    ),
    "bloc": N_(
        "Four in ten made-up voters choose exactly the same projects. The others live in one of "
        "the wards and care about one priority most: they are three times as likely to choose a "
        "project in their own ward, and twice as likely to choose one for that priority."
    ),
}


@dataclass(frozen=True)
class Bid:
    """A project to vote on: `ward` and `priority` are whatever tells them apart, or empty."""

    id: str
    title: str
    cost: int
    ward: str = ""
    priority: str = ""


@dataclass(frozen=True)
class Template:
    """A usual sort of round: how many bids, between which amounts, for how much money in pence."""

    words: str
    bids: int
    low: int
    high: int
    budget: int


TEMPLATES: Mapping[str, Template] = {
    "small": Template(
        N_("12 made-up projects of £300 to £3,000, a pot of £10,000"),
        12,
        300_00,
        3_000_00,
        10_000_00,
    ),
    "grants": Template(
        N_("30 made-up projects of £400 to £15,000, a pot of £60,000"),
        *(30, 400_00, 15_000_00, 60_000_00),
    ),
    "works": Template(
        N_("10 made-up works of £5,000 to £40,000, a pot of £100,000"),
        *(10, 5_000_00, 40_000_00, 100_000_00),
    ),
}


@dataclass(frozen=True)
class Pretend:
    """Everything a made-up election hangs on, so that anybody can make the same one again."""

    voters: int
    choices: int
    model: str
    seed: int
    budget: int
    bids: tuple[Bid, ...]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Pretend:
        bids = tuple(Bid(**bid) for bid in values["bids"])
        return cls(**{**values, "bids": bids})


def bids_of(template: Template, seed: int) -> tuple[Bid, ...]:
    """Made-up bids in whole £50, more cheap ones than dear ones, spread over wards and themes."""
    draw = Random(seed).random  # noqa: S311 - it has to give the same again
    bids = []
    for number in range(1, template.bids + 1):
        part = draw()
        cost = template.low + int((template.high - template.low) * part * part)
        bids.append(
            Bid(
                id=str(number),
                title=str(number),
                cost=max(cost // 50_00 * 50_00, template.low),
                ward="ABC"[int(draw() * 3)],
                priority="XYZ"[int(draw() * 3)],
            )
        )
    return tuple(bids)


def election(pretend: Pretend, tell: Callable[[int], object] = lambda drawn: None) -> Election:
    """The election; `tell` hears how many voters are drawn so far."""
    draw = Random(pretend.seed).random  # noqa: S311 - it has to give the same again
    voters = _Voters(pretend, draw)
    ballots = []
    for drawn in range(pretend.voters):
        ballots.append(Ballot(voters.next_choices()))
        if drawn % TELL_EVERY == 0:
            tell(drawn)
    projects = tuple(Project(bid.id, bid.cost, bid.title) for bid in pretend.bids)
    instance = Instance(budget=pretend.budget, projects=projects, exponent=PENCE)
    profile = Profile.of(VoteType.APPROVAL, ballots)
    return election_of(
        instance, profile, {"comment": "#1: Made-up votes.", "currency": "GBP"}.items()
    )


class _Voters:
    """Draws one ballot after the other."""

    def __init__(self, pretend: Pretend, draw: Callable[[], float]) -> None:
        self._bids, self._draw = pretend.bids, draw
        self._likes = MODELS[pretend.model]
        self._most = min(pretend.choices, len(pretend.bids))
        self._wards = sorted({bid.ward for bid in self._bids if bid.ward}) or [""]
        self._themes = sorted({bid.priority for bid in self._bids if bid.priority}) or [""]
        # Some projects are simply more popular than others, whoever is asked.
        self._appeal = [0.5 + draw() for _ in self._bids]
        order = sorted(range(len(self._bids)), key=lambda place: -self._appeal[place])
        self._bloc = tuple(sorted(order[: self._most]))

    def next_choices(self) -> tuple[int, ...]:
        if self._likes.has_bloc and self._draw() * 10 < BLOC_IN_TEN:
            return self._bloc
        home, cares = self._one_of(self._wards), self._one_of(self._themes)
        weights = [
            appeal
            * (self._likes.near if bid.ward and bid.ward == home else 1)
            * (self._likes.cares if bid.priority and bid.priority == cares else 1)
            for bid, appeal in zip(self._bids, self._appeal, strict=True)
        ]
        return self._pick(weights, self._how_many())

    def _one_of(self, names: Sequence[str]) -> str:
        return names[int(self._draw() * len(names))]

    def _how_many(self) -> int:
        if self._draw() * STOPS_EARLY < 1:
            return 1 + int(self._draw() * self._most)
        return self._most

    def _pick(self, weights: list[float], wanted: int) -> tuple[int, ...]:
        """So many different projects, each drawn by its weight among those that are left."""
        chosen = []
        for _ in range(wanted):
            place = _at(self._draw() * fsum(weights), weights)
            chosen.append(place)
            weights[place] = 0.0
        return tuple(chosen)


def _at(mark: float, weights: Sequence[float]) -> int:
    """Whose stretch of the line a mark falls in; the last one's where rounding leaves it over."""
    last = 0
    for place, weight in enumerate(weights):
        if weight:
            mark, last = mark - weight, place
            if mark < 0:
                break
    return last
