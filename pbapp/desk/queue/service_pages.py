"""How many working days a board allows itself for each kind, and the days it is closed."""

from __future__ import annotations

from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import TextAreaField, ValidationError
from wtforms.fields.core import Field
from wtforms.validators import Length

from pbapp.boards.access import any_officer, my_boards
from pbapp.boards.models import Board
from pbapp.boards.service_clock import USUAL, clock_of
from pbapp.db import db
from pbapp.desk.access import the_officer
from pbapp.desk.blueprint import bp
from pbapp.desk.queue import services, words
from pbapp.web.access import access
from pbapp.web.forms import Form

MOST_DAYS = 60
MOST_CLOSED = 200


class ClosedForm(Form):
    """The days on which nobody works, one a line."""

    closed = TextAreaField(
        _l("Days the office is closed"),
        validators=[Length(max=4000, message=_l("Use at most 4,000 characters here."))],
    )

    def validate_closed(self, field: Field) -> None:
        lines = [line.strip() for line in (field.data or "").splitlines() if line.strip()]
        try:
            self.days = {date.fromisoformat(line) for line in lines}
        except ValueError:
            sentence = _("Write each day on a line of its own, like 2026-12-25.")
            raise ValidationError(sentence) from None
        if len(self.days) > MOST_CLOSED:
            raise ValidationError(_("These are more days than a few years have holidays."))


@bp.route("/service", methods=["GET", "POST"])
@access(any_officer)
def service() -> Response | tuple[str, int]:
    """One board at a time; a kind with its usual number follows what is usual."""
    boards = my_boards()
    board = _chosen(boards)
    standing = clock_of([board.id])
    closed = "\n".join(day.isoformat() for day in sorted(standing.closed.get(board.id, ())))
    form = ClosedForm(closed=closed)
    typed = {kind: request.form.get(f"days-{kind}", "") for kind in USUAL}
    wrong = [] if request.method == "GET" else [k for k, v in typed.items() if not _is_days(v)]
    if form.validate_on_submit() and not wrong:
        days = {kind: int(value) for kind, value in typed.items()}
        services.set_service(board_id=board.id, days=days, closed=form.days, by=the_officer())
        db.session.commit()
        flash(_("Saved."), "success")
        return redirect(url_for(".service", board=board.slug), 303)
    if wrong:
        form.form_errors.append(_("Enter a number of days from 1 to 60."))
    html = render_template(
        "desk/service.html",
        form=form,
        board=board,
        boards=boards,
        usual=USUAL,
        days=typed if request.method == "POST" else {k: standing.days(board.id, k) for k in USUAL},
        wrong=wrong,
        name=words.clock_name,
    )
    return html, 422 if form.errors else 200


def _chosen(boards: list[Board]) -> Board:
    slug = request.args.get("board", "")
    if not slug:
        return boards[0]
    return next((board for board in boards if board.slug == slug), None) or abort(403)


def _is_days(typed: str) -> bool:
    number = typed.isascii() and typed.isdigit() and len(typed) < 4
    return number and 1 <= int(typed) <= MOST_DAYS
