"""How the plan goes: officers and partners say it, and what was said before stays readable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import me
from pbapp.audit.queries import list_revisions, newest_number
from pbapp.boards.access import any_officer, is_officer_of
from pbapp.db import db
from pbapp.plans import progress, queries, words
from pbapp.plans.blueprint import Page, bp, get_priority
from pbapp.plans.forms import ActionForm, CorrectionForm, DriverForm, ReadingForm
from pbapp.plans.models import ActionStatus, Indicator, Reading
from pbapp.plans.progress import written
from pbapp.refusal import Refused
from pbapp.web.access import access, require, signed_in
from pbapp.web.refusals import blame


@bp.route("/priorities/<priority>/actions/<int:action_id>", methods=["GET", "POST"])
@access(signed_in)
def action(slug: str, priority: str, action_id: int) -> Page:
    """Say how an action goes: for officers of the board, and for the partner that leads it."""
    board, found = get_priority(slug, priority)
    its = queries.find_action(found, action_id) or abort(404)
    by = me()
    require(is_officer_of(board.id) or queries.leads(by.id, its))
    seen = newest_number(progress.ACTION, its.id)
    form = ActionForm(data={"status": its.status.value, "progress": its.progress, "seen": seen})
    others: list[Any] = []
    if form.validate_on_submit():
        said: dict[str, Any] = {
            "status": ActionStatus(form.status.data),
            "progress": form.progress.data or "",
            "seen": form.seen_number,
        }
        refused = _try(lambda: progress.report_action(action=its, by=by, **said))
        if refused is None:
            return _saved(slug, priority, "actions")
        others = form.stale(refused, progress.ACTION, action_id)
    html = render_template(
        "plans/action.html",
        board=board,
        priority=found,
        action=its,
        form=form,
        others=words.told(others),
        history=words.told(
            one
            for known in queries.list_told_before(its)
            for one in list_revisions(progress.ACTION, known)
        ),
    )
    return html, 409 if others else 422 if form.errors else 200


@bp.route("/priorities/<priority>/indicators/<indicator>", methods=["GET", "POST"])
@access(any_officer)
def reading(slug: str, priority: str, indicator: str) -> Page:
    """Note what an indicator stands at."""
    board, its = _own_indicator(slug, priority, indicator)
    form = ReadingForm(its.decimals)
    if form.validate_on_submit():
        refused = _try(lambda: progress.take_reading(indicator=its, by=me(), **form.typed))
        if refused is None:
            return _saved(slug, priority, "figures")
        blame(form, refused)
    html = render_template(
        "plans/reading.html",
        board=board,
        priority=its.priority,
        indicator=its,
        form=form,
        written=written,
    )
    return html, 422 if form.errors else 200


@bp.route("/priorities/<priority>/indicators/<indicator>/<int:reading_id>", methods=["GET", "POST"])
@access(any_officer)
def correct(slug: str, priority: str, indicator: str, reading_id: int) -> Page:
    """Put a reading right; the old one stays readable."""
    board, its = _own_indicator(slug, priority, indicator)
    old = queries.find_reading(its, reading_id) or abort(404)
    form = CorrectionForm(its.decimals, data=_as_typed(its, old))
    others: list[Any] = []
    if form.validate_on_submit():
        said: dict[str, Any] = {
            **form.typed,
            "reason": form.reason.data or "",
            "seen": form.seen_number,
        }
        refused = _try(lambda: progress.correct_reading(reading=old, by=me(), **said))
        if refused is None:
            return _saved(slug, priority, "figures")
        others = form.stale(refused, progress.READING, reading_id)
    html = render_template(
        "plans/correct.html",
        board=board,
        priority=its.priority,
        indicator=its,
        form=form,
        others=words.told(others),
        history=words.told(list_revisions(progress.READING, reading_id)),
    )
    return html, 409 if others else 422 if form.errors else 200


@bp.route("/priorities/<priority>/drivers/<int:driver_id>", methods=["GET", "POST"])
@access(any_officer)
def driver(slug: str, priority: str, driver_id: int) -> Page:
    """Say that somebody looked at a law or strategy again."""
    board, found = get_priority(slug, priority)
    require(is_officer_of(board.id))
    its = queries.find_driver(found, driver_id) or abort(404)
    form = DriverForm()
    if form.validate_on_submit():
        refused = _try(lambda: progress.review_driver(driver=its, reviewed_on=form.day, by=me()))
        if refused is None:
            return _saved(slug, priority, "drivers")
        blame(form, refused)
    html = render_template(
        "plans/driver.html", board=board, priority=found, driver=its, form=form, words=words
    )
    return html, 422 if form.errors else 200


def _as_typed(indicator: Indicator, reading: Reading) -> dict[str, Any]:
    return {
        "taken_on": reading.taken_on,
        "value": written(reading.value, indicator.decimals),
        "source": reading.source,
        "seen": newest_number(progress.READING, reading.id),
    }


def _try(verb: Callable[[], object]) -> Refused | None:
    """Do it and commit; or why not."""
    try:
        verb()
        db.session.commit()
    except Refused as refused:
        return refused
    return None


def _own_indicator(slug: str, priority: str, indicator: str) -> tuple[Any, Indicator]:
    board, found = get_priority(slug, priority)
    require(is_officer_of(board.id))
    return board, queries.find_indicator(found, indicator) or abort(404)


def _saved(slug: str, priority: str, part: str) -> Response:
    flash(_("Saved. Everybody can read it now."))
    return redirect(url_for("plans.priority", slug=slug, priority=priority, _anchor=part), 303)
