"""The result of a round, each project's own story, and the count."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from pbapp import clock
from pbapp.accounts.viewer import me
from pbapp.boards.access import any_officer, is_officer_of
from pbapp.boards.models import Role
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.results import (
    comparing,
    elections,
    pages,
    publishing,
    queries,
    recounting,
    scrutiny,
    services,
)
from pbapp.results.access import cached, edition_asked_for, get_seen, pot_asked_for, sight
from pbapp.results.corrections import views as corrections
from pbapp.results.forms import CountForm, PublishForm, RecountForm
from pbapp.results.opendata import views as open_data
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round
from pbapp.web.access import access, anyone, require
from pbapp.web.fragments import render
from pbapp.web.limits import limited
from pbapp.web.refusals import say_no

bp = Blueprint("results", __name__)
blueprints = (bp, elections.bp, scrutiny.bp, *open_data.blueprints, *corrections.blueprints)

Page = str | AnyResponse | tuple[str, int]


# --- what everybody reads ------------------------------------------------------------------------


@bp.get("/rounds/<slug>/results")
@access(anyone)
def detail(slug: str) -> Page:
    """The answer first; before it is out, when it will be."""
    round = get_round(slug)
    seen = sight(round, edition=edition_asked_for())
    if not seen.counts:
        return render_template("results/not_yet.html", **pages.not_yet(round, seen))
    stories = pages.stories_of(seen.counts)
    return render_template("results/detail.html", seen=seen, **pages.whole(round, stories))


@bp.get("/rounds/<slug>/results/<path:key>", merge_slashes=False)
@access(anyone)
def project(slug: str, key: str) -> Page:
    """Why one project was funded or not, in numbers and sentences."""
    round, seen = get_seen(slug)
    for story in pages.stories_of(seen.counts):
        row = next((row for row in story.rows if row.project_key == key), None)
        if row is not None:
            context = pages.one(round, story, row)
            return render_template("results/project.html", seen=seen, **context)
    return abort(404)


@bp.get("/rounds/<slug>/results/compare")
@access(anyone)
def compare(slug: str) -> str:
    """What the same ballots would have given under the other rule: to learn from, not to decide."""
    round, seen = get_seen(slug)
    count = pot_asked_for(seen)
    other = queries.find_comparison(count) or abort(404)
    return render_template(
        "results/compare.html", round=round, seen=seen, **comparing.page_of(count, other)
    )


@bp.get("/rounds/<slug>/results/recount")
@access(anyone)
def recount(slug: str) -> Page:
    """What came out when somebody last had the votes counted again."""
    round, seen = get_seen(slug)
    return render(
        "results/recount.html",
        fragment="results/_recount.html",
        round=round,
        seen=seen,
        **recounting.page_of(pot_asked_for(seen)),
    )


@bp.post("/rounds/<slug>/results/recount")
@access(anyone)
@limited("recount", tries=10, seconds=600)
def start_recount(slug: str) -> Page:
    """Have the worker count the frozen ballots of a pot again, for anybody."""
    _round, seen = get_seen(slug)
    count = pot_asked_for(seen)
    if RecountForm().validate_on_submit():
        recounting.ask_to_recount(count=count)
        db.session.commit()
    return redirect(url_for(".recount", slug=slug, pot=count.pot or None), 303)


@bp.get("/rounds/<slug>/read-out")
@access(anyone)
def read_out(slug: str) -> str:
    """The result as words to read aloud in the hall; before it is out, for officers only."""
    round, seen = get_seen(slug)
    return render_template(
        "results/read_out.html", seen=seen, **pages.read_out(round, pages.stories_of(seen.counts))
    )


@bp.get("/rounds/<slug>/results.geojson")
@access(anyone)
def features(slug: str) -> Response:
    """Where the projects are, for the map: only those with a place of their own."""
    round, seen = get_seen(slug)
    rows = [row for count in seen.counts for row in queries.list_allocations(count)]
    found = [
        pages.feature(round, row, mark)
        for mark, row in enumerate(rows, start=1)
        if pages.point(row)
    ]
    response = jsonify(type="FeatureCollection", features=found)
    response.mimetype = "application/geo+json"
    return cached(response, seen)


# --- the voting lead's button --------------------------------------------------------------------


@bp.get("/desk/rounds/<slug>/count")
@access(any_officer)
def count(slug: str) -> Page:
    """How far the count is, and the button that starts it."""
    round = get_round(slug)
    require(is_officer_of(round.board_id))
    return _count_page(round, CountForm())


@bp.post("/desk/rounds/<slug>/count")
@access(any_officer)
def start_count(slug: str) -> Page:
    """Ask the worker to count; a second press finds the first one at work."""
    round = get_round(slug)
    require(is_officer_of(round.board_id, Role.VOTING_LEAD))
    form = CountForm()
    account = me()
    if not form.validate_on_submit():
        return _count_page(round, form, 422)
    try:
        services.ask_to_count(round=round, by=account)
    except Refused as refused:
        form.blame(refused)
        return _count_page(round, form, 422)
    db.session.commit()
    flash(_("The count has started."), "success")
    return redirect(url_for(".count", slug=slug), 303)


@bp.post("/desk/rounds/<slug>/publish")
@access(any_officer)
def publish(slug: str) -> Page:
    """Publish a certified result before its date."""
    round = get_round(slug)
    require(is_officer_of(round.board_id, Role.VOTING_LEAD))
    account = me()
    if PublishForm().validate_on_submit():
        try:
            is_new = publishing.publish_now(round=round, by=account)
        except Refused as refused:
            say_no(refused)
        else:
            db.session.commit()
            if is_new:
                flash(_("The result is out. Everybody who asked is told now."), "success")
    return redirect(url_for(".count", slug=slug), 303)


def _count_page(round: Round, form: CountForm, status: int = 200) -> AnyResponse:
    context: dict[str, Any] = pages.counting(round, may_count=sight(round).may_count)
    return render(
        "results/count.html",
        fragment="results/_count.html",
        status=status,
        form=form,
        now=clock.now(),
        **context,
    )
