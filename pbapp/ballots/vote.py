"""What one ballot says, and the one text it is kept as, hashed and counted. Pure values."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pbapp.tally.digest import canonical


@dataclass(frozen=True)
class Vote:
    """Project ids as ticked (sorted as text), with points beside each, or ranked, best first."""

    choices: tuple[str, ...] = ()
    points: tuple[int, ...] | None = None
    is_ranking: bool = False

    @property
    def given(self) -> dict[str, int]:
        """Points by project id; nothing where none are given."""
        return dict(zip(self.choices, self.points or (), strict=False))

    @property
    def places(self) -> dict[str, int]:
        """The place of each ranked project from 1; nothing where there is no ranking."""
        if not self.is_ranking:
            return {}
        return {id: place for place, id in enumerate(self.choices, start=1)}

    @property
    def content(self) -> str:
        """The canonical text: one for one vote, whatever order it was typed in."""
        if self.points is not None:
            return canonical({"points": self.given}).decode()
        name = "ranking" if self.is_ranking else "choices"
        return canonical({name: self.choices}).decode()

    def among(self, ids: Collection[str]) -> Vote:
        """The part of this vote that is about these projects; a ranking closes up."""
        kept = [place for place, id in enumerate(self.choices) if id in ids]
        return Vote(
            tuple(self.choices[place] for place in kept),
            None if self.points is None else tuple(self.points[place] for place in kept),
            self.is_ranking,
        )


def ticked(ids: Iterable[str]) -> Vote:
    """A vote for these projects, each as much as the others."""
    return Vote(tuple(sorted(ids)))


def pointed(points: Mapping[str, int]) -> Vote:
    """A vote that gives points; 0 points say nothing and are left out."""
    given = sorted((id, number) for id, number in points.items() if number)
    return Vote(tuple(id for id, _ in given), tuple(number for _, number in given))


def ranked(ids: Iterable[str]) -> Vote:
    """A vote that puts projects in order, the best first."""
    return Vote(tuple(ids), is_ranking=True)


def read_vote(content: str) -> Vote:
    """What a canonical content says."""
    kept = json.loads(content)
    if "points" in kept:
        return pointed(kept["points"])
    if "ranking" in kept:
        return ranked(kept["ranking"])
    return Vote(tuple(kept["choices"]))
