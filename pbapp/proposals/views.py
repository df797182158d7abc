"""The proposals of a round: the list, one of them, and the map's points."""

from __future__ import annotations

import json
import math
import secrets
from typing import Any

from flask import Response, render_template, request, session, url_for

from pbapp import clock
from pbapp.accounts.viewer import the_account
from pbapp.appraisal.words import public as appraisal_of
from pbapp.audit.queries import list_revisions
from pbapp.boards.access import is_officer_of
from pbapp.decisions import queries as decisions
from pbapp.maps.models import MapPart
from pbapp.maps.shown import map_of
from pbapp.proposals import (
    appealing,
    comparing,  # noqa: F401 — it adds its views
    queries,
    words,
)
from pbapp.proposals.access import get_proposal, is_ours
from pbapp.proposals.asking import queries as asking
from pbapp.proposals.asking.pages import desk_bp
from pbapp.proposals.blueprint import bp
from pbapp.proposals.filters import Filters, Found
from pbapp.proposals.interest import views as interest
from pbapp.proposals.models import ProposalState
from pbapp.proposals.showing import Bid
from pbapp.proposals.writing import views as writing
from pbapp.results.queries import funded_ids, outcome_of
from pbapp.rounds import words as round_words
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round
from pbapp.rounds.queries import can_vote, pot_total
from pbapp.web import fragments
from pbapp.web.access import access, anyone

blueprints = (bp, desk_bp, *writing.blueprints, *interest.blueprints)

ON_A_PAGE = 24


@bp.get("/proposals")
@access(anyone)
def index(slug: str) -> Response:
    """Everything on the ballot, in an order that is random and stays the same for a visitor."""
    round = get_round(slug)
    found = _found(round)
    filters = Filters.from_args(request.args).known(found)
    matching = queries.in_order_of(_seed(), filters.apply(found))
    page, pages, shown = _page_of(matching)
    counted = [one for one in matching if not one.is_withdrawn]
    return fragments.render(
        "proposals/index.html",
        fragment="proposals/_results.html",
        round=round,
        state=round_words.state_words(round, clock.now()),
        filters=filters,
        found=found,
        proposals=queries.load_cards([one.id for one in shown]),
        places={one.id: found.ward_words(one) for one in shown},
        page_number=page,
        pages=pages,
        all=_sum_up([one for one in found.proposals if one.is_standing]),
        matching=_sum_up(counted),
        pot=pot_total(round),
        mine=[] if fragments.wants_fragment() else _mine(round),
        has_map=round.board_id is not None,
        map=_map(round) if filters.view == "map" else None,
        state_words=words.state_words,
        sender=words.sender,
        tones=words.TONES,
        can_send_in=queries.can_send_in(round, clock.now()),
        can_vote=bool(can_vote(round, clock.now())),
    )


def _found(round: Round) -> Found:
    """A round's public proposals; once the result is out, with what became of them."""
    names = {item.area.gss_code: item.area.name for item in round.round_areas}
    return Found(queries.list_public(round, with_refused=True), names, funded_ids(round))


def _seed() -> str:
    """This visitor's own order, kept in the session cookie and nowhere else."""
    if "order" not in session:
        session["order"] = secrets.token_hex(8)
    return str(session["order"])


def _page_of(matching: list[queries.Listed]) -> tuple[int, int, list[queries.Listed]]:
    pages = max(1, math.ceil(len(matching) / ON_A_PAGE))
    asked = request.args.get("page", "1")
    page = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    page = min(max(page, 1), pages)
    return page, pages, matching[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]


def _sum_up(found: list[queries.Listed]) -> dict[str, int]:
    return {"number": len(found), "pence": sum(one.cost_pence for one in found)}


def _map(round: Round) -> MapPart | None:
    return map_of(round.board_id) if round.board_id else None


def _mine(round: Round) -> list[Any]:
    """The viewer's groups' own proposals, whatever state they are in."""
    account = the_account()
    return queries.list_by_account(account, round) if account else []


@bp.get("/proposals.geojson")
@access(anyone)
def geojson(slug: str) -> Response:
    """The public proposals that have a point, for the map; the same filters as the list."""
    round = get_round(slug)
    found = _found(round)
    filters = Filters.from_args(request.args).known(found)
    ids = [one.id for one in filters.apply(found) if not one.is_withdrawn]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [proposal.lon, proposal.lat]},
            "properties": {
                "id": proposal.number,
                "name": proposal.title,
                "kind": proposal.priority.slug if proposal.priority else "",
                "ward": proposal.area.name if proposal.area else "",
                "url": url_for(".detail", slug=slug, number=proposal.number),
            },
        }
        for proposal in queries.list_places(round, ids)
    ]
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    response = Response(body, mimetype="application/geo+json")
    response.add_etag()
    response.headers["Cache-Control"] = "no-cache"
    return response.make_conditional(request)  # type: ignore[return-value]


@bp.get("/proposals/<int:number>")
@access(anyone)
def detail(slug: str, number: int) -> str:
    """One proposal: the pitch, the costs, who gains, where, and what officers decided."""
    proposal = get_proposal(slug, number)
    now = clock.now()
    ours = is_ours(proposal)
    account = the_account()
    mine = account is not None and queries.may_withdraw(account, proposal)
    officer = is_officer_of(proposal.round.board_id)
    is_public = queries.is_public(proposal)
    found = decisions.list_for("proposal", str(proposal.id))
    standing = next((d for d in found if d.undone_at is None), None)
    return render_template(
        "proposals/detail.html",
        round=proposal.round,
        proposal=proposal,
        state=words.state_words(proposal),
        tone=words.TONES[proposal.state],
        is_waiting=proposal.state is ProposalState.SUBMITTED,
        decision=standing,
        outcome=outcome_of(proposal),
        appraisal=appraisal_of(proposal, ours=ours) if is_public or ours or officer else None,
        **appealing.facts_for(proposal, standing, ours=ours),
        joined=queries.list_parts(proposal.id),
        history=words.history(
            proposal,
            found,
            list_revisions("proposal", proposal.id),
            with_reasons=ours or officer,
        ),
        is_public=is_public,
        questions=asking.list_shown(proposal) if is_public else [],
        ours=ours,
        officer=officer,
        can_edit=ours and queries.can_edit(proposal, now),
        sender=words.sender(proposal),
        bid=Bid(proposal, is_mine=mine),
        can_withdraw=mine and queries.can_withdraw(proposal, now),
        can_vote=bool(can_vote(proposal.round, now)),
    )
