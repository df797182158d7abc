"""How a round was counted, told with its own figures: the rule, its limits, the money left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.results import sealed, shares_sentences
from pbapp.rounds.models import Leftover
from pbapp.tally import EqualShares, Greedy, Reason

if TYPE_CHECKING:
    from pbapp.results.sentences import Story


def how_it_was_counted(story: Story) -> list[str]:
    """The rule step by step, as it went in this count."""
    said = [people(story)]
    if story.count.carried_in:
        said.append(carried_in(story))
    if story.count.rule == EqualShares.name:
        said += shares_sentences.steps(story)
    elif story.count.rule == Greedy.name:
        said += _limits(story)
        said += _greedy_steps(story) if story.funded else []
    said += _offer(story)
    said.append(about_what_is_left(story))
    return said


def people(story: Story) -> str:
    """How many ballots were counted; of several pots, how many choose anything of this one."""
    ballots = story.count.profile.ballots
    if story.pot:
        return ngettext(
            "%(people)s person chose a project of this pot.",
            "%(people)s people chose a project of this pot.",
            ballots,
            people=f"{ballots:,}",
        )
    return ngettext(
        "%(people)s person voted.", "%(people)s people voted.", ballots, people=f"{ballots:,}"
    )


def carried_in(story: Story) -> str:
    """What other pots left for this one."""
    return _(
        "Other pots left %(carried)s for this one, by the order published before voting opened. "
        "So %(pot)s could be given out.",
        carried=story.amount(story.count.carried_in),
        pot=story.amount(story.count.budget),
    )


def _limits(story: Story) -> Iterable[str]:
    """Thresholds, groups and caps: what the published rule asked for besides support."""
    given = story.count.parameters
    if given.get("min_votes"):
        least = int(given["min_votes"])
        if story.has_points:
            yield ngettext(
                "A project needed at least %(num)s point to be funded.",
                "A project needed at least %(num)s points to be funded.",
                least,
            )
        else:
            yield ngettext(
                "A project needed at least %(num)s vote to be funded.",
                "A project needed at least %(num)s votes to be funded.",
                least,
            )
    if given.get("min_share"):
        yield _(
            "At least %(share)s in 100 of the people who voted had to choose a project for it to "
            "be funded.",
            share=_number(Fraction(str(given["min_share"])) * 100),
        )
    for group in given.get("groups") or ():
        yield _(
            "Only one of %(projects)s could be funded.",
            projects=story.listed([story.titles.get(key, key) for key in group]),
        )
    for cap in given.get("caps") or ():
        yield _(
            "Together, the projects of “%(name)s” could get at most %(limit)s.",
            name=cap["name"],
            limit=story.amount(int(cap["limit"])),
        )


def _number(value: Fraction) -> str:
    return f"{float(value):.10g}"


def _greedy_steps(story: Story) -> Iterable[str]:
    first, last = story.funded[0], story.funded[-1]
    if story.has_points:
        yield _("For every project we added up the points it was given.")
    else:
        yield _("For every project we added up the people who chose it.")
    yield _(
        "The one with the most, “%(title)s” (%(support)s), came first. It cost %(cost)s, so "
        "%(left)s of the pot was left.",
        title=first.title,
        support=story.support(first),
        cost=story.amount(first.cost),
        left=story.amount(story.count.budget - first.cost),
    )
    passed = sum(row.facts.get("reason") == Reason.DID_NOT_FIT for row in story.rows)
    if story.count.parameters.get("on_unaffordable") == "stop":
        yield _("Then the next one, and so on, until one cost more than what was left.")
    elif passed:
        yield ngettext(
            "Then the next one, and so on. %(num)s project cost more than what was left at "
            "its turn: it was passed over and the next one was tried.",
            "Then the next one, and so on. %(num)s projects cost more than what was left at "
            "their turn: they were passed over and the next one was tried.",
            passed,
        )
    else:
        yield _("Then the next one, and so on. There was money for each of them.")
    if len(story.funded) > 1:
        yield _(
            "The last one that fitted was “%(title)s” (%(support)s).",
            title=last.title,
            support=story.support(last),
        )


def _offer(story: Story) -> Iterable[str]:
    offer: Mapping[str, Any] | None = story.count.facts.get("part_funded")
    if offer:
        yield _(
            "%(project)s is next in line, and its group can work with less than it asked for. So "
            "it is offered the %(amount)s that is left.",
            project=story.quoted(offer["project"]),
            amount=story.amount(offer["amount"]),
        )


def about_what_is_left(story: Story) -> str:
    """What is left, and where it goes by what was sealed."""
    if story.left == 0:
        return _("The whole pot is used: nothing is left.")
    offer: Mapping[str, Any] = story.count.facts.get("part_funded") or {}
    left = story.left - int(offer.get("amount") or 0)
    if offer and left == 0:
        return _("If the group says yes, nothing is left.")
    said = _("%(left)s is left in the pot.", left=story.amount(left))
    goes = _where_it_goes(story)
    return f"{said} {goes}" if goes else said


def _where_it_goes(story: Story) -> str:
    round, pot = story.count.round, story.count.pot
    leftover = (round.config or {}).get("leftover")
    if leftover == Leftover.CARRY and sealed.carries(round):
        following = sealed.next_pot(round, pot)
        if following:
            return _("It was carried on to “%(pot)s”.", pot=following.name)
        return _("There is no pot after this one, so it goes back to the funder.")
    if leftover == Leftover.NEXT_YEAR:
        return _("It is kept for next year.")
    return _("It goes back to the funder.") if leftover else ""
