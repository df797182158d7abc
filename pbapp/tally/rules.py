"""The rules by name, and the one way in: `count`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pbapp.tally.greedy import count_greedy
from pbapp.tally.greedy_rule import Greedy
from pbapp.tally.model import Instance, Outcome, Profile

Rule = Greedy
RULES: dict[str, type[Rule]] = {Greedy.name: Greedy}


def rule_from_dict(name: str, parameters: Mapping[str, object]) -> Rule:
    """The rule as stored with a result; raises ValueError on an unknown name or value."""
    if name not in RULES:
        raise ValueError(f"there is no rule called {name!r}")
    return RULES[name].from_dict(parameters)


def count(
    instance: Instance,
    profile: Profile,
    rule: Rule,
    *,
    progress: Callable[[str], None] | None = None,
) -> Outcome:
    """Count once. Pure and exact: the same values give the same outcome, byte for byte."""
    return count_greedy(instance, profile, rule)
