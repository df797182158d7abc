"""Sign in by code or password, sign out, and the account page."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts import queries, services
from pbapp.accounts.forms import CodeForm, EmailForm, PasswordForm
from pbapp.accounts.models import Account
from pbapp.accounts.viewer import Viewer, init_app
from pbapp.assets import queries as assets
from pbapp.assets.words import STATE
from pbapp.db import db
from pbapp.delivery import queries as delivery
from pbapp.delivery import words as award_words
from pbapp.messages import following
from pbapp.messages import services as messages
from pbapp.proposals import queries as proposals
from pbapp.proposals.words import TONES, sender, state_words
from pbapp.proposals.writing.queries import list_open
from pbapp.refusal import Refused
from pbapp.web.access import access, anyone, signed_in
from pbapp.web.context import settings
from pbapp.web.forms import PressForm
from pbapp.web.limits import limited
from pbapp.web.redirects import safe_next

bp = Blueprint("accounts", __name__, url_prefix="/account")
blueprints = (bp,)

__all__ = ["blueprints", "init_app"]

Page = str | Response | tuple[str, int]
PURPOSE = "sign-in"


def _typed_address() -> str | None:
    address = request.form.get("email", "")
    return queries.tidy_email(address) or None


@bp.route("/sign-in", methods=["GET", "POST"])
@access(anyone)
@limited("code by network", tries=60, seconds=3600)
@limited("code by address", tries=5, seconds=900, by=_typed_address)
def sign_in() -> Page:
    """Ask for an address and send it a code. Known and unknown addresses are treated alike."""
    form = EmailForm(next=request.args.get("next"))
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form), 422 if form.errors else 200
    email = queries.tidy_email(form.email.data or "")
    _send_code(email)
    session["signing_in"] = email
    db.session.commit()
    return redirect(url_for(".enter_code", next=form.next.data or None), 303)


def _send_code(email: str) -> None:
    account = queries.find_by_email(email)
    code = services.make_code(purpose=PURPOSE, email=email, secret=settings().secret_key)
    with_password = account is not None and account.password_hash is not None
    messages.write(
        key=f"sign-in {queries.token_hash(email + code + clock.now().isoformat())}",
        to=email,
        template="use_password" if with_password else "sign_in_code",
        context={
            "code": None if with_password else code,
            "url": url_for(".password", _external=True),
        },
    )


@bp.route("/code", methods=["GET", "POST"])
@access(anyone)
@limited("code tries", tries=30, seconds=900)
def enter_code() -> Page:
    """Check the code; the first time, this opens the account."""
    email = session.get("signing_in")
    if not email:
        return redirect(url_for(".sign_in"), 303)
    form = CodeForm(next=request.args.get("next"))
    if form.validate_on_submit():
        try:
            account = _account_for_code(email, form.code.data or "")
        except Refused as refused:
            db.session.commit()  # the wrong try counts
            form.blame(refused)
        else:
            return _welcome(account, form.next.data)
    return render_template("accounts/code.html", form=form, email=email), _status(form)


def _account_for_code(email: str, code: str) -> Account:
    services.use_code(purpose=PURPOSE, email=email, code=code, secret=settings().secret_key)
    account = queries.find_by_email(email) or services.open_account(email=email)
    if account.password_hash is not None:
        # The e-mail told them to use the password; a guessed code must not go round it.
        raise Refused(_("This address signs in with a password."), "code")
    return account


@bp.route("/password", methods=["GET", "POST"])
@access(anyone)
@limited("password by network", tries=60, seconds=900)
@limited("password by address", tries=5, seconds=900, by=_typed_address)
def password() -> Page:
    """Sign in as an officer, a board member or for a group."""
    form = PasswordForm(next=request.args.get("next"))
    if form.validate_on_submit():
        account = services.check_password(
            email=form.email.data or "", password=form.password.data or ""
        )
        if account:
            return _welcome(account, form.next.data)
        form.blame(Refused(_("The e-mail address or the password is wrong."), "password"))
    return render_template("accounts/password.html", form=form), _status(form)


def _welcome(account: Account, came_for: str | None) -> Response:
    token = services.sign_in(account=account)
    db.session.commit()
    session.pop("signing_in", None)
    login_user(Viewer(account, token))
    flash(_("You are signed in."))
    return redirect(safe_next(came_for, url_for(".home")), 303)


@bp.get("/")
@access(signed_in)
def home() -> Page:
    """What is mine here, and signing out."""
    person = current_user.account.id
    return render_template(
        "accounts/home.html",
        form=PressForm(),
        entries=assets.list_by_submitter(person),
        entry_states=STATE,
        awards=delivery.list_of(current_user.account),
        award_words=award_words,
        proposals=proposals.list_by_account(current_user.account),
        drafts=list_open(current_user.account),
        proposal_state=state_words,
        proposal_sender=sender,
        proposal_tones=TONES,
        reader=following.find_reader(current_user.account.email),
    )


@bp.post("/sign-out")
@access(signed_in)
def sign_out() -> Page:
    services.sign_out(token=current_user.token)
    db.session.commit()
    return _goodbye()


@bp.post("/sign-out-everywhere")
@access(signed_in)
def sign_out_everywhere() -> Page:
    services.sign_out_everywhere(account=current_user.account)
    db.session.commit()
    return _goodbye()


def _goodbye() -> Response:
    logout_user()
    session.clear()
    flash(_("You are signed out."))
    return redirect("/", 303)


def _status(form: CodeForm | PasswordForm) -> int:
    return 422 if form.errors else 200
