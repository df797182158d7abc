"""Equal shares counted for several endowments side by side.

Each lane is one count with its own endowment. Balances and prices are floats with a bound on
their error; wherever that bound leaves a decision open (which project is cheapest, whether it can
be paid for, who runs out of money) the lane asks `ExactRun` and goes on with the exact answer. So
the outcome is exact, and floats only make it fast.

Prices only rise during a count, because purses only empty. An old price is therefore a lower
bound, and a project is looked at again only when that bound would make it the cheapest.

Two lanes also prove what lies between them. If both bought the same projects so far, then for
every endowment between them purses lie between the two (a larger endowment leaves everybody with
at least as much and makes nothing dearer). So if the winner's price in the poorer lane is below
every rival's price in the richer lane, the same project wins for all endowments between.
`docs/engineers/count.md` has the proof.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from pbapp.tally.exact import ExactRun, Price, Purchase
from pbapp.tally.supporters import Bools, Floats, Supporters
from pbapp.tally.ties import TieOrder

_EPS = 2.0**-53
_BLURRED = 2.0**-18
_HUGE = 1e300
_MOST_STEPS = 64
_SWEEP_AFTER = 2
_SWEEP_LANES = 2


@dataclass(slots=True)
class Lane:
    """What one lane found. `over` says it was left as soon as it overspent.

    `same` says that every endowment between the previous lane's and this one's buys the same
    projects in the same order. `ties` holds (round, tied projects, the chosen one first).
    """

    endowment: Fraction
    winners: list[int] = field(default_factory=list)
    cost: int = 0
    over: bool = False
    same: bool = True
    ties: list[tuple[int, list[int]]] = field(default_factory=list)


@dataclass(slots=True)
class _Look:
    """A project this round, in every lane: `key` is its `price / scale`, wrong by at most `error`.

    The key is infinite where the supporters surely cannot pay, the error where a float cannot
    tell whether they can. `money` is what each supporter holds; `left`, once worked out, what
    each would keep (below 0: what they lack).
    """

    money: Floats
    key: Floats
    error: Floats
    left: Floats | None = None
    clear: Bools | None = None
    even: Bools | None = None


@dataclass(frozen=True, slots=True)
class _Choice:
    """The winner of one lane's round. `highest` bounds its `price / scale` from above; `known` are
    exact keys of rivals and its own, where asked; `exact` is there where floats could not tell."""

    place: int
    highest: float
    known: Mapping[int, Fraction] = field(default_factory=dict)
    exact: Price | None = None


class Lanes:
    """One batch of counts. `run` fills `lanes`; with one lane, `exact` is its exact side."""

    def __init__(
        self,
        supporters: Supporters,
        endowments: Sequence[Fraction],
        *,
        budget: int | None,
        ties: TieOrder,
        proving: bool = False,
    ) -> None:
        self._s, self._ties, self._budget, self._proving = supporters, ties, budget, proving
        self.lanes = [Lane(endowment) for endowment in endowments]
        self._start = np.array([float(endowment) for endowment in endowments])
        self._money = np.empty((supporters.groups, len(endowments)))
        self._money[:] = self._start
        # How wrong each group's balance may be, in any lane, and the most that is for anybody.
        self._blur = np.full(supporters.groups, _EPS * self._start.max())
        self._doubt = float(_EPS * self._start.max())
        self._scale = [float(scale) for scale in supporters.scale]
        self._runs: dict[int, ExactRun] = {}
        self._log: list[dict[int, tuple[Bools, Floats, Bools]]] = []
        priced = [place for place in supporters.able if supporters.cost[place]]
        self._keys = {place: supporters.best_key(place) for place in priced}
        self._low = np.full((supporters.size, len(endowments)), np.inf)
        for place, key in self._keys.items():
            self._low[place] = float(key) * (1 - 4 * _EPS)
        free = [place for place in supporters.able if not supporters.cost[place]]
        free.sort(key=ties.rank.__getitem__)
        self._free = len(free)
        for lane in self.lanes:
            lane.winners = list(free)

    def run(self) -> list[Lane]:
        if len(self.lanes) <= _SWEEP_LANES:
            self._sweep()
        while self.round():
            pass
        return self.lanes

    # -- one round ------------------------------------------------------------------------------

    def round(self) -> bool:
        """Buy the cheapest project in every lane that still can; False when none can."""
        if not np.isfinite(self._low).any():
            return False
        with np.errstate(divide="ignore", invalid="ignore"):
            looks, best = self._look_where_needed()
            choices = self._choose(looks, best)
            if self._proving:
                self._prove(choices, looks)
            self._buy(choices, looks)
        self._sharpen()
        return True

    def _look_where_needed(self) -> tuple[dict[int, _Look], Floats]:
        """Fresh prices for every project that could be the cheapest somewhere.

        `best` is, in each lane, the lowest upper bound of `price / scale` found.
        """
        waiting = self._low.copy()
        best = np.full(len(self.lanes), np.inf)
        looks: dict[int, _Look] = {}
        short = 0
        while True:
            limit = best
            if self._proving:
                limit = best.copy()
                np.maximum(limit[1:], best[:-1], out=limit[1:])
            lowest = waiting.min(axis=0)
            wanted = (lowest <= limit) & (lowest < np.inf)
            if not wanted.any():
                return looks, best
            place = int(np.bincount(waiting.argmin(axis=0)[wanted]).argmax())
            look = looks[place] = self._look(place, waiting[place], limit, weary=short > 0)
            waiting[place] = np.inf
            slack = look.error + 4 * _EPS * np.minimum(look.key, _HUGE)
            low = self._low[place]
            np.maximum(low, look.key - slack, out=low, where=low < np.inf)
            np.minimum(best, look.key + slack, out=best)
            short += bool((low == np.inf).all())
            if short == _SWEEP_AFTER and len(self.lanes) <= _SWEEP_LANES:
                self._sweep()
                waiting[np.isinf(self._low)] = np.inf

    def _sweep(self) -> None:
        """Strike out, all at once, the projects whose supporters surely cannot pay any more."""
        s = self._s
        if not len(s.listed):
            return
        held = np.add.reduceat(self._money.take(s.flat_rows, axis=0) * s.flat_people, s.flat_starts)
        sizes = s.sizes[:, None]
        blur = s.people_total[:, None] * self._doubt + (sizes + 8) * _EPS * held
        self._low[s.listed] = np.where(
            s.costs[:, None] - held > blur + 8 * _EPS * s.costs[:, None],
            np.inf,
            self._low[s.listed],
        )

    def _look(self, place: int, low: Floats, limit: Floats, *, weary: bool) -> _Look:
        """Newton's way up to the price: each step is a lower bound, whoever it takes to be poor.

        `weary`: money is getting short, so it is worth asking first whether there is enough.
        """
        s, cost, scale = self._s, self._s.cost[place], self._scale[place]
        units, people = s.unit_column(place), s.people_column(place)
        money = self._money.take(s.rows[place], axis=0)
        price, limit = low * scale, limit * scale
        if weary:
            held = s.people[place] @ money
            blur = s.total_people[place] * self._doubt + (len(money) + 8) * _EPS * (held + cost)
            if (cost - held > blur).all():
                return _Look(money, np.full(len(low), np.inf), np.zeros(len(low)))
        rest = held = np.zeros(1)
        for step in range(_MOST_STEPS):
            poor = (money < (price if units is None else price * units)) * people
            fewer = s.total[place] - np.add.reduce(poor if units is None else poor * units)
            if step and (fewer == rest).all():
                break
            rest = fewer
            held = np.einsum("ij,ij->j", poor, money)
            price = (cost - held) / rest
            price[rest <= 0] = np.inf
            if (price > limit).all():
                break
        else:
            return _Look(money, low.copy(), np.where(low < np.inf, np.inf, 0.0))
        blur = np.add.reduce(poor) * self._doubt + (len(money) + 8) * _EPS * (held + cost)
        error = blur / (np.maximum(rest, 1.0) * scale)
        key = price / scale
        broke = rest <= 0
        if broke.any():
            # Nobody is left to pay the rest: the supporters are short of money, surely or perhaps.
            perhaps = broke & (cost - held <= blur) & (low < np.inf)
            error[broke] = 0.0
            key[perhaps], error[perhaps] = low[perhaps], np.inf
        return _Look(money, key, error)

    # -- who wins the round ---------------------------------------------------------------------

    def _choose(self, looks: dict[int, _Look], best: Floats) -> list[_Choice | None]:
        """The winner of each lane: at once where one project is plainly cheapest, else exactly."""
        choices: list[_Choice | None] = [None] * len(self.lanes)
        places = list(looks)
        first = np.array([looks[place].key for place in places]).argmin(axis=0)
        crowd = np.add.reduce(self._low <= best)
        for lane in np.flatnonzero((self._low < np.inf).any(axis=0)).tolist():
            place = places[first[lane]]
            clear, _ = self._plain(place, looks[place])
            if crowd[lane] == 1 and clear[lane]:
                choices[lane] = _Choice(place, float(best[lane]))
                continue
            low = self._low[:, lane]
            rivals = np.flatnonzero((low <= best[lane]) & (low < np.inf)).tolist()
            keys = {rival: self._even_key(lane, rival, looks[rival]) for rival in rivals}
            even = {rival: key for rival, key in keys.items() if key is not None}
            if rivals and len(even) == len(rivals):
                choices[lane] = self._by_even_keys(lane, even)
            else:
                choices[lane] = self._exactly(lane)
        return choices

    def _plain(self, place: int, look: _Look) -> tuple[Bools, Bools]:
        """Lanes where no purse is too close to the price to tell, and where all who have money can
        pay in full."""
        if look.clear is None or look.even is None:
            units, top = self._s.unit_column(place), self._s.top_unit(place)
            known = np.isfinite(look.key) & np.isfinite(look.error)
            scale = self._scale[place]
            price = np.where(known, look.key, 0.0) * scale
            error = np.where(known, look.error, 0.0) * scale
            look.left = look.money - (price if units is None else price * units)
            margin = 2 * (self._doubt + top * error) + 8 * _EPS * self._start
            live = look.money > 0
            look.clear = known & ~((np.abs(look.left) <= margin) & live).any(axis=0)
            look.even = known & ~((look.left <= 0) & live).any(axis=0)
        return look.clear, look.even

    def _even_key(self, lane: int, place: int, look: _Look) -> Fraction | None:
        """The exact key where all who have money pay in full: whole numbers are enough for it."""
        clear, even = self._plain(place, look)
        if not (clear[lane] and even[lane]):
            return None
        gone = int(self._s.weight[place][look.money[:, lane] == 0].sum())
        paying = self._s.total[place] - gone
        return Fraction(self._s.cost[place], paying * self._s.scale[place]) if paying else None

    def _by_even_keys(self, lane: int, keys: Mapping[int, Fraction]) -> _Choice:
        lowest = min(keys.values())
        place = self._settle(lane, [rival for rival, key in keys.items() if key == lowest])
        return _Choice(place, float(lowest) * (1 + 4 * _EPS), keys)

    def _exactly(self, lane: int) -> _Choice | None:
        """Exact prices, from the lowest bound up, until no bound is below the best."""
        run, low = self.exact(lane), self._low[:, lane]
        found: dict[int, tuple[Fraction, Price]] = {}
        best: Fraction | None = None
        doubt = float(4 * self._doubt + 16 * _EPS * self._start[lane])
        for place in np.argsort(low, kind="stable").tolist():
            if low[place] == np.inf or (best is not None and low[place] > best):
                break
            money = self._money[self._s.rows[place], lane]
            guess = float(low[place]) * self._scale[place]
            price = run.price(place, money, guess, doubt)
            if price is None:
                low[place] = np.inf
                continue
            key = price.price / self._s.scale[place]
            low[place] = float(key) * (1 - 4 * _EPS)
            found[place] = (key, price)
            best = key if best is None else min(best, key)
        if best is None:
            return None
        place = self._settle(lane, [place for place in found if found[place][0] == best])
        keys = {place: key for place, (key, _) in found.items()}
        return _Choice(place, float(best) * (1 + 4 * _EPS), keys, found[place][1])

    def _settle(self, lane: int, tied: list[int]) -> int:
        tied = sorted(tied, key=self._ties.rank.__getitem__)
        if len(tied) > 1:
            self.lanes[lane].ties.append((len(self._log) + 1, tied))
        return tied[0]

    def _prove(self, choices: Sequence[_Choice | None], looks: dict[int, _Look]) -> None:
        """Does the same project win this round for every endowment between two lanes?"""
        for lane in range(1, len(self.lanes)):
            poorer, richer, here = choices[lane - 1], choices[lane], self.lanes[lane]
            if not here.same or (poorer is None and richer is None):
                continue
            if poorer is None or richer is None or poorer.place != richer.place:
                here.same = False
                continue
            near = np.flatnonzero(self._low[:, lane] <= poorer.highest).tolist()
            rivals = [rival for rival in near if rival != poorer.place]
            here.same = not rivals or self._beats_all(lane, poorer, richer, rivals, looks)

    def _beats_all(
        self,
        lane: int,
        poorer: _Choice,
        richer: _Choice,
        rivals: Sequence[int],
        looks: dict[int, _Look],
    ) -> bool:
        """Exactly: the winner's key in the poorer lane against the rivals' in the richer one.

        Where they are equal, the winner's must be the same in both lanes, so that a tie anywhere
        between is a tie in the richer lane too, and recorded there.
        """
        place, rank = poorer.place, self._ties.rank
        own = self._known_key(lane - 1, place, poorer, looks)
        if own is None:
            return False
        for rival in rivals:
            key = self._known_key(lane, rival, richer, looks) or self._keys[rival]
            if key < own:
                return False
            if key == own and (
                rank[rival] < rank[place] or self._known_key(lane, place, richer, looks) != own
            ):
                return False
        return True

    def _known_key(
        self, lane: int, place: int, choice: _Choice, looks: dict[int, _Look]
    ) -> Fraction | None:
        if place in choice.known:
            return choice.known[place]
        return self._even_key(lane, place, looks[place]) if place in looks else None

    # -- paying ---------------------------------------------------------------------------------

    def _buy(self, choices: Sequence[_Choice | None], looks: dict[int, _Look]) -> None:
        self._log.append({})
        by_place: dict[int, list[int]] = {}
        for lane, choice in enumerate(choices):
            if choice is not None and choice.exact is None:
                by_place.setdefault(choice.place, []).append(lane)
        for place, lanes in by_place.items():
            self._pay(place, lanes, looks[place])
        for lane, choice in enumerate(choices):
            if choice is None:
                continue
            if choice.exact is not None:
                self._pay_exactly(lane, choice.place, choice.exact)
            self._note(lane, choice.place)

    def _pay(self, place: int, lanes: list[int], look: _Look) -> None:
        """Everybody pays the price or all they have; the error this adds is kept account of."""
        s, rows, left = self._s, self._s.rows[place], look.left
        assert left is not None  # noqa: S101 - `_choose` has asked whether the lanes are plain
        units, people = s.unit_column(place), s.people_column(place)
        short = left < 0
        poor = short & (look.money > 0)
        full = s.total[place] - np.add.reduce(short * (people if units is None else people * units))
        blur = np.add.reduce(poor * (people * self._blur[rows][:, None]))
        blur += (2 * len(left) + 16) * _EPS * s.cost[place]
        error = blur[lanes] / np.maximum(full[lanes], 1.0)
        self._more_blur(place, float(error.max()))
        np.maximum(left, 0.0, out=left)
        if len(lanes) == len(self.lanes):
            self._money[rows] = left
        else:
            self._money[rows[:, None], lanes] = left[:, lanes]
        self._log[-1][place] = (poor, full, short)

    def _more_blur(self, place: int, error: float) -> None:
        s, rows = self._s, self._s.rows[place]
        added = error if s.units is None else error * s.units[place]
        blur = self._blur[rows] + (added + 4 * _EPS * self._start.max())
        self._blur[rows] = blur
        self._doubt = max(self._doubt, float(blur.max(initial=0.0)))

    def _pay_exactly(self, lane: int, place: int, exact: Price) -> None:
        s, rows = self._s, self._s.rows[place]
        price = float(exact.price)
        left = self._money[rows, lane] - price * (1.0 if s.units is None else s.units[place])
        left[exact.close] = exact.left
        left[exact.spent] = 0.0
        self._money[rows, lane] = left
        self._more_blur(place, _EPS * price)
        if place not in self._log[-1]:
            shape = (len(rows), len(self.lanes))
            nobody = np.zeros(shape, dtype=bool)
            self._log[-1][place] = (nobody, np.zeros(len(self.lanes)), nobody.copy())
        poor, full, spent = self._log[-1][place]
        poor[:, lane], full[lane], spent[:, lane] = exact.poor, exact.full_units, exact.spent

    def _note(self, lane: int, place: int) -> None:
        here = self.lanes[lane]
        here.winners.append(place)
        here.cost += self._s.cost[place]
        self._low[place, lane] = np.inf
        if self._budget is not None and here.cost > self._budget:
            here.over = True
            self._low[:, lane] = np.inf

    # -- the exact side -------------------------------------------------------------------------

    def exact(self, lane: int = 0) -> ExactRun:
        """The exact side of a lane, with every purchase so far."""
        here = self.lanes[lane]
        if lane not in self._runs:
            self._runs[lane] = ExactRun(self._s, here.endowment)
        run = self._runs[lane]
        bought = here.winners[self._free :]
        for number in range(len(run.purchases), len(bought)):
            poor, full, spent = self._log[number][bought[number]]
            run.purchases.append(
                Purchase(bought[number], poor[:, lane], int(full[lane]), spent[:, lane])
            )
        return run

    def _sharpen(self) -> None:
        """Where errors have grown too large, work every purse out again from exact prices."""
        if self._doubt <= _BLURRED * self._start.min():
            return
        most = 0
        for lane in range(len(self.lanes)):
            run = self.exact(lane)
            bought = [purchase.place for purchase in run.purchases]
            prices = np.array([float(price) for price in run.prices])
            live = np.flatnonzero(self._money[:, lane] > 0)
            paid = self._s.matrix[live][:, bought] @ prices
            self._money[live, lane] = np.maximum(self._start[lane] - paid, 5e-324)
            most = max(most, len(bought))
        self._doubt = float((4 * most + 8) * _EPS * self._start.max())
        self._blur[:] = self._doubt
