"""What a sealed round lets people choose: read from its sealed configuration, never from tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pbapp.ballots.vote import Vote
from pbapp.refusal import N_, Refused, in_pounds
from pbapp.rounds.models import PotsPerVoter, Round, VoteType

PLAIN = frozenset({VoteType.APPROVAL.value, VoteType.CHOOSE_ONE.value})
WITH_POINTS = frozenset({VoteType.CUMULATIVE, VoteType.SCORING})
THE_POT = "1"  # its id where a round has one pot
MOST_POINTS = 999  # for one project, where the seal says nothing


@dataclass(frozen=True)
class Option:
    """One project on the ballot. `id` is what a ballot holds."""

    id: str
    title: str
    cost_pence: int
    pot: str = THE_POT


@dataclass(frozen=True)
class BallotPot:
    """One pot of money as the ballot knows it."""

    id: str
    name: str
    budget_pence: int


@dataclass(frozen=True)
class Rules:
    """What makes a ballot valid. The guards and the money hold in each pot by itself.

    `within_pot` holds ticks to the money; points, places and a single choice say what somebody
    wants most, not what to buy, so it does not bind those. `gone` are projects withdrawn
    since: still listed, they cannot be chosen.
    """

    options: dict[str, Option]
    pots: tuple[BallotPot, ...]
    max_choices: int | None = None
    min_choices: int | None = None
    within_pot: bool = False
    vote_type: VoteType = VoteType.APPROVAL
    points_each: int | None = None
    points_most: int | None = None
    pots_per_voter: PotsPerVoter = PotsPerVoter.EACH
    gone: frozenset[str] = field(default=frozenset())

    @property
    def has_points(self) -> bool:
        return self.vote_type in WITH_POINTS

    @property
    def is_ranking(self) -> bool:
        return self.vote_type is VoteType.ORDINAL

    @property
    def is_choose_one(self) -> bool:
        return self.vote_type is VoteType.CHOOSE_ONE

    @property
    def is_held_to_money(self) -> bool:
        return self.within_pot and self.vote_type is VoteType.APPROVAL

    @property
    def budget_pence(self) -> int:
        return sum(pot.budget_pence for pot in self.pots)

    @property
    def has_pots(self) -> bool:
        """Whether there is more than one pot to tell apart."""
        return len(self.pots) > 1

    @property
    def picks_a_pot(self) -> bool:
        """Whether somebody has to say first which pot they vote about."""
        return self.has_pots and self.pots_per_voter is PotsPerVoter.ONE

    @property
    def point_cap(self) -> int:
        """The most points one project can be given."""
        return self.points_most or self.points_each or MOST_POINTS

    def without(self, gone: frozenset[str]) -> Rules:
        """The same rules, with these projects withdrawn."""
        return replace(self, gone=gone & frozenset(self.options))

    def in_pot(self, pot_id: str) -> list[Option]:
        return [option for option in self.options.values() if option.pot == pot_id]

    def find_pot(self, pot_id: str | None) -> BallotPot | None:
        return next((pot for pot in self.pots if pot.id == pot_id), None)

    def pots_of(self, vote: Vote) -> list[str]:
        """The pots a vote is about, in their order."""
        used = {self.options[id].pot for id in vote.choices if id in self.options}
        return [pot.id for pot in self.pots if pot.id in used]

    def most_in(self, pot_id: str) -> int:
        """How many projects of a pot one ballot can name."""
        there = len(self.in_pot(pot_id))
        return there if self.max_choices is None else min(self.max_choices, there)

    def least_in(self, pot_id: str) -> int:
        """How many projects of a pot a vote in it has to name; never more than still stand."""
        standing = sum(option.id not in self.gone for option in self.in_pot(pot_id))
        return max(1, min(self.min_choices or 1, standing))

    def all_fit(self, pot_id: str) -> bool:
        """Whether every project of a pot can be paid for, so that there is nothing to choose."""
        pot = self.find_pot(pot_id)
        options = [option for option in self.in_pot(pot_id) if option.id not in self.gone]
        return pot is not None and sum(o.cost_pence for o in options) <= pot.budget_pence

    def cost(self, choices: Collection[str]) -> int:
        return sum(self.options[choice].cost_pence for choice in choices)

    def check(self, vote: Vote) -> None:
        """Raise `Refused` for a ballot that these rules do not allow.

        Beside `choice`, the field of one project (`points-7`), or `pot-2` where there are several.
        """
        self._check_projects(vote)
        used = self.pots_of(vote)
        if self.picks_a_pot and len(used) > 1:
            raise Refused(
                N_("You can vote in one pot. Take out the projects of the others."), "choice"
            )
        for pot_id in used:
            part = vote.among({option.id for option in self.in_pot(pot_id)})
            where = f"pot-{pot_id}" if self.has_pots else "choice"
            self._check_number(part, pot_id, where)
            if self.has_points:
                self._check_points(part, where)
            if self.is_held_to_money:
                self._check_money(part, pot_id, where)

    def _check_projects(self, vote: Vote) -> None:
        if not vote.choices:
            raise Refused(N_("Choose at least one project."), "choice")
        if (vote.points is not None) != self.has_points or vote.is_ranking != self.is_ranking:
            raise Refused(N_("This is not how people vote in this round."), "choice")
        if len(set(vote.choices)) != len(vote.choices):
            raise Refused(N_("A project was chosen twice. Choose each project once."), "choice")
        if any(id not in self.options for id in vote.choices):
            raise Refused(
                N_("One of the projects is not in this vote. Look over your choices again."),
                "choice",
            )
        gone = self.gone & set(vote.choices)
        if gone:
            raise Refused(
                N_("“%(title)s” has been withdrawn since and cannot win. Take it out."),
                "choice",
                title=self.options[min(gone)].title,
            )

    def _check_number(self, vote: Vote, pot_id: str, where: str) -> None:
        n, least, most = len(vote.choices), self.least_in(pot_id), self.max_choices
        if n < least and least == most:
            raise Refused(
                N_("You have chosen %(n)s. Choose exactly %(k)s projects."), where, n=n, k=least
            )
        if n < least:
            raise Refused(
                N_("You have chosen %(n)s. Choose at least %(k)s projects."), where, n=n, k=least
            )
        if most is not None and n > most:
            raise Refused(
                N_("You have chosen %(n)s projects. You can choose %(most)s: take %(over)s out."),
                where,
                n=n,
                most=most,
                over=n - most,
            )

    def _check_points(self, vote: Vote, where: str) -> None:
        for id, points in vote.given.items():
            if points < 1:
                raise Refused(
                    N_("Give a project at least 1 point, or none at all."), f"points-{id}"
                )
            if points > self.point_cap:
                raise Refused(
                    N_("“%(title)s” has %(n)s points. One project can get %(most)s at most."),
                    f"points-{id}",
                    title=self.options[id].title,
                    n=points,
                    most=self.point_cap,
                )
        given = sum(vote.points or ())
        if self.points_each is not None and given > self.points_each:
            raise Refused(
                N_("You have given %(n)s points. You have %(each)s to give: take %(over)s back."),
                where,
                n=given,
                each=self.points_each,
                over=given - self.points_each,
            )

    def _check_money(self, vote: Vote, pot_id: str, where: str) -> None:
        pot = self.find_pot(pot_id)
        budget = pot.budget_pence if pot else 0
        over = self.cost(vote.choices) - budget
        if over > 0:
            raise Refused(
                N_(
                    "Your projects cost %(over)s more than the pot of %(pot)s. Take one or "
                    "more out."
                ),
                where,
                over=in_pounds(over),
                pot=in_pounds(budget),
            )


def sealed_rules(round: Round) -> Rules:
    """The rules of a sealed round; raises `Refused` before it is sealed."""
    if round.sealed_at is None or round.config is None:
        raise Refused(N_("The ballot of this round has not been sealed yet."))
    return rules_of(round.config)


def rules_of(config: Mapping[str, Any]) -> Rules:
    """The rules in a sealed configuration. Format 1 knew one pot and no guard but the most."""
    pots = _pots_in(config)
    vote_type = VoteType(config["vote_type"])
    one = vote_type is VoteType.CHOOSE_ONE
    options = {
        row["id"]: Option(
            id=row["id"],
            title=row["title"],
            cost_pence=row["cost_pence"],
            pot=row.get("pot", THE_POT) if len(pots) > 1 else pots[0].id,
        )
        for row in config["projects"]
    }
    return Rules(
        options=options,
        pots=pots,
        max_choices=1 if one else config["max_choices"],
        min_choices=None if one else config.get("min_choices"),
        within_pot=config["within_pot"],
        vote_type=vote_type,
        points_each=config.get("points_each"),
        points_most=config.get("points_most"),
        pots_per_voter=PotsPerVoter(config.get("pots_per_voter", PotsPerVoter.EACH)),
    )


def _pots_in(config: Mapping[str, Any]) -> tuple[BallotPot, ...]:
    rows = config["pots"]
    if all("id" in row for row in rows):
        return tuple(BallotPot(row["id"], row["name"], row["budget_pence"]) for row in rows)
    budget = sum(row["budget_pence"] for row in rows)
    return (BallotPot(THE_POT, rows[0]["name"] if rows else "", budget),)
