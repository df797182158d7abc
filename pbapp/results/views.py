"""The result of a round, each project's own story, the files to check it with, and the count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from pbapp import clock
from pbapp.accounts.viewer import the_account
from pbapp.boards.access import any_officer, is_officer_of
from pbapp.boards.models import Role
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.results import (
    comparing,
    elections,
    files,
    freezing,
    pages,
    queries,
    recounting,
    scrutiny,
    services,
)
from pbapp.results.access import Sight, sight
from pbapp.results.forms import CountForm, RecountForm
from pbapp.results.models import Count
from pbapp.results.privacy import ballots_may_be_public
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round
from pbapp.web.access import access, anyone, require
from pbapp.web.fragments import render
from pbapp.web.limits import limited

bp = Blueprint("results", __name__)
blueprints = (bp, elections.bp, scrutiny.bp)

Page = str | AnyResponse | tuple[str, int]


# --- what everybody reads ------------------------------------------------------------------------


@bp.get("/rounds/<slug>/results")
@access(anyone)
def detail(slug: str) -> Page:
    """The answer first; before it is out, when it will be."""
    round = get_round(slug)
    seen = sight(round)
    if not seen.counts:
        return render_template("results/not_yet.html", **pages.not_yet(round, seen))
    stories = pages.stories_of(seen.counts)
    return render_template("results/detail.html", seen=seen, **pages.whole(round, stories))


@bp.get("/rounds/<slug>/results/<path:key>", merge_slashes=False)
@access(anyone)
def project(slug: str, key: str) -> Page:
    """Why one project was funded or not, in numbers and sentences."""
    round, seen = _seen(slug)
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
    round, seen = _seen(slug)
    count = _of_pot(seen)
    other = queries.find_comparison(count) or abort(404)
    return render_template(
        "results/compare.html", round=round, seen=seen, **comparing.page_of(count, other)
    )


@bp.get("/rounds/<slug>/results/recount")
@access(anyone)
def recount(slug: str) -> Page:
    """What came out when somebody last had the votes counted again."""
    round, seen = _seen(slug)
    return render(
        "results/recount.html",
        fragment="results/_recount.html",
        round=round,
        seen=seen,
        **recounting.page_of(_of_pot(seen)),
    )


@bp.post("/rounds/<slug>/results/recount")
@access(anyone)
@limited("recount", tries=10, seconds=600)
def start_recount(slug: str) -> Page:
    """Have the worker count the frozen ballots of a pot again, for anybody."""
    _round, seen = _seen(slug)
    count = _of_pot(seen)
    if RecountForm().validate_on_submit():
        recounting.ask_to_recount(count=count)
        db.session.commit()
    return redirect(url_for(".recount", slug=slug, pot=count.pot or None), 303)


@bp.get("/rounds/<slug>/results.geojson")
@access(anyone)
def features(slug: str) -> Response:
    """Where the projects are, for the map: only those with a place of their own."""
    round, seen = _seen(slug)
    rows = [row for count in seen.counts for row in queries.list_allocations(count)]
    found = [
        pages.feature(round, row, mark)
        for mark, row in enumerate(rows, start=1)
        if pages.point(row)
    ]
    response = jsonify(type="FeatureCollection", features=found)
    response.mimetype = "application/geo+json"
    return _cached(response, seen)


@bp.get("/rounds/<slug>/data")
@access(anyone)
def data(slug: str) -> str:
    """Everything somebody needs to count again, as files."""
    round, seen = _seen(slug)
    stories = pages.stories_of(seen.counts)
    return render_template("results/data.html", seen=seen, **pages.checking(round, stories))


@bp.get("/rounds/<slug>/data/<filename>")
@access(anyone)
def file(slug: str, filename: str) -> Response:
    """The ballots that were counted, the rule with its parameters, or the result as a table."""
    round, seen = _seen(slug)
    made = _file(round, seen.counts, filename) or abort(404)
    content, media_type = made
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return _cached(response, seen)


def _file(round: Round, counts: Sequence[Count], filename: str) -> tuple[bytes, str] | None:
    text = "text/plain; charset=utf-8"
    for count in counts:
        if filename == files.ballots_name(count):
            public = ballots_may_be_public(count.profile.ballots, is_imported=round.is_imported)
            return (freezing.unpack(count.profile), text) if public else None
        if filename == files.rule_name(count):
            return files.rule_json(count), "application/json"
    if filename == f"{round.slug}.pb" and files.whole_may_be_public(round, counts):
        profile = queries.find_profile(round.id)
        return (freezing.unpack(profile), text) if profile else None
    if filename == f"{round.slug}-results.csv":
        rows = [(count, queries.list_allocations(count)) for count in counts]
        return files.results_csv(rows), "text/csv; charset=utf-8"
    return None


def _seen(slug: str) -> tuple[Round, Sight]:
    """A round and its counts for somebody who may see them; otherwise there is nothing here yet."""
    round = get_round(slug)
    seen = sight(round)
    return (round, seen) if seen.counts else abort(404)


def _of_pot(seen: Sight) -> Count:
    """The count of the pot that the address asks for; the first where it names none."""
    return seen.of_pot(request.args.get("pot", "")) or abort(404)


def _cached(response: Response, seen: Sight) -> Response:
    """An official count never changes; what only officers may see yet is kept by nobody."""
    response.headers["Cache-Control"] = "public, max-age=300" if seen.is_public else "no-store"
    response.add_etag()
    response.make_conditional(request)
    return response


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
    account = the_account() or abort(403)
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
