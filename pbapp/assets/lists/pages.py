"""Officers bring a list in: the file, its columns, a rehearsal row by row, one press, undo."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any
from uuid import UUID

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import me
from pbapp.assets.blueprint import bp
from pbapp.assets.lists import importing
from pbapp.assets.lists.columns import ABOUT, TAKING_PART, THE_LIST, WHOM_TO_ASK
from pbapp.assets.lists.file import MOST_BYTES
from pbapp.assets.lists.forms import BringForm, ColumnsForm, ListForm
from pbapp.assets.lists.incoming import Choices, Judged, Verdict, judge
from pbapp.assets.lists.models import Batch, BatchState
from pbapp.boards.access import board_ids_of, is_officer_of, my_boards
from pbapp.boards.models import Board, Role
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.refusal import N_, Refused
from pbapp.web.access import access
from pbapp.web.acting import act
from pbapp.web.babel import say
from pbapp.web.cells import inert
from pbapp.web.limits import limited
from pbapp.web.refusals import say_no

Page = str | Response | tuple[str, int]
SAMPLE = 3


def keeps_a_map(**_arguments: Any) -> bool:
    """A moderator of some board: who decides on single entries brings in lists."""
    return bool(board_ids_of({Role.MODERATOR}))


def keeps_this_map(batch_id: UUID, **_arguments: Any) -> bool:
    """A moderator of the board that the list is for."""
    batch = importing.find(batch_id) or abort(404)
    return is_officer_of(batch.board_id, Role.MODERATOR)


@bp.route("/desk/assets/import", methods=["GET", "POST"])
@access(keeps_a_map)
@limited("lists read", tries=60, seconds=3600)
def import_lists() -> Page:
    """Send a list in, and the lists so far."""
    boards = my_boards(Role.MODERATOR)
    form = ListForm()
    form.offer_boards(boards)
    if form.validate_on_submit():
        board = next(board for board in boards if board.slug == form.board.data)
        try:
            batch = _read(form, board)
        except Refused as refused:
            form.blame(refused)
        else:
            db.session.commit()
            return redirect(url_for(".import_columns", batch_id=batch.id), 303)
    page = render_template(
        "assets/import_lists.html",
        form=form,
        boards=boards,
        batches=importing.list_batches([board.id for board in boards]),
        told=_told,
    )
    return page, 422 if form.errors else 200


def _read(form: ListForm, board: Board) -> Batch:
    file = form.file.data
    if not file or not file.filename:
        raise Refused(N_("Choose the file."), "file")
    return importing.read(
        board=board,
        by=me(),
        data=file.stream.read(MOST_BYTES + 1),
        file_name=file.filename,
        source=form.source.data or "",
        source_url=form.source_url.data,
        licence=form.licence.data or "",
    )


@bp.route("/desk/assets/import/<uuid:batch_id>/columns", methods=["GET", "POST"])
@access(keeps_this_map)
def import_columns(batch_id: UUID) -> Page:
    """Say what the columns mean."""
    batch = _load(batch_id)
    if batch.rows is None:
        return redirect(url_for(".import_list", batch_id=batch.id), 303)
    head, *rows = batch.rows
    form = ColumnsForm(data=ColumnsForm.fields_of(Choices.from_json(batch.choices)))
    form.offer(head)
    if form.validate_on_submit():
        try:
            importing.choose(batch=batch, choices=form.chosen())
        except Refused as refused:
            form.blame(refused)
        else:
            db.session.commit()
            return redirect(url_for(".import_list", batch_id=batch.id), 303)
    page = render_template(
        "assets/import_columns.html",
        batch=batch,
        form=form,
        about=[form[name] for name in ABOUT],
        more=[
            (title, [form[name] for name in names])
            for title, names in (
                (_("Columns about taking part"), TAKING_PART),
                (_("Columns about whom to ask"), WHOM_TO_ASK),
                (_("Columns about the list itself, and exact places"), THE_LIST),
            )
        ],
        head=head,
        sample=[[str(cell)[:60] for cell in row[1 : len(head) + 1]] for row in rows[:SAMPLE]],
        number=len(rows),
    )
    return page, 422 if form.errors else 200


@bp.route("/desk/assets/import/<uuid:batch_id>", methods=["GET", "POST"])
@access(keeps_this_map)
def import_list(batch_id: UUID) -> Page:
    """What would come in and what would not, row by row; then the one press."""
    batch = _load(batch_id)
    form = BringForm()
    ticked = {_number(value) for value in request.form.getlist("anyway")}
    if form.validate_on_submit():
        try:
            number = importing.bring_in(
                batch=batch,
                board=batch.board,
                by=me(),
                seen=request.form.get("seen", ""),
                anyway=ticked,
                told=_line,
            )
        except Refused as refused:
            db.session.rollback()
            batch = _load(batch_id)
            form.blame(refused)
        else:
            db.session.commit()
            flash(
                ngettext(
                    "%(num)s entry came in. It waits to be checked.",
                    "%(num)s entries came in. They wait to be checked.",
                    number,
                ),
                "success",
            )
            return redirect(url_for(".import_list", batch_id=batch.id), 303)
    rows = judge(batch, batch.board)
    by_verdict = {v.value: [row for row in rows if row.verdict is v] for v in Verdict}
    page = render_template(
        "assets/import_list.html",
        batch=batch,
        form=form,
        rows=by_verdict,
        seen=importing.look_of(batch, rows),
        good=len(by_verdict[Verdict.GOOD.value]),
        number=len(rows),
        without_contact=sum(bool(row.notes) and not row.refusals for row in rows),
        why=_why,
        ticked=ticked,
        told=_told(batch),
        withdrawn=importing.list_withdrawn(batch),
    )
    return page, 409 if form.errors else 200


@bp.get("/desk/assets/import/<uuid:batch_id>/report.csv")
@access(keeps_this_map)
def import_report(batch_id: UUID) -> Response:
    """The rehearsal as a table, to mend the list by; afterwards of the rows that stayed out."""
    batch = _load(batch_id)
    is_read = batch.state is BatchState.READ
    lines = map(_line, judge(batch, batch.board)) if is_read else batch.findings.get("left", ())
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("Row"), _("Name"), _("What happens"), _("Why"), _("Ward")])
    for cells in lines:
        writer.writerow([inert(cell) for cell in cells])
    response = make_response("\ufeff" + out.getvalue())
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = "attachment; filename=report.csv"
    return response


@bp.post("/desk/assets/import/<uuid:batch_id>/undo")
@access(keeps_this_map)
def undo_import(batch_id: UUID) -> Response:
    """Take away what came in and was not touched since."""
    batch = _load(batch_id)
    try:
        removed, kept = importing.undo(batch=batch, by=me())
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        said = ngettext("%(num)s entry was removed.", "%(num)s entries were removed.", removed)
        if kept:
            said += " " + ngettext(
                "%(num)s stays: somebody has dealt with it since.",
                "%(num)s stay: somebody has dealt with them since.",
                kept,
            )
        flash(said, "success")
    return redirect(url_for(".import_list", batch_id=batch_id), 303)


@bp.post("/desk/assets/import/<uuid:batch_id>/discard")
@access(keeps_this_map)
def discard_import(batch_id: UUID) -> Response:
    """Throw away a list that was only read."""
    batch = _load(batch_id)
    return act(
        lambda: importing.discard(batch=batch),
        thanks=_("The list was thrown away. Nothing came in."),
        back=url_for(".import_list", batch_id=batch_id),
        after=url_for(".import_lists"),
    )


# --- words ----------------------------------------------------------------------------------


def _verdicts() -> dict[Verdict, str]:
    return {
        Verdict.GOOD: _("Comes in"),
        Verdict.LIKELY_HERE: _("Probably here already"),
        Verdict.HERE: _("Here already"),
        Verdict.ELSEWHERE: _("In the ward of another board"),
        Verdict.WRONG: _("Has to be mended"),
    }


def _line(row: Judged) -> list[str]:
    """One line of the report, in the columns of its heading."""
    ward = row.ward.name if row.ward else ""
    return [str(row.line), row.name, _verdicts()[row.verdict], _why(row), ward]


def _why(row: Judged) -> str:
    """Why a row does not simply come in."""
    if row.verdict is Verdict.ELSEWHERE and row.ward:
        return _("It is in %(ward)s.", ward=row.ward.name)
    if row.kin is not None and row.kin.line is not None:
        return _("Like row %(line)s: %(name)s", line=row.kin.line, name=row.kin.name)
    if row.kin is not None:
        return _("Like “%(name)s”", name=row.kin.name)
    labels = ColumnsForm.labels()
    return " ".join(
        f"{labels[r.field]}: {say(r)}" if r.field in labels else say(r)
        for r in (*row.refusals, *row.notes)
    )


def _told(batch: Batch) -> str:
    """What became of a list, in a line."""
    if batch.state is BatchState.READ:
        return _("Read, not brought in")
    found = Counter(batch.findings)
    told = ngettext("%(num)s entry came in", "%(num)s entries came in", found["imported"])
    if batch.state is BatchState.UNDONE:
        told += "; " + ngettext(
            "%(num)s was removed again", "%(num)s were removed again", found["removed"]
        )
    return told


def _load(batch_id: UUID) -> Batch:
    batch = importing.find(batch_id) or abort(404)
    use_board(batch.board)
    return batch


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else -1
