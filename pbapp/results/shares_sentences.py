"""Equal shares in sentences: who paid, who had run out, and where their money went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.results.models import Allocation
from pbapp.tally import Reason

if TYPE_CHECKING:
    from pbapp.results.sentences import Story


def why(story: Story, row: Allocation) -> list[str]:
    """Why one project was funded or not; only that, where it would say too much of few people."""
    detail: Mapping[str, Any] = row.facts.get("detail") or {}
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


def _paid(story: Story, row: Allocation, detail: Mapping[str, Any]) -> list[str]:
    if detail.get("stage") == "completion" or detail.get("price") is None:
        return [_("It was paid from what was left over at the end, most votes first.")]
    if story.is_withheld(row):
        return [_("The people who chose it had enough money between them to pay for it.")]
    full, ran_out = detail["full_payers"], detail["ran_out"]
    said = ngettext(
        "Its cost of %(cost)s was shared: %(num)s person who chose it paid %(price)s.",
        "Its cost of %(cost)s was shared: %(num)s people who chose it paid %(price)s each.",
        full,
        cost=story.amount(row.cost),
        price=story.amount(detail["price"]),
    )
    if not ran_out:
        return [said]
    rest = ngettext(
        "%(num)s more gave all they had left.", "%(num)s more gave all they had left.", ran_out
    )
    return [said, rest]


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
    said.append(
        _(
            "A project is funded when the people who chose it can pay for it between them. The "
            "one that asks the least of each goes first."
        )
    )
    return said
