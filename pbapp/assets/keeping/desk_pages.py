"""At the desk: what showed straight away, whom we trust, and an entry taken from its group."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import me, the_account
from pbapp.assets import services
from pbapp.assets.blueprint import bp
from pbapp.assets.claiming import services as claims
from pbapp.assets.keepers import get_asset
from pbapp.assets.keeping import same as duplicates
from pbapp.assets.keeping import trusting
from pbapp.assets.keeping.forms import ReasonForm, SameForm
from pbapp.assets.keeping.models import StraightAway
from pbapp.assets.links import appeal_url, fix_url, page_url
from pbapp.assets.models import SUBJECT, Asset
from pbapp.assets.words import PART, told
from pbapp.audit.queries import list_revisions
from pbapp.boards.access import is_officer_of, my_boards
from pbapp.boards.models import Board, Role
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.organisations import queries as organisations
from pbapp.organisations.models import Organisation
from pbapp.refusal import Refused
from pbapp.web.access import access
from pbapp.web.babel import say
from pbapp.web.redirects import way_back
from pbapp.web.refusals import blame

Page = str | Response | tuple[str, int]


def _moderates(board_id: int) -> bool:
    return the_account() is not None and is_officer_of(board_id, Role.MODERATOR)


# --- what showed straight away -----------------------------------------------------------------


def looks(row_id: int, **_arguments: Any) -> bool:
    """A moderator of the board that the entry is on."""
    if the_account() is None:
        return False
    row = db.session.get(StraightAway, row_id) or abort(404)
    return _moderates(row.asset.board_id)


@bp.route("/desk/straight-away/<int:row_id>", methods=["GET", "POST"])
@access(looks)
def straight(row_id: int) -> Page:
    """See what showed at once, and leave it or take the entry off the map."""
    row = db.session.get(StraightAway, row_id) or abort(404)
    asset = get_asset(row.asset_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            _judge(row, asset, form)
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("Saved."), "success")
            return redirect(way_back(url_for("desk.index")), 303)
    change = [r for r in list_revisions(SUBJECT, str(asset.id)) if r.number == row.revision]
    html = render_template(
        "assets/straight_away.html",
        row=row,
        asset=asset,
        form=form,
        history=told(change),
        part_words=PART,
    )
    return html, 422 if form.errors else 200


def _judge(row: StraightAway, asset: Asset, form: ReasonForm) -> None:
    if request.form.get("outcome") == "down":
        services.return_for_changes(
            asset=asset,
            by=me(),
            reason=form.reason.data or "",
            fix_url=fix_url(asset),
            appeal_url=appeal_url(asset),
        )
    else:
        trusting.looked(row=row, by=me())


# --- whom we trust -----------------------------------------------------------------------------


def a_moderator(**_arguments: Any) -> bool:
    """A moderator of any board."""
    return the_account() is not None and bool(my_boards(Role.MODERATOR))


@bp.route("/desk/groups/<uuid:organisation_id>/trust", methods=["GET", "POST"])
@access(a_moderator)
def trust(organisation_id: UUID) -> Page:
    """Let a group publish straight away on one's board, or no more."""
    group = organisations.find(organisation_id) or abort(404)
    boards = my_boards(Role.MODERATOR)
    forms = {board.id: ReasonForm(prefix=f"b{board.id}-") for board in boards}
    board = next((one for one in boards if str(one.id) == request.form.get("board")), None)
    if request.method == "POST" and board is None:
        abort(404)
    if board is not None and forms[board.id].validate_on_submit():
        try:
            _set_trust(board, group, forms[board.id])
        except Refused as refused:
            blame(forms[board.id], refused)
        else:
            db.session.commit()
            flash(_("Saved. The group has been told."), "success")
            return redirect(url_for(".trust", organisation_id=group.id), 303)
    use_board(boards[0])
    html = render_template("assets/trust.html", group=group, rows=_trust_rows(boards, group, forms))
    return html, 422 if any(form.errors for form in forms.values()) else 200


def _trust_rows(
    boards: list[Board], group: Organisation, forms: dict[int, ReasonForm]
) -> list[dict[str, Any]]:
    rows = []
    for board in boards:
        barred = trusting.why_not(board.id, group.id, me())
        rows.append(
            {
                "board": board,
                "trust": trusting.find_trust(board.id, group.id),
                "form": forms[board.id],
                "why_not": say(barred) if barred else "",
            }
        )
    return rows


def _set_trust(board: Board, group: Organisation, form: ReasonForm) -> None:
    verb = trusting.revoke if request.form.get("outcome") == "revoke" else trusting.trust
    verb(
        board=board,
        organisation=group,
        reason=form.reason.data or "",
        by=me(),
        url=url_for("organisations.home", organisation_id=group.id, _external=True),
    )


# --- an entry taken from its group -------------------------------------------------------------


def moderates_entry(asset_id: UUID, **_arguments: Any) -> bool:
    """A moderator of the board that the entry is on."""
    return the_account() is not None and _moderates(get_asset(asset_id).board_id)


@bp.route("/desk/entries/<uuid:asset_id>/keeper", methods=["GET", "POST"])
@access(moderates_entry)
def keeper(asset_id: UUID) -> Page:
    """Who looks after an entry; take it from them, with a reason."""
    asset = get_asset(asset_id)
    form = ReasonForm(data={"seen": str(asset.organisation_id or "")})
    if form.validate_on_submit():
        try:
            _revoke(asset, form)
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("Saved. The group has been told."), "success")
            return redirect(url_for(".detail", asset_id=asset.id), 303)
    barred = claims.why_not_revoke(asset, me())
    html = render_template(
        "assets/keeper.html", asset=asset, form=form, why_not=say(barred) if barred else ""
    )
    return html, 422 if form.errors else 200


def _revoke(asset: Asset, form: ReasonForm) -> None:
    try:
        group_id = UUID(form.seen.data or "")
    except ValueError:
        return
    claims.revoke(
        asset=asset,
        group_id=group_id,
        by=me(),
        reason=form.reason.data or "",
        url=page_url(asset),
    )


# --- one thing, two entries --------------------------------------------------------------------


@bp.route("/desk/entries/<uuid:asset_id>/same", methods=["GET", "POST"])
@access(moderates_entry)
def same(asset_id: UUID) -> Page:
    """Say which other entry is the same and stays, or take that back."""
    asset = get_asset(asset_id)
    others, form = duplicates.list_others(asset), SameForm()
    form.offer(others)
    if form.validate_on_submit():
        try:
            _set_same(asset, form)
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("Saved."), "success")
            return redirect(url_for(".detail", asset_id=asset.id), 303)
    barred = duplicates.why_not(asset, me())
    html = render_template(
        "assets/same.html",
        asset=asset,
        form=form,
        others=others,
        kept=db.session.get(Asset, asset.duplicate_of_id) if asset.duplicate_of_id else None,
        why_not=say(barred) if barred else "",
    )
    return html, 422 if form.errors else 200


def _set_same(asset: Asset, form: SameForm) -> None:
    if request.form.get("outcome") == "unmark":
        duplicates.unmark(asset=asset, by=me())
        return
    kept = duplicates.find_named(asset, form.typed.data or form.other.data or "")
    url = page_url(kept) if kept else ""
    duplicates.mark(asset=asset, kept=kept, by=me(), url=url)
