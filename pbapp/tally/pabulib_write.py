"""Write elections in Pabulib's .pb format; what is written passes `pabulib.parse_pabulib`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from pbapp.tally.model import Instance, Profile
from pbapp.tally.pabulib import Election


def format_amount(amount: int, exponent: int) -> str:
    """Minor units as a plain decimal of the currency unit, with no needless zeros: 1250 → 12.5."""
    if exponent == 0:
        return str(amount)
    text = f"{Decimal(amount).scaleb(-exponent):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def write_pabulib(election: Election) -> str:
    """The text of a .pb file that this and other programs read back as the same election."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    instance, profile = election.instance, election.profile
    stated = {
        "num_projects": str(len(instance.projects)),
        "num_votes": str(profile.ballots_cast),
        "budget": _same_amount(
            format_amount(instance.budget, instance.exponent), election.meta.get("budget")
        ),
        "vote_type": str(profile.vote_type),
    }
    writer.writerows([["META"], ["key", "value"]])
    writer.writerows((key, stated.get(key, value)) for key, value in election.meta.items())
    writer.writerows((key, value) for key, value in stated.items() if key not in election.meta)
    writer.writerows([["PROJECTS"], list(election.project_fields)])
    for project in instance.projects:
        own = {
            "project_id": project.id,
            "cost": format_amount(project.cost, instance.exponent),
            "name": project.name,
            "minimum": ""
            if project.minimum is None
            else format_amount(project.minimum, instance.exponent),
        }
        writer.writerow(
            [own.get(name, project.meta.get(name, "")) for name in election.project_fields]
        )
    writer.writerow(["VOTES"])
    if election.vote_lines:
        writer.writerow(election.vote_fields)
        out.writelines(line + "\n" for line in election.vote_lines)
    else:
        writer.writerows(_vote_rows(instance, profile))
    return out.getvalue()


def _same_amount(text: str, given: str | None) -> str:
    """The text as the file first had it (400000.0), where it says the same."""
    if given and Fraction(given.replace(",", ".")) == Fraction(text):
        return given
    return text


def _vote_rows(instance: Instance, profile: Profile) -> Iterator[list[str]]:
    """Ballots in a fixed order of their content, numbered anew: no row points at a person."""
    ids = [project.id for project in instance.projects]
    yield ["voter_id", "vote", "points"] if profile.vote_type.has_points else ["voter_id", "vote"]
    number = 0
    rows: list[tuple[list[str], int]] = []
    for ballot in profile:
        cells = [",".join(ids[choice] for choice in ballot.choices)]
        if ballot.points is not None:
            scale = profile.points_scale
            cells.append(",".join(_points_text(points, scale) for points in ballot.points))
        rows.append((cells, ballot.count))
    for cells, count in sorted(rows):
        for _ in range(count):
            number += 1
            yield [str(number), *cells]


def _points_text(points: int, scale: int) -> str:
    return format_amount(points, len(str(scale)) - 1)


def election_of(
    instance: Instance, profile: Profile, meta: Iterable[tuple[str, str]] = ()
) -> Election:
    """An election to write, from what the app counted."""
    known = dict.fromkeys(name for project in instance.projects for name in project.meta)
    extra = [name for name in known if name not in ("project_id", "cost", "name", "minimum")]
    if any(project.minimum is not None for project in instance.projects):
        extra.insert(0, "minimum")
    return Election(
        meta=MappingProxyType(dict(meta)),
        instance=instance,
        profile=profile,
        project_fields=("project_id", "cost", "name", *extra),
        vote_fields=("voter_id", "vote", "points")
        if profile.vote_type.has_points
        else ("voter_id", "vote"),
    )
