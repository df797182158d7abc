"""Is this still right? The answer by one button, with or without a sign-in, and open or closed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import me
from pbapp.assets.blueprint import bp
from pbapp.assets.facts import facts_of
from pbapp.assets.keepers import (
    by_mail,
    get_asset,
    its_keeper,
    part_in,
    tell_of_change,
    who_acts,
)
from pbapp.assets.keeping import (
    closing,
    confirming,
    desk_pages,  # noqa: F401 — its pages belong to this room's blueprint
    links,
    reminding,
    report_pages,  # noqa: F401 — and these
    undoing,
)
from pbapp.assets.keeping.forms import ConfirmForm, StatusForm
from pbapp.assets.models import Asset, AssetState, Confirmer, Method, Status
from pbapp.assets.words import PART, STATUS
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.web.access import access, anyone
from pbapp.web.acting import act
from pbapp.web.limits import limited
from pbapp.web.redirects import way_back
from pbapp.web.refusals import blame, say_no

Page = str | Response | tuple[str, int]


def _method(asset: Asset, part: Confirmer | None) -> Method:
    if links.part_of(asset, request.args.get("key")) is not None:
        return Method.MAIL
    if request.args.get("from") == "sheet":
        return Method.SHEET
    return Method.OFFICE if part is Confirmer.OFFICER else Method.PAGE


@bp.route("/assets/<uuid:asset_id>/confirm", methods=["GET", "POST"])
@access(anyone)
@limited("confirming", tries=60, seconds=3600)
def confirm(asset_id: UUID) -> Page:
    """Still right, changed, or closed: buttons, so that following a link says nothing."""
    asset = get_asset(asset_id)
    if asset.duplicate_of_id is not None:  # printed codes lead to what was kept
        there = url_for(".confirm", asset_id=asset.duplicate_of_id)
        return redirect(there + ("?from=sheet" if request.args.get("from") == "sheet" else ""), 303)
    part, form = part_in(asset), ConfirmForm()
    if asset.state is not AssetState.PUBLISHED:
        if part is None:
            abort(404)
        if asset.state is AssetState.WAITING:
            flash(_("An officer is reading your change. There is nothing else to do."), "info")
        # Its page says why it is off the map, and what to do about it.
        return redirect(url_for(".detail", asset_id=asset.id, key=request.args.get("key")), 303)
    if form.validate_on_submit():
        answer = request.form.get("answer")
        if answer in ("changed", "closed"):
            return redirect(_further(asset, part, answer), 303)
        confirming.confirm(asset=asset, as_a=part or Confirmer.VISITOR, method=_method(asset, part))
        db.session.commit()
        flash(_("Thank you. The entry now says that it was confirmed today."), "success")
        return redirect(way_back(url_for(".detail", asset_id=asset.id)), 303)
    return render_template(
        "assets/confirm.html",
        asset=asset,
        form=form,
        part=part,
        part_words=PART,
        status_words=STATUS,
        facts=facts_of(asset),
    )


def _further(asset: Asset, part: Confirmer | None, answer: str) -> str:
    """Whoever looks after it puts it right; anybody else tells those who do."""
    if part is None:
        return url_for(".report", asset_id=asset.id, part="closed" if answer == "closed" else None)
    key, back = request.args.get("key"), request.args.get("back")
    if answer == "closed":
        return url_for(".status", asset_id=asset.id, now="closed", key=key, back=back)
    return url_for(".edit", asset_id=asset.id, key=key, back=back)


@bp.route("/assets/<uuid:asset_id>/status", methods=["GET", "POST"])
@access(its_keeper)
@limited("closing", tries=60, seconds=3600)
def status(asset_id: UUID) -> Page:
    """Closed for now, closed for good, or open again, without the whole form."""
    asset = get_asset(asset_id)
    part = part_in(asset) or abort(403)
    if asset.state is not AssetState.PUBLISHED:
        abort(404)
    now = None if request.args.get("now") == "closed" else asset.status.value
    form = StatusForm(data={"status": now, "until": asset.alert_until, "why": asset.alert})
    before = asset.version
    if form.validate_on_submit():
        try:
            closing.set_status(
                asset=asset,
                status=Status(form.status.data),
                why=form.why.data or "",
                until=form.until.data,
                as_a=part,
                method=_method(asset, part),
                by=who_acts(asset),
            )
        except Refused as refused:
            blame(form, refused)
        else:
            tell_of_change(asset, part, before)
            db.session.commit()
            flash(_("Saved. Everybody sees it now, and you can change it again."), "success")
            return redirect(way_back(url_for(".detail", asset_id=asset.id)), 303)
    html = render_template("assets/status.html", asset=asset, form=form, part=part)
    return html, 422 if form.errors else 200


def may_undo(asset_id: UUID, **_arguments: Any) -> bool:
    """Officers of its board, and the group that looks after it."""
    return part_in(get_asset(asset_id)) in undoing.MAY


@bp.post("/assets/<uuid:asset_id>/history/<int:number>/undo")
@access(may_undo)
def undo_edit(asset_id: UUID, number: int) -> Response:
    """Take one change of the history back."""
    asset = get_asset(asset_id)
    part, before = part_in(asset) or abort(403), asset.version
    try:
        undoing.undo(
            asset=asset, number=number, as_a=part, by=who_acts(asset), by_mail=by_mail(asset)
        )
    except Refused as refused:
        say_no(refused)
    else:
        tell_of_change(asset, part, before)
        db.session.commit()
        if asset.state is AssetState.PUBLISHED:
            flash(_("Undone. The entry says again what it said before."), "success")
        elif asset.state is AssetState.WAITING:
            flash(_("Undone. An officer checks it before it shows on the map."), "success")
        else:
            flash(_("Undone. It stays off the map."), "success")
    key = request.args.get("key")
    return redirect(url_for(".detail", asset_id=asset.id, key=key), 303)


def an_officer(asset_id: UUID, **_arguments: Any) -> bool:
    """Officers of its board, but not for an entry of their own group."""
    return part_in(get_asset(asset_id)) is Confirmer.OFFICER


@bp.post("/assets/<uuid:asset_id>/history/<int:number>/hide")
@access(an_officer)
def hide_edit(asset_id: UUID, number: int) -> Response:
    """Keep one change of the history from everybody, or with `shown` show it again."""
    asset = get_asset(asset_id)
    is_hidden = "shown" not in request.args
    return act(
        lambda: undoing.hide(asset=asset, number=number, is_hidden=is_hidden, by=me()),
        thanks=_("Hidden. Only officers and those who look after it see it now.")
        if is_hidden
        else _("Everybody sees this change again."),
        back=url_for(".detail", asset_id=asset.id),
    )


@bp.route("/assets/stop-asking", methods=["GET", "POST"])
@access(anyone)
@limited("stopping reminders", tries=60, seconds=3600)
def stop_asking() -> Page:
    """By the link under a reminder: do not ask me about these entries any more."""
    letter, account_id = links.read_stop(request.args.get("key")) or abort(404)
    form = ConfirmForm()
    if form.validate_on_submit():
        reminding.stop_asking(letter=letter, account_id=account_id)
        db.session.commit()
        flash(_("Done. We do not ask you about these entries any more."), "success")
        return redirect(url_for(".index"), 303)
    return render_template(
        "assets/stop_asking.html",
        form=form,
        assets=reminding.list_of_letter(letter),
        is_lead=account_id is not None,
    )
