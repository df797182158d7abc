"""Tie-breaking as a published value.

The lowest cost wins, then the most votes, then a lot: an order of all projects drawn and published
before voting opened. One order holds for a whole count, every step of it included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pbapp.tally.model import Instance, Tie

Key = tuple[int, int, int] | tuple[str]


class TieBreak(StrEnum):
    """`COST`: lowest cost, most votes, lot. `ID`: project id as text, ascending (for comparison
    with other programs only; as text, c10 comes before c2)."""

    COST = "cost"
    ID = "id"


@dataclass(frozen=True, slots=True)
class TieRule:
    """`lot` names every project in the drawn order; without one, the listed order is the lot."""

    method: TieBreak = TieBreak.COST
    lot: tuple[str, ...] | None = None

    def as_dict(self) -> dict[str, object]:
        return {"tie_break": str(self.method), "lot": None if self.lot is None else list(self.lot)}

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> TieRule:
        lot = values.get("lot")
        return cls(
            method=TieBreak(str(values.get("tie_break", TieBreak.COST))),
            lot=tuple(str(id) for id in lot) if isinstance(lot, list | tuple) else None,
        )

    def order(self, instance: Instance, votes: Sequence[int]) -> TieOrder:
        """The one order of all projects that this rule gives; raises ValueError on a bad lot."""
        ids = [project.id for project in instance.projects]
        if self.method is TieBreak.ID:
            keys: list[Key] = [(id,) for id in ids]
            return TieOrder(ids=ids, keys=keys, names=("id",))
        lot = ids if self.lot is None else list(self.lot)
        if sorted(lot) != sorted(ids):
            raise ValueError("the lot must name every project once")
        drawn = {id: place for place, id in enumerate(lot)}
        keys = [
            (project.cost, -votes[place], drawn[project.id])
            for place, project in enumerate(instance.projects)
        ]
        return TieOrder(ids=ids, keys=keys, names=("cost", "votes", "lot"))


class TieOrder:
    """`rank[p]` is project p's place in the one order: the lowest wins a tie."""

    def __init__(self, *, ids: Sequence[str], keys: Sequence[Key], names: Sequence[str]) -> None:
        self._ids, self._keys, self._names = ids, list(keys), tuple(names)
        places = sorted(range(len(keys)), key=keys.__getitem__)
        self.rank = [0] * len(keys)
        for rank, place in enumerate(places):
            self.rank[place] = rank

    def first(self, places: Iterable[int]) -> int:
        return min(places, key=self.rank.__getitem__)

    def beats(self, place: int, rival: int, *, more_votes: int = 0) -> bool:
        """Would `place` win a tie against `rival` if that many more people had voted for it?"""
        key = self._keys[place]
        if len(key) == 3:
            cost, votes, lot = key
            key = (cost, votes - more_votes, lot)
        return key < self._keys[rival]  # type: ignore[operator]

    def record(self, places: Iterable[int], *, stage: str, round: int) -> Tie:
        """The tie between `places`, with the criterion that parted the first from the next."""
        ordered = sorted(places, key=self.rank.__getitem__)
        first, second = self._keys[ordered[0]], self._keys[ordered[1]]
        by = next(name for name, a, b in zip(self._names, first, second, strict=True) if a != b)
        return Tie(
            between=tuple(self._ids[place] for place in ordered),
            chosen=self._ids[ordered[0]],
            by=by,
            stage=stage,
            round=round,
        )
