"""Two or three proposals side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from pbapp.proposals import queries
from pbapp.proposals.blueprint import bp
from pbapp.proposals.models import Proposal
from pbapp.proposals.showing import Bid
from pbapp.rounds.access import get_round
from pbapp.web.access import access, anyone
from pbapp.web.babel import money

FEWEST, MOST = 2, 3
LARGEST = 2**31 - 1


@bp.get("/proposals/compare")
@access(anyone)
def compare(slug: str) -> str:
    """The ones an address names (`?n=3&n=7`), beside lists to choose others from."""
    round = get_round(slug)
    titles = queries.list_titles(round)
    asked = list(dict.fromkeys(_number(typed) for typed in request.args.getlist("n")))
    chosen = [number for number in asked if number in titles]
    shown = queries.list_by_number(round, chosen[:MOST])
    return render_template(
        "proposals/compare.html",
        round=round,
        titles=titles,
        chosen=chosen[:MOST],
        proposals=shown,
        rows=_rows(shown, round.currency) if len(shown) >= FEWEST else [],
        too_many=len(chosen) > MOST,
        most=MOST,
    )


def _number(typed: str) -> int:
    plain = typed.isascii() and typed.isdigit() and len(typed) <= len(str(LARGEST))
    return int(typed) if plain else 0


def _rows(shown: Sequence[Proposal], currency: str) -> list[tuple[str, list[Any]]]:
    """What is compared, each with one value a proposal; rows that say nothing are left out."""
    rows: list[tuple[str, list[Any]]] = [
        (_("Asks for"), [money(one.cost_pence, currency) for one in shown]),
        (_("Could work with"), [_pence(one.minimum_pence, currency) for one in shown]),
        (_("Has from elsewhere"), [_pence(one.other_pence or None, currency) for one in shown]),
        (_("Priority"), [_priorities(one) for one in shown]),
        (_("Ward"), [_wards(one) for one in shown]),
        (_("Group"), [one.organisation.name if one.organisation else "" for one in shown]),
        (_("When"), [Bid(one).days for one in shown]),
        (_("In one line"), [one.summary for one in shown]),
        (_("What will happen"), [one.what for one in shown]),
        (_("Who gains"), [one.who_benefits for one in shown]),
        (_("How it helps"), [one.how_it_helps for one in shown]),
        (_("What the money is for"), [_costs(one, currency) for one in shown]),
        (_("Who pays afterwards"), [one.running_costs for one in shown]),
    ]
    return [(name, values) for name, values in rows if any(values)]


def _pence(amount: int | None, currency: str) -> str:
    return money(amount, currency) if amount else ""


def _priorities(one: Proposal) -> str:
    main = [one.priority.name] if one.priority else []
    return ", ".join(main + [also.priority.name for also in one.supports])


def _wards(one: Proposal) -> str:
    return ", ".join(ward.name for ward in one.wards) or _("The whole area")


def _costs(one: Proposal, currency: str) -> list[str]:
    return [f"{line.description}: {money(line.amount_pence, currency)}" for line in one.cost_lines]
