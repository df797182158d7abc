"""The officers' pages: write newsletters, see what was sent and how far it is."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.viewer import me
from pbapp.boards.access import any_officer, is_officer_of, my_boards, officer_board_ids
from pbapp.boards.models import Board
from pbapp.boards.queries import find_board, list_wards
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.messages import bounces, subjects
from pbapp.messages import queries as messages
from pbapp.messages.models import Mail, MailState
from pbapp.messages.rendering import put_into_words
from pbapp.messages.services import KEPT_FOR
from pbapp.news import queries, sending, services
from pbapp.news.forms import LetterForm, SendForm
from pbapp.news.models import LetterState, Newsletter
from pbapp.refusal import Refused
from pbapp.rounds.queries import list_rounds
from pbapp.rounds.setup.calendar import Entry, EntryKind, list_entries
from pbapp.web.access import access, require
from pbapp.web.babel import local_day
from pbapp.web.context import settings
from pbapp.web.fragments import render
from pbapp.web.limits import limited
from pbapp.web.refusals import blame, say_no

bp = Blueprint("letters", __name__, url_prefix="/desk")

WARNED_BEFORE = timedelta(days=30)
Page = str | Response | tuple[str, int]


@bp.get("/newsletters")
@access(any_officer)
def index() -> Response:
    """What is being written, waits, and went out: with its progress."""
    mine = officer_board_ids()
    letters = queries.list_for_desk(mine)
    progress = messages.progress_of([one.telling_id for one in letters if one.telling_id])
    return render(
        "news/letters.html",
        fragment="news/_letters.html",
        letters=[(one, progress.get(one.telling_id or 0)) for one in letters],
        names={one.audience: _name(one.audience) for one in letters},
        boards=my_boards(),
        moving=any(one.state is LetterState.WAITING for one in letters)
        or any(not done.is_done for done in progress.values()),
    )


@bp.get("/messages")
@access(any_officer)
def sent() -> Response:
    """What the service sends: numbers, never addresses."""
    tellings = messages.list_tellings()
    progress = messages.progress_of([one.id for one in tellings])
    return render(
        "news/messages.html",
        fragment="news/_messages.html",
        rows=[(one, _name(one.subjects[0]), progress[one.id]) for one in tellings],
        week=messages.count_by_state(clock.now() - timedelta(days=7)),
        states=MailState,
        paused=bounces.count_paused(),
        days=KEPT_FOR.days,
        moving=any(not done.is_done for done in progress.values()),
    )


@bp.route("/newsletters/new/<slug>", methods=["GET", "POST"])
@access(any_officer)
def new(slug: str) -> Page:
    """Begin a newsletter of one board."""
    board = find_board(slug) or abort(404)
    require(is_officer_of(board.id))
    form = LetterForm(_audiences(board))
    if form.validate_on_submit():
        try:
            letter = services.write(board=board, **form.words, by=me())
            db.session.commit()
        except Refused as refused:
            blame(form, refused)
        else:
            return redirect(url_for(".preview", letter_id=letter.id), 303)
    return _write_page(board, form, None)


@bp.route("/newsletters/<int:letter_id>/edit", methods=["GET", "POST"])
@access(any_officer)
def edit(letter_id: int) -> Page:
    """Go on writing."""
    letter = _get(letter_id)
    if letter.state is not LetterState.DRAFT:
        return redirect(url_for(".preview", letter_id=letter.id))
    form = LetterForm(_audiences(letter.board), obj=letter)
    if form.validate_on_submit():
        try:
            services.edit(letter=letter, version=form.seen_version, **form.words, by=me())
            db.session.commit()
        except Refused as refused:
            blame(form, refused)
        else:
            return redirect(url_for(".preview", letter_id=letter.id), 303)
    return _write_page(letter.board, form, letter)


def _write_page(board: Board, form: LetterForm, letter: Newsletter | None) -> Page:
    use_board(board)
    html = render_template("news/write.html", board=board, form=form, letter=letter)
    return html, 422 if form.errors else 200


@bp.route("/newsletters/<int:letter_id>", methods=["GET", "POST"])
@access(any_officer)
def preview(letter_id: int) -> Page:
    """As e-mail and as page; try it on oneself; let it go, or take it back."""
    letter, form = _get(letter_id), SendForm()
    if form.validate_on_submit():
        send_at = form.send_at
        try:
            services.schedule(
                letter=letter,
                version=form.seen_version,
                send_at=send_at,
                day=local_day(send_at or clock.now()),
                entries=_days(letter.board),
                is_sure=form.is_sure.data,
                by=me(),
            )
            db.session.commit()
        except Refused as refused:
            blame(form, refused)
            letter = _get(letter_id)
        else:
            return redirect(url_for(".preview", letter_id=letter.id), 303)
    return _preview_page(letter, form)


def _preview_page(letter: Newsletter, form: SendForm) -> Page:
    use_board(letter.board)
    form.version.data = str(letter.version)
    name = _name(letter.audience)
    soon = clock.today() + WARNED_BEFORE
    days = [day for day in _days(letter.board) if day.kind is EntryKind.PRE_ELECTION]
    context = {
        "following": name,
        "settings_url": f"{settings().public_url}/follow/…",
        "is_test": False,
    }
    mail = Mail(
        template="newsletter",
        language=letter.language,
        context={**sending.content(letter), **context},
    )
    html = render_template(
        "news/preview.html",
        letter=letter,
        form=form,
        name=name,
        words=put_into_words(mail),
        followers=messages.count_followers([letter.audience]).get(letter.audience, 0),
        progress=messages.progress_of([letter.telling_id or 0]).get(letter.telling_id or 0),
        pre_election=[day for day in days if day.overlaps(clock.today(), soon)],
        account=me(),
    )
    return html, 422 if form.errors else 200


@bp.post("/newsletters/<int:letter_id>/test")
@access(any_officer)
@limited("newsletter test", tries=60, seconds=3600)
def test(letter_id: int) -> Page:
    """Send it to the officer who looks at it."""
    letter = _get(letter_id)
    sending.test(
        letter=letter,
        by=me(),
        following=_name(letter.audience),
        settings_url=url_for("accounts.home", _external=True),
    )
    db.session.commit()
    flash(_("Sent to %(address)s. It takes a minute to come.", address=me().email))
    return redirect(url_for(".preview", letter_id=letter.id), 303)


@bp.post("/newsletters/<int:letter_id>/take-back")
@access(any_officer)
def take_back(letter_id: int) -> Page:
    """While it waits."""
    letter = _get(letter_id)
    try:
        services.take_back(letter=letter, by=me())
        db.session.commit()
        flash(_("Taken back. It is a draft again, and nobody gets it."))
    except Refused as refused:
        say_no(refused)
    return redirect(url_for(".preview", letter_id=letter_id), 303)


@bp.post("/newsletters/<int:letter_id>/throw-away")
@access(any_officer)
def throw_away(letter_id: int) -> Page:
    letter = queries.find(letter_id)
    if letter is None:  # a second click
        return redirect(url_for(".index"), 303)
    try:
        services.throw_away(letter=_get(letter_id), by=me())
        db.session.commit()
        flash(_("The draft is thrown away."))
    except Refused as refused:
        say_no(refused)
    return redirect(url_for(".index"), 303)


def _get(letter_id: int) -> Newsletter:
    letter = queries.find(letter_id) or abort(404)
    require(is_officer_of(letter.board_id))
    return letter


def _name(subject: str) -> str:
    named = subjects.find(subject)
    return named.title if named else _("Something that is not public any more")


def _audiences(board: Board) -> list[tuple[str, str]]:
    """Whom a newsletter of this board can be for, with how many follow."""
    found = [(f"board {board.id}", board.name)]
    found += [(f"ward {board.id}/{ward.id}", ward.name) for ward in list_wards(board)]
    found += [
        (f"round {round.id}", round.title) for round in list_rounds(board) if not round.is_imported
    ]
    number = messages.count_followers([subject for subject, _words in found])
    return [
        (subject, _("%(name)s (followed by %(number)s)", name=name, number=number.get(subject, 0)))
        for subject, name in found
    ]


def _days(board: Board) -> list[Entry]:
    return list_entries(settings().instance, board.council.area.gss_code)
