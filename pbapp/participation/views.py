"""The voluntary forms for people who vote, and the page that says who took part."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from pbapp import clock
from pbapp.ballots import journal
from pbapp.ballots.booth import Booth
from pbapp.db import db
from pbapp.participation import desk_pages, pages, queries, services
from pbapp.participation.forms import AskForm, ask_form
from pbapp.participation.questions import Kind
from pbapp.refusal import Refused
from pbapp.results.access import Sight, cached, sight
from pbapp.results.opendata.writing import csv_of
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round
from pbapp.web.access import access, anyone
from pbapp.web.limits import limited
from pbapp.web.refusals import blame

bp = Blueprint("participation", __name__, url_prefix="/rounds/<slug>")
blueprints = (bp, desk_pages.bp)

Page = str | AnyResponse | tuple[str, int]
TOLD = "told_us"  # in the browser's own cookie: which forms it has sent
MOST_TOLD = 6


@bp.app_template_global("asks_about_trust")
def asks_about_trust(round: Round) -> bool:
    """Whether this browser may be asked the three short questions about a round now."""
    kinds = queries.open_kinds(round, clock.now()) & {Kind.BEFORE, Kind.AFTER}
    return any(not _has_told(round, kind) for kind in kinds)


# --- telling us -----------------------------------------------------------------------------


@bp.get("/about-you")
@access(anyone)
def about_you(slug: str) -> Page:
    """Voluntary questions, once the vote is sent."""
    round = get_round(slug)
    return _about_page(round, ask_form(Kind.ABOUT, fresh=True))


@bp.post("/about-you")
@access(anyone)
@limited("about you", tries=300, seconds=3600)
def tell_about_you(slug: str) -> Page:
    """Add one form to the totals; nothing of it is kept by itself."""
    round, form = get_round(slug), ask_form(Kind.ABOUT)
    if _why_not_about(round):
        return _about_page(round, form)
    if not form.validate_on_submit() or not _added(round, form):
        return _about_page(round, form)
    return redirect(url_for("ballots.done", slug=slug), 303)


@bp.get("/trust")
@access(anyone)
def trust(slug: str) -> Page:
    """Three short questions, before a round and after it."""
    round = get_round(slug)
    kind = _trust_kind(round)
    return _trust_page(round, ask_form(kind, fresh=True) if kind else None)


@bp.post("/trust")
@access(anyone)
@limited("trust", tries=300, seconds=3600)
def tell_trust(slug: str) -> Page:
    """Add the answers to the totals."""
    round = get_round(slug)
    kind = _trust_kind(round)
    form = ask_form(kind) if kind else None
    if form is None or not form.validate_on_submit() or not _added(round, form):
        return _trust_page(round, form)
    return redirect(url_for("rounds.detail", slug=slug), 303)


def _added(round: Round, form: AskForm) -> bool:
    """Add it, thank, and note in the browser that it was sent; False if a verb said no."""
    try:
        services.add_form(
            round=round, kind=form.kind, answers=form.answers, key=form.key.data or ""
        )
        db.session.commit()
    except Refused as refused:
        blame(form, refused)
        return False
    journal.empty()
    told = [*session.get(TOLD, []), f"{round.id} {form.kind.value}"]
    session[TOLD] = list(dict.fromkeys(told))[-MOST_TOLD:]
    flash(_("Thank you. It helps us to see whom we do not hear from."), "success")
    return True


def _has_told(round: Round, kind: Kind) -> bool:
    return f"{round.id} {kind.value}" in session.get(TOLD, [])


def _why_not_about(round: Round) -> str:
    """Why this browser is not asked; only who has sent a vote here is, and once."""
    if Kind.ABOUT not in queries.open_kinds(round, clock.now()):
        return _("These questions are closed.")
    if _has_told(round, Kind.ABOUT):
        return _("You have answered already. Thank you.")
    if Booth(round).sent is None:
        return _("We ask this after a vote is sent, and never before.")
    return ""


def _about_page(round: Round, form: AskForm) -> Page:
    why_not = _why_not_about(round)
    html = render_template("participation/about_you.html", round=round, form=form, why_not=why_not)
    refused = request.method == "POST"
    return html, (409 if why_not else 422) if refused else 200


def _trust_kind(round: Round) -> Kind | None:
    kinds = queries.open_kinds(round, clock.now()) & {Kind.BEFORE, Kind.AFTER}
    return next((kind for kind in kinds if not _has_told(round, kind)), None)


def _trust_page(round: Round, form: AskForm | None) -> Page:
    kinds = queries.open_kinds(round, clock.now()) & {Kind.BEFORE, Kind.AFTER}
    html = render_template("participation/trust.html", round=round, form=form, is_open=bool(kinds))
    refused = request.method == "POST"
    return html, (422 if form else 409) if refused else 200


# --- what everybody reads -------------------------------------------------------------------


@bp.get("/participation")
@access(anyone)
def index(slug: str) -> Page:
    """Who took part, against who lives here, and who was not heard."""
    round, seen = _seen(slug)
    if not seen.counts:
        return render_template("participation/not_yet.html", round=round)
    portrait = queries.portrait_of(round)
    return render_template(
        "participation/index.html", round=round, seen=seen, **pages.whole(portrait)
    )


@bp.get("/participation.csv")
@access(anyone)
def as_csv(slug: str) -> Response:
    """Every number of the page."""
    round, seen = _seen(slug)
    if not seen.counts:
        abort(404)
    content = csv_of(pages.TABLE, pages.file_rows(queries.portrait_of(round)))
    response = make_response(content)
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    name = f"{round.slug}-participation.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return cached(response, seen)


def _seen(slug: str) -> tuple[Round, Sight]:
    """The round and what the viewer may see; the board's members see it once it is counted."""
    round = get_round(slug)
    if round.is_imported:
        abort(404)
    return round, sight(round, board_too=True)
