"""What a ballot says, and what each round's rules make of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from pbapp.ballots import words
from pbapp.ballots.booth import _packed, _unpacked
from pbapp.ballots.marks import fields_of, read_again, read_marks
from pbapp.ballots.rules import BallotPot, Option, Rules, rules_of
from pbapp.ballots.vote import Vote, pointed, ranked, read_vote, ticked
from pbapp.refusal import Refused
from pbapp.rounds.models import PotsPerVoter, VoteType

IDS = [str(n) for n in range(1, 9)]
ids = st.lists(st.sampled_from(IDS), unique=True)
votes = st.one_of(
    ids.map(ticked),
    ids.map(ranked),
    st.dictionaries(st.sampled_from(IDS), st.integers(0, 20)).map(pointed),
)
# Projects 1 to 4 are in the first pot, 5 to 8 in the second; each costs £10 times its number.
TICKS = Rules(
    options={id: Option(id, f"Project {id}", int(id) * 10_00, "12"[int(id) > 4]) for id in IDS},
    pots=(BallotPot("1", "North", 60_00), BallotPot("2", "South", 200_00)),
)
POINTS = replace(TICKS, vote_type=VoteType.CUMULATIVE, points_each=10, points_most=6)
RANKS = replace(TICKS, vote_type=VoteType.ORDINAL, max_choices=3)


def why_not(rules: Rules, vote: Vote) -> str | None:
    try:
        rules.check(vote)
    except Refused as refused:
        return f"{refused.field}: {refused}"
    return None


@given(votes)
def test_a_content_says_the_whole_vote_and_says_it_one_way(vote: Vote) -> None:
    assert read_vote(vote.content) == vote
    assert read_vote(vote.content).content == vote.content


@given(ids)
def test_the_order_of_ticking_does_not_show(chosen: list[str]) -> None:
    assert ticked(chosen).content == ticked(reversed(chosen)).content
    assert pointed(dict.fromkeys(chosen, 2)) == pointed(dict.fromkeys(reversed(chosen), 2))


def test_contents_are_as_the_description_says() -> None:
    assert ticked(["7", "12", "3"]).content == '{"choices":["12","3","7"]}'
    assert pointed({"7": 2, "12": 1, "3": 0}).content == '{"points":{"12":1,"7":2}}'
    assert ranked(["7", "12", "3"]).content == '{"ranking":["7","12","3"]}'


@given(votes, st.sets(st.sampled_from(IDS)))
def test_the_parts_of_a_vote_are_the_vote(vote: Vote, here: set[str]) -> None:
    part, rest = vote.among(here), vote.among(set(IDS) - here)
    assert set(part.choices) | set(rest.choices) == set(vote.choices)
    assert {**part.given, **rest.given} == vote.given
    assert [id for id in vote.choices if id in here] == list(part.choices)


@pytest.mark.parametrize("rules", [TICKS, POINTS, RANKS])
@given(vote=votes)
def test_what_passes_keeps_every_guard_in_every_pot(rules: Rules, vote: Vote) -> None:
    if why_not(rules, vote) is not None:
        return
    assert vote.choices
    assert (vote.points is not None, vote.is_ranking) == (rules.has_points, rules.is_ranking)
    for pot in rules.pots:
        part = vote.among({option.id for option in rules.in_pot(pot.id)})
        assert len(part.choices) <= (rules.max_choices or 8)
        assert sum(part.points or ()) <= (rules.points_each or 0)
        assert all(0 < points <= 6 for points in part.points or ())


@pytest.mark.parametrize(
    ("rules", "vote", "said"),
    [
        (TICKS, ticked([]), "choice: Choose at least one project."),
        (TICKS, Vote(("3", "3")), "choice: A project was chosen twice. Choose each project once."),
        (TICKS, ticked(["99"]), "not in this vote"),
        (TICKS, ranked(["1"]), "not how people vote"),
        (RANKS, ticked(["1"]), "not how people vote"),
        (RANKS, ranked(["1", "2", "1"]), "chosen twice"),
        (RANKS, ranked("1234"), "pot-1: You have chosen 4 projects. You can choose 3: take 1 out."),
        (POINTS, pointed({"1": 7}), "points-1: “Project 1” has 7 points. One project can get 6"),
        (POINTS, Vote(("1",), (-1,)), "points-1: Give a project at least 1 point"),
        (POINTS, pointed({"1": 6, "2": 5}), "pot-1: You have given 11 points. You have 10 to give"),
        (replace(TICKS, within_pot=True), ticked("34"), "pot-1: Your projects cost £10 more"),
        (
            replace(TICKS, min_choices=3, max_choices=3),
            ticked("56"),
            "pot-2: You have chosen 2. Choose exactly 3",
        ),
        (replace(TICKS, min_choices=2), ticked("1"), "You have chosen 1. Choose at least 2"),
        (replace(TICKS, pots_per_voter=PotsPerVoter.ONE), ticked("15"), "choice: You can vote in"),
        (TICKS.without(frozenset("3")), ticked("13"), "choice: “Project 3” has been withdrawn"),
    ],
)
def test_each_fault_has_its_sentence_beside_its_field(rules: Rules, vote: Vote, said: str) -> None:
    assert said in (why_not(rules, vote) or "")


def test_guards_and_money_hold_in_each_pot_by_itself() -> None:
    rules = replace(TICKS, max_choices=2, within_pot=True)
    assert why_not(rules, ticked("1256")) is None
    assert why_not(POINTS, pointed({"1": 6, "2": 4, "5": 6, "6": 4})) is None
    assert why_not(RANKS, ranked("815263")) is None


def test_a_guard_never_asks_for_more_projects_than_still_stand() -> None:
    rules = replace(TICKS, min_choices=4, max_choices=4).without(frozenset("12"))
    assert why_not(rules, ticked("34")) is None
    assert why_not(rules, ticked("3")) is not None


def test_the_money_does_not_bind_points_and_places() -> None:
    assert why_not(replace(RANKS, within_pot=True), ranked("234")) is None
    assert why_not(replace(POINTS, within_pot=True), pointed({"2": 1, "3": 1, "4": 1})) is None


def test_a_pot_with_money_for_all_its_projects_has_nothing_to_choose() -> None:
    assert not TICKS.all_fit("1")
    assert TICKS.without(frozenset("4")).all_fit("1")


def test_what_was_sealed_before_there_were_pots_on_the_ballot_is_one_pot() -> None:
    rows = [{"id": "3", "title": "A", "cost_pence": 5, "number": 3, "minimum_pence": None}]
    pots = [{"name": "A", "budget_pence": 7}, {"name": "B", "budget_pence": 5}]
    old = {"vote_type": "approval", "max_choices": 2, "within_pot": True, "pots": pots}
    rules = rules_of({**old, "projects": rows})
    assert (rules.budget_pence, rules.has_pots, rules.most_in("1")) == (12, False, 1)
    rules.check(ticked("3"))


def test_the_page_for_keying_says_how_and_what_spoils_a_paper(app: Flask) -> None:
    with app.test_request_context():
        ticks = words.keying_words(replace(TICKS, min_choices=2, max_choices=2, within_pot=True))
        one_pot = words.keying_words(replace(POINTS, pots_per_voter=PotsPerVoter.ONE))
        ranks = words.keying_words(RANKS)
    assert "3 7 12" in ticks
    assert "more than 2 chosen, fewer than 2 chosen, more money than the pot has" in ticks
    assert "3=5 7=2" in one_pot
    assert "more than 6 points for one project, projects of two pots" in one_pot
    assert "one place given twice, more than 3 chosen" in ranks


@given(votes.filter(lambda vote: bool(vote.choices)))
def test_a_vote_goes_through_a_page_and_through_the_cookie_as_it_is(vote: Vote) -> None:
    sent: dict[str, list[str]] = {}
    for name, value in fields_of(vote):
        sent.setdefault(name, []).append(value)
    assert read_again(sent) == vote
    assert _unpacked(_packed(vote)) == vote


@given(
    st.dictionaries(
        st.sampled_from([f"{kind}{id}" for kind in ("points-", "rank-") for id in [*IDS, "99"]]),
        st.lists(st.one_of(st.text(max_size=6), st.sampled_from("0123456789")), max_size=2),
    ),
    st.sampled_from([POINTS, RANKS]),
)
def test_whatever_is_typed_is_read_or_refused_and_what_is_kept_is_sound(
    sent: dict[str, list[str]], rules: Rules
) -> None:
    marks = read_marks(sent, rules)
    kept = marks.legible(rules)
    assert set(kept.choices) <= set(IDS)
    assert len(set(kept.choices)) == len(kept.choices)
    assert all(points > 0 for points in kept.points or ())
    assert _unpacked(_packed(kept)) == kept
    with suppress(Refused):
        marks.check(rules)
        assert kept == marks.vote
