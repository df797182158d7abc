"""One way of writing values down, so that the same election always has the same SHA-256.

Canonical JSON: keys sorted, no spaces, UTF-8, whole numbers only (fractions as text). Ballots are
sorted by content, so the digest does not depend on the order in which they were cast.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from pbapp.tally.model import Instance, Profile


def canonical(value: object) -> bytes:
    """The one spelling of a JSON value; raises TypeError on what JSON cannot hold, or a float."""
    _refuse_floats(value)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no single spelling; write it as text")
    if isinstance(value, Mapping):
        for part in value.values():
            _refuse_floats(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _refuse_floats(part)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def parameters_digest(parameters: Mapping[str, object]) -> str:
    """SHA-256 of a rule's parameters (`{"rule": ..., "parameters": {...}}` as published)."""
    return sha256(canonical(parameters))


def instance_digest(instance: Instance) -> str:
    """SHA-256 of the pot and the projects: id, cost and minimum, in listed order."""
    return sha256(
        canonical(
            {
                "budget": instance.budget,
                "exponent": instance.exponent,
                "projects": [[p.id, p.cost, p.minimum] for p in instance.projects],
            }
        )
    )


def profile_digest(instance: Instance, profile: Profile) -> str:
    """SHA-256 of all ballots, whatever order they came in."""
    ids = [project.id for project in instance.projects]
    ballots = []
    for ballot in profile:
        chosen = [ids[choice] for choice in ballot.choices]
        points = list(ballot.points or ())
        if ballot.points is not None:
            pairs = sorted(zip(chosen, points, strict=True))
            chosen, points = [id for id, _ in pairs], [given for _, given in pairs]
        elif profile.max_length is None:
            chosen.sort()
        ballots.append([chosen, points, ballot.count])
    return sha256(
        canonical(
            {
                "vote_type": str(profile.vote_type),
                "ballots_cast": profile.ballots_cast,
                "points_scale": profile.points_scale,
                "max_length": profile.max_length,
                "ballots": sorted(ballots),
            }
        )
    )
