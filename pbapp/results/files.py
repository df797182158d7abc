"""What is counted again as files: their names, the rule, and whether ballots may be public."""

from __future__ import annotations

from collections.abc import Iterable

from pbapp.results.models import Count
from pbapp.results.privacy import ballots_may_be_public
from pbapp.rounds.models import Round
from pbapp.tally import canonical


def _base(count: Count) -> str:
    return f"{count.round.slug}-pot-{count.pot}" if count.pot else count.round.slug


def ballots_name(count: Count) -> str:
    """The name of the file with the ballots of one count."""
    return f"{_base(count)}.pb"


def rule_name(count: Count) -> str:
    """The name of the file with its rule and every parameter."""
    return f"{_base(count)}-rule.json"


def whole_may_be_public(round: Round, counts: Iterable[Count]) -> bool:
    """The file of the whole shows each pot's ballots too: it is public only where all of them are.

    A pot that was left out because few people voted in it must not be found there.
    """
    return all(
        ballots_may_be_public(count.profile.ballots, is_imported=round.is_imported)
        for count in counts
    )


def rule_json(count: Count) -> bytes:
    """Exactly the bytes whose SHA-256 is published as the digest of the rule."""
    return canonical({"rule": count.rule, "parameters": count.parameters})
