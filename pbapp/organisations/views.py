"""My groups, and a group's home: its entries, its proposals, its money, its people."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.viewer import me, the_account
from pbapp.assets import queries as assets
from pbapp.assets import words as asset_words
from pbapp.assets.claiming import queries as claims
from pbapp.boards.queries import list_boards
from pbapp.db import db
from pbapp.decisions.queries import latest_for
from pbapp.delivery import queries as delivery
from pbapp.delivery import words as award_words
from pbapp.organisations import (
    member_pages,  # noqa: F401 — its pages hang on this room's blueprint
    queries,
    services,
    todo,
)
from pbapp.organisations.access import a_lead, a_member, get_group, my_membership
from pbapp.organisations.blueprint import bp
from pbapp.organisations.forms import BeginForm, DescribeForm
from pbapp.organisations.models import MemberRole, Organisation
from pbapp.organisations.passport import host_of
from pbapp.organisations.passport import queries as passport
from pbapp.organisations.passport import views as passport_views
from pbapp.organisations.passport import words as passport_words
from pbapp.organisations.passport.models import Item
from pbapp.organisations.telling import called
from pbapp.organisations.words import ROLE
from pbapp.proposals import queries as proposals
from pbapp.proposals import words as proposal_words
from pbapp.refusal import Refused
from pbapp.rounds.queries import list_rounds_of
from pbapp.web.access import access, signed_in
from pbapp.web.forms import PressForm
from pbapp.web.limits import limited
from pbapp.web.refusals import blame

blueprints = (bp, passport_views.bp)

Page = str | Response | tuple[str, int]


@bp.route("/account/groups", methods=["GET", "POST"])
@access(signed_in)
@limited("new group", tries=20, seconds=86400, by=lambda: str(me().id) if the_account() else None)
def index() -> Page:
    """The groups somebody belongs to, and setting up one that is not here yet."""
    form = BeginForm()
    if form.validate_on_submit():
        try:
            group = services.begin(
                name=form.name.data or "",
                description=form.description.data or "",
                website=form.website.data or "",
                email=form.email.data or "",
                by=me(),
                own_name=form.own_name.data or "",
            )
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("Your group is set up, and you lead it."), "success")
            return redirect(url_for(".home", organisation_id=group.id), 303)
    html = render_template(
        "organisations/index.html", form=form, groups=queries.list_groups_of(me().id)
    )
    return html, 422 if form.errors else 200


@bp.get("/groups/<uuid:organisation_id>")
@access(a_member)
def home(organisation_id: UUID) -> str:
    """What a group has here, where each thing stands, and what is for its people to do."""
    group = get_group(organisation_id)
    return render_template(
        "organisations/home.html",
        group=group,
        form=PressForm(formdata=None),
        **_people(group),
        **_work(group, clock.now()),
        **_papers(group),
    )


def _people(group: Organisation) -> dict[str, Any]:
    mine = my_membership(group.id)
    offer = queries.find_lead_offer(group.id, me().id)
    return {
        "members": queries.list_memberships(group.id),
        "is_lead": mine is not None and mine.role is MemberRole.LEAD,
        "offered_by": called(offer.by_member.account) if offer else None,
        "called": called,
        "roles": ROLE,
    }


def _work(group: Organisation, now: datetime) -> dict[str, Any]:
    """Its entries, its proposals with the reason one came back, its money, and where to ask."""
    bids = [p for p in proposals.list_by_account(me()) if p.organisation_id == group.id]
    reasons = latest_for("proposal", [str(bid.id) for bid in bids])
    rounds = list_rounds_of([board.id for board in list_boards()])
    return {
        "entries": assets.list_of_group(group.id),
        "asset_states": asset_words.STATE,
        "claims": claims.list_claims_of(group.id),
        "bids": [
            todo.bid(bid, reasons.get(str(bid.id)), proposals.can_edit(bid, now)) for bid in bids
        ],
        "proposal_words": proposal_words.state_words,
        "proposal_tones": proposal_words.TONES,
        "open_rounds": [round for round in rounds if proposals.can_send_in(round, now)],
        "awards": [todo.award(one, clock.today()) for one in delivery.list_of_group([group.id])],
        "award_words": award_words,
    }


def _papers(group: Organisation) -> dict[str, Any]:
    """Its passport but for what a host gives, that host, and who asks it to be theirs."""
    held, host = passport.list_items(group.id), host_of(group)
    from_host = passport.HOST_GIVES if host else ()
    own = [item for item in Item if item not in from_host]
    return {
        "items": [(item, passport.state_of(held.get(item))) for item in own],
        "passport_words": passport_words,
        "host": host,
        "asking": [one for one in passport.list_hosted_by(group.id) if one.agreed_at is None],
    }


@bp.route("/groups/<uuid:organisation_id>/edit", methods=["GET", "POST"])
@access(a_lead)
def edit(organisation_id: UUID) -> Page:
    """What the group says of itself."""
    group = get_group(organisation_id)
    form = DescribeForm(obj=group)
    if form.validate_on_submit():
        try:
            _describe(group, form)
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("Saved."), "success")
            return redirect(url_for(".home", organisation_id=group.id), 303)
    html = render_template("organisations/edit.html", group=group, form=form)
    return html, 422 if form.errors else 200


def _describe(group: Organisation, form: DescribeForm) -> None:
    services.describe(
        organisation=group,
        description=form.description.data or "",
        website=form.website.data or "",
        email=form.email.data or "",
        by=me(),
    )
