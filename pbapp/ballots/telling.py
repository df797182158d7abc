"""Leave an address to be told the result: apart from the vote, confirmed by mail, stopped at once.

Anybody may ask, whether they voted or not, so that an address here says nothing about a ballot.
"""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from pbapp import clock
from pbapp.accounts.queries import tidy_email
from pbapp.ballots.booth import Booth
from pbapp.ballots.forms import TellMeForm
from pbapp.ballots.pages import Page, bp, get_whole
from pbapp.db import db
from pbapp.messages import following
from pbapp.messages.models import Follow
from pbapp.messages.subjects import RESULT
from pbapp.rounds.models import Round
from pbapp.rounds.queries import result_is_out
from pbapp.web.access import access, anyone
from pbapp.web.babel import page_language
from pbapp.web.forms import csrf
from pbapp.web.limits import limited


def _typed_address() -> str | None:
    return tidy_email(request.form.get("email", "")) or None


@bp.route("/tell-me", methods=["GET", "POST"])
@access(anyone)
@limited("result asked by network", tries=300, seconds=3600)
@limited("result asked by address", tries=5, seconds=3600, by=_typed_address)
def tell_me(slug: str) -> Page:
    """Ask for an address; the mail that asks whether it is theirs comes from the worker."""
    round, form = get_whole(slug), TellMeForm()
    if round.is_imported or round.sealed_at is None:
        abort(404)
    if result_is_out(round, clock.now()):  # there is nothing to wait for, so no address is taken
        status = 409 if request.method == "POST" else 200
        return render_template("ballots/tell_me_out.html", round=round), status
    if not form.validate_on_submit():
        html = render_template("ballots/tell_me.html", round=round, form=form)
        return html, 422 if form.errors else 200
    following.want_result(
        round_id=round.id,
        address=tidy_email(form.email.data or ""),
        language=page_language().split("-")[0],
        later=form.later.data,
    )
    db.session.commit()
    flash(_("We send an e-mail in a few minutes. Press the link in it, or we tell you nothing."))
    then = ".done" if Booth(round).sent else ".tell_me"
    return redirect(url_for(then, slug=slug), 303)


def _get_own(round: Round, id: str) -> Follow:
    found = following.find(id)
    return found if found and found.subject == f"{RESULT} {round.id}" else abort(404)


@bp.get("/tell-me/<id>/confirm")
@access(anyone)
def confirm_telling(slug: str, id: str) -> Page:
    """An address in mails of before: one page confirms everything now."""
    found = _get_own(get_whole(slug), id)
    return redirect(url_for("follow.confirm", reader=found.reader), 303)


@bp.route("/tell-me/<id>/stop", methods=["GET", "POST"])
@access(anyone)
@csrf.exempt
def stop_telling(slug: str, id: str) -> Page:
    """An address in mails of before, which a mail program may press by itself (RFC 8058)."""
    found = _get_own(get_whole(slug), id)
    reader = found.reader
    if request.method == "POST":
        following.stop(found)
        db.session.commit()
    return redirect(url_for("follow.stop", reader=reader, id=id), 303)
