"""An appeal at the desk: read it beside what was decided, uphold it or dismiss it."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.boards.access import officer_or_counter
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.decisions import appealing
from pbapp.decisions import queries as decisions
from pbapp.decisions.models import Appeal, Verdict
from pbapp.desk import queries, words
from pbapp.desk.access import the_officer
from pbapp.desk.blueprint import bp
from pbapp.desk.queue import replies
from pbapp.desk.queue.addresses import following, kept, onward, url_of
from pbapp.desk.queue.cases import Case, get_case
from pbapp.desk.queue.forms import AnswerForm
from pbapp.desk.queue.kinds import APPEAL
from pbapp.desk.queue.queries import list_replies
from pbapp.refusal import Refused
from pbapp.web.access import access
from pbapp.web.babel import say


@bp.route("/appeals/<int:appeal_id>", methods=["GET", "POST"])
@access(officer_or_counter)
def appeal(appeal_id: int) -> str | Response | tuple[str, int]:
    """Answer an appeal: only somebody who took no part in the decision can."""
    found = decisions.find_appeal(appeal_id) or abort(404)
    case = get_case(found.subject_type, found.subject_id)
    form = AnswerForm()
    if replies.is_asked_for():
        return _show(found, case, replies.insert(form, form.answer, case.board_id))
    if form.validate_on_submit():
        upheld = request.form.get("verdict") == Verdict.UPHELD
        after = following(APPEAL, str(appeal_id))
        verdict = Verdict.UPHELD if upheld else Verdict.DISMISSED
        try:
            case.answer(found, the_officer(), verdict, form.answer.data or "")
        except Refused as refused:
            form.blame(refused)
        else:
            db.session.commit()
            flash(_("Answered. Whoever appealed is told."), "success")
            return redirect(onward(after), 303)
    return _show(found, case, form)


def _show(found: Appeal, case: Case, form: AnswerForm) -> tuple[str, int]:
    if case.board is not None:
        use_board(case.board)
    barred = appealing.why_not(case.matter, the_officer())
    html = render_template(
        "desk/appeal.html",
        appeal=found,
        case=case,
        form=form,
        decision=found.decision,
        refusal=decisions.find_agreed(found.decision_id),
        decided=words.did(found.decision),
        decided_by=words.name_of(queries.find_account(found.decision.by_id)),
        answered_by=words.name_of(queries.find_account(found.decided_by_id)),
        barred=say(barred) if barred else "",
        replies=list_replies([case.board_id]),
        here=url_of(APPEAL, str(found.id), **kept()),
        back=url_for(".index", **kept()),
    )
    status = 422 if form.answer.errors else 409 if form.form_errors else 200
    return html, status
