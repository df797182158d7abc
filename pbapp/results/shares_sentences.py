"""Equal shares in sentences: who paid, who had run out, and where their money went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.results.models import Allocation
from pbapp.results.privacy import LEAST
from pbapp.tally import EqualShares, Reason

if TYPE_CHECKING:
    from pbapp.results.sentences import Story


def why(story: Story, row: Allocation) -> list[str]:
    """Why one project was funded or not; only that, where it would say too much of few people."""
    detail: Mapping[str, Any] = row.facts.get("detail") or {}
    if compared_with_greedy(story):
        return [_by_comparison(story, row)]
    if row.is_funded:
        return _paid(story, row, detail)
    if row.facts["reason"] != Reason.SUPPORTERS_SHORT or "supporters_left" not in detail:
        return [story.short_why(row)]
    if story.is_withheld(row):
        return [_("The people who chose it did not have enough money left to pay for it.")]
    said = [
        _(
            "It needed %(cost)s, and the people who chose it had %(left)s left between them.",
            cost=story.amount(row.cost),
            left=story.amount(detail["supporters_left"]),
        )
    ]
    took = [
        f"{story.quoted(part['project'])} ({story.amount(part['amount'])})"
        for part in detail.get("absorbed") or ()
        if part["amount"] > 0
    ]
    if took:
        said.append(_("Most of their money had gone to %(projects)s.", projects=", ".join(took)))
    return said


def who_paid(story: Story, row: Allocation) -> str:
    """Who paid for a winner, in a few words for a table; empty under another rule."""
    if story.count.rule != EqualShares.name or compared_with_greedy(story):
        return ""
    detail: Mapping[str, Any] = row.facts.get("detail") or {}
    if detail.get("stage") == "completion" or detail.get("price") is None:
        return _("What was left over")
    people = detail["full_payers"] + detail["ran_out"]
    if story.is_withheld(row):
        return _("The people who chose it")
    price = story.amount(detail["price"])
    if story.has_points:
        return ngettext(
            "%(num)s person, %(price)s a point",
            "%(num)s people, up to %(price)s a point",
            people,
            price=price,
        )
    return ngettext(
        "%(num)s person, %(price)s", "%(num)s people, up to %(price)s each", people, price=price
    )


def _paid(story: Story, row: Allocation, detail: Mapping[str, Any]) -> list[str]:
    if detail.get("stage") == "completion" or detail.get("price") is None:
        return [_("It was paid from what was left over at the end, most support first.")]
    if story.is_withheld(row):
        return [_("The people who chose it had enough money between them to pay for it.")]
    full, ran_out = detail["full_payers"], detail["ran_out"]
    cost, price = story.amount(row.cost), story.amount(detail["price"])
    if story.has_points:
        said = ngettext(
            "Its cost of %(cost)s was shared: %(num)s person who chose it paid %(price)s for each "
            "point they gave it.",
            "Its cost of %(cost)s was shared: %(num)s people who chose it paid %(price)s for each "
            "point they gave it.",
            full,
            cost=cost,
            price=price,
        )
    else:
        said = ngettext(
            "Its cost of %(cost)s was shared: %(num)s person who chose it paid %(price)s.",
            "Its cost of %(cost)s was shared: %(num)s people who chose it paid %(price)s each.",
            full,
            cost=cost,
            price=price,
        )
    if not ran_out:
        return [said]
    rest = ngettext(
        "%(num)s more gave all they had left.", "%(num)s more gave all they had left.", ran_out
    )
    return [said, rest]


# --- where the other count was preferred -----------------------------------------------------


def compared_with_greedy(story: Story) -> bool:
    """Whether “most votes first” was funded, because more people get more from it."""
    run: Mapping[str, Any] = story.count.facts.get("detail") or {}
    return bool(run.get("greedy_preferred"))


def _by_comparison(story: Story, row: Allocation) -> str:
    if row.is_funded:
        return _(
            "More people get more from the projects that win when most votes go first. By the "
            "published rule those are funded, and this is one of them."
        )
    if row.facts["reason"] == Reason.COMPARISON:
        return _(
            "By equal shares it would have won. But more people get more from the projects that "
            "win when most votes go first, and by the published rule those are funded."
        )
    if row.facts["reason"] == Reason.NO_VOTES:
        return _("Nobody voted for it, and a project without votes is not funded.")
    if row.facts["reason"] == Reason.WITHDRAWN:
        return story.why_it_could_not_win(row) + " " + story.stays_listed()
    return _("We counted by equal shares, and with most votes first. It won in neither of the two.")


def change_in_points(story: Story, cheaper: int | None, more: int | None) -> list[str]:
    """What would have made a loser win where people gave points."""
    said = []
    if cheaper:
        less = story.amount(cheaper)
        said.append(_("Had it cost %(less)s less, it could have been funded.", less=less))
    if more:
        said.append(
            ngettext(
                "Had %(num)s more person given it as many points as anybody gave, it could have "
                "been funded.",
                "Had %(num)s more people given it as many points as anybody gave, it could have "
                "been funded.",
                more,
            )
        )
    return said


# --- the whole -------------------------------------------------------------------------------


def steps(story: Story) -> list[str]:
    """How equal shares went, with the round's own figures."""
    run: Mapping[str, Any] = story.count.facts.get("detail") or {}
    if not run.get("endowment"):
        return []
    said = [
        _(
            "The pot was shared out equally: each person who voted had %(share)s to give to the "
            "projects they chose.",
            share=story.amount(run["endowment"]),
        )
    ]
    if run.get("step"):
        said.append(
            _(
                "At first it was %(first)s. It was raised little by little for everybody, so that "
                "more of the pot is used.",
                first=story.amount(run["first_endowment"]),
            )
        )
    if story.has_points:
        said.append(
            _(
                "A project is funded when the people who gave it points can pay for it between "
                "them. The one that asks the least for each point goes first."
            )
        )
    else:
        said.append(
            _(
                "A project is funded when the people who chose it can pay for it between them. The "
                "one that asks the least of each goes first."
            )
        )
    return said + _comparison(story, run)


def _comparison(story: Story, run: Mapping[str, Any]) -> list[str]:
    """What came of looking at both counts, where the published rule asks for that."""
    if not story.count.parameters.get("comparison"):
        return []
    said = _(
        "Then we looked at what would win with most votes first. %(greedy)s people would get more "
        "from that, %(shares)s from equal shares.",
        greedy=_people(story, run["prefer_greedy"]),
        shares=_people(story, run["prefer_shares"]),
    )
    kept = _("So the projects that win by equal shares are funded.")
    if run["greedy_preferred"]:
        kept = _("So the projects that win with most votes first are funded.")
    return [f"{said} {kept}"]


def _people(story: Story, number: int) -> str:
    few = 0 < number < LEAST and not story.count.round.is_imported
    return _("Fewer than ten") if few else f"{number:,}"
