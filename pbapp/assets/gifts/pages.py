"""Writing to a giver, and the giver's own pages: letters, renewal, taking the gift off."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.forms import CodeForm
from pbapp.accounts.queries import tidy_email
from pbapp.accounts.viewer import the_account
from pbapp.assets import queries as assets
from pbapp.assets.blueprint import bp
from pbapp.assets.gifts import links, queries, services
from pbapp.assets.gifts.forms import AnswerForm, LetterForm
from pbapp.assets.gifts.models import Gift, GiftLetter
from pbapp.assets.links import fix_url, page_url
from pbapp.assets.models import Asset, AssetKind, AssetState
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.web.access import access, anyone
from pbapp.web.babel import page_language
from pbapp.web.context import settings
from pbapp.web.forms import PressForm
from pbapp.web.limits import limited
from pbapp.web.refusals import blame, say_no

Page = str | Response | tuple[str, int]


@dataclass(frozen=True)
class Shown:
    """What a gift's page shows beside its words: letters for all, its own page for its giver."""

    takes_letters: bool
    key: str | None


def shown(asset: Asset, *, is_giver: bool) -> Shown | None:
    """None for what is no gift."""
    if asset.kind is not AssetKind.INDIVIDUAL:
        return None
    return Shown(queries.takes_letters(asset), links.gift_key(asset.id) if is_giver else None)


# --- writing to a giver ----------------------------------------------------------------------


def _typed_address() -> str | None:
    return tidy_email(request.form.get("email", "")) or None


@bp.route("/assets/<uuid:asset_id>/write", methods=["GET", "POST"])
@access(anyone)
@limited("letters by network", tries=20, seconds=3600)
@limited("letters by address", tries=10, seconds=3600, by=_typed_address)
def write(asset_id: UUID) -> Page:
    """A letter to a giver; it goes on its way once its writer has proved their address."""
    asset = assets.find(asset_id)
    if asset is None or not queries.takes_letters(asset):
        abort(404)
    use_board(asset.board)
    account = the_account()
    form = LetterForm(data={"email": account.email if account else None})
    if form.validate_on_submit():
        try:
            letter = services.write_letter(
                asset=asset,
                email=form.email.data or "",
                name=form.name.data or "",
                text=form.text.data or "",
                gives_address=form.gives_address.data,
                secret=settings().secret_key,
                language=page_language(),
            )
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            return redirect(url_for(".prove_letter", letter_id=letter.id), 303)
    html = render_template("assets/gifts/write.html", asset=asset, form=form)
    return html, 422 if form.errors else 200


@bp.route("/assets/letters/<uuid:letter_id>", methods=["GET", "POST"])
@access(anyone)
@limited("letter codes", tries=30, seconds=900)
def prove_letter(letter_id: UUID) -> Page:
    """The code from the e-mail; then the letter is passed on."""
    letter = queries.find_letter(letter_id) or abort(404)
    use_board(letter.asset.board)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            services.prove(
                letter=letter,
                code=form.code.data or "",
                secret=settings().secret_key,
                letter_url=links.letter_url(letter.id),
                gift_url=links.gift_url(letter.asset_id),
            )
        except Refused as refused:
            db.session.commit()  # the wrong try counts
            form.blame(refused)
        else:
            db.session.commit()
            return redirect(url_for(".prove_letter", letter_id=letter.id), 303)
    html = render_template("assets/gifts/prove.html", letter=letter, form=form)
    return html, 422 if form.errors else 200


# --- the giver's pages -----------------------------------------------------------------------


def _letter_of(key: str) -> GiftLetter:
    letter_id = links.read(links.LETTER, key)
    letter = queries.find_letter(letter_id) if letter_id else None
    if letter is None or letter.sent_at is None:
        abort(404)
    use_board(letter.asset.board)
    return letter


@bp.route("/gifts/letters/<key>", methods=["GET", "POST"])
@access(anyone)
@limited("gift answers", tries=30, seconds=3600)
def read_letter(key: str) -> Page:
    """A giver reads a letter and answers through us; the key came to them alone."""
    letter = _letter_of(key)
    form = AnswerForm()
    if form.validate_on_submit():
        try:
            services.answer(letter=letter, text=form.text.data or "", url=page_url(letter.asset))
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("Your answer is on its way. They do not see your address."), "success")
            return redirect(url_for(".read_letter", key=key), 303)
    html = render_template(
        "assets/gifts/letter.html",
        letter=letter,
        form=form,
        press=PressForm(formdata=None),
        key=key,
        is_blocked=queries.is_blocked(letter.asset_id, letter.email, settings().secret_key),
        gift_key=links.gift_key(letter.asset_id),
    )
    return html, 422 if form.errors else 200


@bp.post("/gifts/letters/<key>/stop")
@access(anyone)
@limited("gift answers", tries=30, seconds=3600)
def stop_letter(key: str) -> Response:
    """No more from this writer; with `report` an officer reads the letter too."""
    letter = _letter_of(key)
    if PressForm().validate_on_submit():
        if "report" in request.form:
            path = url_for(".detail", asset_id=letter.asset_id)
            services.report(letter=letter, path=path, secret=settings().secret_key)
            flash(_("Thank you. An officer reads the letter. They cannot write to you again."))
        else:
            services.block(letter=letter, secret=settings().secret_key)
            flash(_("They cannot write to you again. We do not tell them."), "success")
        db.session.commit()
    return redirect(url_for(".read_letter", key=key), 303)


def _gift_of(key: str) -> Gift | Asset | None:
    """The gift, or before its half year began only its entry; None once it is deleted."""
    asset_id = links.read(links.GIFT, key)
    if asset_id is None:
        abort(404)
    found = queries.find_gift(asset_id) or assets.find(asset_id)
    if found is None:
        return None
    asset = found.asset if isinstance(found, Gift) else found
    if asset.kind is not AssetKind.INDIVIDUAL:
        abort(404)
    use_board(asset.board)
    return found


def _gone() -> Page:
    return render_template("assets/gifts/gone.html"), 410


@bp.get("/gifts/mine/<key>")
@access(anyone)
def my_gift(key: str) -> Page:
    """How long it stays, whether letters come, and taking it off."""
    found = _gift_of(key)
    if found is None:
        return _gone()
    gift = found if isinstance(found, Gift) else None
    asset = found.asset if isinstance(found, Gift) else found
    return render_template(
        "assets/gifts/mine.html",
        gift=gift,
        asset=asset,
        key=key,
        press=PressForm(formdata=None),
        fix=fix_url(asset) if asset.state is AssetState.RETURNED else None,
    )


@bp.post("/gifts/mine/<key>")
@access(anyone)
@limited("my gift", tries=30, seconds=3600)
def change_my_gift(key: str) -> Page:
    """Half a year more, letters on or off, or off for good: one press each."""
    found = _gift_of(key)
    if found is None:
        return _gone()
    gift = found if isinstance(found, Gift) else None
    asset = found.asset if isinstance(found, Gift) else found
    wish = request.form.get("wish")
    if not PressForm().validate_on_submit():
        return redirect(url_for(".my_gift", key=key), 303)
    if wish == "off":
        services.take_off(asset=asset)
        db.session.commit()
        flash(_("Your gift and your address are deleted. Thank you for having offered it."))
        return redirect(url_for(".index"), 303)
    if gift is not None:
        try:
            _change(gift, wish)
            db.session.commit()
        except Refused as refused:
            say_no(refused)
    return redirect(url_for(".my_gift", key=key), 303)


def _change(gift: Gift, wish: str | None) -> None:
    if wish == "renew":
        services.renew(gift=gift)
        flash(_("Thank you. Your gift stays on the list for another six months."), "success")
    elif wish in ("letters", "no letters"):
        services.set_letters(gift=gift, takes=wish == "letters")
        flash(_("Saved."), "success")
