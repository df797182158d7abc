"""What becomes of a council's wards when a file has other ones: which go on, end, come back. Pure.

A ward whose boundary moves gets a new code, and mostly keeps its name: that is how it is known
again. Where a file goes back to wards from before, what was kept of them says what they became.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pbapp.places.importing import KnownWard, WardShape
from pbapp.places.problems import FileProblems


@dataclass(frozen=True)
class Succession:
    """Codes of wards: what ends, with what follows it (perhaps nothing); what is back; what is new.

    A new one that follows nothing belongs to no board yet.
    """

    ended: Mapping[str, tuple[str, ...]]
    revived: tuple[str, ...]
    new: tuple[str, ...]


def succession(
    *,
    wards: Sequence[KnownWard],
    former: Sequence[KnownWard],
    became: Mapping[str, Collection[str]],
    shapes: Iterable[WardShape],
    named: Mapping[str, Sequence[str]],
) -> Succession:
    """Hold a file's wards against ours (`wards`, and the `former` ones with what they `became`).

    `named` is what the operator says of wards that are not in the file: the codes of what follows
    each, or none. Raises `FileProblems` for a ward of which nobody knows what became of it.
    """
    drawn = {shape.code: shape for shape in shapes}
    ours = {ward.code: ward for ward in wards}
    gone = {ward.code for ward in former}
    problems = _wrongly_named(named, ours, drawn)
    ended: dict[str, tuple[str, ...]] = {}
    for code, ward in ours.items():
        if code in drawn or code in problems:
            continue
        if code in named:
            ended[code] = tuple(sorted(set(named[code])))
            continue
        back = [old for old, following in became.items() if old in drawn and code in following]
        same = [one.code for one in drawn.values() if one.code not in ours and _is_same(ward, one)]
        found = sorted(back) or same
        if found:
            ended[code] = tuple(found)
        else:
            problems[code] = (
                f"Ward {code} ({ward.name}) is not in the file, nor is a new ward of its name. Say "
                f"what it has become, --became {code}=CODE,CODE, or that it is no more: "
                f"--retire {code}."
            )
    if problems:
        claimed = {code for codes in ended.values() for code in codes}
        free = [
            f"{code} ({shape.name or 'without a name'})"
            for code, shape in drawn.items()
            if code not in ours and code not in gone and code not in claimed
        ]
        unclaimed = [f"New in the file: {', '.join(free)}."] if free else []
        raise FileProblems([*problems.values(), *unclaimed])
    return Succession(
        ended,
        revived=tuple(code for code in drawn if code in gone),
        new=tuple(code for code in drawn if code not in ours and code not in gone),
    )


def _is_same(ward: KnownWard, shape: WardShape) -> bool:
    if shape.name is None:
        return ward.number is not None and ward.number == shape.number
    return _plain(ward.name) == _plain(shape.name)


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("&", " and ").split())


def _wrongly_named(
    named: Mapping[str, Sequence[str]],
    ours: Collection[str],
    drawn: Collection[str],
) -> dict[str, str]:
    problems = {}
    for code, following in named.items():
        if code not in ours:
            problems[code] = f"We know no ward {code} that could end."
        elif code in drawn:
            problems[code] = f"Ward {code} is in the file, so it goes on."
        else:
            for one in following:
                if one not in drawn:
                    problems[code] = f"Ward {one}, which is to follow {code}, is not in the file."
    return problems
