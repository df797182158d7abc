"""The map and list of what is here, an entry, its edits, and the exports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from pbapp.assets import (
    appealing,  # noqa: F401 — its pages belong to this room's blueprint
    map_data,  # noqa: F401 — and these
    queries,
)
from pbapp.assets.adding import editing  # noqa: F401 — and these
from pbapp.assets.adding import pages as adding_pages  # noqa: F401 — and these
from pbapp.assets.blueprint import bp, chosen_board
from pbapp.assets.claiming import pages as claiming_pages  # noqa: F401 — and these
from pbapp.assets.claiming import queries as claim_states
from pbapp.assets.claiming import services as claims
from pbapp.assets.facts import facts_of, has_times, next_of
from pbapp.assets.finding.queries import landmarks_of
from pbapp.assets.finding.results import results_of, without_people
from pbapp.assets.gifts import pages as gift_pages
from pbapp.assets.history import TELLS_WHERE, published_edits
from pbapp.assets.keepers import get_asset, part_in
from pbapp.assets.keeping import pages as keeping_pages  # noqa: F401 — and these
from pbapp.assets.keeping.undoing import undoable
from pbapp.assets.lists import pages as lists_pages  # noqa: F401 — and these
from pbapp.assets.managing import pages as managing_pages  # noqa: F401 — and these
from pbapp.assets.models import SUBJECT, Asset, AssetKind, AssetState, Confirmer, Precision
from pbapp.assets.oruk import pages as oruk_pages
from pbapp.assets.outgoing import diary  # noqa: F401 — and these
from pbapp.assets.outgoing.credits import is_placed_by_postcode, postcode_credit
from pbapp.assets.outgoing.pages import point_of, points
from pbapp.assets.place_words import where_in_words
from pbapp.assets.settling import pages as settling_pages  # noqa: F401 — and these
from pbapp.assets.ties import pages as tie_pages
from pbapp.assets.ties.models import is_tieable
from pbapp.assets.walkabout import pages as walkabout_pages
from pbapp.assets.words import KIND, KINDS, PART, STATE, STATUS, told
from pbapp.audit import queries as audit
from pbapp.boards.access import is_officer_of
from pbapp.boards.models import Board, Role
from pbapp.boards.queries import list_boards, list_wards
from pbapp.decisions import queries as decisions
from pbapp.decisions.models import Decision, Outcome
from pbapp.maps.shown import map_of
from pbapp.places.queries import PostcodeAnswer, PostcodeState
from pbapp.plans import queries as plans
from pbapp.proposals import words as proposal_words
from pbapp.proposals.tied import queries as tied
from pbapp.thread import queries as thread
from pbapp.thread import words as thread_words
from pbapp.web import fragments
from pbapp.web.access import access, anyone
from pbapp.web.headers import POSITION_ON_REQUEST

SENT_BACK = (AssetState.RETURNED, AssetState.REFUSED)
blueprints = (bp, oruk_pages.bp, walkabout_pages.bp)

Page = str | Response | tuple[str, int]


# --- the list and the map ------------------------------------------------------------------


@bp.get("/assets")
@access(anyone)
def index() -> Response:
    """Filters, list, table and map: one address for all of it."""
    results = results_of(chosen_board())
    is_part = fragments.wants_fragment()
    shows_map = results.view != "table" and not is_part
    response = fragments.render(
        "assets/index.html",
        fragment="assets/_results.html",
        results=results,
        elsewhere=_board_of(results.place.answer),
        map=map_of(results.board.id) if shows_map else None,
        kind_words=KIND,
        kinds=without_people(KINDS),
        part_words=PART,
    )
    if is_part:
        page = results.found.page if results.found.page > 1 else None
        response.headers["HX-Push-Url"] = results.address(page=page)
    response.headers["Permissions-Policy"] = POSITION_ON_REQUEST
    return response


def _board_of(answer: PostcodeAnswer | None) -> Board | None:
    """The board whose ward a postcode outside this one is in, if it is here too."""
    if answer is None or answer.state is not PostcodeState.OUTSIDE or answer.ward is None:
        return None
    return next((b for b in list_boards() if answer.ward.id in {w.id for w in list_wards(b)}), None)


# --- one entry -----------------------------------------------------------------------------


@bp.get("/assets/<uuid:asset_id>")
@access(anyone)
def detail(asset_id: UUID) -> Page:
    """An entry; one that is not published is there for those who may change it only."""
    asset = get_asset(asset_id)
    part = part_in(asset)
    if asset.duplicate_of_id is not None and part is not Confirmer.OFFICER:
        return redirect(url_for(".detail", asset_id=asset.duplicate_of_id), 303)
    if asset.state is not AssetState.PUBLISHED and part is None:
        abort(404)
    made = decisions.list_for(SUBJECT, asset.id)
    standing = next((d for d in made if d.undone_at is None), None)
    revisions = audit.list_revisions(SUBJECT, str(asset.id))
    approved = [d.at for d in made if d.outcome is Outcome.APPROVED and d.undone_at is None]
    is_gift = asset.kind is AssetKind.INDIVIDUAL  # its history could tell where it was
    hidden = () if asset.shown_as is Precision.EXACT else TELLS_WHERE
    down = [d.at for d in made if d.undone_at is None and _took_down(d)]
    edits = published_edits(revisions, approved, hidden, down) if not is_gift else []
    wards = len(list_wards(asset.board))
    return render_template(
        "assets/detail.html",
        asset=asset,
        place_said=where_in_words(asset, landmarks_of(asset.board_id), wards),
        part=part,
        moderates=is_officer_of(asset.board_id, Role.MODERATOR),
        can_be_claimed=part is not Confirmer.GROUP and claims.can_be_claimed(asset),
        history=told(revisions if part else edits),
        facts=facts_of(asset),
        has_times=has_times(asset),
        is_all_over=len(asset.serves) >= wards,
        **_thread_of(asset),
        next=next_of(asset),
        hidden_changes={one.number for one in revisions if one.is_hidden} if part else set(),
        undoable=undoable(asset, revisions) if part else set(),
        returned=standing if asset.state in SENT_BACK else None,
        kind_words=KIND,
        kinds_words=KINDS,
        ties=tie_pages.shown(asset),
        can_be_tied=is_tieable(asset),
        gift=gift_pages.shown(asset, is_giver=part is Confirmer.SUBMITTER),
        part_words=PART,
        postcode_credit=postcode_credit() if is_placed_by_postcode(asset) else None,
        state_words=STATE,
        status_words=STATUS,
        was_looked_after=claim_states.was_looked_after(asset.id),
        plan_names={v.priority_id: v for v in plans.list_priorities(asset.board_id)},
        map=map_of(asset.board.id) if asset.lat is not None else None,
    )


def _took_down(decision: Decision) -> bool:
    """Whether a decision took an entry off the map."""
    return (
        decision.outcome is Outcome.RETURNED and decision.state_before == AssetState.PUBLISHED.value
    )


def _thread_of(asset: Asset) -> dict[str, Any]:
    """The proposals tied to an entry, what became of them, and the project that left it behind."""
    proposed = tied.list_kinds(asset.id)
    strands = thread.list_about(asset.id, [proposal.id for proposal in proposed])
    return {
        "proposed": proposed,
        "tie_name": proposal_words.tie_name,
        "became": {strand.allocation.proposal_id: strand for strand in strands},
        "left_by": [s for s in strands if s.award and _is_left(s.award.asset, asset)],
        "stage_words": thread_words.STAGE,
    }


def _is_left(left: Asset | None, asset: Asset) -> bool:
    """Whether what a project left behind is this entry, or one that was the same."""
    return left is not None and asset.id in (left.id, left.duplicate_of_id)


@bp.get("/assets/<uuid:asset_id>.geojson")
@access(anyone)
def pin(asset_id: UUID) -> Response:
    """The one point of an entry's own map."""
    asset = get_asset(asset_id)
    if asset.state is not AssetState.PUBLISHED and part_in(asset) is None:
        abort(404)
    features = [] if asset.lat is None else [point_of(queries.pin_of(asset))]
    response = points(features)
    if asset.state is not AssetState.PUBLISHED:
        response.headers["Cache-Control"] = "private, no-store"
        del response.headers["Access-Control-Allow-Origin"]
    return response
