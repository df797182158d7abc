"""Read elections in Pabulib's .pb format.

Source: Stolicki, Szufa, Talmon, "Pabulib: A Participatory Budgeting Library", arXiv 2012.06539.
Real files come with byte order marks, CRLF, quoted semicolons, decimal amounts and free-text ids;
all are read. What cannot be counted safely is refused, every problem at once, with line numbers.
The `selected` column is kept and never believed: winners come from counting.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from pbapp.tally.model import Instance, Profile, Project, VoteType
from pbapp.tally.pabulib_votes import Problem, Votes, decimals

_NUMBER = re.compile(r"[0-9]{1,24}([.,][0-9]{1,12})?([eE]\+?[0-9]{1,2})?", re.ASCII)
_SECTIONS = ("meta", "projects", "votes")
_MANY = 20


class PabulibError(ValueError):
    """A file that cannot be counted. `problems` lists what is wrong, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        shown = [str(problem) for problem in self.problems[:_MANY]]
        if len(self.problems) > _MANY:
            shown.append(f"and {len(self.problems) - _MANY} more problems")
        super().__init__("\n".join(shown))


@dataclass(frozen=True, slots=True)
class Election:
    """A .pb file. `vote_lines` are its VOTES as they stood, `voters` the same as rows."""

    meta: Mapping[str, str]
    instance: Instance
    profile: Profile
    project_fields: tuple[str, ...] = ("project_id", "cost")
    vote_fields: tuple[str, ...] = ("voter_id", "vote")
    vote_lines: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = field(default=(), compare=False)

    @property
    def voters(self) -> Iterator[list[str]]:
        return csv.reader(self.vote_lines, delimiter=";")

    def selected(self) -> tuple[str, ...] | None:
        """Official winners as the file states them: to show and compare, never to count."""
        if "selected" not in self.project_fields:
            return None
        return tuple(
            project.id
            for project in self.instance.projects
            if project.meta.get("selected", "0") not in ("", "0")
        )


def read_pabulib(path: str | Path) -> Election:
    """Read a file; raises PabulibError, or OSError if it cannot be opened."""
    return parse_pabulib_bytes(Path(path).read_bytes())


def parse_pabulib_bytes(data: bytes) -> Election:
    """Read a .pb file's bytes; raises PabulibError, also for what is not UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PabulibError([Problem(line, "this is not UTF-8 text")]) from None
    return parse_pabulib(text)


def parse_pabulib(text: str) -> Election:
    """Read the text of a .pb file; raises PabulibError."""
    return _Reader(text).election()


class _Reader:
    """One pass over a file, collecting problems as it goes."""

    def __init__(self, text: str) -> None:
        text = text.removeprefix("\ufeff")
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        self._lines = text.split("\n")
        self._problems: list[Problem] = []
        self._warnings: list[Problem] = []
        self._meta: dict[str, str] = {}
        self._meta_lines: dict[str, int] = {}
        self._rows: dict[str, tuple[int, dict[str, str]]] = {}
        self._fields: dict[str, tuple[str, ...]] = {}
        self._votes_at = 0

    def election(self) -> Election:
        self._read_sections()
        self._refuse_if_wrong()
        vote_type = self._vote_type()
        budget = self._amount(self._meta.get("budget"), self._meta_lines.get("budget", 0), "budget")
        if budget is not None and budget <= 0:
            self._wrong(self._meta_lines["budget"], "the budget must be more than 0")
        projects = [self._priced(id, line, row) for id, (line, row) in self._rows.items()]
        self._refuse_if_wrong()
        assert budget is not None  # noqa: S101 - _refuse_if_wrong has seen to it
        instance = _instance(budget, projects)
        votes = Votes(vote_type, self._fields["votes"], self._lines, self._votes_at, instance.index)
        profile = votes.profile(self._max_length(vote_type))
        self._problems += votes.problems
        self._warnings += votes.warnings
        self._compare_counts(len(instance.projects), profile.ballots_cast)
        self._refuse_if_wrong()
        return Election(
            meta=MappingProxyType(self._meta),
            instance=instance,
            profile=profile,
            project_fields=self._fields["projects"],
            vote_fields=self._fields["votes"],
            vote_lines=tuple(votes.lines),
            warnings=tuple(sorted(self._warnings, key=lambda problem: problem.line)),
        )

    # -- sections -------------------------------------------------------------------------------

    def _read_sections(self) -> None:
        """META and PROJECTS through the csv reader; VOTES is left for `_profile`."""
        source = (line + "\n" for line in self._lines)
        reader = csv.reader(source, delimiter=";")
        section, start = "", 0
        try:
            for row in reader:
                line, start = start + 1, reader.line_num
                cells = [cell.strip() for cell in row]
                name = cells[0].lower() if cells else ""
                if not any(cells):
                    continue
                if name in _SECTIONS and not any(cells[1:]):
                    section = name
                    header = [cell.strip() for cell in next(reader, [])]
                    start = reader.line_num
                    self._start_section(section, header, line)
                    if section == "votes":
                        self._votes_at = start
                        break
                elif section == "meta":
                    self._read_meta(cells, line)
                elif section == "projects":
                    self._read_project(cells, line)
                else:
                    self._wrong(line, "the file must begin with a line that says META")
                    break
        except csv.Error as error:
            self._wrong(reader.line_num, f"this line cannot be read ({error})")
        for name in _SECTIONS:
            if name not in self._fields and not self._problems:
                hint = "" if name == "meta" else "; look for a quotation mark that is never closed"
                self._wrong(0, f"the file has no {name.upper()} section{hint}")

    def _start_section(self, section: str, header: list[str], line: int) -> None:
        if section in self._fields:
            self._wrong(line, f"a second {section.upper()} section")
        fields = tuple(name.lower() for name in header)
        self._fields[section] = fields
        wanted = {"meta": ("key", "value"), "projects": ("project_id", "cost"), "votes": ("vote",)}
        for name in wanted[section]:
            if name not in fields:
                self._wrong(line + 1, f"{section.upper()} needs a column called {name}")
        for name, times in Counter(name for name in fields if name).items():
            if times > 1:
                self._wrong(line + 1, f"the column {name} appears {times} times")

    def _read_meta(self, cells: list[str], line: int) -> None:
        key = cells[0]
        if key in self._meta:
            self._warn(line, f"{key} is given twice in META; the first one counts")
            return
        # A value may hold semicolons that somebody forgot to quote.
        self._meta[key] = ";".join(cells[1:]).rstrip(";") if len(cells) > 1 else ""
        self._meta_lines[key] = line

    def _read_project(self, cells: list[str], line: int) -> None:
        fields = self._fields["projects"]
        if len(cells) > len(fields) and any(cells[len(fields) :]):
            self._wrong(
                line,
                f"{len(cells)} columns where PROJECTS has {len(fields)}; "
                "put text that holds a semicolon in quotation marks",
            )
            return
        row = dict(zip(fields, cells, strict=False))
        id = row.get("project_id", "")
        if not id:
            self._wrong(line, "a project without an id")
        elif "," in id:
            self._wrong(line, f"project id {id!r} holds a comma, which parts choices in a vote")
        elif id in self._rows:
            first = self._rows[id][0]
            self._wrong(line, f"project {id} is listed twice (first on line {first})")
        else:
            self._rows[id] = (line, row)

    # -- numbers --------------------------------------------------------------------------------

    def _vote_type(self) -> VoteType:
        given = self._meta.get("vote_type", "").lower()
        try:
            return VoteType(given)
        except ValueError:
            known = ", ".join(VoteType)
            line = self._meta_lines.get("vote_type", 0)
            said = f"vote_type {given!r} is not known" if given else "META has no vote_type"
            self._wrong(line, f"{said}; it must be one of {known}")
            return VoteType.APPROVAL

    def _amount(self, text: str | None, line: int, what: str) -> Fraction | None:
        if not text:
            self._wrong(line, f"there is no {what}")
        elif not _NUMBER.fullmatch(text):
            self._wrong(line, f"the {what} {text!r} is not a number of 0 or more")
        else:
            return Fraction(text.replace(",", "."))
        return None

    def _priced(self, id: str, line: int, row: dict[str, str]) -> _Priced:
        cost = self._amount(row.get("cost"), line, f"cost of project {id}")
        least = row.get("minimum")
        minimum = self._amount(least, line, f"minimum of project {id}") if least else None
        return _Priced(id, row, cost or Fraction(0), minimum)

    def _max_length(self, vote_type: VoteType) -> int | None:
        text = self._meta.get("max_length", "")
        if vote_type is not VoteType.ORDINAL or not text:
            return None
        if not re.fullmatch(r"[0-9]{1,6}", text, re.ASCII):
            self._wrong(
                self._meta_lines["max_length"], f"max_length {text!r} is not a whole number"
            )
            return None
        return int(text)

    # -- problems -------------------------------------------------------------------------------

    def _wrong(self, line: int, message: str) -> None:
        self._problems.append(Problem(line, message))

    def _warn(self, line: int, message: str) -> None:
        self._warnings.append(Problem(line, message))

    def _compare_counts(self, projects: int, votes: int) -> None:
        for key, found in (("num_projects", projects), ("num_votes", votes)):
            stated = self._meta.get(key)
            if stated is not None and stated != str(found):
                said = (
                    f"{key} says {stated} and the file holds {found}; the file is counted as it is"
                )
                self._warn(self._meta_lines[key], said)

    def _refuse_if_wrong(self) -> None:
        if self._problems:
            raise PabulibError(self._problems)


@dataclass(frozen=True, slots=True)
class _Priced:
    """A row of PROJECTS with its amounts read."""

    id: str
    row: dict[str, str]
    cost: Fraction
    minimum: Fraction | None


def _instance(budget: Fraction, priced: Sequence[_Priced]) -> Instance:
    """Scale decimals to whole minor units, so that nothing is rounded."""
    amounts = [budget, *(p.cost for p in priced), *(p.minimum or budget for p in priced)]
    exponent = max(map(decimals, amounts))
    unit = 10**exponent
    projects = []
    for one in priced:
        categories = one.row.get("category", "") or one.row.get("categories", "")
        own = ("project_id", "cost", "name", "minimum")
        meta = {name: value for name, value in one.row.items() if name not in own}
        projects.append(
            Project(
                id=one.id,
                cost=int(one.cost * unit),
                name=one.row.get("name", ""),
                categories=tuple(part.strip() for part in categories.split(",") if part.strip()),
                minimum=None if one.minimum is None else int(one.minimum * unit),
                meta=MappingProxyType(meta),
            )
        )
    return Instance(budget=int(budget * unit), projects=tuple(projects), exponent=exponent)
