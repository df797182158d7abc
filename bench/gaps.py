"""How the gap table grows with the map: `python -m bench.gaps`.

Measures 200 and 10,000 entries in one run and prints CPU seconds and their ratio: fifty times the
entries should take about fifty times as long, and not the square of it.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

from pbapp.gaps.measures import Entry, Times, Zone, measure

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FEW, MANY = 200, 10_000


def main() -> None:
    few, many = seconds(FEW), seconds(MANY)
    print(
        f"Gap table: {FEW} entries {few:.4f} s, {MANY:,} entries {many:.3f} s "
        f"({many / few:.0f} times as long for {MANY // FEW} times as many)."
    )


def seconds(number: int) -> float:
    """CPU seconds for so many entries of one ward with 40 zones; the best of three."""
    helps = frozenset({1, 2})
    entries = [
        Entry(
            *(1, 55.8 + n % 97 / 1000, -4.1 + n % 89 / 1000, None, helps),
            serves=frozenset({2}),
            times=Times(evening=n % 2 == 0, weekend=n % 3 == 0),
        )
        for n in range(number)
    ]
    zones = [Zone(1, 1000, 1, 55.8 + n / 1000, -4.1 + n / 1000) for n in range(40)]
    best = float("inf")
    for _ in range(3):
        before = time.process_time()
        measure(area_ids=[1, 2], priority_ids=[1, 2], entries=entries, zones=zones, now=NOW)
        best = min(best, time.process_time() - before)
    return best


if __name__ == "__main__":
    main()
