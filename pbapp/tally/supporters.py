"""Who supports what, as NumPy arrays: the form in which equal shares and Phragmén count."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pbapp.tally.model import Instance, Ordinal, Profile, Utility

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Supporters:
    """Project by project, the groups of equal ballots that support it.

    `rows[p]` are group numbers, `people[p]` how many ballots each group holds, `units[p]` what
    the project is worth to them (None: 1 to each). A supporter who pays in full for p pays
    `price * unit`; the project with the lowest `price / scale[p]` is bought first. Whole numbers
    kept as floats stay below 2**53 and are exact.
    """

    def __init__(
        self,
        instance: Instance,
        profile: Profile,
        *,
        utility: Utility,
        ordinal: Ordinal,
        withdrawn: tuple[str, ...] = (),
    ) -> None:
        self.size = len(instance.projects)
        self.groups = len(profile)
        self.cost = [project.cost for project in instance.projects]
        starts = np.frombuffer(profile.starts, dtype=np.int64)
        chosen = np.frombuffer(profile.choices, dtype=np.int64)
        self.count: Ints = np.frombuffer(profile.counts, dtype=np.int64)
        owner = np.repeat(np.arange(self.groups), np.diff(starts))
        given = np.frombuffer(profile.points, dtype=np.int64) > 0 if profile.points else True
        # Everybody who supports a project, those included whose ranking gives it no points.
        self.supported = np.bincount(chosen, self.count[owner] * given, minlength=self.size).astype(
            np.int64
        )
        weights = profile.weights(ordinal)
        units = None
        if weights is not None:
            units = np.frombuffer(weights, dtype=np.int64)
            keep = units > 0
            chosen, owner, units = chosen[keep], owner[keep], units[keep]
        if utility is not Utility.POINTS:
            units = None
        self._split(chosen, owner, units)
        self.scale = self.cost if utility is Utility.COST else [1] * self.size
        barred = set(withdrawn)
        self.able = [
            place
            for place, project in enumerate(instance.projects)
            if project.id not in barred and self.total[place] > 0
        ]

    def _split(self, chosen: Ints, owner: Ints, units: Ints | None) -> None:
        # Sixteen bits sort fastest; a ballot with more projects than that is not a ballot.
        order = np.argsort(chosen.astype(np.uint16), kind="stable")
        sizes = np.bincount(chosen, minlength=self.size)
        owner, cuts = owner[order], np.concatenate(([0], np.cumsum(sizes)))
        spans = [slice(cuts[place], cuts[place + 1]) for place in range(self.size)]
        self.rows: list[Ints] = [owner[span] for span in spans]
        self.people: list[Floats] = [self.count[rows].astype(np.float64) for rows in self.rows]
        self.units: list[Floats] | None = None
        self.weight = self.people
        if units is not None:
            sorted_units = units[order].astype(np.float64)
            self.units = [sorted_units[span] for span in spans]
            pairs = zip(self.people, self.units, strict=True)
            self.weight = [people * unit for people, unit in pairs]
        self._flatten(owner)
        self.votes = [int(people.sum()) for people in self.people]
        self.total_people = [float(votes) for votes in self.votes]
        self.total = [int(weight.sum()) for weight in self.weight]

    def _flatten(self, owner: Ints) -> None:
        """All projects that have supporters, one after the other, for sums over all at once."""
        self.listed = np.array([place for place, rows in enumerate(self.rows) if len(rows)], int)
        self.sizes = np.array([len(self.rows[place]) for place in self.listed], dtype=float)
        self.flat_rows = owner
        self.flat_people = self.count[owner].astype(np.float64)[:, None]
        self.flat_starts = (np.cumsum(self.sizes) - self.sizes).astype(np.int64)
        self.people_total = np.array([self.people[place].sum() for place in self.listed])
        self.costs = np.array([float(self.cost[place]) for place in self.listed])

    def people_column(self, place: int) -> Floats:
        return self.people[place][:, None]

    @cached_property
    def matrix(self) -> NDArray[np.int64]:
        """What each project is worth to each group: groups by projects, small whole numbers."""
        top = 1 if self.units is None else int(max(unit.max(initial=1) for unit in self.units))
        matrix = np.zeros((self.groups, self.size), dtype=np.min_scalar_type(top))
        for place, rows in enumerate(self.rows):
            matrix[rows, place] = 1 if self.units is None else self.units[place]
        return matrix

    def unit_column(self, place: int) -> Floats | None:
        """Units as a column, to stand beside several endowments; None where all are 1."""
        return None if self.units is None else self.units[place][:, None]

    def best_key(self, place: int) -> Fraction:
        """The lowest `price / scale` this project can ever have: every supporter pays in full."""
        return Fraction(self.cost[place], self.total[place] * self.scale[place])

    def top_unit(self, place: int) -> float:
        return 1.0 if self.units is None else float(self.units[place].max(initial=1.0))
