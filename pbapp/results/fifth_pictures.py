"""Money by fifth of the index of deprivation, as rows that are bars and a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from pbapp.results.fifths import fifth_name, zones_of
from pbapp.results.models import Allocation
from pbapp.results.privacy import suppress
from pbapp.results.sentences import Story
from pbapp.rounds.models import Round

FIFTHS = (1, 2, 3, 4, 5)
LEAST_PROJECTS = 3  # fewer in a fifth would tell which of the index each of their places is in


def picture(round: Round, story: Story, rows: Sequence[Allocation]) -> dict[str, Any]:
    """Money by fifth as rows for a chart, and what the figures rest on; empty without an index.

    A fifth with fewer than three projects on the ballot is not shown, nor any other that would
    give it away: whoever knows the projects could tell which fifth a street is in.
    """
    kept = [row for row in rows if row.facts.get("fifth")]
    zones = zones_of(round) if kept else []
    listed = Counter(row.facts["fifth"] for row in kept)
    shown = suppress({str(fifth): number for fifth, number in listed.items()}, least=LEAST_PROJECTS)
    if not zones or not any(shown.values()):
        return {}
    people = Counter(dict.fromkeys(FIFTHS, 0))
    for zone in zones:
        people[zone.quintile] += zone.population
    named = [_row(story, kept, fifth, shown, people) for fifth in FIFTHS]
    elsewhere = [row for row in rows if not row.facts.get("fifth")]
    if elsewhere:
        named.append(_bar(story, _("The whole area, or no one place"), elsewhere))
    return {
        "rows": named,
        "is_held": any(row["is_held"] for row in named),
        "source": zones[0].deprivation_set,
    }


def _row(
    story: Story,
    rows: Iterable[Allocation],
    fifth: int,
    shown: Mapping[str, int | None],
    people: Counter[int],
) -> dict[str, Any]:
    label = fifth_name(str(fifth))
    live = _("%(share)s in 100 people here live there", share=_share(people, fifth))
    if shown.get(str(fifth), 0) is None:
        return {"label": label, "note": live, "value": 0, "text": _("not shown"), "is_held": True}
    return _bar(story, label, [row for row in rows if row.facts["fifth"] == fifth], live)


def _share(people: Counter[int], fifth: int) -> int:
    return round(100 * people[fifth] / max(people.total(), 1))


def _bar(story: Story, label: str, rows: Sequence[Allocation], live: str = "") -> dict[str, Any]:
    funded = _(
        "%(funded)s of %(all)s projects funded",
        funded=sum(row.is_funded for row in rows),
        all=len(rows),
    )
    money = sum(row.awarded for row in rows)
    return {
        "label": label,
        "note": f"{funded}; {live}" if live else funded,
        "value": money,
        "text": story.amount(money),
        "is_held": False,
    }
