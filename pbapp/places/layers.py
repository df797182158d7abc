"""Which table of shapes is meant in a file that holds several."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pbapp.places.problems import FileProblems, brief

NAMED_AT_MOST = 12

Facts = list[dict[str, Any]]
Count = Callable[[Facts], int]


@dataclass(frozen=True)
class Layer:
    """One table of shapes. `facts` reads its fields alone, `features` a FeatureCollection."""

    name: str
    fields: list[str]
    facts: Callable[[], Facts]
    features: Callable[[], dict[str, Any]]


def choose(
    layers: Sequence[Layer], *, codes: Sequence[str], count: Count, named: str | None
) -> Layer:
    """The layer that the operator named; else the one that has most of what is looked for.

    `codes` are patterns of a field that it must have, `count` says how much of it there is.
    """
    if named is not None:
        wanted = [layer for layer in layers if layer.name.casefold() == named.casefold()]
        if wanted:
            return wanted[0]
        raise FileProblems([f"The file has no layer “{brief(named)}”. It has: {_names(layers)}."])
    fitting = [layer for layer in layers if _has_code(codes, layer.fields)]
    if not fitting:
        raise FileProblems(
            [
                "The file has no layers with the field of codes that we look for (ward_code, "
                f"WDyyCD; DataZone), and must have one. Its layers: {_names(layers, fields=True)}."
            ]
        )
    if len(fitting) == 1:
        return fitting[0]
    counts = [count(layer.facts()) for layer in fitting]
    most = max(counts)
    if most and counts.count(most) == 1:
        return fitting[counts.index(most)]
    raise FileProblems(
        [
            f"The file has {len(fitting)} layers with such codes: {_names(fitting)}. Say which one "
            f"to take: --layer “{brief(fitting[0].name)}”."
        ]
    )


def _has_code(codes: Sequence[str], fields: Sequence[str]) -> bool:
    return any(re.fullmatch(code, field, re.IGNORECASE) for code in codes for field in fields)


def _names(layers: Sequence[Layer], *, fields: bool = False) -> str:
    said = [
        f"{brief(layer.name, 40)} ({brief(', '.join(layer.fields), 80)})"
        if fields
        else brief(layer.name, 40)
        for layer in layers[:NAMED_AT_MOST]
    ]
    more = len(layers) - NAMED_AT_MOST
    return (", ".join(said) or "none") + (f" and {more} more" if more > 0 else "")
