"""What anybody needs to count again: the files, their fingerprints and the command."""

from __future__ import annotations

from fractions import Fraction
from shlex import quote
from typing import Any

from flask import request, url_for

from pbapp.results import files, queries
from pbapp.results.models import Count
from pbapp.results.privacy import ballots_may_be_public
from pbapp.results.sentences import Story
from pbapp.rounds.models import Round

Row = dict[str, Any]
RECOUNT = "/static/recount.py"  # one file, nothing to install


def digests(story: Story) -> Row:
    """What to count one pot again with: files, their SHA-256, and the command."""
    count, round = story.count, story.count.round
    name = files.ballots_name(count)
    rule = files.rule_name(count)
    site = request.host_url.removesuffix("/")
    asked = (RECOUNT, _address(round, name), _address(round, rule))
    return {
        "has_ballots": ballots_may_be_public(count.profile.ballots, is_imported=round.is_imported),
        "ballots_url": _address(round, name),
        "rule_url": _address(round, rule),
        "table_url": _address(round, f"{round.slug}-results.csv"),
        "recount_url": RECOUNT,
        "three_lines": "\n".join(
            (
                f"curl {' '.join(f'-O {site}{path}' for path in asked)}",
                f"python3 recount.py {name} {rule}",
                f"pbapp tally {name} {flags(count)}",
            )
        ),
    }


def of_whole(round: Round, counts: list[Count]) -> Row:
    """The table of the whole and, for several pots, the file with every ballot entire."""
    profile = queries.find_profile(round.id) if any(count.pot for count in counts) else None
    public = profile is not None and files.whole_may_be_public(round, counts)
    return {
        "table_url": _address(round, f"{round.slug}-results.csv"),
        "recount_url": RECOUNT,
        "whole": profile,
        "whole_url": _address(round, f"{round.slug}.pb") if public else "",
    }


def _address(round: Round, filename: str) -> str:
    return url_for("open_data.file", slug=round.slug, filename=filename)


def flags(count: Count) -> str:
    """The rule's parameters as flags of `pbapp tally`; what stands at its default is left out."""
    given = count.parameters
    unit = 10 ** int(given.get("exponent") or 0)
    said = [f"--rule {count.rule}", *_greedy_flags(given, unit), *_shares_flags(given, unit)]
    if given.get("utility") == "cardinality":
        said.append("--utility cardinality")
    if given.get("ordinal", "official") != "official":
        said.append(f"--ordinal {given['ordinal']}")
    if given.get("withdrawn"):
        said.append(f"--withdrawn {_ids(given['withdrawn'])}")
    if count.carried_in:
        said.append(f"--carried-in {_amount(count.carried_in, unit)}")
    if given.get("tie_break", "cost") != "cost":
        said.append(f"--tie-break {given['tie_break']}")
    return " ".join(said)


def _greedy_flags(given: dict[str, Any], unit: int) -> list[str]:
    said = []
    if given.get("rank", "votes") != "votes":
        said.append(f"--rank {given['rank']}")
    if given.get("on_unaffordable"):
        said.append(f"--on-unaffordable {given['on_unaffordable']}")
    if given.get("min_votes"):
        said.append(f"--min-votes {given['min_votes']}")
    elif given.get("min_share"):
        said.append(f"--min-votes {_amount(Fraction(given['min_share']) * 100, 1)}%")
    said += [f"--group {_ids(group)}" for group in given.get("groups") or ()]
    said += [
        f"--cap {_ids(cap['projects'])}={_amount(cap['limit'], unit)}"
        for cap in given.get("caps") or ()
    ]
    if given.get("part_fund", "none") != "none":
        said.append(f"--part-fund {given['part_fund']}")
    return said


def _shares_flags(given: dict[str, Any], unit: int) -> list[str]:
    said = []
    if given.get("completion"):
        said.append(f"--completion {given['completion']}")
    if given.get("completion", "none") != "none":
        said.append(f"--step {Fraction(str(given['step'])) / unit}")
    if given.get("stop_exhaustive") is False:
        said.append("--no-stop-exhaustive")
    if given.get("comparison"):
        said.append("--comparison")
    return said


def _ids(keys: list[str]) -> str:
    return quote(",".join(keys))


def _amount(amount: int | Fraction, unit: int) -> str:
    return f"{float(Fraction(amount) / unit):.10g}"
