"""Say what is wrong with an entry, part by part; its group sees it and puts it right."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import me, the_account
from pbapp.assets import queries
from pbapp.assets.blueprint import bp
from pbapp.assets.keepers import get_asset
from pbapp.assets.keeping import reporting
from pbapp.assets.keeping.forms import MendForm, ReportForm
from pbapp.assets.keeping.reporting import Part
from pbapp.assets.keeping.words import PART, now_says
from pbapp.assets.links import page_url
from pbapp.assets.models import SUBJECT, Asset, AssetState
from pbapp.concerns.models import Concern
from pbapp.concerns.showing import Beside, beside
from pbapp.db import db
from pbapp.organisations.queries import is_member
from pbapp.refusal import Refused
from pbapp.web.access import access, anyone
from pbapp.web.babel import page_language
from pbapp.web.limits import limited
from pbapp.web.refusals import blame

Page = str | Response | tuple[str, int]
STEP = {
    Part.CLOSED: (_l("Say that it has closed"), "assets.status"),
    Part.DUPLICATE: (_l("Say which entry is the same and stays"), "assets.same"),
    Part.NOT_HERE: (_l("Look at it at the desk, and take it off the map"), "desk.asset"),
}


@bp.route("/assets/<uuid:asset_id>/report", methods=["GET", "POST"])
@access(anyone)
@limited("concerns", tries=10, seconds=3600)
def report(asset_id: UUID) -> Page:
    """Anybody says which part is wrong, and what is right."""
    asset = get_asset(asset_id)
    if asset.state is not AssetState.PUBLISHED:
        abort(404)
    asked = request.args.get("part")
    form = ReportForm(data={"part": asked if asked in set(Part) else None})
    if form.validate_on_submit():
        try:
            _keep(asset, form)
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("Thank you. Somebody looks at it."), "success")
            return redirect(url_for(".detail", asset_id=asset.id), 303)
    html = render_template("assets/report.html", asset=asset, form=form)
    return html, 422 if form.errors else 200


def _keep(asset: Asset, form: ReportForm) -> None:
    reporting.report(
        asset=asset,
        part=Part(form.part.data),
        text=form.text.data or "",
        address=form.address.data or None,
        language=page_language(),
        path=url_for(".detail", asset_id=asset.id),
        url=url_for(".reports", asset_id=asset.id, _external=True),
    )


def of_its_group(asset_id: UUID, **_arguments: Any) -> bool:
    """Signed-in people of the group that looks after it."""
    account = the_account()
    return account is not None and is_member(account.id, get_asset(asset_id).organisation_id)


@bp.route("/assets/<uuid:asset_id>/reports", methods=["GET", "POST"])
@access(of_its_group)
def reports(asset_id: UUID) -> Page:
    """What people say is wrong with an entry of one's group, and what was done about it."""
    asset = get_asset(asset_id)
    waiting = reporting.list_for_group(asset)
    forms = {one.id: MendForm(prefix=f"c{one.id}-") for one in waiting}
    answered = next((one for one in waiting if str(one.id) == request.form.get("concern")), None)
    if answered is not None and forms[answered.id].validate_on_submit():
        try:
            _answer(answered, forms[answered.id].done.data == "changed", asset)
        except Refused as refused:
            blame(forms[answered.id], refused)
        else:
            db.session.commit()
            flash(_("Thank you. Whoever told us is told, if they left an address."), "success")
            return redirect(url_for(".reports", asset_id=asset.id), 303)
    elif request.method == "POST" and answered is None:  # somebody else has answered it
        return redirect(url_for(".reports", asset_id=asset.id), 303)
    html = render_template(
        "assets/reports.html",
        asset=asset,
        waiting=[(one, forms[one.id]) for one in waiting],
        part_words={part.value: words for part, words in PART.items()},
        now={one.id: now_says(asset, Part(one.part)) for one in waiting},
    )
    return html, 422 if any(form.errors for form in forms.values()) else 200


def _answer(concern: Concern, is_changed: bool, asset: Asset) -> None:
    with force_locale(concern.language.replace("-", "_")):  # of whoever told us
        if is_changed:
            said = _("The group that looks after this has changed the entry.")
        else:
            said = _("The group that looks after this says that the entry is right as it is.")
    reporting.answer(concern=concern, asset=asset, text=said, by=me(), url=page_url(asset))


@beside(SUBJECT, PART)
def _beside(concern: Concern) -> Beside:
    """For the officer: what the part says now, and the page on which to put it right."""
    asset = queries.find(UUID(concern.subject_id))
    if asset is None or concern.part not in set(Part):
        return Beside()
    part = Part(concern.part)
    text, page = STEP.get(part, (_l("Put it right: change the entry"), "assets.edit"))
    return Beside(
        str(PART[part]), now_says(asset, part), [(str(text), url_for(page, asset_id=asset.id))]
    )
