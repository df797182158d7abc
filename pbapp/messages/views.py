"""Follow something by e-mail, change what one gets, and the development mailbox of the demo."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response

from pbapp.accounts.queries import tidy_email
from pbapp.db import db
from pbapp.messages import following, queries, subjects
from pbapp.messages.forms import FollowForm, LanguageForm
from pbapp.messages.models import Follow, FollowState
from pbapp.messages.rendering import put_into_words
from pbapp.web.access import access, anyone
from pbapp.web.babel import page_language
from pbapp.web.context import settings
from pbapp.web.forms import PressForm, csrf
from pbapp.web.limits import limited

bp = Blueprint("messages", __name__, url_prefix="/demo/mailbox")
follow_bp = Blueprint("follow", __name__, url_prefix="/follow")
blueprints = (bp, follow_bp)

WE_ASK_FIRST = _l(
    "We send an e-mail in a few minutes. Press the link in it, or we tell you nothing."
)
WE_TELL_YOU = _l("We will write to you when there is news.")
Page = str | Response | tuple[str, int]


def in_demo(**_: object) -> bool:
    """Only where every address is made up."""
    return settings().is_demo or abort(404)


@bp.get("/")
@access(in_demo)
def index() -> str:
    letters = [(mail, put_into_words(mail)) for mail in queries.list_recent()]
    return render_template("messages/index.html", letters=letters)


@bp.get("/<uuid:mail_id>")
@access(in_demo)
def detail(mail_id: UUID) -> str:
    mail = queries.find(mail_id)
    if mail is None or mail.context is None:
        abort(404)
    return render_template("messages/detail.html", mail=mail, letter=put_into_words(mail))


def _typed_address() -> str | None:
    return tidy_email(request.form.get("email", "")) or None


@follow_bp.route("", methods=["GET", "POST"])
@access(anyone)
@limited("follow by network", tries=300, seconds=3600)
@limited("follow by address", tries=10, seconds=3600, by=_typed_address)
def follow() -> Page:
    """Leave an address for news; the mail that asks whether it is theirs comes from the worker."""
    form = FollowForm(formdata=request.form if request.method == "POST" else request.args)
    named = subjects.find(form.subject.data or "")
    if named is None:
        abort(404)
    if request.method == "GET" or not form.validate():
        status = 422 if request.method == "POST" else 200
        return render_template("messages/follow/ask.html", form=form, named=named), status
    address = tidy_email(form.email.data or "")
    ours = current_user.is_authenticated and current_user.account.email == address
    following.follow(
        subject=form.subject.data or "",
        address=address,
        language=_mail_language(),
        is_proven=ours,
    )
    db.session.commit()
    flash(WE_TELL_YOU if ours else WE_ASK_FIRST)
    return redirect(named.path, 303)


def _mail_language() -> str:
    spoken = settings().languages
    language = page_language().split("-")[0]
    return language if language in spoken else spoken[0]


def _shown(rows: list[Follow]) -> list[tuple[Follow, subjects.Named | None]]:
    return [(row, subjects.find(row.subject)) for row in rows]


@follow_bp.route("/<reader>/confirm", methods=["GET", "POST"])
@access(anyone)
def confirm(reader: str) -> Page:
    """From the mail: this address is theirs. A link alone does nothing: mail is scanned."""
    form = PressForm()
    is_done = form.validate_on_submit() and following.confirm(reader)
    if is_done:
        db.session.commit()
    rows = following.list_of(reader)
    waiting = [row for row in rows if row.state is not FollowState.CONFIRMED]
    return render_template(
        "messages/follow/confirm.html",
        form=form,
        reader=reader,
        rows=_shown(waiting or rows),
        is_done=is_done or bool(rows and not waiting),
    )


@follow_bp.get("/<reader>")
@access(anyone)
def preferences(reader: str) -> Page:
    """What this address gets: the link in every mail leads here, without signing in."""
    rows = following.list_of(reader)
    return render_template(
        "messages/follow/preferences.html",
        reader=reader,
        rows=_shown(rows),
        language_form=LanguageForm(language=rows[0].language if rows else None),
        languages=settings().languages,
    )


@follow_bp.post("/<reader>/language")
@access(anyone)
def speak(reader: str) -> Page:
    form = LanguageForm()
    if not form.validate_on_submit():
        abort(400)
    following.speak(reader, form.language.data)
    db.session.commit()
    flash(_("Our e-mails come in this language from now on."))
    return redirect(url_for(".preferences", reader=reader), 303)


@follow_bp.route("/<reader>/stop/<id>", methods=["GET", "POST"])
@access(anyone)
@csrf.exempt
def stop(reader: str, id: str) -> Page:
    """Stop one thing. A mail program may press this by itself (RFC 8058), so without a token:
    whoever has the address of this page has the mail."""
    found = following.find(id)
    found = found if found is not None and found.reader == reader else None
    named = subjects.find(found.subject) if found else None
    is_done = request.method == "POST"
    if is_done and found is not None:
        following.stop(found)
        db.session.commit()
    return render_template(
        "messages/follow/stop.html", reader=reader, named=named, is_done=is_done or found is None
    )


@follow_bp.post("/<reader>/stop")
@access(anyone)
def stop_all(reader: str) -> Page:
    """Stop everything: the address is forgotten."""
    if not PressForm().validate_on_submit():
        abort(400)
    following.stop_all(reader)
    db.session.commit()
    flash(_("We have forgotten your address. You get no more news from us."))
    return redirect(url_for(".preferences", reader=reader), 303)
