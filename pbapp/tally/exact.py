"""Exact prices in one run of equal shares, worked out only where they are needed.

A voter who still has money has paid in full for every bought project they support, so they hold
`endowment - sum(price * unit)` over those. The sum of what a set of voters holds therefore needs
only whole numbers (how many of them support each bought project) and the prices, which are exact
fractions found one after the other. Whoever could not pay in full has nothing left, exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from pbapp.tally.supporters import Bools, Floats, Ints, Supporters


@dataclass(frozen=True, slots=True)
class Purchase:
    """One bought project: who emptied their purse for it, and the units of those who paid in full.

    Among `supporters.rows[place]`, `poor` marks those who had some money and not enough, `spent`
    all who have nothing left after it.
    """

    place: int
    poor: Bools
    full_units: int
    spent: Bools


@dataclass(frozen=True, slots=True)
class Price:
    """An exact price. `spent` marks the supporters left with nothing, `left` what is left, in
    floats, to those whose purse was too close to the price for a float to tell."""

    price: Fraction
    poor: Bools
    spent: Bools
    full_units: int
    close: Ints
    left: Floats


class ExactRun:
    """The exact side of one run: add each purchase, ask for prices, sums and balances."""

    def __init__(self, supporters: Supporters, endowment: Fraction) -> None:
        self._supporters = supporters
        self.endowment = endowment
        self.purchases: list[Purchase] = []
        self._prices: list[Fraction] = []

    @property
    def prices(self) -> list[Fraction]:
        """The exact price of every purchase so far."""
        while len(self._prices) < len(self.purchases):
            bought = self.purchases[len(self._prices)]
            rows = self._supporters.rows[bought.place][bought.poor]
            paid = self._held(rows, self._supporters.people[bought.place][bought.poor])
            cost = self._supporters.cost[bought.place]
            self._prices.append((cost - paid) / bought.full_units)
        return self._prices

    def follow(self, purchases: Sequence[Purchase], prices: Sequence[Fraction]) -> None:
        """Stand where these purchases, at these prices, have left the voters."""
        self.purchases, self._prices = list(purchases), list(prices)

    def held(self, rows: Ints, people: Floats) -> Fraction:
        """What these voters, all with money left, hold together."""
        assert len(self.prices) == len(self.purchases)  # noqa: S101 - brings prices up to date
        return self._held(rows, people)

    def _held(self, rows: Ints, people: Floats) -> Fraction:
        """The same, before the purchases whose price is not known yet."""
        bought = [purchase.place for purchase in self.purchases[: len(self._prices)]]
        total = int(people.sum()) * self.endowment
        if bought and len(rows):
            units = people @ self._supporters.matrix[rows][:, bought].astype(np.float64)
            for price, paid in zip(self._prices, units.tolist(), strict=True):
                if paid:
                    total -= price * int(paid)
        return total

    def balances(self, rows: Ints) -> list[Fraction]:
        """What each of these voters, all with money left, holds."""
        prices = self.prices
        bought = [purchase.place for purchase in self.purchases]
        known: dict[bytes, Fraction] = {}
        held = []
        for pattern in self._supporters.matrix[rows][:, bought]:
            key = pattern.tobytes()
            if key not in known:
                paid = sum(
                    (
                        price * int(unit)
                        for price, unit in zip(prices, pattern, strict=True)
                        if unit
                    ),
                    Fraction(0),
                )
                known[key] = self.endowment - paid
            held.append(known[key])
        return held

    def price(self, place: int, money: Floats, guess: float, doubt: float) -> Price | None:
        """The exact price of a project now, or None if its supporters cannot pay for it.

        `money` is what each supporter holds, in floats that are wrong by less than `doubt`;
        `guess` a first idea of the price. Purses that a float cannot tell from the price are
        worked out exactly; if the guess was bad, all are.
        """
        for width in (doubt, 2.0**20 * doubt, np.inf):
            found = self._solve(place, money, guess, width)
            if found is None and np.isinf(width):
                return None
            if found is not None and self._agrees(place, money, found, width, doubt):
                return found
        raise AssertionError("an exact solution agrees with itself")

    def _solve(self, place: int, money: Floats, guess: float, width: float) -> Price | None:
        units = self._units(place)
        people = self._supporters.people[place]
        rows = self._supporters.rows[place]
        live = money > 0
        edge = money - guess * units
        close = np.flatnonzero(live & (np.abs(edge) <= width))
        poor = live & (edge < -width)
        rich = live & (edge > width)
        paid = self._held_by(place, poor)
        weight = int((people * units)[rich].sum())
        purses = list(
            zip(
                self.balances(rows[close]),
                units[close].tolist(),
                people[close].tolist(),
                close,
                strict=True,
            )
        )
        purses.sort(key=lambda purse: purse[0] / int(purse[1]))
        weight += sum(int(unit) * int(count) for _, unit, count, _ in purses)
        cost, gone = self._supporters.cost[place], 0
        for balance, unit, count, _ in purses:
            if weight and (cost - paid) / weight <= balance / int(unit):
                break
            paid += balance * int(count)
            weight -= int(unit) * int(count)
            gone += 1
        if not weight:
            return None
        price = (cost - paid) / weight
        return self._as_price(place, price, poor, live, purses, gone, weight)

    def _as_price(
        self,
        place: int,
        price: Fraction,
        poor: Bools,
        live: Bools,
        purses: Sequence[tuple[Fraction, float, float, np.int64]],
        gone: int,
        weight: int,
    ) -> Price:
        poor = poor.copy()
        poor[[purse[3] for purse in purses[:gone]]] = True
        left = [max(balance - price * int(unit), Fraction(0)) for balance, unit, _, _ in purses]
        spent = ~live | poor
        spent[[purse[3] for purse, rest in zip(purses, left, strict=True) if not rest]] = True
        close = np.array([purse[3] for purse in purses], dtype=np.int64)
        # A purse with the least money left must not look empty.
        floats = [max(float(rest), 5e-324) if rest else 0.0 for rest in left]
        return Price(price, poor, spent, weight, close, np.array(floats))

    def _agrees(self, place: int, money: Floats, found: Price, width: float, doubt: float) -> bool:
        """Do those taken as plainly poor or plainly rich turn out so at the exact price?"""
        if np.isinf(width):
            return True
        sure = money > 0
        sure[found.close] = False
        edge = (money - float(found.price) * self._units(place))[sure]
        poor = found.poor[sure]
        return bool((edge[poor] < -doubt).all() and (edge[~poor] > doubt).all())

    def _held_by(self, place: int, among: Bools) -> Fraction:
        rows, people = self._supporters.rows[place], self._supporters.people[place]
        return self.held(rows[among], people[among])

    def _units(self, place: int) -> Floats:
        units = self._supporters.units
        return np.ones(len(self._supporters.rows[place])) if units is None else units[place]
