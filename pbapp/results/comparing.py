"""The same ballots under the other rule, side by side with the result."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.results import queries
from pbapp.results.models import Allocation, Count
from pbapp.results.sentences import Story
from pbapp.tally import EqualShares


def rule_name(story: Story) -> str:
    if story.count.rule == EqualShares.name:
        return _("Equal shares")
    return _("Most points first") if story.has_points else _("Most votes first")


def page_of(official: Count, other: Count) -> dict[str, Any]:
    """Two results of the same ballots: winners, people and money by ward, in words and bars."""
    first = Story(official, queries.list_allocations(official))
    second = Story(other, queries.list_allocations(other))
    theirs = {row.project_key: row for row in second.rows}
    names = rule_name(first), rule_name(second)
    return {
        "story": first,
        "names": names,
        "rows": [(row, theirs[row.project_key]) for row in _in_line(first, theirs)],
        "in_short": _in_short(first, theirs, names[1]),
        "changes": _changes(first, theirs, names[1]),
        "what_it_is": _what_it_is(second),
        "people": _people_rows((first, second), names),
        "wards": _ward_rows((first, second), names),
        "money": [
            _(
                "%(rule)s: %(spent)s of %(pot)s given to projects.",
                rule=name,
                spent=story.amount(story.count.total_cost),
                pot=story.amount(story.count.budget),
            )
            for story, name in zip((first, second), names, strict=True)
        ],
    }


def _in_line(story: Story, theirs: dict[str, Allocation]) -> list[Allocation]:
    """What wins under both, then under one, then under none; each in the order of the result."""
    return sorted(story.rows, key=lambda row: 2 - row.is_funded - theirs[row.project_key].is_funded)


def _in_short(story: Story, theirs: dict[str, Allocation], name: str) -> str:
    changed = sum(row.is_funded != theirs[row.project_key].is_funded for row in story.rows)
    if not changed:
        return _("Under “%(rule)s” the same projects would win.", rule=name)
    both = sum(row.is_funded and theirs[row.project_key].is_funded for row in story.rows)
    return ngettext(
        "%(num)s project would win under both rules. Others would change.",
        "%(num)s projects would win under both rules. Others would change.",
        both,
    )


def _changes(story: Story, theirs: dict[str, Allocation], name: str) -> list[str]:
    said = []
    for row in story.rows:
        would = theirs[row.project_key].is_funded
        if row.is_funded and not would:
            said.append(
                _("“%(title)s” won. Under “%(rule)s” it would not.", title=row.title, rule=name)
            )
        elif would and not row.is_funded:
            said.append(
                _("“%(title)s” did not win. Under “%(rule)s” it would.", title=row.title, rule=name)
            )
    return said


def _what_it_is(other: Story) -> str:
    if other.count.rule == EqualShares.name:
        return _(
            "Under “Equal shares” each person has the same share of the pot to give. People who "
            "like the same project pay for it together, and who has paid has less for the next."
        )
    if other.has_points:
        return _(
            "Under “Most points first” the project with the most points wins, then the next one "
            "that fits in what is left."
        )
    return _(
        "Under “Most votes first” the project with the most votes wins, then the next one that "
        "fits in what is left."
    )


def _people_rows(stories: tuple[Story, Story], names: tuple[str, str]) -> list[dict[str, Any]]:
    """People with at least one winner under each rule; nothing where one number says too much."""
    if not all(story.who_got_something() for story in stories):
        return []
    ballots = stories[0].count.profile.ballots
    return [
        {
            "label": name,
            "value": 100 * served // ballots,
            "text": _("%(share)s in 100", share=100 * served // ballots),
            "note": _(
                "%(people)s of %(all)s people who voted",
                people=f"{served:,}",
                all=f"{ballots:,}",
            ),
            "muted": place == 1,
        }
        for place, (story, name) in enumerate(zip(stories, names, strict=True))
        for served in [story.count.facts["with_a_winner"]]
    ]


def _ward_rows(stories: tuple[Story, Story], names: tuple[str, str]) -> list[dict[str, Any]]:
    """Two bars a ward on one scale; empty where no project names a ward."""
    money = [queries.money_by_ward(story.rows) for story in stories]
    if not any(ward for ward in money[0]):
        return []
    return [
        {
            "label": ward or _("More than one ward"),
            "note": name,
            "value": given.get(ward, 0),
            "text": stories[0].amount(given.get(ward, 0)),
            "muted": place == 1,
        }
        for ward in money[0]
        for place, (given, name) in enumerate(zip(money, names, strict=True))
    ]
