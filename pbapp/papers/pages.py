"""The parts of a report, in the order a chair reads them out."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.papers import queries
from pbapp.results.models import Allocation, TurnoutKind
from pbapp.results.pages import binding, together
from pbapp.results.pictures import turnout_rows, why_held
from pbapp.results.queries import list_turnout, shares
from pbapp.results.sentences import Story
from pbapp.rounds.models import Pot, Round


def report(stories: list[Story]) -> dict[str, Any]:
    """The report on a round: every pot's result, one after the other."""
    story = stories[0]
    round = story.count.round
    total = together(round, stories)
    people = list_turnout(round)
    by_ward = turnout_rows(people, TurnoutKind.WARD)
    by_channel = turnout_rows(people, TurnoutKind.CHANNEL)
    held = any(row["is_held"] for row in by_ward + by_channel)
    return {
        "round": round,
        "board": round.board,
        "story": story,
        "stories": stories,
        "count": story.count,
        **total,
        "asks": asks(stories, total["ballots"]),
        "by_ward": by_ward,
        "by_channel": by_channel,
        "why_held": why_held() if held else "",
        "priorities": priorities(round, [row for one in stories for row in one.rows]),
        "entry": queries.find_entry(round),
    }


def asks(stories: list[Story], ballots: int) -> list[str]:
    """What the board is asked for, as a chair can read it out."""
    story = stories[0]
    round = story.count.round
    said = [_result_of(story, ballots)]
    if len(stories) > 1:
        said = [
            _(
                "note that %(ballots)s people voted in %(round)s;",
                ballots=f"{ballots:,}",
                round=round.title,
            )
        ]
        said += [_of_one(story) for story in stories]
    said += [line for pot in round.pots for line in _of_pot(pot)]
    for one in stories:
        if one.left:
            said.append(_left(one))
    said.append(_("ask for a report on what the funded projects have done."))
    return said


def _result_of(story: Story, ballots: int) -> str:
    round, amount = story.count.round, story.amount
    return ngettext(
        "note that %(ballots)s people voted in %(round)s, and that %(num)s project won "
        "%(spent)s of the %(pot)s in the pot;",
        "note that %(ballots)s people voted in %(round)s, and that %(num)s projects won "
        "%(spent)s of the %(pot)s in the pot;",
        len(story.funded),
        ballots=f"{ballots:,}",
        round=round.title,
        spent=amount(story.count.total_cost),
        pot=amount(story.count.budget),
    )


def _of_one(story: Story) -> str:
    """One of several pots: with what others left for it, in its own sentence."""
    said = ngettext(
        "note that in “%(name)s” %(num)s project won %(spent)s of %(pot)s;",
        "note that in “%(name)s” %(num)s projects won %(spent)s of %(pot)s;",
        len(story.funded),
        name=story.pot,
        spent=story.amount(story.count.total_cost),
        pot=story.amount(story.count.budget),
    )
    if not story.count.carried_in:
        return said
    carried = story.amount(story.count.carried_in)
    return said + " " + _("(of it %(carried)s left by other pots)", carried=carried)


def _left(story: Story) -> str:
    left = story.amount(story.left)
    if story.pot:
        return _("note that %(left)s is left in “%(pot)s”;", left=left, pot=story.pot)
    return _("note that %(left)s is left in the pot;", left=left)


def _of_pot(pot: Pot) -> list[str]:
    if not pot.payment_approver:
        return []
    giver = pot.funder.name if pot.funder else _("the funder")
    return [
        _(
            "note that the money comes from %(giver)s. Approval of payment: %(who)s. %(binding)s",
            giver=giver,
            who=pot.payment_approver,
            binding=binding(pot.is_binding),
        )
    ]


def priorities(round: Round, allocations: list[Allocation]) -> list[dict[str, Any]]:
    """Money by priority of the round's own plan, with what the plan says will be done."""
    got = {share.priority.id: share for share in shares(allocations) if share.priority}
    rows = []
    for version in queries.list_versions_of(round):
        share = got.get(version.priority_id)
        rows.append(
            {
                "title": version.title,
                "actions": [action.plain or action.text for action in version.actions],
                "money": share.money if share else 0,
                "funded": share.funded if share else 0,
                "listed": share.listed if share else 0,
            }
        )
    return rows
