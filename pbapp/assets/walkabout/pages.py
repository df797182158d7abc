"""The walkabout: a page that works without a connection, and what it sends later."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    abort,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as Answer

from pbapp import clock
from pbapp.accounts import services as accounts
from pbapp.accounts.forms import CodeForm, EmailForm
from pbapp.accounts.queries import tidy_email
from pbapp.accounts.viewer import the_account
from pbapp.assets import queries
from pbapp.assets.adding.doubles import Likely
from pbapp.assets.blueprint import chosen_board
from pbapp.assets.links import fix_url
from pbapp.assets.walkabout import services as walkabout
from pbapp.assets.walkabout.forms import NoteForm, SameForm
from pbapp.assets.walkabout.services import Outcome, Sender
from pbapp.assets.words import KIND_HINT
from pbapp.db import db
from pbapp.messages import services as messages
from pbapp.refusal import Refused
from pbapp.web.access import access, anyone
from pbapp.web.context import settings
from pbapp.web.forms import Form
from pbapp.web.headers import POSITION_ON_REQUEST
from pbapp.web.limits import limited
from pbapp.web.offline import worker_script

bp = Blueprint("walkabout", __name__, url_prefix="/assets/walkabout")

Told = Response | tuple[Response, int]
PURPOSE = "walkabout"
SENDING = timedelta(hours=12)  # an address is proved once for an evening's sending
# Generous: the helpers of an event come back to one hall with one network address.
SENT_AN_HOUR = 600


def _typed_address() -> str | None:
    return tidy_email(request.form.get("email", "")) or None


@bp.get("", strict_slashes=False)
@access(anyone)
def start() -> Answer:
    """To the page of a board: each keeps its own, with its own wards."""
    return redirect(url_for(".page", slug=chosen_board().slug), 302)


@bp.get("/<slug>/")
@access(anyone)
def page(slug: str) -> Response:
    """The page itself. A browser keeps it, so nothing of anybody stands in it."""
    board = chosen_board(slug)
    form = NoteForm()
    form.offer(board)
    html = render_template(
        "assets/walkabout/page.html",
        board=board,
        form=form,
        same=SameForm(),
        email=EmailForm(),
        code=CodeForm(),
        kind_hints=KIND_HINT,
    )
    response = make_response(html)
    response.headers["Permissions-Policy"] = POSITION_ON_REQUEST
    return response


@bp.get("/<slug>/worker.js")
@access(anyone)
def worker(slug: str) -> Response:
    """The script that keeps the page at hand; it may only do so for addresses beside it."""
    return worker_script()


@bp.get("/<slug>/token")
@access(anyone)
def token(slug: str) -> Response:
    """A fresh token for sending, as the page that was kept has none; and who would send."""
    chosen_board(slug)
    sender = _sender()
    proved = bool(sender.email)
    return jsonify(token=generate_csrf(), sender=sender.address, proved=proved)


@bp.post("/<slug>/code")
@access(anyone)
@limited("code by network", tries=60, seconds=3600)
@limited("code by address", tries=5, seconds=900, by=_typed_address)
def send_code(slug: str) -> Told:
    """Send a code to somebody without an account, once for all that they send."""
    board = chosen_board(slug)
    form = EmailForm()
    if not form.validate():
        return _refused(form)
    email = tidy_email(form.email.data or "")
    code = accounts.make_code(purpose=PURPOSE, email=email, secret=settings().secret_key)
    messages.write(
        key=f"walkabout code {secrets.token_hex(16)}",
        to=email,
        template="walkabout_code",
        context={"code": code, "board": board.name},
    )
    session["walkabout_asked"] = email
    db.session.commit()
    return jsonify(email=email)


@bp.post("/<slug>/prove")
@access(anyone)
@limited("walkabout code tries", tries=60, seconds=900)
def prove(slug: str) -> Told:
    """Check the code."""
    chosen_board(slug)
    form = CodeForm()
    email = session.get("walkabout_asked", "")
    if not form.validate():
        return _refused(form)
    try:
        secret, code = settings().secret_key, form.code.data or ""
        accounts.use_code(purpose=PURPOSE, email=email, code=code, secret=secret)
    except Refused as refused:
        form.blame(refused)
        return _refused(form)
    finally:
        db.session.commit()  # a wrong try counts, a used code is used
    session["walkabout"] = [email, clock.now().isoformat()]
    return jsonify(sender=email)


@bp.post("/<slug>/forget")
@access(anyone)
@limited("walkabout forgets", tries=SENT_AN_HOUR, seconds=3600)
def forget(slug: str) -> Told:
    """Whoever proved an address has finished: the next person at the device proves their own."""
    chosen_board(slug)
    for name in ("walkabout", "walkabout_asked", "walkabout_told"):
        session.pop(name, None)
    return jsonify(sender=_sender().address)


@bp.post("/<slug>/entries")
@access(anyone)
@limited("walkabout entries", tries=SENT_AN_HOUR, seconds=3600)
def entry(slug: str) -> Told:
    """One entry with its key: taken, taken before, here already perhaps, or refused."""
    board = chosen_board(slug)
    sender = _sender()
    if not sender.address:
        return _nobody()
    form = NoteForm()
    form.offer(board)
    if not form.validate():
        return _refused(form)
    try:
        answer = walkabout.take(
            board=board,
            key=request.form.get("key", ""),
            said=walkabout.said_in(_typed(form)),
            entry=form.entry(),
            sender=sender,
            anyway="anyway" in request.form,
        )
    except Refused as refused:
        db.session.rollback()
        form.blame(refused)
        return _refused(form)
    if answer.asset is not None:
        session["walkabout_told"] = walkabout.acknowledge(
            asset=answer.asset,
            fix_url=fix_url(answer.asset),
            key=session.get("walkabout_told", ""),
        )
    db.session.commit()
    return jsonify(outcome=answer.outcome.value, like=[_shown(one) for one in answer.like])


@bp.post("/<slug>/entries/<uuid:asset_id>")
@access(anyone)
@limited("walkabout entries", tries=SENT_AN_HOUR, seconds=3600)
def same(slug: str, asset_id: UUID) -> Told:
    """It is the same as an entry that is here: what differs goes to an officer."""
    board = chosen_board(slug)
    sender = _sender()
    if not sender.address:
        return _nobody()
    asset = queries.find(asset_id)
    if asset is None or asset.board_id != board.id:
        abort(404)
    form = SameForm()
    if not form.validate():
        return _refused(form)
    try:
        answer = walkabout.report(
            asset=asset,
            path=url_for("assets.detail", asset_id=asset.id),
            key=request.form.get("key", ""),
            text=form.text.data or "",
            sender=sender,
        )
    except Refused as refused:
        db.session.rollback()
        form.blame(refused)
        return _refused(form)
    db.session.commit()
    # Taken before, in other words: it was taken as an entry of its own, and the officer has both.
    return jsonify(outcome=Outcome.TAKEN.value if answer.outcome is Outcome.TAKEN else "again")


def _sender() -> Sender:
    """Whoever is signed in, or has proved an address for this sending."""
    account = the_account()
    if account is not None:
        return Sender(account)
    email, proved = session.get("walkabout", ("", ""))
    fresh = proved and datetime.fromisoformat(proved) > clock.now() - SENDING
    return Sender(email=email if fresh else "")


def _nobody() -> Told:
    return jsonify(sender=""), 401


def _refused(form: Form) -> Told:
    """Why not, by field; what belongs to no field stands apart."""
    errors = {name: [str(one) for one in said] for name, said in form.errors.items() if name}
    problems = [str(one) for one in form.form_errors]
    return jsonify(errors=errors, problems=problems), 422


def _typed(form: NoteForm) -> list[tuple[str, str]]:
    return [(name, value) for name in form._fields for value in request.form.getlist(name)]


def _shown(one: Likely) -> dict[str, str]:
    """What everybody may read of an entry; of a person's gift no place."""
    asset = one.asset
    return {
        "id": str(asset.id),
        "name": asset.name,
        "summary": asset.summary,
        "ward": asset.shown_area.name if asset.shown_area else "",
        "why": ", ".join(_(reason) for reason in one.reasons),
        "url": url_for("assets.detail", asset_id=asset.id),
    }
