"""What is keyed from a paper or a sheet, and the text it is kept as. Pure functions.

A paper is project numbers with blanks between them: `3 7 12`. `x` says that it cannot count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pbapp.ballots.rules import Rules
from pbapp.ballots.secrecy import canonical_content, read_content
from pbapp.refusal import N_, Refused
from pbapp.tally.digest import canonical

REJECTED = canonical({"rejected": True}).decode()
SEPARATORS = re.compile(r"[\s,;.+]+")
NUMBER = re.compile(r"[0-9]{1,6}", re.ASCII)
SAMPLE_SHARE = 20  # one paper in twenty, 5 %


@dataclass(frozen=True)
class Reading:
    """What a content says: choices, or totals by project id, or that the paper cannot count."""

    choices: tuple[str, ...] = ()
    totals: Mapping[str, int] | None = None
    is_rejected: bool = False


def content_of(typed: str, rules: Rules) -> str:
    """The canonical text of one paper as keyed; raises `Refused` beside `numbers`."""
    text = typed.strip()
    if text.lower() == "x":
        return REJECTED
    choices = [part for part in SEPARATORS.split(text) if part]
    if not choices:
        raise Refused(
            N_("Key the numbers ticked on the paper, or x if it cannot count."), "numbers"
        )
    strange = [part for part in choices if NUMBER.fullmatch(part) is None]
    unknown = [part for part in choices if part not in rules.options]
    if strange or unknown:
        raise Refused(
            N_("There is no project with the number %(number)s."),
            "numbers",
            number=(strange or unknown)[0][:20],
        )
    try:
        rules.check(choices)
    except Refused as refused:
        raise Refused(refused.message, "numbers", **refused.params) from refused
    return canonical_content(choices)


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
    most = papers * (rules.max_choices or len(rules.options))
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
    return Reading(choices=read_content(content))


def keyed(content: str) -> str:
    """A content as somebody would key it, in the order of the paper."""
    reading = read(content)
    if reading.is_rejected:
        return "x"
    if reading.totals is not None:
        return ", ".join(f"{id}: {votes}" for id, votes in _in_order(reading.totals))
    return " ".join(sorted(reading.choices, key=_place))


def in_dispute(first: str, second: str) -> frozenset[str]:
    """The projects that two readings do not agree on."""
    one, other = read(first), read(second)
    if one.totals is not None and other.totals is not None:
        return frozenset(id for id in one.totals if one.totals[id] != other.totals.get(id))
    return frozenset(one.choices) ^ frozenset(other.choices)


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
