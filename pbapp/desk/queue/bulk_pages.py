"""Several things at once: a page that says what will happen, the act, and its undoing."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from pbapp.boards.access import any_officer
from pbapp.db import db
from pbapp.decisions.models import Outcome
from pbapp.desk.access import my_viewer, the_officer
from pbapp.desk.blueprint import bp
from pbapp.desk.queue import bulk, queries, replies, words
from pbapp.desk.queue.addresses import kept
from pbapp.desk.queue.forms import BulkForm
from pbapp.refusal import Refused
from pbapp.web.access import access

ACTS = (Outcome.APPROVED.value, Outcome.RETURNED.value, bulk.ASSIGN)
TOLD = 10  # how many skipped things the next page names


@bp.route("/bulk", methods=["GET", "POST"])
@access(any_officer)
def in_bulk() -> Response | str | tuple[str, int]:
    """Approve, return or hand over what was ticked, after a look at what will happen."""
    viewer, act = my_viewer(), request.values.get("do", "")
    chosen = bulk.plan(request.values.getlist("chosen"), act, viewer)
    if act not in ACTS or not chosen:
        flash(_("Tick at least one thing first."), "warning")
        return redirect(url_for(".index", **kept()), 303)
    form = BulkForm()
    boards = {one.item.board_id for one in chosen if one.item}
    if replies.is_asked_for():
        for board_id in boards:
            replies.insert(form, form.reason, board_id)
    elif form.validate_on_submit() and _is_whole(form, act):
        return _act(form, act, chosen)
    html = render_template(
        "desk/bulk.html",
        form=form,
        act=act,
        planned=[one for one in chosen if not one.skipped],
        skipped=[one for one in chosen if one.skipped],
        kept=kept(),
        words=words,
        replies=queries.list_replies(boards),
        officers=queries.list_officers(boards) if act == bulk.ASSIGN else [],
    )
    return html, 422 if form.errors else 200


def _is_whole(form: BulkForm, act: str) -> bool:
    if act != Outcome.RETURNED or form.reason.data:
        return True
    form.reason.errors = [_("Say why, so that they know what to change.")]
    return False


def _act(form: BulkForm, act: str, chosen: list[bulk.Planned]) -> Response:
    if act == bulk.ASSIGN:
        return _assign(chosen)
    by, batch, done = the_officer(), uuid4(), 0
    are_named = sum(bool(one.skipped) for one in chosen) <= TOLD
    for one in chosen:
        said = bulk.decide(
            one, outcome=Outcome(act), reason=form.reason.data or "", by=by, batch_id=batch
        )
        if isinstance(said, str):
            if are_named:
                title = one.title or _("One thing")
                flash(_("Skipped “%(title)s”: %(why)s", title=title, why=said), "warning")
        else:
            done += 1
    flash(ngettext("%(num)d thing decided.", "%(num)d things decided.", done), "success")
    return redirect(url_for(".index", **kept()), 303)


def _assign(chosen: list[bulk.Planned]) -> Response:
    by = the_officer()
    to = words.chosen_officer(request.form.get("to", ""), by)
    try:
        done = bulk.assign(chosen, to=to, by=by)
    except Refused:
        db.session.rollback()
        flash(_("Nothing was handed over: choose an officer of the same board."), "error")
    else:
        db.session.commit()
        flash(ngettext("%(num)d thing handed over.", "%(num)d things handed over.", done))
    return redirect(url_for(".index", **kept()), 303)


@bp.post("/batches/<uuid:batch_id>/undo")
@access(any_officer)
def undo_batch(batch_id: UUID) -> Response:
    """Take back all that one click of this officer decided, while its minute lasts."""
    undone, stand = bulk.undo(batch_id, the_officer())
    if undone:
        flash(
            ngettext(
                "%(num)d undone. It waits again, and nobody was told.",
                "%(num)d undone. They wait again, and nobody was told.",
                undone,
            ),
            "success",
        )
    if stand:
        flash(ngettext("%(num)d stands.", "%(num)d stand.", stand), "warning")
    return redirect(url_for(".index", **kept()), 303)
