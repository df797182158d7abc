"""Leave an address to be told the result: apart from the vote, confirmed by mail, stopped at once.

Anybody may ask, whether they voted or not, so that an address here says nothing about a ballot.
"""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from pbapp import clock
from pbapp.accounts.queries import tidy_email
from pbapp.ballots.booth import Booth
from pbapp.ballots.forms import PressForm
from pbapp.ballots.pages import Page, bp, get_whole
from pbapp.ballots.roll.forms import AddressForm
from pbapp.db import db
from pbapp.messages import subscriptions
from pbapp.messages.models import Subscription
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
    round, form = get_whole(slug), AddressForm()
    if round.is_imported or round.sealed_at is None:
        abort(404)
    if result_is_out(round, clock.now()):  # there is nothing to wait for, so no address is taken
        status = 409 if request.method == "POST" else 200
        return render_template("ballots/tell_me_out.html", round=round), status
    if not form.validate_on_submit():
        html = render_template("ballots/tell_me.html", round=round, form=form)
        return html, 422 if form.errors else 200
    subscriptions.subscribe(
        round_id=round.id, address=tidy_email(form.email.data or ""), language=page_language()
    )
    db.session.commit()
    flash(_("We send an e-mail in a few minutes. Press the link in it, or we tell you nothing."))
    then = ".done" if Booth(round).sent else ".tell_me"
    return redirect(url_for(then, slug=slug), 303)


def _get_own(round: Round, id: str) -> Subscription | None:
    found = subscriptions.find(id)
    return found if found is not None and found.round_id == round.id else None


@bp.route("/tell-me/<id>/confirm", methods=["GET", "POST"])
@access(anyone)
def confirm_telling(slug: str, id: str) -> Page:
    """From the mail: this address is theirs. A link alone does nothing: mail is scanned."""
    round, form = get_whole(slug), PressForm()
    found = _get_own(round, id)
    is_done = False
    if found is not None and form.validate_on_submit():
        is_done = subscriptions.confirm(id)
        db.session.commit()
    return render_template(
        "ballots/tell_me_confirm.html", round=round, form=form, found=found, is_done=is_done
    )


@bp.route("/tell-me/<id>/stop", methods=["GET", "POST"])
@access(anyone)
@csrf.exempt
def stop_telling(slug: str, id: str) -> Page:
    """Forget the address. A mail program may press this by itself (RFC 8058), so without a token:
    whoever has the address of this page has the mail."""
    round = get_whole(slug)
    is_done = request.method == "POST"
    found = _get_own(round, id)
    if is_done and found is not None:
        subscriptions.stop(found)
        db.session.commit()
    return render_template(
        "ballots/tell_me_stop.html", round=round, form=PressForm(formdata=None), is_done=is_done
    )
