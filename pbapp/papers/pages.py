"""The parts of a report, in the order a chair reads them out."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.papers import queries
from pbapp.results.models import TurnoutKind
from pbapp.results.pages import binding, turnout_rows, why_held
from pbapp.results.queries import list_turnout, shares
from pbapp.results.sentences import Story
from pbapp.rounds.models import Pot


def report(story: Story) -> dict[str, Any]:
    round = story.count.round
    people = list_turnout(round)
    by_ward = turnout_rows(people, TurnoutKind.WARD)
    by_channel = turnout_rows(people, TurnoutKind.CHANNEL)
    held = any(row["is_held"] for row in by_ward + by_channel)
    return {
        "round": round,
        "board": round.board,
        "story": story,
        "count": story.count,
        "asks": asks(story),
        "by_ward": by_ward,
        "by_channel": by_channel,
        "why_held": why_held() if held else "",
        "priorities": priorities(story),
        "entry": queries.find_entry(round),
    }


def asks(story: Story) -> list[str]:
    """What the board is asked for, as a chair can read it out."""
    round, amount = story.count.round, story.amount
    said = [
        ngettext(
            "note that %(ballots)s people voted in %(round)s, and that %(num)s project won "
            "%(spent)s of the %(pot)s in the pot;",
            "note that %(ballots)s people voted in %(round)s, and that %(num)s projects won "
            "%(spent)s of the %(pot)s in the pot;",
            len(story.funded),
            ballots=f"{story.count.profile.ballots:,}",
            round=round.title,
            spent=amount(story.count.total_cost),
            pot=amount(story.count.budget),
        )
    ]
    said += [line for pot in round.pots for line in _of_pot(pot)]
    if story.left:
        said.append(_("note that %(left)s is left in the pot;", left=amount(story.left)))
    said.append(_("ask for a report on what the funded projects have done."))
    return said


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


def priorities(story: Story) -> list[dict[str, Any]]:
    """Money by priority of the round's own plan, with what the plan says will be done."""
    got = {share.priority.id: share for share in shares(story.rows) if share.priority}
    rows = []
    for version in queries.list_versions_of(story.count.round):
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
