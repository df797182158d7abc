"""The 1,200 example ballots of last year's round, made up the same way every time.

Nobody cast these. They are drawn so that the count has something to explain: Coatbridge South
turned out in great numbers and voted for its own projects, so that most votes first and Equal
Shares part ways, and two projects that cost the same meet in a tie when there is money for one.
"""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

NORTH, WEST, SOUTH = "S13003048", "S13003051", "S13003052"
SEED = 20270

# People who voted, by the ward of the postcode that connects them with Coatbridge.
VOTERS = {NORTH: 330, WEST: 300, SOUTH: 570}

# The same people by the fifth of the index where their postcode lies, 1 with the most need.
FIFTHS = {"1": 214, "2": 241, "3": 262, "4": 255, "5": 228}

# In a hundred people who voted, how many chose one project, two, and so on.
CHOICES = {1: 3, 2: 9, 3: 24, 4: 28, 5: 21, 6: 15}
CHANNELS = {"online": 78, "table": 13, "paper": 9}
CONNECTIONS = {"live": 84, "work": 8, "study": 5, "volunteer": 3}

# How much each project drew people of each ward: North, West, South.
APPEAL = {
    "rosebrae-swings": (4, 3, 44),
    "ironbank-evenings": (3, 5, 38),
    "shed-dust": (2, 2, 31),
    "carers-weekends": (8, 6, 29),
    "homework-laptops": (5, 4, 28),
    "winter-market": (3, 3, 12),
    "street-fridge": (3, 8, 14),
    "art-prescribed": (4, 5, 24),
    "english-cafe": (3, 3, 8),
    "hall-kitchen": (34, 2, 2),
    "play-street": (20, 1, 1),
    "sewing-machines": (24, 6, 5),
    "winter-suppers": (26, 3, 3),
    "high-beds": (16, 2, 2),
    "hall-tablets": (14, 2, 2),
    "school-savings": (13, 4, 3),
    "walking-football": (4, 25, 3),
    "pantry-cold-room": (7, 36, 5),
    "damp-kits": (3, 22, 3),
    "library-late": (6, 24, 3),
    "canal-handrail": (2, 20, 3),
    "listeners-start": (5, 15, 4),
    "money-mondays": (22, 24, 16),
    "phone-clinic": (8, 12, 4),
}

# Two pairs are brought to the same number of votes: one that a lot decides (both cost the same),
# one that the lower cost decides.
TIES = (("street-fridge", "walking-football"), ("hall-tablets", "damp-kits"))

Ballot = tuple[str, ...]

T = TypeVar("T")


@dataclass(frozen=True)
class ExampleVotes:
    """Ballots (keys of proposals, in no order that says who cast them) and, apart from them, how
    many people voted by ward, by fifth, by way of voting and by connection."""

    ballots: tuple[Ballot, ...]
    by_ward: Mapping[str, int]
    by_channel: Mapping[str, int]
    by_fifth: Mapping[str, int]
    by_connection: Mapping[str, int]

    def support(self) -> Counter[str]:
        return Counter(key for ballot in self.ballots for key in ballot)


def example_votes(cost_pence: Mapping[str, int], budget_pence: int) -> ExampleVotes:
    """The ballots for these proposals (key → cost). Each ballot fits within the pot."""
    if set(cost_pence) != set(APPEAL):
        raise ValueError("These are not the proposals that the example votes are for.")
    draw = random.Random(SEED)  # noqa: S311 (an example that must come out the same, not a secret)
    ballots = []
    for column, ward in enumerate((NORTH, WEST, SOUTH)):
        appeal = {key: weights[column] for key, weights in APPEAL.items()}
        for _ in range(VOTERS[ward]):
            ballots.append(_ballot(draw, appeal, cost_pence, budget_pence))
    for one, other in TIES:
        _level(ballots, one, other)
    voters = len(ballots)
    return ExampleVotes(
        ballots=tuple(sorted(ballots, key=lambda _: draw.random())),
        by_ward=dict(VOTERS),
        by_channel=_spread(draw, CHANNELS, voters),
        by_fifth=dict(FIFTHS),
        by_connection=_spread(draw, CONNECTIONS, voters),
    )


def _ballot(
    draw: random.Random,
    appeal: Mapping[str, int],
    cost_pence: Mapping[str, int],
    budget_pence: int,
) -> Ballot:
    left = dict(appeal)
    money = budget_pence
    chosen: list[str] = []
    for _ in range(_pick(draw, CHOICES)):
        key = _pick(draw, left)
        del left[key]
        if cost_pence[key] <= money:
            chosen.append(key)
            money -= cost_pence[key]
    return tuple(sorted(chosen))


def _pick(draw: random.Random, weights: Mapping[T, int]) -> T:
    """One of these, as often as its weight says. Only `random()` is promised to give the same
    numbers under every version of Python, so nothing else is used."""
    mark = int(draw.random() * sum(weights.values()))
    for value, weight in weights.items():
        mark -= weight
        if mark < 0:
            return value
    raise ValueError("Nothing to pick from.")


def _level(ballots: list[Ballot], one: str, other: str) -> None:
    """Change as few ballots as need be so that the two have the same number of votes."""
    support = Counter(key for ballot in ballots for key in ballot)
    more, fewer = (one, other) if support[one] > support[other] else (other, one)
    gap = support[more] - support[fewer]
    for position, ballot in enumerate(ballots):
        if gap <= 0:
            return
        if more not in ballot or fewer in ballot or len(ballot) < 2:
            continue
        rest = [key for key in ballot if key != more]
        ballots[position] = tuple(sorted([*rest, fewer] if gap > 1 else rest))
        gap -= 2 if gap > 1 else 1


def _spread(draw: random.Random, weights: Mapping[str, int], people: int) -> dict[str, int]:
    counted = Counter(_pick(draw, weights) for _ in range(people))
    return {value: counted[value] for value in weights}
