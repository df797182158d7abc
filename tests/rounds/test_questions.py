"""Questions a round asks besides: written by its voting leads, without code, in its history."""

from __future__ import annotations

from typing import Any

from pbapp.db import db
from pbapp.rounds.models import Round
from tests.client import Browser
from tests.proposals.writing import problems
from tests.rounds.factories import make_round
from tests.world import World

ASK = "/desk/rounds/small-grants/questions"
CHOICE: dict[str, Any] = {
    "text": "Where will you meet?",
    "kind": "choice",
    "options": "Indoors\nOutdoors\nIndoors",
    "is_required": True,
    "from_amount": "£1,200.50",
}


def asked(round: Round) -> list[str]:
    db.session.expire(round)
    return [one.text for one in round.questions if one.removed_at is None]


def test_a_lead_adds_changes_and_removes_a_question(second_officer: Browser, world: World) -> None:
    round = make_round(world)
    page = second_officer.get(ASK)
    for _ in range(2):  # a second click
        second_officer.submit(page, CHOICE, form="question")
    (question,) = round.questions
    assert question.options == ["Indoors", "Outdoors"]
    assert (question.is_required, question.from_pence) == (True, 1_200_50)
    page = second_officer.get(ASK)
    said = "One of several answers: Indoors, Outdoors; has to be answered, from £1,200.50"
    assert said in page.text
    change = second_officer.get(f"{ASK}/{question.id}")
    second_officer.submit(
        change, {"text": "In or out?", "kind": "yes_no", "from_amount": ""}, form="question"
    )
    assert asked(round) == ["In or out?"]
    assert "Where will you meet?" in second_officer.get("/rounds/small-grants/history").text
    page = second_officer.get(ASK)
    for _ in range(2):
        second_officer.submit(page, form=0)
    assert asked(round) == []
    second_officer.get(f"{ASK}/{question.id}", 404)


def test_what_cannot_be_asked_is_named_and_others_may_not_ask(
    second_officer: Browser,
    officer: Browser,
    officer_elsewhere: Browser,
    resident: Browser,
    world: World,
) -> None:
    round = make_round(world)
    page = second_officer.get(ASK)
    for values, problem in [
        ({"text": ""}, "Type the question."),
        ({"options": "Only one"}, "Give two to twelve answers"),
        ({"kind": None}, "Choose how it is answered."),
        ({"from_amount": "1_000"}, "Enter an amount in pounds"),
    ]:
        wrong = second_officer.submit(page, {**CHOICE, **values}, form="question", status=422)
        assert problem in problems(wrong)
        assert "Outdoors" in wrong.html or "options" in values
    for browser in (resident, officer_elsewhere):
        browser.refused(ASK)
    assert asked(round) == []
