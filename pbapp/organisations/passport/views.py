"""A group's passport for its people, and for the officers who check it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.viewer import me, the_account
from pbapp.boards.queries import is_moderator, officer_boards
from pbapp.db import db
from pbapp.delivery.queries import list_overdue_reports
from pbapp.organisations.access import a_lead, a_member, get_group, my_membership
from pbapp.organisations.models import MemberRole, Organisation
from pbapp.organisations.passport import files, hosting, queries, services
from pbapp.organisations.passport.forms import (
    CheckForm,
    HostForm,
    ItemForm,
    check_form,
    values_of,
)
from pbapp.organisations.passport.models import Item, ItemState, Kept, PassportItem
from pbapp.organisations.passport.words import ITEM, STATE, TONE, WHAT
from pbapp.refusal import Refused
from pbapp.web.access import access
from pbapp.web.acting import act
from pbapp.web.babel import say
from pbapp.web.context import settings
from pbapp.web.downloads import hand_over
from pbapp.web.forms import PressForm
from pbapp.web.refusals import blame

bp = Blueprint("passport", __name__)

Page = str | Response | tuple[str, int]
WORDS: dict[str, Any] = {"items": ITEM, "what": WHAT, "states": STATE, "tones": TONE}


def _url(endpoint: str, group: Organisation) -> str:
    return url_for(endpoint, organisation_id=group.id, _external=True)


def _item(name: str) -> Item:
    return Item(name) if name in set(Item) else abort(404)


# --- the group -------------------------------------------------------------------------------


@bp.get("/groups/<uuid:organisation_id>/passport")
@access(a_member)
def passport(organisation_id: UUID) -> str:
    """Every item, where it stands and from which amount on it is asked for."""
    group = get_group(organisation_id)
    mine = my_membership(group.id)
    hosting = queries.find_hosting(group.id)
    held = queries.list_items(group.id)
    return render_template(
        "organisations/passport.html",
        group=group,
        form=PressForm(),
        is_lead=mine is not None and mine.role is MemberRole.LEAD,
        rows=[(item, held.get(item), queries.state_of(held.get(item))) for item in Item],
        asked_from=queries.ASKED_FROM,
        host_gives=queries.HOST_GIVES,
        hosting=hosting,
        hosted=queries.list_hosted_by(group.id),
        overdue=list_overdue_reports([group.id], clock.today()),
        **WORDS,
    )


@bp.route("/groups/<uuid:organisation_id>/passport/<name>", methods=["GET", "POST"])
@access(a_lead)
def give(organisation_id: UUID, name: str) -> Page:
    """A lead fills in one item."""
    group, item = get_group(organisation_id), _item(name)
    row = queries.find_item(group.id, item)
    form = ItemForm(data=values_of(row))
    form.fit(item, row)
    if form.validate_on_submit():
        try:
            _give(group, item, form)
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("Saved. An officer will look at it."), "success")
            return redirect(url_for(".passport", organisation_id=group.id), 303)
    html = render_template(
        "organisations/passport_item.html",
        group=group,
        item=item,
        row=queries.find_item(group.id, item),
        form=form,
        **WORDS,
    )
    return html, 422 if form.errors else 200


def _give(group: Organisation, item: Item, form: ItemForm) -> None:
    sent = form.document.data if form.document is not None else None
    document = None
    if sent and sent.filename:
        document = files.keep(stream=sent.stream, uploads=settings().uploads)
    services.give(
        organisation=group,
        item=item,
        said=form.said(document.id if document else None),
        by=me(),
        version=form.seen_version,
    )


@bp.get("/groups/<uuid:organisation_id>/passport/<name>/document")
@access(a_member)
def own_document(organisation_id: UUID, name: str) -> Response:
    return _hand_over(get_group(organisation_id), _item(name))


def _hand_over(group: Organisation, item: Item) -> Response:
    row = queries.find_item(group.id, item)
    if row is None or row.document is None:
        abort(404)
    path = files.path_of(row.document, settings().uploads)
    return hand_over(path, row.document.media_type, f"{item.value}-{row.document.id}{path.suffix}")


@bp.route("/groups/<uuid:organisation_id>/host", methods=["GET", "POST"])
@access(a_lead)
def ask_host(organisation_id: UUID) -> Page:
    """A lead of a group without a constitution asks another organisation to be its host."""
    group, form = get_group(organisation_id), HostForm()
    possible = queries.list_possible_hosts(group)
    form.host.choices = [("", _("Choose one"))] + [(str(one.id), one.name) for one in possible]
    if form.validate_on_submit():
        chosen = next((one for one in possible if str(one.id) == form.host.data), None)
        url = _url(".passport", chosen) if chosen else ""
        try:
            hosting.ask(organisation=group, host=chosen, by=me(), url=url)
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("We have asked them. You are told what they say."), "success")
            return redirect(url_for(".passport", organisation_id=group.id), 303)
    html = render_template("organisations/ask_host.html", group=group, form=form)
    return html, 422 if form.errors else 200


@bp.post("/groups/<uuid:organisation_id>/hosted/<uuid:hosted_id>/answer")
@access(a_lead)
def answer_host(organisation_id: UUID, hosted_id: UUID) -> Page:
    """A lead of the host says yes or no; the address is the host's."""
    group, asked = get_group(organisation_id), queries.find_hosting(hosted_id)
    if asked is None or asked.host_id != group.id:
        abort(404)
    agrees = request.form.get("answer") == "yes"
    url = _url(".passport", asked.organisation)
    return act(
        lambda: hosting.answer(hosting=asked, agrees=agrees, by=me(), url=url),
        thanks=_("They have been told."),
        back=url_for(".passport", organisation_id=group.id),
    )


@bp.post("/groups/<uuid:organisation_id>/hosted/<uuid:hosted_id>/end")
@access(a_lead)
def end_host(organisation_id: UUID, hosted_id: UUID) -> Page:
    """Either side ends it; the address is that of who does."""
    group, asked = get_group(organisation_id), queries.find_hosting(hosted_id)
    if asked is None or group.id not in (asked.host_id, asked.organisation_id):
        abort(404)
    other = asked.host if group.id == asked.organisation_id else asked.organisation
    return act(
        lambda: hosting.end(hosting=asked, by=me(), url=_url(".passport", other)),
        thanks=_("Ended. They have been told."),
        back=url_for(".passport", organisation_id=group.id),
    )


# --- the officers ----------------------------------------------------------------------------


def an_officer(**_arguments: Any) -> bool:
    """An officer of any board: a passport counts in all of them."""
    account = the_account()
    return account is not None and bool(officer_boards(account.id))


@bp.get("/desk/passports")
@access(an_officer)
def waiting() -> str:
    """What waits to be checked, the oldest first, and every passport there is."""
    return render_template(
        "organisations/passports.html",
        waiting=queries.list_waiting(),
        groups=queries.list_with_passport(),
    )


@bp.get("/desk/passports/<uuid:organisation_id>")
@access(an_officer)
def desk(organisation_id: UUID) -> Page:
    """One group's passport, with a form beside each item that was given."""
    return _show_desk(get_group(organisation_id), {})


def _show_desk(group: Organisation, tried: dict[Item, CheckForm]) -> tuple[str, int]:
    held, why = queries.list_items(group.id), services.why_not(group, me())
    forms = {item: tried.get(item) or check_form(row) for item, row in held.items()}
    rows = [(item, held.get(item), queries.state_of(held.get(item))) for item in Item]
    html = render_template(
        "organisations/passport_desk.html",
        group=group,
        rows=sorted(rows, key=lambda row: row[2] is not ItemState.WAITING),
        forms={} if why else forms,
        wrong=next(iter(tried.values()), None),
        why_not=say(why) if why else "",
        checked_by=queries.list_checkers(held.values()),
        hosting=queries.find_hosting(group.id),
        overdue=list_overdue_reports([group.id], clock.today()),
        waits=Kept.WAITING,
        moderates=is_moderator(me().id),
        **WORDS,
    )
    return html, 422 if tried else 200


@bp.post("/desk/passports/<uuid:organisation_id>/<name>")
@access(an_officer)
def check(organisation_id: UUID, name: str) -> Page:
    """An officer says until when an item counts, or what is wrong with it."""
    group, item = get_group(organisation_id), _item(name)
    row = queries.find_item(group.id, item) or abort(404)
    form = CheckForm(prefix=item.value)
    if form.validate():
        try:
            _check(row, form)
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("Saved. The group has been told."), "success")
            back = request.args.get("back")
            return redirect(url_for(".desk", organisation_id=group.id, back=back), 303)
    return _show_desk(group, {item: form})


def _check(row: PassportItem, form: CheckForm) -> None:
    about: dict[str, Any] = {
        "row": row,
        "by": me(),
        "version": form.seen_version,
        "url": _url(".passport", row.organisation),
    }
    if request.form.get("outcome") == "accept":
        services.check(expires_on=form.expires_on.data, **about)
    else:
        services.not_accept(reason=form.reason.data or "", **about)


@bp.get("/desk/passports/<uuid:organisation_id>/<name>/document")
@access(an_officer)
def document(organisation_id: UUID, name: str) -> Response:
    """The document behind an item."""
    return _hand_over(get_group(organisation_id), _item(name))
