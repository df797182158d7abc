"""The page on which voting leads write a round's own questions."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, RadioField
from wtforms.validators import DataRequired

from pbapp.accounts.viewer import me
from pbapp.boards.access import any_officer
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.rounds.models import QuestionKind, Round, RoundQuestion
from pbapp.rounds.setup import pages, questions, words
from pbapp.rounds.setup.blueprint import bp
from pbapp.rounds.setup.forms import StepForm, named
from pbapp.web.access import access
from pbapp.web.forms import PoundsField
from pbapp.web.forms import text as line
from pbapp.web.refusals import blame, say_no

Page = str | Response | tuple[str, int]


class QuestionForm(StepForm):
    """One question of a round's own."""

    text = line(_l("What do you ask?"), 300, required=_l("Type the question."))
    hint = line(_l("A hint under it"), 300)
    kind = RadioField(
        _l("How is it answered?"), validators=[DataRequired(_l("Choose how it is answered."))]
    )
    options = line(_l("The answers to choose from"), 2000, long=True)
    is_required = BooleanField(_l("It has to be answered"))
    from_amount = PoundsField(_l("Ask it only from this amount on"))

    def offer(self) -> None:
        self.kind.choices = named(QuestionKind, words.question_kind_name)

    @staticmethod
    def fill(question: RoundQuestion) -> dict[str, Any]:
        return {
            "text": question.text,
            "hint": question.hint,
            "kind": question.kind.value,
            "options": "\n".join(question.options),
            "is_required": question.is_required,
            "from_amount": question.from_pence,
        }


@bp.route("/<slug>/questions", methods=["GET", "POST"])
@bp.route("/<slug>/questions/<int:question_id>", methods=["GET", "POST"])
@access(any_officer)
def ask(slug: str, question_id: int | None = None) -> Page:
    """The questions a round asks besides, adding one, and changing one."""
    round = pages.get_led_round(slug)
    asked = {one.id: one for one in questions.list_asked(round)}
    if question_id is not None and question_id not in asked:
        abort(404)
    standing = QuestionForm.fill(asked[question_id]) if question_id is not None else {}
    form = QuestionForm(data={**standing, "version": str(round.version)})
    form.offer()
    if not form.validate_on_submit():
        return _show(round, form, question_id)
    try:
        questions.put_question(
            round=round,
            by=me(),
            seen=form.seen_version,
            question_id=question_id,
            text=form.text.data or "",
            hint=form.hint.data or "",
            kind=QuestionKind(form.kind.data),
            options=(form.options.data or "").splitlines(),
            is_required=bool(form.is_required.data),
            from_pence=form.from_amount.data,
        )
    except Refused as refused:
        blame(form, refused)
        return _show(pages.get_led_round(slug), form, question_id)
    db.session.commit()
    flash(_("Saved."), "success")
    return redirect(url_for(".ask", slug=slug), 303)


def _show(round: Round, form: QuestionForm, question_id: int | None) -> Page:
    html = render_template(
        "rounds/setup/questions.html",
        round=round,
        form=form,
        question_id=question_id,
        asked=[(one, words.question(one)) for one in questions.list_asked(round)],
    )
    return html, 422 if form.errors else 200


@bp.post("/<slug>/questions/<int:question_id>/remove")
@access(any_officer)
def ask_no_longer(slug: str, question_id: int) -> Response:
    """Take a question away. A second click changes nothing."""
    round = pages.get_led_round(slug)
    typed = request.form.get("version", "")
    seen = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
    try:
        questions.remove_question(round=round, by=me(), seen=seen, question_id=question_id)
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        flash(_("It is no longer asked."), "success")
    return redirect(url_for(".ask", slug=slug), 303)
