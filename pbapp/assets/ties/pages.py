"""The ties of an entry for its keepers, and the answer of the other side."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import the_account
from pbapp.assets import links
from pbapp.assets import queries as assets
from pbapp.assets.blueprint import bp
from pbapp.assets.keepers import get_asset, its_keeper, part_in
from pbapp.assets.models import Asset
from pbapp.assets.ties import queries, services, stories, words
from pbapp.assets.ties.forms import FindForm, TieForm
from pbapp.assets.ties.models import EntryTie, TieKind, TieState, is_tieable
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.web.access import access
from pbapp.web.acting import act
from pbapp.web.forms import PressForm
from pbapp.web.limits import limited
from pbapp.web.redirects import way_back
from pbapp.web.refusals import blame

Page = str | Response | tuple[str, int]


@bp.route("/assets/<uuid:asset_id>/ties", methods=["GET", "POST"])
@access(its_keeper)
@limited("ties", tries=60, seconds=3600)
def ties(asset_id: UUID) -> Page:
    """What an entry has to do with others, and asking for one more."""
    asset = get_asset(asset_id)
    if not is_tieable(asset):
        abort(404)
    find = FindForm(formdata=request.args)
    found = queries.list_named_like(asset, find.q.data) if find.q.data else []
    form = TieForm()
    form.offer(found)
    if form.validate_on_submit():
        try:
            tie = _ask(asset, form)
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            agreed = tie.state is TieState.AGREED
            asked = _("Thank you. It shows once the other side agrees.")
            flash(_("Saved. It shows on both pages now.") if agreed else asked, "success")
            return redirect(url_for(".ties", asset_id=asset.id, key=_key()), 303)
    html = render_template(
        "assets/ties/ties.html",
        asset=asset,
        find=find,
        found=found,
        most=queries.MOST_FOUND,
        form=form,
        ties=queries.list_of(asset),
        label=words.label,
        state=words.state,
        press=PressForm(formdata=None),
        key=_key(),
    )
    return html, 422 if form.errors else 200


def _ask(asset: Asset, form: TieForm) -> EntryTie:
    kind, _space, turned = (form.relation.data or "").partition(" ")
    other = assets.find(UUID(form.other.data)) or abort(404)
    tie = services.ask(
        asset=asset,
        other=other,
        kind=TieKind(kind),
        is_turned=bool(turned),
        says=form.says.data or "",
        by=the_account(),
    )
    services.tell_asked(
        tie=tie,
        url=url_for(".answer_tie", tie_id=tie.id, _external=True),
        key_url=url_for(".answer_tie", tie_id=tie.id, key=links.key_of(other), _external=True),
    )
    return tie


def _key() -> str | None:
    return request.args.get("key")


def _find(tie_id: int) -> EntryTie:
    tie = queries.find_tie(tie_id) or abort(404)
    use_board(tie.asking.board)
    return tie


def answers(tie_id: int, **_arguments: Any) -> bool:
    """Who speaks for the side that is asked."""
    tie = _find(tie_id)
    asked, by_link = tie.answering, links.opens(tie.answering, _key())
    return services.speaks_for(asked, the_account(), asking=tie.asking, has_key=by_link)


@bp.route("/assets/ties/<int:tie_id>", methods=["GET", "POST"])
@access(answers)
@limited("tie answers", tries=60, seconds=3600)
def answer_tie(tie_id: int) -> Page:
    """Yes or no of the side that is asked: two buttons, so that opening a link answers nothing."""
    tie = _find(tie_id)
    if PressForm().validate_on_submit() and request.form.get("answer") in ("yes", "no"):
        yes = request.form["answer"] == "yes"
        url = url_for(".detail", asset_id=tie.asking.id, _external=True)
        return act(
            lambda: services.answer(tie=tie, yes=yes, by=the_account(), url=url),
            thanks=_("Thank you. It shows on both pages now.")
            if yes
            else _("Thank you. It does not show, and they are told."),
            back=way_back(url_for(".answer_tie", tie_id=tie.id, key=_key())),
        )
    return render_template(
        "assets/ties/answer.html",
        tie=tie,
        asset=tie.answering,
        label=words.label,
        states=words.STATE,
        press=PressForm(formdata=None),
    )


def on_a_side(tie_id: int, **_arguments: Any) -> bool:
    """A keeper of either entry."""
    tie = _find(tie_id)
    return any(part_in(asset) is not None for asset in (tie.from_asset, tie.to_asset))


@bp.post("/assets/ties/<int:tie_id>/end")
@access(on_a_side)
@limited("ties", tries=60, seconds=3600)
def end_tie(tie_id: int) -> Response:
    """It shows no more, or is asked no more."""
    tie = _find(tie_id)
    mine = next(a for a in (tie.asking, tie.answering) if part_in(a) is not None)
    if PressForm().validate_on_submit():
        services.end(tie=tie, by=the_account())
        db.session.commit()
        flash(_("Ended. It does not show any more."), "success")
    return redirect(url_for(".ties", asset_id=mine.id, key=_key()), 303)


def shown(asset: Asset) -> list[tuple[str, list[Asset]]]:
    """What everybody reads on an entry's page: "Hosts", and what it hosts."""
    together: dict[str, list[Asset]] = {}
    for tie in queries.list_shown(asset):
        together.setdefault(words.label(tie, asset), []).append(tie.other(asset))
    return list(together.items())


@bp.route("/assets/<uuid:asset_id>/story/take-back", methods=["GET", "POST"])
@access(its_keeper)
@limited("ties", tries=60, seconds=3600)
def take_story_back(asset_id: UUID) -> Page:
    """Off the page and out of its history, at once."""
    asset = get_asset(asset_id)
    if PressForm().validate_on_submit():
        stories.take_back(asset=asset, by=the_account())
        db.session.commit()
        flash(_("The story is gone, from the history too."), "success")
        return redirect(url_for(".detail", asset_id=asset.id, key=_key()), 303)
    return render_template("assets/ties/story.html", asset=asset, press=PressForm(formdata=None))
