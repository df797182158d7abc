"""What is keyed from a paper or a sheet, and the text it is kept as. Pure functions.

A paper is project numbers with blanks between them: `3 7 12`, the best first where people rank,
and `3=5 7=2` where they give points. A sheet with several pots is keyed as one: a project's number
says which pot it is in. `x` says that the paper cannot count; what the rules refuse cannot.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pbapp.ballots.rules import Rules
from pbapp.ballots.vote import Vote, pointed, ranked, read_vote, ticked
from pbapp.refusal import N_, Refused
from pbapp.tally.digest import canonical

REJECTED = canonical({"rejected": True}).decode()
SEPARATORS = re.compile(r"[\s,;.+]+")
NUMBER = re.compile(r"[0-9]{1,6}", re.ASCII)
POINTS = re.compile(r"([0-9]{1,6})[=:]([0-9]{1,4})", re.ASCII)
SAMPLE_SHARE = 20  # one paper in twenty, 5 %


@dataclass(frozen=True)
class Reading:
    """What a content says: a vote, or totals by project id, or that the paper cannot count."""

    vote: Vote = field(default_factory=Vote)
    totals: Mapping[str, int] | None = None
    is_rejected: bool = False


def content_of(typed: str, rules: Rules) -> str:
    """The canonical text of one paper as keyed; raises `Refused` beside `numbers`.

    What the rules refuse is refused here too: such a paper is keyed as x.
    """
    text = typed.strip()
    if text.lower() == "x":
        return REJECTED
    parts = [part for part in SEPARATORS.split(text) if part]
    if not parts:
        raise Refused(
            N_("Key the numbers ticked on the paper, or x if it cannot count."), "numbers"
        )
    vote = _pointed(parts, rules) if rules.has_points else _numbered(parts, rules)
    try:
        rules.check(vote)
    except Refused as refused:
        raise Refused(refused.message, "numbers", **refused.params) from refused
    return vote.content


def _numbered(parts: list[str], rules: Rules) -> Vote:
    for part in parts:
        _refuse_strange(part if NUMBER.fullmatch(part) else None, part, rules)
    return ranked(parts) if rules.is_ranking else ticked(parts)


def _pointed(parts: list[str], rules: Rules) -> Vote:
    points: dict[str, int] = {}
    for part in parts:
        found = POINTS.fullmatch(part)
        if found is None:
            raise Refused(
                N_("Key points as project = points, like 3=5. This is not: %(typed)s"),
                "numbers",
                typed=part[:20],
            )
        id, number = found.groups()
        _refuse_strange(id, id, rules)
        if id in points:
            raise Refused(N_("Project %(number)s is there twice."), "numbers", number=id)
        points[id] = int(number)
    return pointed(points)


def _refuse_strange(id: str | None, typed: str, rules: Rules) -> None:
    if id not in rules.options:
        raise Refused(
            N_("There is no project with the number %(number)s."), "numbers", number=typed[:20]
        )


def content_of_totals(totals: Mapping[str, int], papers: int, rules: Rules) -> str:
    """The canonical text of a sheet; raises `Refused` for totals that cannot be."""
    for id, votes in totals.items():
        if votes > papers:
            raise Refused(
                N_("Project %(number)s has more votes than there are papers (%(papers)s)."),
                f"total_{id}",
                number=id,
                papers=papers,
            )
    by_pot = [rules.most_in(pot.id) for pot in rules.pots]
    most = papers * (max(by_pot) if rules.picks_a_pot else sum(by_pot))
    if sum(totals.values()) > most:
        raise Refused(
            N_("These totals are %(sum)s votes. %(papers)s papers can give %(most)s at most."),
            sum=sum(totals.values()),
            papers=papers,
            most=most,
        )
    return canonical({"totals": {id: totals.get(id, 0) for id in rules.options}}).decode()


def read(content: str) -> Reading:
    kept = json.loads(content)
    if "totals" in kept:
        return Reading(totals=kept["totals"])
    if kept.get("rejected"):
        return Reading(is_rejected=True)
    return Reading(vote=read_vote(content))


def keyed(content: str) -> str:
    """A content as somebody would key it, in the order of the paper."""
    reading = read(content)
    if reading.is_rejected:
        return "x"
    if reading.totals is not None:
        return ", ".join(f"{id}: {votes}" for id, votes in _in_order(reading.totals))
    vote = reading.vote
    if vote.points is not None:
        return " ".join(f"{id}={points}" for id, points in _in_order(vote.given))
    return " ".join(vote.choices if vote.is_ranking else sorted(vote.choices, key=_place))


def in_dispute(first: str, second: str) -> frozenset[str]:
    """The projects that two readings do not agree on."""
    one, other = _said(read(first)), _said(read(second))
    return frozenset(id for id in {*one, *other} if one.get(id) != other.get(id))


def _said(reading: Reading) -> Mapping[str, int]:
    """What a reading says of each project: its total, its points, its place, or that it is in."""
    vote = reading.vote
    return reading.totals or vote.given or vote.places or dict.fromkeys(vote.choices, 1)


def sample_size(papers: int) -> int:
    """How many papers are read once more: 5 %, and one at least."""
    return -(-papers // SAMPLE_SHARE)


def rows_of_totals(totals: Mapping[str, int], papers: int) -> list[tuple[str, ...]]:
    """As many rows as there were papers that together have these totals.

    Nobody cast these rows: a sheet does not say which votes stood on one paper. They are for
    counts that only add up (greedy). Dealing one project's votes after another's round the table
    gives no row a project twice, and no row more than its share (McNaughton's wrap-around rule).
    """
    rows: list[list[str]] = [[] for _ in range(papers)]
    place = 0
    for id, votes in _in_order(totals):
        for _ in range(votes):
            rows[place % papers].append(id)
            place += 1
    return [tuple(row) for row in rows]


def _in_order(totals: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(totals.items(), key=lambda item: _place(item[0]))


def _place(id: str) -> tuple[int, str]:
    return (int(id) if id.isascii() and id.isdigit() else 0, id)
