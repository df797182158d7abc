"""What somebody marked on the page where they choose, read as strictly as a paper. Pure functions.

Fields: `choice` (and `choice-2` …: one a pot where each takes one) holds ids; `points-7` and
`rank-7` hold what was typed for project 7, a number of points or its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pbapp.ballots.rules import Rules
from pbapp.ballots.vote import Vote, pointed, ranked, ticked
from pbapp.refusal import N_, Refused

DIGITS = re.compile(r"[0-9]{1,4}", re.ASCII)
NOT_HERE = N_("One of the projects is not in this vote. Look over your choices again.")
TWICE = N_("A project was chosen twice. Choose each project once.")

Sent = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Marks:
    """`vote` is all that could be read, `typed` the text by field, `fault` what could not be."""

    vote: Vote = field(default_factory=Vote)
    typed: Mapping[str, str] = field(default_factory=dict)
    fault: Refused | None = None

    def check(self, rules: Rules) -> None:
        """Raise `Refused` for what cannot be read, or what the rules do not allow."""
        if self.fault is not None:
            raise self.fault
        rules.check(self.vote)

    def legible(self, rules: Rules) -> Vote:
        """What is worth keeping until it is right."""
        return legible(self.vote, rules)


def legible(vote: Vote, rules: Rules) -> Vote:
    """Each known project of a vote, once."""
    seen = dict.fromkeys(id for id in vote.choices if id in rules.options)
    if vote.points is not None:
        return vote.among(seen)
    return ranked(seen) if vote.is_ranking else ticked(seen)


def read_marks(sent: Sent, rules: Rules) -> Marks:
    """What a form says, whatever somebody put into it."""
    if rules.has_points:
        return _read_points(sent, rules)
    if rules.is_ranking:
        return _read_places(sent, rules)
    names = ("choice", *(f"choice-{pot.id}" for pot in rules.pots))
    return Marks(ticked(id for name in names for id in sent.get(name, ())))


def fields_of(vote: Vote) -> list[tuple[str, str]]:
    """The fields that say a vote again, word for word: `read_again` needs no rules."""
    if vote.points is not None:
        return [(f"points-{id}", str(points)) for id, points in vote.given.items()]
    return [("rank" if vote.is_ranking else "choice", id) for id in vote.choices]


def read_again(sent: Sent) -> Vote:
    """The vote that a page showed and sends; raises `Refused` for what no page of ours sends."""
    if "rank" in sent:
        return ranked(sent["rank"])
    points: dict[str, int] = {}
    for name, texts in sent.items():
        if not name.startswith("points-"):
            continue
        if len(texts) != 1 or not DIGITS.fullmatch(texts[0]):
            raise Refused(N_("We could not read this vote. Look it over and send it again."))
        points[name.removeprefix("points-")] = int(texts[0])
    return pointed(points) if points else ticked(sent.get("choice", ()))


def part_in(vote: Vote, rules: Rules, pot_id: str) -> Vote:
    """What a vote says about one pot."""
    return vote.among({option.id for option in rules.in_pot(pot_id)})


def with_project(vote: Vote, id: str, rules: Rules) -> Vote:
    """The vote with one project more: ticked, given a point, or put last in the order."""
    pot_id = rules.options[id].pot
    if rules.has_points:
        return pointed({**vote.given, id: vote.given.get(id, 1)})
    if rules.is_ranking:
        return in_pot_order(ranked(dict.fromkeys([*vote.choices, id])), rules)
    kept = [c for c in vote.choices if not (rules.is_choose_one and rules.options[c].pot == pot_id)]
    return ticked({*kept, id})


def without_project(vote: Vote, id: str) -> Vote:
    return vote.among(set(vote.choices) - {id})


def in_pot_order(vote: Vote, rules: Rules) -> Vote:
    """A ranking with one pot after another, so that one order in each pot is one text."""
    place = {pot.id: number for number, pot in enumerate(rules.pots)}
    return ranked(sorted(vote.choices, key=lambda id: place[rules.options[id].pot]))


def _read_points(sent: Sent, rules: Rules) -> Marks:
    points: dict[str, int] = {}
    typed, fault = _typed(sent, "points-", rules)
    for name, text in typed.items():
        id = name.removeprefix("points-")
        if DIGITS.fullmatch(text):
            points[id] = int(text)
        elif text and fault is None:
            fault = Refused(
                N_("Give “%(title)s” its points in digits, from 0 to %(most)s."),
                name,
                title=rules.options[id].title,
                most=rules.point_cap,
            )
    return Marks(pointed(points), typed, fault)


def _read_places(sent: Sent, rules: Rules) -> Marks:
    typed, fault = _typed(sent, "rank-", rules)
    places: dict[str, tuple[str, int]] = {}
    taken: set[tuple[str, int]] = set()
    for name, text in typed.items():
        option = rules.options[name.removeprefix("rank-")]
        if not text:
            continue
        there = (option.pot, int(text) if DIGITS.fullmatch(text) else 0)
        if not there[1]:
            fault = fault or Refused(
                N_("Give “%(title)s” its place in digits: 1 for the best."),
                name,
                title=option.title,
            )
            continue
        if there in taken:
            fault = fault or Refused(
                N_("Two projects have the place %(place)s. Give each a place of its own."),
                name,
                place=there[1],
            )
        taken.add(there)
        places[option.id] = there
    order = sorted(places, key=lambda id: places[id][1])
    return Marks(in_pot_order(ranked(order), rules), typed, fault)


def _typed(sent: Sent, prefix: str, rules: Rules) -> tuple[dict[str, str], Refused | None]:
    """The text of each project's field, and the first of them that may not be there."""
    typed: dict[str, str] = {}
    fault: Refused | None = None
    for name, texts in sent.items():
        if not name.startswith(prefix):
            continue
        if name.removeprefix(prefix) not in rules.options:
            fault = fault or Refused(NOT_HERE)
            continue
        if len(texts) > 1:
            fault = fault or Refused(TWICE, name)
        typed[name] = texts[0].strip()[:20] if texts else ""
    return typed, fault
