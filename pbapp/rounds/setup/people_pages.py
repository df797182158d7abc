"""Invite a steering group and community reviewers to one round."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import me
from pbapp.boards.access import any_officer
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.rounds.models import Round, RoundMember, RoundRole
from pbapp.rounds.queries import list_members
from pbapp.rounds.setup import pages, services, words
from pbapp.rounds.setup.blueprint import bp
from pbapp.rounds.setup.forms import InviteForm
from pbapp.web.access import access
from pbapp.web.refusals import blame

Page = str | Response | tuple[str, int]


@bp.route("/<slug>/people", methods=["GET", "POST"])
@access(any_officer)
def people(slug: str) -> Page:
    """Who is invited, and inviting one more."""
    round = pages.get_led_round(slug)
    form = InviteForm()
    form.offer()
    if not form.validate_on_submit():
        return _show(round, form)
    try:
        services.invite(
            round=round,
            by=me(),
            role=RoundRole(form.role.data),
            name=form.name.data or "",
            email=form.email.data or "",
            url=_where(slug, RoundRole(form.role.data)),
        )
    except Refused as refused:
        blame(form, refused)
        return _show(pages.get_led_round(slug), form)
    db.session.commit()
    flash(_("Invited. They get an e-mail that says how to join."), "success")
    return redirect(url_for(".people", slug=slug), 303)


def _where(slug: str, role: RoundRole) -> str:
    """Where the invitation leads: reviewers to the bids, the steering group to all of the round."""
    page = "review.index" if role is RoundRole.REVIEWER else "rounds.progress"
    return url_for(page, slug=slug, _external=True)


def _show(round: Round, form: InviteForm) -> Page:
    members = [(one, words.role_name(one.role)) for one in list_members(round)]
    html = render_template("rounds/setup/people.html", round=round, form=form, members=members)
    return html, 422 if form.errors else 200


@bp.post("/<slug>/people/<int:member_id>/remove")
@access(any_officer)
def remove(slug: str, member_id: int) -> Response:
    """Somebody is no longer part of it. A second click changes nothing."""
    round = pages.get_led_round(slug)
    member = db.session.get(RoundMember, member_id)
    if member is not None:
        if member.round_id != round.id:
            abort(404)
        services.uninvite(member=member, by=me())
        db.session.commit()
        flash(_("They are no longer part of this round."), "success")
    return redirect(url_for(".people", slug=slug), 303)
