"""What a sealed round lets people choose: read from its sealed configuration, never from tables."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Round, VoteType

PLAIN = frozenset({VoteType.APPROVAL.value, VoteType.CHOOSE_ONE.value})


@dataclass(frozen=True)
class Option:
    """One project on the ballot. `id` is what a ballot holds."""

    id: str
    title: str
    cost_pence: int


@dataclass(frozen=True)
class Rules:
    """What makes a ballot valid."""

    budget_pence: int
    options: dict[str, Option]
    max_choices: int | None
    within_pot: bool

    def cost(self, choices: Collection[str]) -> int:
        return sum(self.options[choice].cost_pence for choice in choices)

    def check(self, choices: Collection[str]) -> None:
        """Raise `Refused` beside `choice` for a ballot that these rules do not allow."""
        if len(set(choices)) != len(choices):
            raise Refused(N_("A project was chosen twice. Choose each project once."), "choice")
        if not choices:
            raise Refused(N_("Choose at least one project."), "choice")
        if any(choice not in self.options for choice in choices):
            raise Refused(
                N_("One of the projects is not in this vote. Look over your choices again."),
                "choice",
            )
        if self.max_choices is not None and len(choices) > self.max_choices:
            raise Refused(
                N_("You have chosen %(n)s projects. You can choose %(most)s: take %(over)s out."),
                "choice",
                n=len(choices),
                most=self.max_choices,
                over=len(choices) - self.max_choices,
            )
        over = self.cost(choices) - self.budget_pence
        if self.within_pot and over > 0:
            raise Refused(
                N_(
                    "Your projects cost £%(over)s more than the pot of £%(pot)s. Take one or "
                    "more out."
                ),
                "choice",
                over=_pounds(over),
                pot=_pounds(self.budget_pence),
            )


def sealed_rules(round: Round) -> Rules:
    """The rules of a sealed round; raises `Refused` before it is sealed."""
    if round.sealed_at is None or round.config is None:
        raise Refused(N_("The ballot of this round has not been sealed yet."))
    config: dict[str, Any] = round.config
    if config["vote_type"] not in PLAIN:
        raise Refused(N_("People cannot vote this way on this site yet."))
    options = [
        Option(id=row["id"], title=row["title"], cost_pence=row["cost_pence"])
        for row in config["projects"]
    ]
    one = config["vote_type"] == VoteType.CHOOSE_ONE.value
    return Rules(
        budget_pence=sum(pot["budget_pence"] for pot in config["pots"]),
        options={option.id: option for option in options},
        max_choices=1 if one else config["max_choices"],
        within_pot=config["within_pot"],
    )


def _pounds(pence: int) -> str:
    whole, part = divmod(pence, 100)
    return f"{whole:,}.{part:02}" if part else f"{whole:,}"
