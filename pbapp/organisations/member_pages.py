"""The people of a group: invite, join, hand over, leave."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import me, the_account
from pbapp.db import db
from pbapp.organisations import joining, leading, queries
from pbapp.organisations.access import a_lead, a_member, get_group, my_membership
from pbapp.organisations.blueprint import bp
from pbapp.organisations.forms import LEAD_TOO, InviteForm, JoinForm, LeadForm
from pbapp.organisations.models import Member, MemberRole, Organisation
from pbapp.organisations.telling import called
from pbapp.organisations.words import MAY, ROLE
from pbapp.refusal import Refused
from pbapp.web.access import access, signed_in
from pbapp.web.acting import act
from pbapp.web.forms import PressForm
from pbapp.web.limits import limited
from pbapp.web.refusals import blame

Page = str | Response | tuple[str, int]


def _home(group: Organisation) -> str:
    return url_for("organisations.home", organisation_id=group.id, _external=True)


def _back(group: Organisation) -> str:
    return url_for(".members", organisation_id=group.id)


@bp.route("/groups/<uuid:organisation_id>/members", methods=["GET", "POST"])
@access(a_member)
@limited("inviting", tries=15, seconds=3600, by=lambda: str(me().id) if the_account() else None)
def members(organisation_id: UUID) -> Page:
    """Who belongs to the group and what each may do; a lead asks others in."""
    group, form = get_group(organisation_id), InviteForm()
    if form.validate_on_submit():
        try:
            joining.invite(
                organisation=group,
                email=form.email.data or "",
                by=me(),
                link=lambda token: url_for(".join", token=token, _external=True),
            )
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("The invitation is on its way. It lasts 14 days."), "success")
            return redirect(_back(group), 303)
    return _show_members(get_group(organisation_id), form)


def _show_members(group: Organisation, form: InviteForm) -> tuple[str, int]:
    mine = my_membership(group.id)
    leads = mine is not None and mine.role is MemberRole.LEAD
    html = render_template(
        "organisations/members.html",
        group=group,
        form=form,
        members=queries.list_memberships(group.id),
        mine=mine,
        is_lead=leads,
        invitations=queries.list_invitations(group.id) if leads else [],
        offers=queries.list_lead_offers(group.id),
        called=called,
        roles=ROLE,
        may=MAY,
    )
    return html, 422 if form.errors else 200


@bp.post("/groups/<uuid:organisation_id>/invitations/<uuid:invitation_id>/take-back")
@access(a_lead)
def take_back(organisation_id: UUID, invitation_id: UUID) -> Page:
    group = get_group(organisation_id)
    invitation = queries.find_invitation(group.id, invitation_id) or abort(404)
    return act(
        lambda: joining.take_back(invitation=invitation, by=me()),
        thanks=_("Taken back. The link does not work any more."),
        back=_back(group),
    )


@bp.route("/groups/join/<token>", methods=["GET", "POST"])
@access(signed_in)
@limited("joining", tries=60, seconds=3600)
def join(token: str) -> Page:
    """Where the link of an invitation leads: say yes to joining the group, or be in it."""
    joined = queries.find_joined(token, me().id)  # a second press of the button
    if joined is not None:
        return redirect(url_for(".home", organisation_id=joined.id), 303)
    invitation, form = queries.find_open_invitation(token), JoinForm()
    group = invitation.organisation if invitation else None
    if request.method == "POST" and form.validate():
        try:
            member = joining.accept(
                token=token, by=me(), name=form.name.data or "", link=_home(group) if group else ""
            )
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("You belong to the group now."), "success")
            return redirect(url_for(".home", organisation_id=member.organisation_id), 303)
    if group is None:
        return render_template("organisations/invitation_gone.html"), 404
    if queries.is_member(me().id, group.id):
        return redirect(url_for(".home", organisation_id=group.id), 303)
    html = render_template("organisations/join.html", group=group, form=form, may=MAY)
    return html, 422 if form.errors else 200


def _named(group: Organisation, member_id: int) -> Member:
    people = queries.list_memberships(group.id)
    return next((one for one in people if one.id == member_id), None) or abort(404)


@bp.route("/groups/<uuid:organisation_id>/members/<int:member_id>/remove", methods=["GET", "POST"])
@access(a_lead)
def remove(organisation_id: UUID, member_id: int) -> Page:
    """Part with somebody: a page of its own, so that nobody does it by a slip of the thumb."""
    group, form = get_group(organisation_id), PressForm()
    member = _named(group, member_id)
    if not form.validate_on_submit():
        return render_template(
            "organisations/remove.html", group=group, form=form, name=called(member.account)
        )
    return act(
        lambda: leading.remove(organisation=group, member_id=member_id, by=me()),
        thanks=_("They do not belong to the group any more, and have been told."),
        also=_(
            "The links by which your group reports on its money have ended. To have a new one "
            "sent, open the page of the award."
        ),
        back=_back(group),
    )


@bp.route("/groups/<uuid:organisation_id>/leave", methods=["GET", "POST"])
@access(a_member)
def leave(organisation_id: UUID) -> Page:
    """Go of one's own accord."""
    group, form = get_group(organisation_id), PressForm()
    if not form.validate_on_submit():
        return render_template("organisations/leave.html", group=group, form=form)
    return act(
        lambda: leading.leave(organisation=group, by=me(), link=_home(group)),
        thanks=_("You have left the group."),
        back=_back(group),
        after=url_for(".index"),
    )


@bp.route("/groups/<uuid:organisation_id>/lead", methods=["GET", "POST"])
@access(a_lead)
def offer_lead(organisation_id: UUID) -> Page:
    """The first step of a hand-over: a lead asks another member."""
    group, form = get_group(organisation_id), LeadForm()
    asked = queries.list_lead_offers(group.id)
    others = [
        (one.id, called(one.account))
        for one in queries.list_memberships(group.id)
        if one.role is not MemberRole.LEAD and one.id not in asked
    ]
    form.member.choices = others
    if form.validate_on_submit():
        try:
            leading.offer_lead(
                organisation=group,
                member_id=form.member.data,
                stays_lead=form.then.data == LEAD_TOO,
                by=me(),
                link=_home(group),
            )
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("We have asked them. You lead the group until they accept."), "success")
            return redirect(_back(group), 303)
    html = render_template("organisations/offer_lead.html", group=group, form=form, others=others)
    return html, 422 if form.errors else 200


@bp.post("/groups/<uuid:organisation_id>/lead/<int:member_id>/take-back")
@access(a_lead)
def take_back_lead(organisation_id: UUID, member_id: int) -> Page:
    group = get_group(organisation_id)
    return act(
        lambda: leading.take_back_offer(organisation=group, member_id=member_id, by=me()),
        thanks=_("Taken back."),
        back=_back(group),
    )


@bp.post("/groups/<uuid:organisation_id>/lead/answer")
@access(a_member)
def answer_lead(organisation_id: UUID) -> Page:
    """The second step: who was asked says yes or no."""
    group, accepts = get_group(organisation_id), request.form.get("answer") == "yes"
    link = _home(group)
    return act(
        lambda: leading.answer_lead(organisation=group, accepts=accepts, by=me(), link=link),
        thanks=_("You lead the group now.") if accepts else _("You have said no."),
        back=url_for(".home", organisation_id=group.id),
    )
