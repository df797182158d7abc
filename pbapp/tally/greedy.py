"""The greedy count: projects in order of support, each funded while it fits.

The rule most councils use and most people expect. Its parameters (`greedy_rule.Greedy`) are the
ones real elections need: what happens when a project does not fit, a minimum of votes, groups of
which only one may win, caps on what a ward or a priority may take, part-funding of the next in
line, and a reserve list. A project nobody voted for never wins.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from pbapp.tally.greedy_rule import Cap, Greedy, OnUnaffordable, PartFund, Rank
from pbapp.tally.model import (
    Change,
    Instance,
    Outcome,
    PartFunding,
    Profile,
    ProjectResult,
    Reason,
    Tie,
    Utility,
    mark_decisive,
    settled,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """The moment a project was looked at. `left` is the money still in the pot then.

    `cap` names the cap it did not fit under, with `cap_left` under it; `group_winner` the project
    of its group that had already won; `needed` the minimum it missed, in votes or points (such a
    project, and one without votes, has no turn: 0).
    """

    turn: int = 0
    left: int = 0
    cap: str | None = None
    cap_left: int | None = None
    group_winner: str | None = None
    needed: Fraction | None = None


@dataclass(slots=True)
class Standing:
    """What is left at one moment: of the pot, under each cap, and which groups have a winner."""

    left: int
    caps: dict[str, int]
    groups: dict[int, str] = field(default_factory=dict)
    stopped: bool = False

    def copy(self) -> Standing:
        return Standing(self.left, dict(self.caps), dict(self.groups), self.stopped)


class Support:
    """Votes, points and the order of support of one profile, under one rule."""

    def __init__(self, instance: Instance, profile: Profile, rule: Greedy) -> None:
        size = len(instance.projects)
        self.votes = profile.votes(size)
        self.utility = utility = rule.utility or profile.default_utility()
        self.scored = utility is Utility.POINTS
        self.scale = profile.points_scale if self.scored else 1
        self._totals = profile.points_total(size, rule.ordinal) if self.scored else self.votes
        self._counted = self.votes if rule.rank is Rank.VOTES_PER_COST else self._totals
        # Utility of cost, divided by the cost, is votes again.
        self._per_cost = rule.rank is Rank.VOTES_PER_COST or (
            rule.rank is Rank.UTILITY_PER_COST and utility is not Utility.COST
        )
        self._costs = [project.cost for project in instance.projects]
        self.ties = rule.ties.order(instance, self.votes)

    def counted(self, place: int) -> int:
        """The votes (or points, times `scale`) that the order of support is made from."""
        return self._counted[place]

    def points(self, place: int) -> Fraction | None:
        return Fraction(self._totals[place], self.scale) if self.scored else None

    def is_free(self, place: int) -> bool:
        """In value for money, what costs nothing comes before all else."""
        return self._per_cost and self._costs[place] == 0

    def unit(self, place: int) -> Fraction:
        """What one vote (or point) is worth in the order."""
        return Fraction(1, (self._costs[place] or 1) if self._per_cost else 1)

    def value(self, place: int) -> tuple[bool, Fraction]:
        return self.is_free(place), self.counted(place) * self.unit(place)


class Guards:
    """Groups and caps of a rule, by the projects they bind; raises ValueError on an unknown id."""

    def __init__(self, instance: Instance, rule: Greedy) -> None:
        index = instance.index
        named = [*rule.withdrawn, *(id for group in rule.groups for id in group)]
        named += [id for cap in rule.caps for id in cap.projects]
        for id in named:
            if id not in index:
                raise ValueError(f"the rule names project {id}, which is not on the ballot")
        self._projects = instance.projects
        self._stops = rule.on_unaffordable is OnUnaffordable.STOP
        self._caps: dict[int, list[Cap]] = {}
        for cap in rule.caps:
            for id in cap.projects:
                self._caps.setdefault(index[id], []).append(cap)
        self._groups: dict[int, list[int]] = {}
        for number, group in enumerate(rule.groups):
            for id in group:
                self._groups.setdefault(index[id], []).append(number)
        self.start = Standing(instance.budget, {cap.name: cap.limit for cap in rule.caps})

    def room(self, place: int, standing: Standing) -> int:
        """The most a project could be given now."""
        return min([standing.left, *(standing.caps[c.name] for c in self._caps.get(place, ()))])

    def look(self, place: int, standing: Standing, turn: int = 0) -> tuple[Reason, Turn]:
        """Would this project be funded now, and if not, why not?"""
        cost, left = self._projects[place].cost, standing.left
        if standing.stopped:
            return Reason.STOPPED, Turn(turn, left)
        for group in self._groups.get(place, ()):
            if group in standing.groups:
                winner = standing.groups[group]
                return Reason.GROUP, Turn(turn, left, group_winner=winner)
        for cap in self._caps.get(place, ()):
            if cost > (under := standing.caps[cap.name]):
                return Reason.CAP, Turn(turn, left, cap=cap.name, cap_left=under)
        return (Reason.DID_NOT_FIT if cost > left else Reason.FUNDED), Turn(turn, left)

    def after(self, place: int, standing: Standing, reason: Reason) -> Standing:
        """The standing once this project has had its turn."""
        project, new = self._projects[place], standing.copy()
        if reason is Reason.FUNDED:
            new.left -= project.cost
            for cap in self._caps.get(place, ()):
                new.caps[cap.name] -= project.cost
            for group in self._groups.get(place, ()):
                new.groups[group] = project.id
        new.stopped = standing.stopped or (reason is Reason.DID_NOT_FIT and self._stops)
        return new


def count_greedy(instance: Instance, profile: Profile, rule: Greedy) -> Outcome:
    """Count once; raises ValueError if a parameter names a project that is not on the ballot."""
    return GreedyCount(instance, profile, rule).outcome()


class GreedyCount:
    """One run: `line` is the order of turns, `standings[t]` what was left before turn t."""

    def __init__(self, instance: Instance, profile: Profile, rule: Greedy) -> None:
        self.instance, self.profile, self.rule = instance, profile, rule
        self.guards = Guards(instance, rule)
        self.support = Support(instance, profile, rule)
        self.line = self._in_order()
        self.standings = [self.guards.start]
        self.turns: dict[int, tuple[Reason, Turn]] = {}
        for turn, place in enumerate(self.line, start=1):
            standing = self.standings[-1]
            self.turns[place] = self.guards.look(place, standing, turn)
            self.standings.append(self.guards.after(place, standing, self.turns[place][0]))
        self.winners = [place for place in self.line if self.turns[place][0] is Reason.FUNDED]

    def _in_order(self) -> list[int]:
        """Every project that may win, best supported first."""
        withdrawn = set(self.rule.withdrawn)
        able = [
            place
            for place, project in enumerate(self.instance.projects)
            if project.id not in withdrawn
            and self.support.counted(place) > 0
            and self.missing(place) == 0
        ]
        keys = {}
        for place in able:
            free, value = self.support.value(place)
            keys[place] = (not free, -value, self.support.ties.rank[place])
        return sorted(able, key=keys.__getitem__)

    def missing(self, place: int) -> int:
        """How many votes (or points) short of the minimum."""
        points = self.rule.min_votes * self.support.scale - self.support.counted(place)
        share = self.rule.min_share or Fraction(0)
        votes = -(-share * self.profile.ballots_cast // 1) - self.support.votes[place]
        return max(points, votes, 0)

    def outcome(self) -> Outcome:
        ids = [project.id for project in self.instance.projects]
        winners = tuple(ids[place] for place in self.winners)
        reserve = self.reserve()
        part = self._part_funding(reserve)
        results = tuple(self._result(place, reserve, part) for place in range(len(ids)))
        return Outcome(
            rule=self.rule.name,
            parameters=settled(self.rule.as_dict(), self.instance, self.support.utility),
            winners=winners,
            total_cost=sum(self.instance.projects[place].cost for place in self.winners),
            ties=mark_decisive(self.ties(), winners),
            projects=results,
            reserve=tuple(ids[place] for place in reserve),
            part_funded=part,
        )

    def reserve(self) -> list[int]:
        """Next in line if money comes back: losers that lacked only money, in order of support."""
        short = (Reason.DID_NOT_FIT, Reason.STOPPED)
        end = self.standings[-1].copy()
        end.stopped = False
        end.left = max((project.cost for project in self.instance.projects), default=0)
        return (
            [
                place
                for place in self.line
                if self.turns[place][0] in short
                and self.guards.look(place, end)[0] is Reason.FUNDED
            ]
            if self.line
            else []
        )

    def _part_funding(self, reserve: Sequence[int]) -> PartFunding | None:
        """What is left goes to the first in reserve whose stated minimum it meets."""
        if self.rule.part_fund is PartFund.NONE:
            return None
        for place in reserve:
            project = self.instance.projects[place]
            room = min(self.guards.room(place, self.standings[-1]), project.cost)
            if project.minimum is not None and 0 < project.minimum <= room:
                return PartFunding(project.id, room)
        return None

    def ties(self) -> list[Tie]:
        ties, start = [], 0
        values = [self.support.value(place) for place in self.line]
        for end in range(1, len(values) + 1):
            if end == len(values) or values[end] != values[start]:
                if end - start > 1:
                    tied = self.line[start:end]
                    ties.append(self.support.ties.record(tied, stage="greedy", round=start + 1))
                start = end
        return ties

    def _result(
        self, place: int, reserve: Sequence[int], part: PartFunding | None
    ) -> ProjectResult:
        project = self.instance.projects[place]
        reason, turn = self.turns.get(place) or self._no_turn(place)
        won = reason is Reason.FUNDED
        change = None if won else Change(self._cheaper_by(place), self._more_votes(place))
        awarded = project.cost if won else 0
        if part is not None and part.project == project.id:
            reason, awarded = Reason.PART_FUNDED, part.amount
        return ProjectResult(
            id=project.id,
            cost=project.cost,
            votes=self.support.votes[place],
            points=self.support.points(place),
            won=won,
            reason=reason,
            position=self.winners.index(place) + 1 if won else None,
            awarded=awarded,
            reserve=reserve.index(place) + 1 if place in reserve else None,
            change=change,
            detail=turn,
        )

    def _no_turn(self, place: int) -> tuple[Reason, Turn]:
        if self.instance.projects[place].id in self.rule.withdrawn:
            return Reason.WITHDRAWN, Turn()
        if self.support.counted(place) <= 0:
            return Reason.NO_VOTES, Turn()
        needed = Fraction(self.support.counted(place) + self.missing(place), self.support.scale)
        return Reason.TOO_FEW_VOTES, Turn(needed=needed)

    # -- what would have changed it -------------------------------------------------------------

    def _cheaper_by(self, place: int) -> int | None:
        """Enough off the price to win: it would have fitted what was left at its own turn.

        A lower cost never moves a project down the order, so its turn comes no later.
        """
        if place not in self.turns:
            return None
        standing = self.standings[self.line.index(place)]
        room = self.guards.room(place, standing)
        reason = self.turns[place][0]
        fits_no_more = room <= 0 or reason not in (Reason.DID_NOT_FIT, Reason.CAP)
        return None if fits_no_more else self.instance.projects[place].cost - room

    def _more_votes(self, place: int) -> int | None:
        """The fewest extra votes (points, where the order counts points) that would have won.

        Whatever a loser does, the projects ahead of it are funded alike. So it wins as soon as it
        stands at the last turn at which it would still have been accepted; and if it would be
        accepted at one turn, then also at every earlier one.
        """
        if self.instance.projects[place].id in self.rule.withdrawn:
            return None
        own = self.line.index(place) if place in self.turns else len(self.line)
        turn = (
            bisect_left(range(own + 1), True, key=lambda turn: not self._accepted(place, turn)) - 1
        )
        if turn < 0:
            return None
        more = max(self.missing(place), 1 - self.support.counted(place), 0)
        if turn < len(self.line):
            passing = self._to_pass(place, self.line[turn])
            if passing is None:
                return None
            more = max(more, passing)
        return -(-more // self.support.scale)

    def _accepted(self, place: int, turn: int) -> bool:
        return self.guards.look(place, self.standings[turn])[0] is Reason.FUNDED

    def _to_pass(self, place: int, rival: int) -> int | None:
        """Extra votes (or scaled points) needed to come before a rival in the order."""
        support = self.support
        if support.is_free(rival) and not support.is_free(place):
            return None
        gap = support.value(rival)[1] / support.unit(place) - support.counted(place)
        more = max(-(-gap // 1), 0)
        level = more == gap
        if level and not support.ties.beats(place, rival, more_votes=more):
            more += 1
        return int(more)
