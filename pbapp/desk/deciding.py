"""One thing at the desk: read it, approve it or send it back with a reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.assets import links
from pbapp.assets import words as asset_words
from pbapp.assets.models import SUBJECT as ASSET
from pbapp.assets.models import Asset, AssetState
from pbapp.audit.queries import list_revisions
from pbapp.boards.access import any_officer
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.decisions import queries as decisions
from pbapp.decisions.models import Decision, Outcome
from pbapp.desk import queries, services, words
from pbapp.desk.access import get_asset, get_proposal, my_roles, the_officer
from pbapp.desk.blueprint import bp
from pbapp.desk.forms import DecideForm
from pbapp.proposals import deciding
from pbapp.proposals import words as proposal_words
from pbapp.proposals.models import Proposal
from pbapp.refusal import Refused
from pbapp.web.access import access
from pbapp.web.babel import say

Page = str | Response | tuple[str, int]


@bp.route("/proposals/<int:proposal_id>", methods=["GET", "POST"])
@access(any_officer)
def proposal(proposal_id: int) -> Page:
    """Read a proposal, put it on the ballot or send it back with a reason."""
    found = get_proposal(proposal_id)
    form = DecideForm(version=str(found.version))
    if request.method == "POST" and form.validate_on_submit():
        try:
            _decide(found, form)
        except Refused as refused:
            form.blame(refused)
            db.session.refresh(found)
            form.version.data = str(found.version)  # what the page now shows is what they read
        else:
            db.session.commit()
            return redirect(url_for(".index"), 303)
    return _show_proposal(found, form)


def _decide(found: Proposal, form: DecideForm) -> None:
    link = url_for("proposals.detail", slug=found.round.slug, number=found.number, _external=True)
    seen, account = form.seen_version, the_officer()
    if request.form.get("outcome") == "approved":
        deciding.put_on_ballot(proposal=found, by=account, version=seen, link=link)
    else:
        deciding.return_for_changes(
            proposal=found, by=account, version=seen, reason=form.reason.data or "", link=link
        )


def _show_proposal(found: Proposal, form: DecideForm) -> tuple[str, int]:
    account = the_officer()
    if found.round.board is not None:
        use_board(found.round.board)
    made = decisions.list_for(deciding.SUBJECT, str(found.id))
    refused = deciding.why_not(found, account)
    html = render_template(
        "desk/proposal.html",
        proposal=found,
        round=found.round,
        form=form,
        state=proposal_words.state_words(found),
        tone=proposal_words.TONES[found.state],
        not_mine=say(refused) if refused else "",
        history=proposal_words.history(
            found, made, list_revisions(deciding.SUBJECT, found.id), with_reasons=True
        ),
        **_around(queries.PROPOSAL, str(found.id), made),
    )
    return html, _status(form)


def _around(kind: str, id: str, made: list[Decision]) -> dict[str, Any]:
    """What both pages say besides the thing itself: its decision, and what comes next."""
    queue = queries.list_waiting(the_officer(), my_roles())
    standing = next((d for d in made if d.undone_at is None), None)
    by = queries.find_account(standing.by_id) if standing else None
    return {
        "is_waiting": any(item.kind == kind and item.id == id for item in queue),
        "decision": standing,
        "decided": words.did(standing) if standing else "",
        "decided_by": (by.name or _("an officer")) if by else "",
        "following": queries.next_after(queue, kind, id),
    }


def _status(form: DecideForm) -> int:
    """422 for a mistake in the form, 409 when somebody else was first."""
    if form.reason.errors:
        return 422
    return 409 if form.errors else 200


@bp.route("/assets/<uuid:asset_id>", methods=["GET", "POST"])
@access(any_officer)
def asset(asset_id: UUID) -> Page:
    """Read an entry, put it on the map, or send it back with a reason."""
    found = get_asset(asset_id)
    form = DecideForm(version=str(found.version))
    if request.method == "POST" and form.validate_on_submit():
        approved = request.form.get("outcome") == "approved"
        try:
            services.decide_on_asset(
                asset=found,
                by=the_officer(),
                version=form.seen_version,
                outcome=Outcome.APPROVED if approved else Outcome.RETURNED,
                reason=form.reason.data or "",
                page_url=links.page_url(found),
                fix_url=links.fix_url(found),
            )
        except Refused as refused:
            form.blame(refused)
            db.session.refresh(found)
            form.version.data = str(found.version)  # what the page now shows is what they read
        else:
            db.session.commit()
            return redirect(url_for(".index"), 303)
    return _show_asset(found, form)


def _show_asset(found: Asset, form: DecideForm) -> tuple[str, int]:
    use_board(found.board)
    refused = services.why_not(found, the_officer())
    html = render_template(
        "desk/asset.html",
        asset=found,
        form=form,
        kind=asset_words.KIND[found.kind],
        state=asset_words.STATE[found.state],
        is_published=found.state is AssetState.PUBLISHED,
        not_mine=say(refused) if refused else "",
        history=asset_words.told(list_revisions(ASSET, str(found.id))),
        **_around(queries.ASSET, str(found.id), decisions.list_for(ASSET, found.id)),
    )
    return html, _status(form)
