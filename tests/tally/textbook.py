"""The stand-alone recount as an oracle: slow, plain, and without a line of the count's code."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from pbapp.tally import Election, Outcome, Rule, write_pabulib

RECOUNT = Path(__file__).resolve().parents[2] / "static" / "recount.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("recount", RECOUNT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_recount = load()


def recount(election: Election, rule: Rule, carried_in: object = 0) -> tuple[list[str], Any]:
    """Winners in order, and the textbook's own count, from the published file and rules."""
    parameters = {
        **rule.as_dict(),
        "exponent": election.instance.exponent,
        "carried_in": carried_in,
    }
    document = {"rule": rule.name, "parameters": parameters}
    return _recount.recount(write_pabulib(election), document)


def same(election: Election, rule: Rule, outcome: Outcome) -> None:
    """The count and the textbook agree: winners in order, ties of the deciding run, part-funding,
    and the pairs that tied at any earlier step."""
    winners, textbook = recount(election, rule, outcome.parameters.get("carried_in", 0))
    assert list(outcome.winners) == winners
    later = [list(tie.between) for tie in outcome.ties if tie.stage != "earlier_step"]
    assert later == [tied for _, tied in textbook.ties]
    earlier = {tie.between for tie in outcome.ties if tie.stage == "earlier_step"}
    assert earlier == set(getattr(textbook, "earlier", set()))
    if outcome.part_funded is not None or getattr(textbook, "part", None) is not None:
        assert outcome.part_funded is not None
        unit = 10**election.instance.exponent
        offered = (outcome.part_funded.project, outcome.part_funded.amount)
        name, amount = textbook.part
        assert offered == (name, amount * unit)
