"""Editing an entry: everything about it on one page, with what others changed meanwhile."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import the_account
from pbapp.assets import services
from pbapp.assets.adding import photos
from pbapp.assets.adding.forms import EditForm
from pbapp.assets.adding.rows import turn_rows
from pbapp.assets.adding.typed import entry_from, fields_of
from pbapp.assets.blueprint import bp
from pbapp.assets.gifts.links import own_page
from pbapp.assets.keepers import by_mail, get_asset, its_keeper, part_in, tell_of_change, who_acts
from pbapp.assets.models import SUBJECT, Asset, AssetState, Confirmer
from pbapp.assets.words import KIND_HINT, personal_notes, told
from pbapp.audit import queries as audit
from pbapp.boards.queries import list_wards
from pbapp.db import db
from pbapp.decisions import queries as decisions
from pbapp.maps.shown import map_of
from pbapp.plans import queries as plans
from pbapp.refusal import Refused
from pbapp.web.access import access
from pbapp.web.forms import version_in
from pbapp.web.limits import limited
from pbapp.web.redirects import way_back

Page = str | Response | tuple[str, int]


@bp.route("/assets/<uuid:asset_id>/edit", methods=["GET", "POST"])
@access(its_keeper)
@limited("editing", tries=200, seconds=3600)
def edit(asset_id: UUID) -> Page:
    """Everything about an entry on one page."""
    asset = get_asset(asset_id)
    part = part_in(asset) or abort(403)
    form = EditForm(data=fields_of(asset) | {"seen_revision": str(_newest(asset))})
    form.offer_wards(list_wards(asset.board), asset.board.place_name)
    form.offer_priorities(plans.list_priorities(asset.board_id))
    theirs: list[dict[str, Any]] = []
    if form.is_submitted() and turn_rows(form):
        _keep_photo(form)
    elif form.is_submitted():
        saved = _save(asset, form, part, theirs)
        if saved:
            return saved
    latest = decisions.find_latest(SUBJECT, asset.id)
    page = render_template(
        "assets/edit.html",
        asset=asset,
        form=form,
        part=part,
        at_once=services.shows_at_once(asset, part) and not by_mail(asset),
        here=request.full_path,
        theirs=theirs,
        personal=personal_notes(asset) if part is Confirmer.OFFICER else [],
        returned=latest if asset.state is AssetState.RETURNED else None,
        photo=photos.find(photos.read_id(form.photo_id.data)),
        map=map_of(asset.board.id),
        gift_url=own_page(asset) if part is Confirmer.SUBMITTER else "",
        kind_hints=KIND_HINT,
    )
    return page, 422 if form.errors else 200


def _save(
    asset: Asset, form: EditForm, part: Confirmer, theirs: list[dict[str, Any]]
) -> Response | None:
    """Keep an edit and say what happens next; None leaves its errors in the form."""
    valid, before = form.validate(), asset.version
    try:
        kept = photos.take(form, photos.read_id(form.photo_id.data))
        form.photo_id.data = str(kept or "")
        photos.check_described(form, kept)
        if not valid:
            db.session.commit()  # the photo stays: nobody picks a file twice
            return None
        services.edit(
            asset=asset,
            entry=entry_from(form, form, form, kept),
            version=version_in(form.version.data),
            as_a=part,
            by=who_acts(asset),
            by_mail=by_mail(asset),
        )
    except Refused as refused:
        form.blame(refused)
        if version_in(form.version.data) != asset.version:
            theirs.extend(_changed_since(asset, form))
        db.session.commit()  # the photo again
        return None
    tell_of_change(asset, part, before)
    db.session.commit()
    if asset.state is AssetState.PUBLISHED:
        flash(_("Saved. The change shows now."), "success")
        return redirect(way_back(url_for(".detail", asset_id=asset.id)), 303)
    if asset.state is AssetState.WAITING:
        flash(_("Saved. An officer checks it before it shows on the map."), "success")
    else:
        flash(_("Saved. It stays off the map."), "success")
    if the_account() is None:
        return redirect(url_for(".index"), 303)
    return redirect(url_for(".detail", asset_id=asset.id), 303)


def _keep_photo(form: EditForm) -> None:
    """Only a row of times was asked for; a file that came with it would have to be picked again."""
    try:
        form.photo_id.data = str(photos.take(form, photos.read_id(form.photo_id.data)) or "")
    except Refused as refused:
        form.blame(refused)
    db.session.commit()


def _changed_since(asset: Asset, form: EditForm) -> list[dict[str, Any]]:
    """What others did while this was typed, in words. Seen now, so saving again replaces it."""
    seen = version_in(form.seen_revision.data)
    revisions = audit.list_revisions(SUBJECT, str(asset.id))
    form.version.data, form.seen_revision.data = str(asset.version), str(_newest(asset))
    return told([one for one in revisions if one.number > seen])


def _newest(asset: Asset) -> int:
    return max((one.number for one in audit.list_revisions(SUBJECT, str(asset.id))), default=0)
