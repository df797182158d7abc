"""A group says that an entry is its own; an officer of its board decides."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.validators import InputRequired

from pbapp.accounts.viewer import me, the_account
from pbapp.assets import queries
from pbapp.assets.blueprint import bp
from pbapp.assets.claiming import services as claims
from pbapp.assets.claiming.models import Claim, ClaimState
from pbapp.assets.keeping import trusting
from pbapp.assets.links import page_url
from pbapp.assets.models import Asset
from pbapp.boards.access import is_officer_of
from pbapp.boards.models import Role
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.organisations.access import a_member, get_group
from pbapp.organisations.models import Organisation
from pbapp.organisations.queries import list_groups_of
from pbapp.refusal import Refused
from pbapp.web.access import access, signed_in
from pbapp.web.acting import act
from pbapp.web.babel import say
from pbapp.web.forms import Form, at_most, plain_text
from pbapp.web.limits import limited
from pbapp.web.redirects import way_back
from pbapp.web.refusals import blame

Page = str | Response | tuple[str, int]


class ClaimForm(Form):
    """Which group it belongs to, and how we can tell."""

    group = RadioField(
        _l("Which of your groups?"), validators=[InputRequired(_l("Choose your group."))]
    )
    says = TextAreaField(
        _l("How can we tell that it is yours?"),
        filters=[plain_text],
        validators=[at_most(1000)],
    )


class ReasonForm(Form):
    """Why an officer says no, and what else they give with a yes."""

    trust = BooleanField(_l("And let them publish straight away"))
    reason = TextAreaField(_l("Why not"), filters=[plain_text], validators=[at_most(1000)])


def _load(asset_id: UUID) -> Asset:
    asset = queries.find(asset_id)
    if asset is None or not claims.can_be_claimed(asset):
        abort(404)
    use_board(asset.board)
    return asset


@bp.route("/assets/<uuid:asset_id>/claim", methods=["GET", "POST"])
@access(signed_in)
@limited("claiming", tries=20, seconds=3600)
def claim(asset_id: UUID) -> Page:
    """A member of a group says that an entry is theirs."""
    asset, groups = _load(asset_id), list_groups_of(me().id)
    form = _claim_form(groups)
    if groups and form.validate_on_submit():
        group = next(one for one in groups if str(one.id) == form.group.data)
        try:
            claims.claim(asset=asset, organisation=group, says=form.says.data or "", by=me())
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("Thank you. An officer looks at it, and you are told by e-mail."), "success")
            return redirect(url_for(".detail", asset_id=asset.id), 303)
    html = render_template("assets/claim.html", asset=asset, form=form, groups=groups)
    return html, 422 if form.errors else 200


def _claim_form(groups: list[Organisation]) -> ClaimForm:
    form = ClaimForm()
    form.group.choices = [(str(one.id), one.name) for one in groups]
    if len(groups) == 1 and not form.is_submitted():
        form.group.data = str(groups[0].id)
    return form


@bp.post("/groups/<uuid:organisation_id>/claims/<int:claim_id>/take-back")
@access(a_member)
@limited("claiming", tries=20, seconds=3600)
def take_claim_back(organisation_id: UUID, claim_id: int) -> Response:
    """It is not theirs after all, while no officer has decided."""
    group, found = get_group(organisation_id), claims.find_claim(claim_id) or abort(404)
    if found.organisation_id != group.id:
        abort(404)
    return act(
        lambda: claims.take_back(claim=found, by=me()),
        thanks=_("Taken back. No officer looks at it any more."),
        back=url_for("organisations.home", organisation_id=group.id),
    )


def decides(claim_id: int, **_arguments: Any) -> bool:
    """A moderator of the board that the entry is in."""
    if the_account() is None:
        return False
    found = claims.find_claim(claim_id) or abort(404)
    return is_officer_of(found.asset.board_id, Role.MODERATOR)


@bp.route("/desk/claims/<int:claim_id>", methods=["GET", "POST"])
@access(decides)
def decide_claim(claim_id: int) -> Page:
    """Read what a group says of an entry, and give it to them or say why not."""
    found = claims.find_claim(claim_id) or abort(404)
    use_board(found.asset.board)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            _decide(found, form)
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("Saved. The group has been told."), "success")
            return redirect(way_back("/desk"), 303)
    why = claims.why_not(found, me())
    html = render_template(
        "assets/claim_desk.html",
        claim=found,
        form=form,
        waits=found.state is ClaimState.ASKED,
        why_not=say(why) if why else "",
    )
    return html, _status(form)


def _decide(found: Claim, form: ReasonForm) -> None:
    url = page_url(found.asset)
    if request.form.get("outcome") == "approve":
        claims.approve(claim=found, by=me(), url=url)
        if form.trust.data:
            trusting.trust(
                board=found.asset.board,
                organisation=found.organisation,
                reason=_("“%(name)s” is theirs.", name=found.asset.name),
                by=me(),
                url=url_for(
                    "organisations.home", organisation_id=found.organisation_id, _external=True
                ),
            )
    else:
        claims.refuse(claim=found, by=me(), reason=form.reason.data or "", url=url)


def _status(form: ReasonForm) -> int:
    """422 for a mistake in the form, 409 when somebody else was first."""
    if form.reason.errors:
        return 422
    return 409 if form.errors else 200
