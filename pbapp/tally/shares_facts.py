"""Why each project won or lost under equal shares, in exact numbers.

Everything follows from who paid what in the deciding run. A voter with money left has paid in
full for each bought project they support; a voter without ran out at one of them. So what any set
of voters paid, or has left, is `a * endowment - sum(b[k] * price[k])` with whole numbers a and b,
which are counted here once for all projects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm

import numpy as np

from pbapp.tally.exact import ExactRun
from pbapp.tally.model import Change, Utility
from pbapp.tally.shares import SharesCount
from pbapp.tally.supporters import Bools, Floats

_EPS = 2.0**-53
_SAFE = 1e-9
_TOP = 3


@dataclass(frozen=True, slots=True)
class Absorbed:
    """A winner, and what the supporters of another project paid towards it."""

    project: str
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Share:
    """One project in the deciding run of equal shares.

    For a winner `round` is when it was bought, `price` what each full payer paid (for each point,
    where people gave points), `full_payers` how many did and `ran_out` how many gave all they
    had left. For a loser `round` is the first round in which its supporters could no longer pay.
    `effective_support` is cost / price: how many equal payers would have carried it; for a loser,
    when it was last affordable (None: it never was). `supporters_left` is what its supporters
    have left after the last round, `with_money` how many have any, `absorbed` where most of their
    money went. `stage` is `equal_shares`, or `completion` for what was bought from the rest.
    """

    stage: str | None
    round: int | None
    price: Fraction | None
    full_payers: int
    ran_out: int
    effective_support: Fraction | None
    supporters_left: Fraction
    with_money: int
    absorbed: tuple[Absorbed, ...]


class Ledger:
    """Who paid what in the deciding run."""

    def __init__(self, count: SharesCount) -> None:
        self._count = count
        self._s = count.supporters
        self._exact = count.lanes.exact()
        self._prices = list(self._exact.prices)
        self._places = [purchase.place for purchase in self._exact.purchases]
        self._endowment = count.endowment
        self._rounds = len(self._places)
        self._unit = lcm(self._endowment.denominator, *(p.denominator for p in self._prices))
        self._share = self._whole(self._endowment)
        self._costs = [self._whole(price) for price in self._prices]
        self._who_paid()

    def _whole(self, amount: Fraction) -> int:
        return amount.numerator * (self._unit // amount.denominator)

    def _who_paid(self) -> None:
        """`ended` is the purchase at which a group ran out (the number of rounds: never);
        `short` the same, only for those who could not pay in full; `paid` units paid in full."""
        s, rounds = self._s, self._rounds
        self.ended = np.full(s.groups, rounds)
        self.short = np.full(s.groups, -1)
        for number, bought in enumerate(self._exact.purchases):
            rows = s.rows[bought.place]
            self.short[rows[bought.poor]] = number
            gone = rows[bought.spent]
            self.ended[gone] = np.minimum(self.ended[gone], number)
        paid = s.matrix[:, self._places].astype(np.float64)
        order = np.arange(rounds)
        paid[self.ended[:, None] < order] = 0
        paid[self.short[:, None] == order] = 0
        self.paid: Floats = paid

    def _sum(self, share: int, units: Sequence[float]) -> int:
        """share * endowment - sum(units * prices), in the common whole unit."""
        spent = sum(
            price * int(unit) for price, unit in zip(self._costs, units, strict=True) if unit
        )
        return share * self._share - spent

    def _amount(self, whole: int) -> Fraction:
        return Fraction(whole, self._unit)

    def payments(self, place: int) -> list[int]:
        """What the supporters of a project paid for each purchase, in the common whole unit."""
        rows, people = self._s.rows[place], self._s.people[place]
        in_full = (people @ self.paid[rows]).tolist()
        amounts = [price * int(units) for price, units in zip(self._costs, in_full, strict=True)]
        short = self.short[rows]
        for number in np.unique(short[short >= 0]).tolist():
            among = short == number
            units = (people[among] @ self.paid[rows[among], :number]).tolist()
            units += [0.0] * (self._rounds - number)
            amounts[number] += self._sum(int(people[among].sum()), units)
        return amounts

    def left(self, place: int) -> tuple[int, int]:
        """What a project's supporters have left at the end, and how many have anything."""
        live = self.ended[self._s.rows[place]] == self._rounds
        rows, people = self._s.rows[place][live], self._s.people[place][live]
        how_many = int(people.sum())
        return self._sum(how_many, (people @ self.paid[rows]).tolist()), how_many

    # -- facts ----------------------------------------------------------------------------------

    def share(self, place: int) -> Share:
        left, with_money = self.left(place)
        paid = self.payments(place)
        number = self._places.index(place) if place in self._places else None
        won = number is not None
        if number is not None:
            bought = self._exact.purchases[number]
            price: Fraction | None = self._prices[number]
            full = int(self._s.people[place][self.paid[self._s.rows[place], number] > 0].sum())
            ran_out = int(self._s.people[place][bought.poor].sum())
            support: Fraction | None = self._s.cost[place] / self._prices[number]
            last = number
        else:
            price, full, ran_out = None, 0, 0
            last = self._lost_at(place, paid)
            support = self._support_before(place, last)
        filled = place in self._count.filled
        stage = "equal_shares" if won else "completion" if filled else None
        return Share(
            stage=stage,
            round=last + 1 + self._free,
            price=price,
            full_payers=full,
            ran_out=ran_out,
            effective_support=support,
            supporters_left=self._amount(left),
            with_money=with_money,
            absorbed=() if won else self._absorbed(paid),
        )

    @cached_property
    def _free(self) -> int:
        return len(self._count.bought) - self._rounds

    def _absorbed(self, paid: Sequence[int]) -> tuple[Absorbed, ...]:
        """The winners that took most of their money; the earlier bought first where equal."""
        ranked = sorted(range(self._rounds), key=lambda number: (-paid[number], number))
        ids = [project.id for project in self._count.instance.projects]
        return tuple(
            Absorbed(ids[self._places[number]], self._amount(paid[number]))
            for number in ranked[:_TOP]
            if paid[number]
        )

    def _lost_at(self, place: int, paid: Sequence[int]) -> int:
        """The first round before which a loser's supporters hold less than its cost."""
        held = int(self._s.people[place].sum()) * self._share
        cost = self._s.cost[place] * self._unit
        for number, amount in enumerate(paid):
            if held < cost:
                return number
            held -= amount
        return self._rounds

    def _money_before(self, place: int, number: int) -> Floats:
        """What each supporter held, in floats, before a purchase; exactly 0 for those with none."""
        rows = self._s.rows[place]
        prices = np.array([float(price) for price in self._prices[:number]])
        money = float(self._endowment) - self.paid[rows, :number] @ prices
        return np.where(self.ended[rows] >= number, np.maximum(money, 5e-324), 0.0)

    @property
    def _doubt(self) -> float:
        return float((8 * self._rounds + 16) * _EPS * float(self._endowment))

    def _support_before(self, place: int, lost_at: int) -> Fraction | None:
        """cost / price in the last round in which a loser could still be paid for."""
        if lost_at == 0:
            return None
        before = ExactRun(self._s, self._endowment)
        before.follow(self._exact.purchases[: lost_at - 1], self._prices[: lost_at - 1])
        money = self._money_before(place, lost_at - 1)
        cost = self._s.cost[place]
        found = before.price(place, money, self._guess(place, money), self._doubt)
        return None if found is None else cost / found.price

    def _guess(self, place: int, money: Floats) -> float:
        """A float idea of a project's price, given what each supporter holds."""
        units = 1.0 if self._s.units is None else self._s.units[place]
        weight, people = self._s.weight[place], self._s.people[place]
        price, rest = 0.0, -1.0
        while True:
            poor = money < price * units
            fewer = float(weight[~poor].sum())
            if fewer in (rest, 0.0):
                return price
            rest = fewer
            price = (self._s.cost[place] - float((people * money)[poor].sum())) / rest

    # -- what would have changed it -------------------------------------------------------------

    def change(self, place: int) -> Change:
        """Enough off the price, or enough more votes, to be bought in the deciding run.

        The share each voter has stays the same; the extra voters choose nothing else (and give it
        the most points anybody gave). Either the project then beats a winner in some round, or
        its supporters can pay for it after the last.
        """
        left, _ = self.left(place)
        cost = self._s.cost[place]
        affordable = left // self._unit
        keys = np.array(
            [
                float(price / self._s.scale[bought])
                for price, bought in zip(self._prices, self._places, strict=True)
            ]
        )
        purses, live = self._purses(place)
        votes = [-(-(cost * self._unit - left) // self._share)]
        best_cost = affordable
        if self._rounds:
            votes.append(self._votes_to_win_a_round(place, keys, purses, live))
            best_cost = max(best_cost, self._cost_to_win_a_round(place, keys, purses, live))
        scope = "count" if self._count.search.step == 0 else "deciding_run"
        return Change(
            cheaper_by=cost - best_cost if 0 < best_cost < cost else None,
            more_votes=max(1, min(votes)),
            scope=scope,
        )

    def _purses(self, place: int) -> tuple[Floats, Bools]:
        """What each supporter held before each purchase: supporters by rounds."""
        rows = self._s.rows[place]
        prices = np.array([float(price) for price in self._prices])
        spent = np.cumsum(self.paid[rows] * prices, axis=1)
        held = float(self._endowment) - np.concatenate(
            (np.zeros((len(rows), 1)), spent[:, :-1]), axis=1
        )
        live = self.ended[rows][:, None] >= np.arange(self._rounds)
        return np.where(live, held, 0.0), live

    def _votes_to_win_a_round(self, place: int, keys: Floats, purses: Floats, live: Bools) -> int:
        units, people = self._s.unit_column(place), self._s.people[place]
        price = keys * self._s.scale[place]
        held = people @ np.minimum(purses, price if units is None else price * units)
        top = 1.0 if self._s.units is None else max(float(u.max(initial=1)) for u in self._s.units)
        each = np.minimum(float(self._endowment), price * top)
        wanted = ((self._s.cost[place] - held) / each).min()
        return int(np.floor(wanted * (1 + _SAFE) + _SAFE)) + 1

    def _cost_to_win_a_round(self, place: int, keys: Floats, purses: Floats, live: Bools) -> int:
        """The highest cost below every winner's key in some round, found from above by Newton."""
        units, weight = self._s.unit_column(place), self._s.weight[place]
        people = self._s.people[place]
        cost = float(self._s.cost[place])
        if self._count.utility is not Utility.COST:
            held = people @ np.minimum(purses, keys if units is None else keys * units)
            return int(np.floor(held.max() * (1 - _SAFE)))
        guess = np.full(len(keys), cost)
        for _ in range(60):
            cap = guess * keys if units is None else guess * keys * units
            rich = (purses > cap) & live
            short = people @ np.minimum(purses, cap) - guess
            slope = (weight @ rich) * keys - 1
            falls = slope < 0
            step = np.divide(short, slope, out=guess.copy(), where=falls)
            new = np.clip(guess - step, 0.0, guess)
            if np.allclose(new, guess, rtol=1e-13, atol=0):
                break
            guess = new
        whole = np.floor(guess * (1 - _SAFE))
        cap = whole * keys if units is None else whole * keys * units
        wins = people @ np.minimum(purses, cap) > whole * (1 + _SAFE)
        return int(np.where(wins, whole, 0).max())
