"""The editor of a board's next plan: a list of its parts, a page for each, and publishing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import address_of_stranger, me, the_account
from pbapp.audit.queries import list_since, newest_number
from pbapp.audit.services import CHANGED
from pbapp.boards.access import board_ids_of
from pbapp.boards.models import Board
from pbapp.db import db
from pbapp.plans.blueprint import Page, bp, get_board
from pbapp.plans.drafting import content as contents
from pbapp.plans.drafting import queries, services, words
from pbapp.plans.drafting.forms import (
    FORMS,
    AboutForm,
    EntryForm,
    NewPriorityForm,
    PriorityForm,
    PublishForm,
)
from pbapp.plans.forms import SeenForm
from pbapp.plans.models import PlanDraft
from pbapp.plans.queries import list_to_review
from pbapp.refusal import Refused
from pbapp.web import typed
from pbapp.web.access import access, deny, require
from pbapp.web.limits import limited
from pbapp.web.refusals import blame, say_no

kept_for_strangers = limited("plan kept", tries=20, seconds=600, by=address_of_stranger)


def writer(**_: Any) -> bool:
    """A clerk or a voting lead of some board; pages then ask about their own."""
    return bool(board_ids_of(services.WRITERS))


def writer_or_expired(**_: Any) -> bool:
    """A writer, or somebody whose sign-in ran out while they typed: the text is kept first."""
    return writer() or (request.method == "POST" and the_account() is None)


# --- the whole of it ----------------------------------------------------------------------------


@bp.get("/plan/edit")
@access(writer)
def draft(slug: str) -> str:
    """Every part of the draft and what it lacks, or how to begin one."""
    board = _own_board(slug)
    its = queries.find_draft(board.id)
    return render_template(
        "plans/drafting/index.html",
        board=board,
        draft=its,
        ends_on=_ends_on(its),
        lacks=[(words.LACK[lack], where) for lack, where in queries.list_lacks(its)] if its else [],
        history=_history(its, 0) if its else [],
        to_review=list_to_review([board.id]),
        words=words,
    )


@bp.post("/plan/edit")
@access(writer)
def begin(slug: str) -> Response:
    """Begin the next version, as a copy of the newest."""
    board = _own_board(slug)
    title = _("The plan of %(board)s", board=board.name)
    return _do(slug, lambda: services.begin(board=board, by=me(), title=title))


@bp.post("/plan/edit/throw-away")
@access(writer)
def throw_away(slug: str) -> Response:
    its = _draft(slug)
    flash(_("The draft is thrown away. The plan of today stands as it was."))
    return _do(slug, lambda: services.throw_away(draft=its, by=me()))


@bp.route("/plan/edit/publish", methods=["GET", "POST"])
@access(writer)
def publish(slug: str) -> Page:
    """Make the draft the plan from a day on."""
    its, form = _draft(slug), PublishForm()
    if form.validate_on_submit():
        try:
            plan = services.publish(draft=its, by=me(), starts_on=form.day)
            db.session.commit()
        except Refused as refused:
            blame(form, refused)
        else:
            flash(_("Published. Everybody can read it now."), "success")
            day = plan.starts_on.isoformat()
            return redirect(url_for("plans.version", slug=slug, day=day), 303)
    html = render_template(
        "plans/drafting/publish.html", board=its.board, draft=its, form=form, title=_("Publish it")
    )
    return html, 422 if form.errors else 200


# --- a page a part ------------------------------------------------------------------------------


@bp.route("/plan/edit/about", methods=["GET", "POST"])
@access(writer_or_expired)
@kept_for_strangers
def about(slug: str) -> Page:
    """Its title, what it is about, where it is published and how long it runs."""

    def save(its: PlanDraft, form: Any) -> None:
        services.change_about(draft=its, by=me(), seen=form.seen_number, values=form.read())

    return _form_page(slug, "about", AboutForm, lambda content: content["plan"], save)


@bp.route("/plan/edit/priorities/new", methods=["GET", "POST"])
@access(writer_or_expired)
@kept_for_strangers
def new_priority(slug: str) -> Page:
    """A priority that the newest plan does not have."""

    def save(its: PlanDraft, form: Any) -> None:
        services.add_priority(draft=its, by=me(), slug=form.address, values=form.read())

    return _form_page(slug, "new", NewPriorityForm, lambda _content: {}, save)


@bp.route("/plan/edit/priorities/<priority>", methods=["GET", "POST"])
@access(writer_or_expired)
@kept_for_strangers
def edit_priority(slug: str, priority: str) -> Page:
    """Why it is one, what people said, and what success looks like."""

    def save(its: PlanDraft, form: Any) -> None:
        services.change_priority(
            draft=its, by=me(), seen=form.seen_number, slug=priority, values=form.read()
        )

    return _form_page(slug, priority, PriorityForm, lambda content: _found(content, priority), save)


@bp.route("/plan/edit/priorities/<priority>/<part>/<key>", methods=["GET", "POST"])
@access(writer_or_expired)
@kept_for_strangers
def entry(slug: str, priority: str, part: str, key: str) -> Page:
    """One action, aim, strategy or figure; `key` is "new" for one to come."""
    form_class = FORMS.get(part) or abort(404)

    def fill(content: contents.Content) -> dict[str, Any]:
        its = _found(content, priority)
        if key == "new":
            return {"key": contents.new_key()}
        found = contents.find_entry(its, part, key) or abort(404)
        return form_class.fill(found)

    def save(its: PlanDraft, form: Any) -> None:
        values = _values(its, form, priority, part, key)
        services.save_entry(
            draft=its,
            by=me(),
            seen=form.seen_number,
            slug=priority,
            part=part,
            key=form.key.data,
            values=values,
        )

    return _form_page(slug, f"{priority} {part} {key}", form_class, fill, save)


def _values(its: PlanDraft, form: EntryForm, priority: str, part: str, key: str) -> dict[str, Any]:
    """What was typed, with what no form may change: where it comes from, and its address."""
    values = form.read()
    old = contents.find_entry(_found(its.content, priority), part, str(form.key.data))
    if key != "new" and old is None:
        raise Refused(services.GONE)
    if part == "actions":
        return {**values, "continues": old["continues"] if old else None}
    if part == "indicators" and old and not old["is_new"]:
        return {**values, **{name: old[name] for name in ("slug", "is_new", "decimals")}}
    return values


# --- one press ------------------------------------------------------------------------------------


@bp.post("/plan/edit/priorities/<priority>/<act>")
@access(writer)
def press_priority(slug: str, priority: str, act: str) -> Response:
    """Take a priority out of the draft, or move it up."""
    its, by = _draft(slug), me()
    verbs = {
        "remove": lambda: services.remove_priority(draft=its, by=by, slug=priority),
        "up": lambda: services.move_up(draft=its, by=by, slug="", part=None, key=priority),
    }
    return _do(slug, verbs.get(act) or abort(404))


@bp.post("/plan/edit/priorities/<priority>/<part>/<key>/<act>")
@access(writer)
def press_entry(slug: str, priority: str, part: str, key: str, act: str) -> Response:
    """Take an entry out of the draft, or move it up its list."""
    its, by = _draft(slug), me()
    verb: Callable[..., None] | None = {
        "remove": services.remove_entry,
        "up": services.move_up,
    }.get(act)
    if verb is None or part not in FORMS:
        abort(404)
    _found(its.content, priority)
    return _do(
        slug,
        lambda: verb(draft=its, by=by, slug=priority, part=part, key=key),
        anchor=f"{priority}-{part}",
    )


# --- what they share ------------------------------------------------------------------------------


def _form_page(
    slug: str,
    part: str,
    form_class: type[Any],
    fill: Callable[[contents.Content], dict[str, Any]],
    save: Callable[[PlanDraft, Any], None],
) -> Page:
    """Show a part, keep what was typed when a sign-in ran out, save it, or say why not."""
    if the_account() is None:
        return _keep_and_sign_in(slug, part, form_class)
    its = _draft(slug)
    waited = typed.find(f"plan {its.board_id}", part) if request.method == "GET" else None
    seen = newest_number(queries.SUBJECT, its.id)
    form = (
        form_class(formdata=waited)
        if waited
        else form_class(data=_filled(form_class, fill, its, seen))
    )
    others: list[dict[str, Any]] = []
    if form.validate_on_submit():
        try:
            save(its, form)
            typed.forget(f"plan {its.board_id}", part)
            db.session.commit()
        except Refused as refused:
            others = _stale(form, refused, its)
        else:
            flash(_("Saved in the draft."))
            return redirect(url_for("plans.draft", slug=slug), 303)
    html = render_template(
        "plans/drafting/part.html",
        board=its.board,
        draft=its,
        form=form,
        others=others,
        waited=waited is not None,
        partners=queries.list_partners(),
        **_about_page(its, part),
    )
    return html, 409 if others else 422 if form.errors else 200


def _filled(
    form_class: type[Any],
    fill: Callable[[contents.Content], dict[str, Any]],
    its: PlanDraft,
    seen: int,
) -> dict[str, Any]:
    values = fill(its.content)
    if values and not issubclass(form_class, EntryForm):
        values = form_class.fill(values)
    return {**values, "seen": seen}


def _about_page(its: PlanDraft, part: str) -> dict[str, Any]:
    """What the page is called, and which fields it shows."""
    slug, *rest = part.split(" ")
    priority = contents.find_priority(its.content, slug)
    if rest and priority:
        return {"title": words.PART[rest[0]], "caption": priority["title"], "part": rest[0]}
    if priority:
        return {"title": priority["title"], "caption": its.content["plan"]["title"], "part": "text"}
    title = _("About the plan") if part == "about" else _("A new priority")
    return {"title": title, "caption": its.content["plan"]["title"], "part": part}


def _stale(form: SeenForm, refused: Refused, its: PlanDraft) -> list[dict[str, Any]]:
    """Beside its field; and where somebody else was quicker, what they changed."""
    blame(form, refused)
    if refused.message != CHANGED:
        return []
    draft = _draft(its.board.slug)
    others = _history(draft, form.seen_number or 0)
    form.seen.data = str(newest_number(queries.SUBJECT, draft.id))
    return others


def _ends_on(its: PlanDraft | None) -> date | None:
    ends_on = its.content["plan"]["ends_on"] if its else None
    return date.fromisoformat(ends_on) if ends_on else None


def _history(its: PlanDraft, after: int) -> list[dict[str, Any]]:
    titles = {one["slug"]: one["title"] for one in its.content["priorities"]}
    return words.told(reversed(list_since(queries.SUBJECT, its.id, after)), titles)


def _keep_and_sign_in(slug: str, part: str, form_class: type[Any]) -> Response:
    board = get_board(slug)
    if request.method != "POST":
        return deny()
    names = {name for name in dir(form_class) if not name.startswith("_")}
    typed.keep(f"plan {board.id}", part, names)
    db.session.commit()
    flash(_("Your sign-in ran out. What you typed is kept: sign in and go on."))
    return redirect(url_for("accounts.sign_in", next=request.path), 303)


def _do(slug: str, verb: Callable[[], object], anchor: str | None = None) -> Response:
    try:
        verb()
        db.session.commit()
    except Refused as refused:
        say_no(refused)
    return redirect(url_for("plans.draft", slug=slug, _anchor=anchor), 303)


def _found(content: contents.Content, slug: str) -> dict[str, Any]:
    return contents.find_priority(content, slug) or abort(404)


def _draft(slug: str) -> PlanDraft:
    return queries.find_draft(_own_board(slug).id) or abort(404)


def _own_board(slug: str) -> Board:
    board = get_board(slug)
    require(board.id in board_ids_of(services.WRITERS))
    return board
