"""The rules by name, and the one way in: `count`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pbapp.tally.greedy import count_greedy
from pbapp.tally.greedy_rule import Greedy
from pbapp.tally.model import Instance, Listen, Outcome, Profile
from pbapp.tally.shares_rule import EqualShares, Phragmen

Rule = Greedy | EqualShares | Phragmen

RULES: dict[str, type[Greedy] | type[EqualShares] | type[Phragmen]] = {
    Greedy.name: Greedy,
    EqualShares.name: EqualShares,
    Phragmen.name: Phragmen,
}


def rule_from_dict(name: str, parameters: Mapping[str, object]) -> Rule:
    """The rule as stored with a result; raises ValueError on an unknown name or value."""
    if name not in RULES:
        raise ValueError(f"there is no rule called {name!r}")
    return RULES[name].from_dict(parameters)


def pabulib_name(rule: Rule) -> str:
    """The rule as Pabulib's META spells it."""
    if isinstance(rule, EqualShares):
        plain = rule.completion == "none"
        return rule.name if plain else f"{rule.name}/{rule.completion}"
    return rule.name


def count(
    instance: Instance,
    profile: Profile,
    rule: Rule,
    *,
    carried_in: int = 0,
    explain: bool = True,
    progress: Listen | None = None,
) -> Outcome:
    """Count once. Pure and exact: the same values give the same outcome, byte for byte.

    `carried_in` is money that another pot left for this one: it is counted with the pot's own,
    and becomes one of the parameters. `progress` hears how far a long count is. Raises ValueError
    if a parameter names a project that is not on the ballot.
    """
    if carried_in:
        more = replace(instance, budget=instance.budget + carried_in)
        outcome = count(more, profile, rule, explain=explain, progress=progress)
        return replace(outcome, parameters={**outcome.parameters, "carried_in": carried_in})
    if isinstance(rule, Greedy):
        return count_greedy(instance, profile, rule)
    # NumPy is loaded only for the rules that need it.
    from pbapp.tally import shares_outcome

    if isinstance(rule, EqualShares):
        return shares_outcome.count_equal_shares(
            instance, profile, rule, explain=explain, progress=progress
        )
    return shares_outcome.count_phragmen(instance, profile, rule)
