"""What is counted: projects, ballots and the pot. Pure values, exact numbers.

Money is a whole number of minor units (pence). An `Instance` carries `exponent`, the number of
decimal places between its minor unit and its currency unit: 2 for pounds kept in pence, 0 for a
Pabulib file that speaks of whole złoty.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate, chain, pairwise, repeat
from types import MappingProxyType


class VoteType(StrEnum):
    """How people voted, in Pabulib's words."""

    APPROVAL = "approval"
    CHOOSE_1 = "choose-1"
    CUMULATIVE = "cumulative"
    ORDINAL = "ordinal"
    SCORING = "scoring"

    @property
    def has_points(self) -> bool:
        return self in (VoteType.CUMULATIVE, VoteType.SCORING)


class Ordinal(StrEnum):
    """How a place on a ranked ballot becomes points.

    `OFFICIAL`: the first choice scores the longest allowed ballot, the next one less, and so on.
    `BORDA`: the first choice scores one less than the length of that ballot, the last scores 0.
    """

    OFFICIAL = "official"
    BORDA = "borda"


class Utility(StrEnum):
    """What a funded project is worth to somebody who supports it."""

    COST = "cost"
    CARDINALITY = "cardinality"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class Project:
    """One line of the ballot. `minimum` is the least amount the group can work with."""

    id: str
    cost: int
    name: str = ""
    categories: tuple[str, ...] = ()
    minimum: int | None = None
    meta: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if self.cost < 0:
            raise ValueError(f"project {self.id} has a cost below 0")


@dataclass(frozen=True, slots=True)
class Instance:
    """The pot and what it can be spent on."""

    budget: int
    projects: tuple[Project, ...]
    exponent: int = 0

    def __post_init__(self) -> None:
        if self.budget < 0:
            raise ValueError("the budget is below 0")
        if len({project.id for project in self.projects}) != len(self.projects):
            raise ValueError("two projects have the same id")

    @property
    def index(self) -> dict[str, int]:
        return {project.id: place for place, project in enumerate(self.projects)}

    def rescaled(self, exponent: int) -> Instance:
        """The same amounts in another minor unit; raises ValueError if they would not be exact."""

        def scale(amount: int) -> int:
            exact = Fraction(amount * 10**exponent, 10**self.exponent)
            if exact.denominator != 1:
                raise ValueError(f"{amount} cannot be kept exactly at {exponent} decimal places")
            return exact.numerator

        projects = tuple(
            replace(
                project,
                cost=scale(project.cost),
                minimum=None if project.minimum is None else scale(project.minimum),
            )
            for project in self.projects
        )
        return Instance(budget=scale(self.budget), projects=projects, exponent=exponent)

    def in_currency(self, amount: int | Fraction) -> Fraction:
        """Minor units as an exact amount of the currency unit."""
        return Fraction(amount, 10**self.exponent)


@dataclass(frozen=True, slots=True)
class Ballot:
    """`count` equal ballots. `choices` are places in `Instance.projects`, in order where ranked."""

    choices: tuple[int, ...]
    points: tuple[int, ...] | None = None
    count: int = 1


Content = tuple[tuple[int, ...], tuple[int, ...] | None]


@dataclass(frozen=True, slots=True)
class Profile:
    """Every valid ballot, equal ones grouped, kept in flat arrays so a city's vote stays small.

    Group `g` holds `counts[g]` equal ballots whose choices are `choices[starts[g]:starts[g + 1]]`.
    `ballots_cast` counts every valid ballot, the empty ones too: shares divide by it.
    `points` run beside `choices` and are divided by `points_scale` (1 unless points are decimals).
    """

    vote_type: VoteType
    starts: array[int]
    choices: array[int]
    counts: array[int]
    ballots_cast: int
    points: array[int] | None = None
    points_scale: int = 1
    max_length: int | None = None

    @classmethod
    def of(
        cls,
        vote_type: VoteType,
        ballots: Iterable[Ballot],
        *,
        points_scale: int = 1,
        max_length: int | None = None,
    ) -> Profile:
        """Group ballots. Order inside an approval ballot does not matter, nor does a repeat.

        Ranked ballots keep their order and the first of a repeated choice. Where points are
        given, a choice with 0 points is no support and is left out.
        """
        groups: dict[Content, int] = {}
        for ballot in ballots:
            key = tidy(vote_type, ballot.choices, ballot.points)
            groups[key] = groups.get(key, 0) + ballot.count
        return cls.grouped(vote_type, groups, points_scale=points_scale, max_length=max_length)

    @classmethod
    def grouped(
        cls,
        vote_type: VoteType,
        groups: Mapping[Content, int],
        *,
        points_scale: int = 1,
        max_length: int | None = None,
    ) -> Profile:
        """From tidy ballot contents (see `tidy`) and how many ballots hold each."""
        points = [given or () for _, given in groups] if vote_type.has_points else None
        return cls.flat(
            vote_type,
            [choices for choices, _ in groups],
            list(groups.values()),
            points=points,
            points_scale=points_scale,
            max_length=max_length,
        )

    @classmethod
    def flat(
        cls,
        vote_type: VoteType,
        chosen: Collection[tuple[int, ...]],
        counts: Collection[int],
        *,
        points: Iterable[tuple[int, ...]] | None = None,
        points_scale: int = 1,
        max_length: int | None = None,
    ) -> Profile:
        """From tidy contents, all different, and how many ballots hold each, side by side."""
        if max_length is None and vote_type is VoteType.ORDINAL:
            max_length = max(map(len, chosen), default=0)
        return cls(
            vote_type=vote_type,
            starts=array("q", accumulate(map(len, chosen), initial=0)),
            choices=array("q", chain.from_iterable(chosen)),
            counts=array("q", counts),
            ballots_cast=sum(counts),
            points=None if points is None else array("q", chain.from_iterable(points)),
            points_scale=points_scale,
            max_length=max_length,
        )

    def __len__(self) -> int:
        return len(self.counts)

    def __iter__(self) -> Iterator[Ballot]:
        for group in range(len(self.counts)):
            span = slice(self.starts[group], self.starts[group + 1])
            given = None if self.points is None else tuple(self.points[span])
            yield Ballot(tuple(self.choices[span]), given, self.counts[group])

    def default_utility(self) -> Utility:
        """Cost where people only say yes; points where they rank or give points."""
        if self.vote_type in (VoteType.APPROVAL, VoteType.CHOOSE_1):
            return Utility.COST
        return Utility.POINTS

    def weights(self, ordinal: Ordinal = Ordinal.OFFICIAL) -> array[int] | None:
        """Points beside `choices`, or None where every choice counts the same."""
        if self.points is not None:
            return self.points
        if self.vote_type is not VoteType.ORDINAL:
            return None
        weights = array("q")
        longest = self.max_length or 0
        for group in range(len(self.counts)):
            length = self.starts[group + 1] - self.starts[group]
            top = length - 1 if ordinal is Ordinal.BORDA else max(longest, length)
            weights.extend(range(top, top - length, -1))
        return weights

    def people(self) -> Iterator[int]:
        """Beside `choices`: how many ballots each of them stands on."""
        lengths = (after - before for before, after in pairwise(self.starts))
        return chain.from_iterable(map(repeat, self.counts, lengths))

    def votes(self, project_count: int) -> list[int]:
        """How many people support each project."""
        totals = [0] * project_count
        if self.points is None:
            for choice, people in zip(self.choices, self.people(), strict=True):
                totals[choice] += people
        else:
            for choice, people, points in zip(
                self.choices, self.people(), self.points, strict=True
            ):
                totals[choice] += people if points > 0 else 0
        return totals

    def points_total(self, project_count: int, ordinal: Ordinal = Ordinal.OFFICIAL) -> list[int]:
        """How many points each project has, still multiplied by `points_scale`."""
        weights = self.weights(ordinal)
        if weights is None:
            return self.votes(project_count)
        totals = [0] * project_count
        for choice, people, weight in zip(self.choices, self.people(), weights, strict=True):
            totals[choice] += people * weight
        return totals


def tidy(vote_type: VoteType, choices: tuple[int, ...], points: tuple[int, ...] | None) -> Content:
    """What a ballot says, without what does not count: repeats, 0 points, order where none is."""
    if vote_type is VoteType.ORDINAL:
        return tuple(dict.fromkeys(choices)), None
    if points is None:
        return tuple(sorted(set(choices))), None
    given = dict(zip(choices, points, strict=True))
    kept = sorted((choice, number) for choice, number in given.items() if number)
    return tuple(choice for choice, _ in kept), tuple(number for _, number in kept)


class Reason(StrEnum):
    """Why a project won or lost."""

    FUNDED = "funded"
    PART_FUNDED = "part_funded"
    DID_NOT_FIT = "did_not_fit"
    STOPPED = "count_had_stopped"
    TOO_FEW_VOTES = "below_minimum_votes"
    NO_VOTES = "no_votes"
    GROUP = "another_of_its_group_won"
    CAP = "cap_reached"
    WITHDRAWN = "withdrawn"
    SUPPORTERS_SHORT = "supporters_short_of_money"
    COMPARISON = "the_other_count_was_preferred"


@dataclass(frozen=True, slots=True)
class Tie:
    """Equal claims met during a count, and what decided.

    `by` is `cost`, `votes`, `lot` or `id`. `decisive` says whether some of `between` won and some
    lost.
    """

    between: tuple[str, ...]
    chosen: str
    by: str
    stage: str
    round: int
    decisive: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What would have turned a loss into a win, everything else unchanged; None: nothing would.

    `scope` is `count` where that is sure for the whole count, `deciding_run` where it is sure
    only for the last of several runs (an earlier run could then have ended the count).
    """

    cheaper_by: int | None = None
    more_votes: int | None = None
    scope: str = "count"


@dataclass(frozen=True, slots=True)
class PartFunding:
    """The offer of what is left to the next in line."""

    project: str
    amount: int


@dataclass(frozen=True, slots=True)
class ProjectResult:
    """One project's outcome in numbers. `points` is None where no points were given.

    `detail` holds the facts of the rule that counted: `greedy.Turn`, `shares_facts.Share` or
    `phragmen.Load`.
    """

    id: str
    cost: int
    votes: int
    points: Fraction | None
    won: bool
    reason: Reason
    position: int | None = None
    awarded: int = 0
    reserve: int | None = None
    change: Change | None = None
    detail: object | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The whole result of one count. `winners` are in the order they were funded."""

    rule: str
    parameters: Mapping[str, object]
    winners: tuple[str, ...]
    total_cost: int
    ties: tuple[Tie, ...]
    projects: tuple[ProjectResult, ...]
    reserve: tuple[str, ...] = ()
    part_funded: PartFunding | None = None
    detail: object | None = None

    def project(self, id: str) -> ProjectResult:
        return next(result for result in self.projects if result.id == id)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long count is. `stage` is `counting` (with the step of Add1 reached, and the money
    its winners cost) or `explaining`."""

    stage: str
    step: int = 0
    cost: int = 0


Listen = Callable[[Progress], None]


def settled(
    parameters: Mapping[str, object], instance: Instance, utility: Utility | None = None
) -> dict[str, object]:
    """Parameters as stored with a result: nothing left to guess, and the unit of amounts said."""
    return {
        **parameters,
        **({} if utility is None else {"utility": str(utility)}),
        "exponent": instance.exponent,
    }


def mark_decisive(ties: Sequence[Tie], winners: Iterable[str]) -> tuple[Tie, ...]:
    """Say of each tie whether it parted winners from losers."""
    won = frozenset(winners)
    return tuple(
        replace(tie, decisive=0 < len(won.intersection(tie.between)) < len(tie.between))
        for tie in ties
    )
