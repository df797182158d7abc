"""What is left out so that nobody can be picked out of a small group. Pure functions.

Numbers of people under ten are hidden, and as many others as it takes that nobody can work them
out from the total.
"""

from __future__ import annotations

from collections.abc import Mapping

LEAST = 10
LEAST_BALLOTS = 100


def suppress(people: Mapping[str, int], *, least: int = LEAST) -> dict[str, int | None]:
    """The same numbers with the small ones None: those under `least`.

    The total is public, so one hidden number alone could be worked out: then the next smallest is
    hidden too, until at least two are hidden and together they stand for `least` or more.
    """
    shown: dict[str, int | None] = dict(people)
    hidden: list[int] = []
    if not any(people.values()):
        return shown
    for key, number in sorted(people.items(), key=lambda item: (item[1], item[0])):
        enough = not hidden or (len(hidden) >= 2 and sum(hidden) >= least)
        if number >= least and enough:
            break
        shown[key] = None
        hidden.append(number)
    return shown


def explains_too_few(votes: int, *, is_imported: bool) -> bool:
    """Whether an explanation would rest on fewer than ten supporters of a real round."""
    return not is_imported and 0 < votes < LEAST


def ballots_may_be_public(ballots: int, *, is_imported: bool) -> bool:
    """Single ballots are published only where there are at least a hundred in the pot."""
    return is_imported or ballots >= LEAST_BALLOTS
