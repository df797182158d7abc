"""Adding an entry: three steps and a last look, kept as a draft to come back to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.viewer import the_account
from pbapp.assets import photos, queries, services
from pbapp.assets.blueprint import bp, chosen_board
from pbapp.assets.entry import Entry, place
from pbapp.assets.forms import MoreForm, SendForm, WhatForm, WhereForm, entry_from, where_fields
from pbapp.assets.links import fix_url
from pbapp.assets.models import AssetKind
from pbapp.assets.words import KIND, KIND_HINT
from pbapp.boards.models import Board
from pbapp.boards.queries import list_wards
from pbapp.db import advisory_lock, db
from pbapp.maps.queries import board_subject, find_part
from pbapp.plans import queries as plans
from pbapp.refusal import Refused
from pbapp.web import drafts
from pbapp.web.access import access, anyone
from pbapp.web.forms import Form
from pbapp.web.limits import limited

Page = str | Response | tuple[str, int]
DRAFT = "asset"
FORMS = {"what": WhatForm, "where": WhereForm, "more": MoreForm}
ENDPOINTS = {
    "what": "assets.new",
    "where": "assets.new_where",
    "more": "assets.new_more",
    "check": "assets.new_check",
}
LONGEST_KEPT, MOST_VALUES = 20_000, 50  # far beyond what any field takes
# Generous: at an event in a hall a whole room shares one network address.
STEPS_AN_HOUR, SENT_AN_HOUR = 600, 60


@dataclass
class Begun:
    """A half-made entry: what was typed so far, by field."""

    token: str | None
    fields: dict[str, list[str]]
    board: Board

    def first(self, name: str) -> str | None:
        return next(iter(self.fields.get(name, ())), None)

    @property
    def photo_id(self) -> UUID | None:
        return photos.read_id(self.first("photo_id"))

    @property
    def is_individual(self) -> bool:
        return self.first("kind") == AssetKind.INDIVIDUAL

    def keep(self) -> str:
        """Save it; a new one gets its link here."""
        self.fields["board"] = [self.board.slug]
        self.token = drafts.save(kind=DRAFT, fields=self.fields, token=self.token)
        return self.token

    def url(self, step: str, **more: Any) -> str:
        board = request.args.get("board") if self.token is None else None
        return url_for(ENDPOINTS[step], draft=self.token, board=board, **more)


@bp.route("/assets/new", methods=["GET", "POST"])
@access(anyone)
@limited("steps of an entry", tries=STEPS_AN_HOUR, seconds=3600)
def new() -> Page:
    """What it is."""
    return _step("what", "where")


@bp.route("/assets/new/where", methods=["GET", "POST"])
@access(anyone)
@limited("steps of an entry", tries=STEPS_AN_HOUR, seconds=3600)
def new_where() -> Page:
    """Where it is."""
    return _step("where", "more")


@bp.route("/assets/new/more", methods=["GET", "POST"])
@access(anyone)
@limited("steps of an entry", tries=STEPS_AN_HOUR, seconds=3600)
def new_more() -> Page:
    """What else there is to say."""
    return _step("more", "check")


@bp.route("/assets/new/check", methods=["GET", "POST"])
@access(anyone)
@limited("entries sent", tries=SENT_AN_HOUR, seconds=3600)
def new_check() -> Page:
    """A last look, and sending it."""
    if request.method == "POST":
        advisory_lock(f"draft {request.args.get('draft')}")  # two presses are one entry
    begun = _open()
    if begun.token is None:
        return _no_draft()
    typed = {step: _typed_form(step, begun) for step in FORMS}
    for step, form in typed.items():
        if not (form.validate() and _refusal(step, form, begun) is None):
            return redirect(begun.url(step, look="1"), 303)
    entry = entry_from(typed["what"], typed["where"], typed["more"], begun.photo_id)
    form = SendForm()
    if form.validate_on_submit():
        try:
            return _send(begun, entry, form)
        except Refused as refused:
            form.blame(refused)
    page = render_template(
        "assets/new_check.html",
        form=form,
        begun=begun,
        entry=entry,
        spot=place(entry, begun.board),
        priorities={v.priority_id: v.title for v in plans.list_priorities(begun.board.id)},
        alike=queries.list_alike(begun.board.id, entry.name),
        photo=photos.find(begun.photo_id),
        kind_words=KIND,
        account=the_account(),
    )
    return page, 422 if form.errors else 200


@bp.get("/assets/new/saved")
@access(anyone)
def new_saved() -> Page:
    """The link with which to go on later."""
    begun = _open()
    if begun.token is None:
        return _no_draft()
    return render_template(
        "assets/new_saved.html",
        begun=begun,
        link=url_for("assets.new", draft=begun.token, _external=True),
        until=clock.now() + drafts.KEPT_FOR,
    )


@bp.get("/assets/new/sent")
@access(anyone)
def new_sent() -> str:
    """What happens next."""
    return render_template("assets/new_sent.html", told="told" in request.args)


def _send(begun: Begun, entry: Entry, form: SendForm) -> Response:
    account = the_account()
    asset = services.submit(
        board=begun.board,
        entry=entry,
        by=account,
        email=account.email if account else form.email.data or None,
    )
    services.acknowledge(asset=asset, fix_url=fix_url(asset))
    drafts.discard(begun.token)
    db.session.commit()
    told = "yes" if asset.submitter_email else None
    return redirect(url_for(".new_sent", told=told), 303)


def _step(step: str, following: str) -> Page:
    begun = _open()
    if begun.token is None and step != "what":
        return _no_draft()
    if request.method == "GET":
        form = _typed_form(step, begun)
        if "look" in request.args:  # sent back from the last look: say what is missing
            refusal = form.validate() and _refusal(step, form, begun)
            if refusal:
                form.blame(refusal)
        return _show(step, form, begun)
    form = FORMS[step]()
    _offer(form, begun)
    if "later" in request.form:
        _remember(form, begun)
        begun.keep()
        db.session.commit()
        return redirect(url_for(".new_saved", draft=begun.token), 303)
    valid = form.validate_on_submit()
    refusal = _photo_refusal(form, begun) or (_refusal(step, form, begun) if valid else None)
    if refusal:
        form.blame(refusal)
    if valid and refusal is None:
        _remember(form, begun)
        begun.keep()
        db.session.commit()
        then = "check" if request.args.get("then") == "check" else following
        return redirect(begun.url(then), 303)
    return _show(step, form, begun)


def _open() -> Begun:
    token = request.args.get("draft")
    fields = drafts.load(token, DRAFT)
    if fields is None:
        return Begun(None, {}, chosen_board())
    return Begun(token, fields, chosen_board(next(iter(fields.get("board", ())), None)))


def _no_draft() -> Response:
    flash(
        _(
            "There is nothing to go on with. If you have just sent an entry, we have it. If you "
            "came by a link, it has run out: start again here."
        ),
        "info",
    )
    return redirect(url_for(".new"), 303)


def _typed_form(step: str, begun: Begun) -> Form:
    """A step as its author left it, to show or to check; its token comes with the page's form."""
    typed = MultiDict((name, value) for name, values in begun.fields.items() for value in values)
    form = FORMS[step](formdata=typed or None, meta={"csrf": False})
    _offer(form, begun)
    return form


def _offer(form: Form, begun: Begun) -> None:
    if isinstance(form, WhereForm):
        everywhere = _("No one place: all over %(place)s, or online", place=begun.board.place_name)
        form.offer_wards(list_wards(begun.board), everywhere)
    elif isinstance(form, MoreForm):
        form.offer_priorities(plans.list_priorities(begun.board.id))


def _refusal(step: str, form: Form, begun: Begun) -> Refused | None:
    """Why we cannot tell where it is, said at the step that asks."""
    if not isinstance(form, WhereForm):
        return None
    typed = begun.first("kind")
    kind = AssetKind(typed) if typed in set(AssetKind) else AssetKind.PLACE
    try:
        place(Entry(kind=kind, name="", **where_fields(form)), begun.board)
    except Refused as refused:
        return refused
    return None


def _photo_refusal(form: Form, begun: Begun) -> Refused | None:
    """Keep the photo even when another answer has to be changed: nobody picks a file twice."""
    if not isinstance(form, MoreForm):
        return None
    try:
        photo_id = photos.take(form, begun.photo_id)
    except Refused as refused:
        return refused
    if photo_id != begun.photo_id:
        begun.fields["photo_id"] = [str(photo_id)] if photo_id else []
        begun.keep()
        db.session.commit()
    return None


def _remember(form: Form, begun: Begun) -> None:
    for field in form:
        if field.name not in ("csrf_token", "photo", "drop_photo"):
            typed = request.form.getlist(field.name)[:MOST_VALUES]
            begun.fields[field.name] = [value[:LONGEST_KEPT] for value in typed]


def _show(step: str, form: Form, begun: Begun) -> tuple[str, int]:
    page = render_template(
        f"assets/new_{step}.html",
        form=form,
        begun=begun,
        kind_hints=KIND_HINT,
        map=find_part(board_subject(begun.board.id))
        if step == "where" and not begun.is_individual
        else None,
        photo=photos.find(begun.photo_id) if step == "more" else None,
    )
    return page, 422 if form.errors and request.method == "POST" else 200
