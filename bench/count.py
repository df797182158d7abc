"""How fast the count is, beside pabutools, in one run: `python -m bench.count`.

CPU seconds. pabutools (GPL-3) is installed for this and for tests only; the product never imports
it. Real elections are read from the reference shelf beside the project (`../shared/pabulib`).
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from pbapp.tally import (
    Ballot,
    Completion,
    EqualShares,
    Greedy,
    Instance,
    Profile,
    Project,
    TieBreak,
    TieRule,
    VoteType,
    count,
    read_pabulib,
)

SHELF = Path(__file__).resolve().parents[2] / "shared" / "pabulib"
LODZ = SHELF / "speed" / "Poland_Lodz_2022.pb"
WARSZAWA = SHELF / "speed" / "Poland_Warszawa_2026.pb"
WIELICZKA = SHELF / "dev" / "Poland_Wieliczka_2023_Green_Budget.pb"

BY_ID = TieRule(TieBreak.ID)
PLAIN = EqualShares(completion=Completion.NONE, ties=BY_ID)
ADD1 = EqualShares(completion=Completion.ADD1, step=Fraction(1), ties=BY_ID)


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """CPU seconds of the fastest of several runs."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


class Beside:
    """The same work in pabutools, set up as its own guide says, equal ballots grouped."""

    def __init__(self) -> None:
        from pabutools import election, rules  # type: ignore[import-untyped]

        self._election, self._rules = election, rules

    def parse(self, path: Path) -> tuple[Any, Any]:
        instance, profile = self._election.parse_pabulib(str(path))
        return instance, profile

    def equal_shares(self, parsed: tuple[Any, Any], step: int | None = None) -> Callable[[], Any]:
        instance, profile = parsed[0], parsed[1].as_multiprofile()
        return lambda: self._rules.method_of_equal_shares(
            instance,
            profile,
            sat_class=self._election.Cost_Sat,
            voter_budget_increment=step,
        )

    def greedy(self, path: Path) -> Any:
        instance, profile = self.parse(path)
        return self._rules.greedy_utilitarian_welfare(
            instance, profile.as_multiprofile(), sat_class=self._election.Cost_Sat
        )


def row(work: str, theirs: float | None, ours: float, reach: str) -> None:
    their_text = "not run" if theirs is None else f"{theirs:8.2f} s"
    ratio = "" if theirs is None else f"{theirs / ours:,.0f}x"
    print(f"{work:<44}{their_text:>11}{ours * 1000:>12,.1f} ms{ratio:>9}   {reach}", flush=True)


def shares(path: Path, rule: EqualShares) -> Callable[[], object]:
    """The whole count on a parsed file, indexing the ballots included, without explanations."""
    election = read_pabulib(path)
    return lambda: count(election.instance, election.profile, rule, explain=False)


def town() -> tuple[Instance, Profile]:
    """5,000 generated ballots on 60 projects, up to five choices each."""
    dice = random.Random(60)
    projects = tuple(Project(str(n), dice.randint(2_000, 40_000)) for n in range(60))
    ballots = [Ballot(tuple(dice.sample(range(60), dice.randint(1, 5)))) for _ in range(5_000)]
    return Instance(400_000, projects), Profile.of(VoteType.APPROVAL, ballots)


def peak_memory(path: Path) -> float:
    """Megabytes at most, in a process that reads, counts and explains the file."""
    program = (
        "import re, sys; from fractions import Fraction; from pbapp.tally import *;"
        "e = read_pabulib(sys.argv[1]);"
        "count(e.instance, e.profile, EqualShares(completion=Completion.ADD1U, step=Fraction(1)));"
        "print(re.search('VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], check=True, capture_output=True, text=True
    )
    return int(done.stdout) / 1024


def main() -> None:
    if not LODZ.exists():
        print("The real elections are not beside the project (../shared/pabulib): nothing to time.")
        return
    beside = Beside()
    print(f"{'work':<44}{'pabutools':>11}{'pbapp':>15}{'ratio':>9}   to reach")
    lodz = beside.parse(LODZ)
    row(
        "parse, Łódź 2022 (90,494 x 160)",
        seconds(lambda: beside.parse(LODZ)),
        seconds(lambda: read_pabulib(LODZ), 5),
        ">= 20x",
    )
    row(
        "equal shares, Łódź 2022",
        seconds(beside.equal_shares(lodz)),
        seconds(shares(LODZ, PLAIN), 5),
        ">= 500x",
    )
    row(
        "equal shares, Warszawa 2026 (61,668 x 83)",
        seconds(beside.equal_shares(beside.parse(WARSZAWA))),
        seconds(shares(WARSZAWA, PLAIN), 5),
        ">= 250x",
    )
    row(
        "Add1, Wieliczka 2023 (6,586 x 64)",
        seconds(beside.equal_shares(beside.parse(WIELICZKA), 1)),
        seconds(shares(WIELICZKA, ADD1), 5),
        ">= 50x",
    )
    row("Add1, Warszawa 2026", None, seconds(shares(WARSZAWA, ADD1), 2), "<= 5 s (about 30 min)")
    row(
        "greedy, parse included, Łódź 2022",
        seconds(lambda: beside.greedy(LODZ)),
        seconds(lambda: _greedy(LODZ), 3),
        ">= 100x",
    )
    instance, profile = town()
    row(
        "full explanations, 5,000 x 60",
        None,
        seconds(lambda: count(instance, profile, ADD1), 3),
        "<= 2 s, the count included",
    )
    memory = max(peak_memory(LODZ), peak_memory(WARSZAWA))
    print(f"{'peak memory, largest files':<44}{'':>11}{memory:>12,.0f} MB{'':>9}   <= 200 MB")


def _greedy(path: Path) -> object:
    election = read_pabulib(path)
    return count(election.instance, election.profile, Greedy(ties=BY_ID))


if __name__ == "__main__":
    main()
