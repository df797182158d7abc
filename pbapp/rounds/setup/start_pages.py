"""The rounds of an officer's boards, and beginning a new one."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.viewer import me
from pbapp.boards.access import any_officer, board_ids_of, officer_board_ids
from pbapp.boards.models import Board, Role
from pbapp.boards.queries import list_wards
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.places.queries import current_boundary_set
from pbapp.plans.queries import find_plan
from pbapp.refusal import Refused
from pbapp.rounds.models import Profile, Round, VoteType
from pbapp.rounds.queries import find_any_round, list_rehearsals, list_rounds_of
from pbapp.rounds.setup import beginning, pages, queries, words
from pbapp.rounds.setup.blueprint import bp
from pbapp.rounds.setup.forms import BeginForm
from pbapp.rounds.setup.rule_words import propose
from pbapp.rounds.setup.templates import Template, find_template, list_templates
from pbapp.rounds.words import state_words
from pbapp.web.access import access
from pbapp.web.forms import options
from pbapp.web.refusals import blame

Page = str | Response | tuple[str, int]
COPY = "copy:"


@bp.get("")
@access(any_officer)
def index() -> str:
    """Every round of the officer's boards, those being set up and rehearsals too."""
    boards = officer_board_ids()
    now = clock.now()
    rounds = list_rounds_of(boards)
    if rounds and rounds[0].board is not None:
        use_board(rounds[0].board)
    return render_template(
        "rounds/setup/index.html",
        rounds=[(one, state_words(one, now)) for one in rounds],
        rehearsals=[(one, state_words(one, now)) for one in list_rehearsals(boards)],
        can_begin=pages.any_lead(),
    )


@bp.route("/new", methods=["GET", "POST"])
@access(pages.any_lead)
def new() -> Page:
    """Begin a round from a template, or from one that was held before."""
    boards = queries.list_led_boards(board_ids_of({Role.VOTING_LEAD}))
    form = _form(boards)
    if not form.validate_on_submit():
        return render_template(
            "rounds/setup/new.html", form=form, abouts=_abouts()
        ), 422 if form.errors else 200
    board = next(one for one in boards if str(one.id) == form.board.data)
    try:
        round = _begin(board, form.start.data or "", form.profile.data)
    except Refused as refused:
        blame(form, refused)
        return render_template("rounds/setup/new.html", form=form, abouts=_abouts()), 422
    db.session.commit()
    flash(_("The round is begun. Only the people who set it up can see it."), "success")
    return redirect(url_for(".steps", slug=round.slug), 303)


def _form(boards: list[Board]) -> BeginForm:
    form = BeginForm(data={"board": str(boards[0].id), "start": "small-grants"})
    form.board.choices = options(*((str(board.id), board.name) for board in boards))
    form.start.choices = options(*((one.key, one.name) for one in list_templates()))
    for one in list_rounds_of([board.id for board in boards]):
        if not one.is_imported:
            label = _("As it was: %(round)s", round=one.title)
            form.start.choices += options((COPY + one.slug, label))
    sizes = ((one.value, words.profile_name(one)) for one in Profile)
    form.profile.choices = options(("", _("As the template says")), *sizes)
    if request.method == "GET":
        form.profile.data = ""
    return form


def _abouts() -> dict[str, str]:
    return {one.key: one.about for one in list_templates()}


def _begin(board: Board, start: str, profile: str | None) -> Round:
    by = me()
    if start.startswith(COPY):
        of = find_any_round(start.removeprefix(COPY)) or abort(404)
        again = queries.find_just_begun(of.board_id, of.template, of.id)
        return again or beginning.copy_last(of=of, by=by, rule_words=_words_again(of))
    template = find_template(start) or abort(404)
    if again := queries.find_just_begun(board.id, template.key):
        return again
    return _from_template(board, template, Profile(profile or template.facts["profile"]))


def _words_again(of: Round) -> str:
    """The words of the rule, put anew where they named projects that are not on this ballot."""
    rule = beginning.rule_again(of)
    return of.rule_words if rule == of.rule else propose(rule, of.vote_type, of.currency)


def _from_template(board: Board, template: Template, profile: Profile) -> Round:
    plan = find_plan(board.id)
    if plan is None:
        raise Refused(_("This board has no plan yet, and a round serves a plan."), "board")
    rule = beginning.rule_for(profile, template.facts["rule"])
    boundaries = current_boundary_set(board.council.area)
    return beginning.begin(
        board=board,
        plan=plan,
        wards=list_wards(board),
        priorities=pages.priorities_of(plan),
        template=template,
        profile=profile,
        rule_words=propose(rule, VoteType(template.facts["vote_type"])),
        zone=pages.zone(),
        boundary_set_id=boundaries.id if boundaries else None,
        by=me(),
    )
