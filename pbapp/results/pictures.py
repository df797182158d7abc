"""The pictures of a result as rows: each is drawn as bars and is a table at the same time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from pbapp.results import queries
from pbapp.results.fifths import fifth_name
from pbapp.results.models import Allocation, Turnout, TurnoutKind
from pbapp.results.privacy import LEAST, suppress
from pbapp.results.queries import Share
from pbapp.results.sentences import Story
from pbapp.rounds.models import Round

Row = dict[str, Any]


def segments(story: Story) -> list[tuple[float, float]]:
    """The pot as a bar: where each funded project begins and how wide it is, in hundredths."""
    if not story.count.budget:
        return []
    found, start = [], 0
    for row in story.funded:
        width = 100 * row.awarded / story.count.budget
        found.append((round_(100 * start / story.count.budget), round_(max(width - 0.3, 0.2))))
        start += row.awarded
    return found


def round_(number: float) -> float:
    return float(f"{number:.2f}")


def pot_then(story: Story, row: Allocation) -> Row | None:
    """The pot when a project had its turn, as bars: what was left beside what it cost."""
    detail = row.facts.get("detail") or {}
    if not detail.get("turn"):
        return None
    left = detail.get("left") or 0
    spent = story.count.budget - left
    return {
        "bars": [
            {
                "label": _("Left in the pot then"),
                "value": left,
                "text": story.amount(left),
                "muted": True,
            },
            {"label": _("What it cost"), "value": row.cost, "text": story.amount(row.cost)},
        ],
        "note": _(
            "%(spent)s of the %(pot)s had gone to projects before it.",
            spent=story.amount(spent),
            pot=story.amount(story.count.budget),
        )
        if spent
        else _("Nothing had been given out before it."),
    }


def share_rows(round: Round, story: Story, rows: Iterable[Allocation]) -> list[Row]:
    """Money by priority of the plan; empty where no project names one."""
    shares = queries.shares(rows)
    if all(share.priority is None for share in shares):
        return []
    return [_share_row(round, story, share) for share in shares]


def _share_row(round: Round, story: Story, share: Share) -> Row:
    name, address = _("No priority named"), None
    if share.priority is not None and round.board is not None:
        name = share.priority.name
        address = f"/boards/{round.board.slug}/priorities/{share.priority.slug}"
    note = _("%(funded)s of %(all)s projects funded", funded=share.funded, all=share.listed)
    return {
        "label": name,
        "url": address,
        "value": share.money,
        "text": story.amount(share.money),
        "note": note,
        "share": share,
    }


def ward_rows(story: Story, rows: Iterable[Allocation]) -> list[Row]:
    """Money by ward; empty where no project names one."""
    money = queries.money_by_ward(rows)
    if not any(money):
        return []
    return [
        {"label": ward or _("More than one ward"), "value": given, "text": story.amount(given)}
        for ward, given in money.items()
    ]


def turnout_rows(people: Iterable[tuple[Turnout, str]], kind: TurnoutKind) -> list[Row]:
    """People who voted, small numbers held back."""
    kept = {row.key: row.people for row, _name in people if row.kind is kind}
    names = {row.key: name for row, name in people if row.kind is kind}
    named = {TurnoutKind.CHANNEL: channel_name, TurnoutKind.FIFTH: fifth_name}
    rows = []
    for key, number in suppress(kept).items():
        held = number is None
        rows.append(
            {
                "label": named.get(kind, names.__getitem__)(key),
                "value": number or 0,
                "text": _("not shown") if held else f"{number:,}",
                "is_held": held,
            }
        )
    return rows


def channel_name(key: str) -> str:
    return {
        "online": _("Online"),
        "table": _("At a table"),
        "paper": _("On paper"),
        "sheets": _("On paper, counted on signed sheets"),
        "partner": _("In a partner's vote"),
    }.get(key, key)


def why_held() -> str:
    return _(
        "Numbers under %(least)s are not shown, nor any other that would give them away.",
        least=LEAST,
    )
