"""Whoever added an entry asks for another look at what was decided on it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import the_account
from pbapp.assets import links, queries, refusing
from pbapp.assets.blueprint import bp
from pbapp.assets.keepers import sent_it_in
from pbapp.assets.models import SUBJECT
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.decisions import appealing
from pbapp.decisions import queries as decisions
from pbapp.decisions.forms import AppealForm
from pbapp.organisations.queries import is_member
from pbapp.refusal import Refused
from pbapp.web.access import access
from pbapp.web.babel import say
from pbapp.web.limits import limited


def its_author(asset_id: UUID, **_arguments: Any) -> bool:
    """Its group, and whoever sent it in, signed in or by the link from their e-mail."""
    asset = queries.find(asset_id) or abort(404)
    account = the_account()
    is_ours = account is not None and is_member(account.id, asset.organisation_id)
    return is_ours or sent_it_in(asset)


@bp.route("/assets/<uuid:asset_id>/appeal", methods=["GET", "POST"])
@access(its_author)
@limited("appealing", tries=30, seconds=3600)
def appeal(asset_id: UUID) -> str | Response | tuple[str, int]:
    """They say why; somebody who took no part in the decision answers."""
    asset = queries.find(asset_id) or abort(404)
    use_board(asset.board)
    form = AppealForm()
    if form.validate_on_submit():
        try:
            refusing.appeal(
                asset=asset,
                by=the_account(),
                reason=form.reason.data or "",
                url=links.appeal_url(asset),
            )
        except Refused as refused:
            form.blame(refused)
        else:
            db.session.commit()
            flash(_("We have your appeal. We write to you when it is answered."), "success")
            return redirect(url_for(".index"), 303)
    barred = refusing.why_not_appeal(asset)
    standing = decisions.find_latest(SUBJECT, asset.id)
    html = render_template(
        "assets/appeal.html",
        asset=asset,
        form=form,
        barred=say(barred) if barred else "",
        decision=standing,
        refusal=decisions.find_agreed(standing.id) if standing else None,
        appeal=decisions.find_appeal_of(standing.id) if standing else None,
        until=appealing.until(standing, asset.board_id) if standing else None,
    )
    return html, 422 if form.reason.errors else 409 if form.form_errors else 200
