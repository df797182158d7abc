"""The VOTES section of a .pb file: read fast, and only its distinct votes looked at closely."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pbapp.tally.model import Content, Profile, VoteType, tidy

_POINTS = re.compile(r"-?[0-9]{1,12}([.][0-9]{1,6})?", re.ASCII)

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file. `line` counts from 1; 0 is the file as a whole."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


class Votes:
    """The rows after the VOTES header, which stands on line `start` of the file.

    `lines` are the rows as they stood. Votes are grouped as text before anything else, so a
    city's ballots take a fraction of a second; line numbers are looked up only for problems.
    """

    def __init__(
        self,
        vote_type: VoteType,
        fields: Sequence[str],
        file: Sequence[str],
        start: int,
        index: Mapping[str, int],
    ) -> None:
        self._vote_type, self._index = vote_type, index
        self._body, self._start = file[start:], start
        self.lines = [line for line in self._body if line]
        self._is_quoted = '"' in "".join(self.lines)
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self._wanted = [fields.index("vote")]
        self._id_at = fields.index("voter_id") if "voter_id" in fields else None
        if vote_type.has_points:
            if "points" not in fields:
                said = f"VOTES needs a column called points for {vote_type} votes"
                self.problems.append(Problem(start, said))
            else:
                self._wanted.append(fields.index("points"))

    def profile(self, max_length: int | None) -> Profile:
        if self.problems:
            return Profile.of(self._vote_type, ())
        columns = self._columns()
        if self._vote_type is VoteType.APPROVAL:
            return self._approvals(Counter(columns[0]))
        tally = Counter(zip(*columns, strict=True))
        groups: dict[Content, int] = {}
        points, scale = self._points(tally)
        for cells, count in tally.items():
            content = self._content(cells, points)
            if content is not None:
                groups[content] = groups.get(content, 0) + count
        return Profile.grouped(
            self._vote_type,
            groups,
            points_scale=scale,
            max_length=max_length or self._longest(groups),
        )

    def _approvals(self, tally: Mapping[str, int]) -> Profile:
        """The same for approval votes, the short way where there is nothing odd about one."""
        index = self._index
        groups: dict[tuple[int, ...], int] = {}
        for vote, count in tally.items():
            names = vote.split(",")
            try:
                chosen = tuple(sorted({index[name] for name in names}))
            except KeyError:
                chosen = ()
            if len(chosen) != len(names):
                content = self._content((vote,), {})
                if content is None:
                    continue
                chosen = content[0]
            groups[chosen] = groups.get(chosen, 0) + count
        return Profile.flat(self._vote_type, groups.keys(), groups.values())

    def _content(self, cells: Cells, points: Mapping[Cells, tuple[int, ...]]) -> Content | None:
        """What a vote says, with a word on anything odd; None where it cannot be read."""
        choices, given = self._choices(cells), points.get(cells)
        if choices is None or (given is None and self._vote_type.has_points):
            return None
        if given is not None and len(given) != len(choices):
            self._say_points(cells)
            return None
        if len(set(choices)) != len(choices):
            self._note(cells, "a project is chosen twice; it counts once")
        content = tidy(self._vote_type, choices, given)
        if self._vote_type is VoteType.CHOOSE_1 and len(content[0]) > 1:
            self._note(cells, "more than one choice in a choose-1 vote; each counts")
        return content

    def _longest(self, groups: Mapping[Content, int]) -> int | None:
        if self._vote_type is not VoteType.ORDINAL:
            return None
        return max((len(choices) for choices, _ in groups), default=0)

    def _columns(self) -> list[list[str]]:
        """The votes (and their points) of all rows."""
        try:
            if self._is_quoted:
                raise IndexError
            columns = [self._column(self.lines, at) for at in self._wanted]
            ids = [] if self._id_at is None else self._column(self.lines, self._id_at)
        except IndexError:
            columns, ids = self._with_care()
        if len(set(ids)) != len(ids):
            self._note_repeats(ids)
        return columns

    @staticmethod
    def _column(lines: Sequence[str], at: int) -> list[str]:
        """One column of rows without quotes; raises IndexError where a row is too short."""
        if at == 0:
            return [line.partition(";")[0] for line in lines]
        return [line.split(";", at + 1)[at] for line in lines]

    def _with_care(self) -> tuple[list[list[str]], list[str]]:
        """Some row is quoted, blank, or has fewer columns than the header."""
        self.lines = [line for line in self.lines if not line.isspace()]
        width = max([*self._wanted, self._id_at or 0]) + 1
        for line in self.lines:
            if line.count('"') % 2:
                said = "a quotation mark in this vote is never closed"
                self.problems.append(Problem(self._body.index(line) + self._start + 1, said))
        if self.problems:
            return [[] for _ in self._wanted], []
        rows = [row + [""] * (width - len(row)) for row in csv.reader(self.lines, delimiter=";")]
        columns = [[row[at] for row in rows] for at in self._wanted]
        return columns, [] if self._id_at is None else [row[self._id_at] for row in rows]

    def _choices(self, cells: Cells) -> tuple[int, ...] | None:
        index, vote = self._index, cells[0]
        try:
            return tuple([index[name] for name in vote.split(",")]) if vote else ()
        except KeyError:
            names = [name for name in map(str.strip, vote.split(",")) if name]
        for name in names:
            if name not in index:
                said = f"project {name} is not in PROJECTS"
                self.problems.append(Problem(self._line_of(cells), said))
                return None
        return tuple(index[name] for name in names)

    def _points(self, tally: Mapping[Cells, int]) -> tuple[dict[Cells, tuple[int, ...]], int]:
        """Points as whole numbers, and the power of ten they were multiplied by."""
        if not self._vote_type.has_points:
            return {}, 1
        exact: dict[Cells, tuple[Fraction, ...]] = {}
        for cells in tally:
            parts = [part for part in map(str.strip, cells[1].split(",")) if part]
            if all(map(_POINTS.fullmatch, parts)):
                exact[cells] = tuple(map(Fraction, parts))
            else:
                self._say_points(cells)
        scale = 10 ** max((decimals(p) for parts in exact.values() for p in parts), default=0)
        whole = {cells: tuple(int(p * scale) for p in parts) for cells, parts in exact.items()}
        return whole, scale

    def _say_points(self, cells: Cells) -> None:
        said = f"{cells[1]!r} is not a number for each choice"
        self.problems.append(Problem(self._line_of(cells), said))

    def _note(self, cells: Cells, message: str) -> None:
        self.warnings.append(Problem(self._line_of(cells), message))

    def _line_of(self, cells: Cells) -> int:
        """Where a vote first stands."""
        for place, line in enumerate(self._body):
            row = next(csv.reader([line], delimiter=";"), [])
            row += [""] * (max(self._wanted) + 1 - len(row))
            if line.strip() and tuple(row[column] for column in self._wanted) == cells:
                return self._start + place + 1
        return 0

    def _note_repeats(self, ids: Sequence[str]) -> None:
        """Line numbers for voters that appear again (only the rows of `lines` have one)."""
        numbers = (
            self._start + place + 1
            for place, line in enumerate(self._body)
            if line and not line.isspace()
        )
        seen: set[str] = set()
        for id, line in zip(ids, numbers, strict=False):
            if id.strip() and id in seen:
                self.warnings.append(Problem(line, f"voter {id} appears again; both ballots count"))
            seen.add(id)


def decimals(amount: Fraction) -> int:
    """How many decimal places the exact amount needs (its denominator divides a power of ten)."""
    places = 0
    while amount.denominator != 1:
        amount, places = amount * 10, places + 1
    return places
