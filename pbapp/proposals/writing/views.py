"""Begin a proposal, write it page by page, look through it, send it in."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.viewer import me, the_account
from pbapp.boards.access import is_officer_of
from pbapp.db import db
from pbapp.decisions import queries as decisions
from pbapp.maps.shown import map_of
from pbapp.organisations.models import Organisation
from pbapp.organisations.passport import missing_for
from pbapp.organisations.passport import words as passport_words
from pbapp.organisations.queries import list_groups_of
from pbapp.proposals import alike, checks, words
from pbapp.proposals import queries as proposals
from pbapp.proposals.models import ProposalState
from pbapp.proposals.services import CHANGED
from pbapp.proposals.writing import (
    acts,
    pages,
    queries,
    services,
    summary,
    telling,
)
from pbapp.proposals.writing import own_pages as _own_pages  # noqa: F401 — they hang on the same
from pbapp.proposals.writing.blueprint import bp
from pbapp.proposals.writing.models import ProposalDraft
from pbapp.proposals.writing.starting import StartForm
from pbapp.refusal import Refused
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round
from pbapp.web import typed
from pbapp.web.access import access, deny, signed_in
from pbapp.web.babel import say
from pbapp.web.refusals import blame

blueprints = (bp,)

Page = str | Response | tuple[str, int]


def signed_in_or_expired(**_: Any) -> bool:
    """Somebody signed in, or whose sign-in ran out while they typed: the text is kept first."""
    return request.method == "POST" or the_account() is not None


# --- beginning ------------------------------------------------------------------------------------


@bp.route("/new", methods=["GET", "POST"])
@access(signed_in)
def new(slug: str) -> Page:
    """What it takes, what is begun already, and for whom a new one is."""
    round = get_round(slug)
    if not proposals.can_send_in(round, clock.now()):
        return closed(round)
    form = StartForm(whom=request.args.get("group"))
    form.offer(round, list_groups_of(me().id), is_officer=is_officer_of(round.board_id))
    if is_officer_of(round.board_id):
        form.offer_groups(queries.list_groups())
    if not form.validate_on_submit():
        return _show_start(round, form)
    try:
        draft = services.begin(
            round=round,
            organisation=form.organisation,
            by=me(),
            entered_for=form.entered_for,
        )
    except Refused as refused:
        form.blame(refused)
        return _show_start(round, form)
    db.session.commit()
    return redirect(url_for(".page", slug=slug, draft_id=draft.id, page="idea"), 303)


def _show_start(round: Round, form: StartForm) -> Page:
    html = render_template(
        "proposals/writing/start.html",
        round=round,
        form=form,
        drafts=queries.list_open(me(), round),
        refusals=form.refusals,
    )
    return html, 422 if form.errors else 200


def closed(round: Round, draft: ProposalDraft | None = None) -> Page:
    """Too late; what somebody had typed stays on the page, to be copied."""
    kept = draft.fields if draft else request.form.to_dict(flat=False)
    hidden = {"csrf_token", "act", "seen", "young", "priority", "ward", "lat", "lon", "ties"}
    told = [
        (name, text)
        for name, values in kept.items()
        if services.base_name(name) not in hidden
        for text in values
        if text.strip()
    ]
    return render_template("proposals/closed.html", round=round, typed=told, resend=False), 409


# --- one page of it -------------------------------------------------------------------------------


def get_draft(slug: str, draft_id: int) -> ProposalDraft:
    """A draft this viewer may go on with, or 404."""
    return queries.find_draft(draft_id, get_round(slug), me()) or abort(404)


def is_open(draft: ProposalDraft) -> bool:
    """Whether it can still be sent."""
    if draft.is_change and draft.proposal is not None:
        return proposals.can_edit(draft.proposal, clock.now())
    return proposals.can_send_in(draft.round, clock.now())


def _elsewhere(draft: ProposalDraft) -> Page | None:
    """Where to go instead: it has been sent, or is too late."""
    if draft.sent_at is not None and draft.proposal is not None:
        number = draft.proposal.number
        return redirect(url_for("proposals.detail", slug=draft.round.slug, number=number), 303)
    return None if is_open(draft) else closed(draft.round, draft)


@bp.route("/drafts/<int:draft_id>/<page>", methods=["GET", "POST"])
@access(signed_in_or_expired)
def page(slug: str, draft_id: int, page: str) -> Page:
    """One page. Everything typed is kept first; then it is looked at."""
    if page not in pages.PAGES:
        abort(404)
    kind = (slug, f"draft {draft_id} {page}")
    if the_account() is None:
        return _keep_and_sign_in(*kind)
    draft = get_draft(slug, draft_id)
    if elsewhere := _elsewhere(draft):
        return elsewhere
    if page not in pages.pages_of(draft):
        return redirect(url_for(".check", slug=slug, draft_id=draft_id), 303)
    if request.method == "GET":
        waited = typed.find(*kind)
        form = pages.form_for(draft, page, waited)
        return _show(draft, page, form, waited=waited is not None)
    form = pages.form_for(draft, page, request.form)
    if (refused := _keep(draft, page, form)) is not None:
        return refused
    typed.forget(*kind)
    db.session.commit()
    return _after(draft, page)


def _keep(draft: ProposalDraft, page: str, form: Any) -> Page | None:
    """Keep the page as typed; the answer instead, if somebody else was quicker."""
    try:
        services.keep_page(
            draft=draft,
            page=page,
            names=pages.names_of(form),
            typed=acts.typed_now(),
            by=me(),
            seen=form.seen_version,
        )
    except Refused as refused:
        blame(form, refused)
        db.session.refresh(draft)
        others = []
        if refused.message == CHANGED:
            others = summary.rows_of(pages.form_for(draft, page))
            form.seen.data = str(draft.version)
        return _show(draft, page, form, status=409, others=others)
    db.session.commit()
    return None


def _after(draft: ProposalDraft, page: str) -> Page:
    """Files are kept and the page is checked; then the next one, or the same one again."""
    act = request.form.get("act", "next")
    slug, draft_id = draft.round.slug, draft.id
    form = pages.form_for(draft, page)
    form = _with_files(form)
    if not acts.keep_files(draft, form, me()):
        return _show(draft, page, form, status=422)
    if act == "save":
        flash(_("Saved. Nothing has been sent in yet."), "success")
        return redirect(url_for(".check", slug=slug, draft_id=draft_id), 303)
    if act != "next":
        acts.take_off(draft, act, me())
        db.session.commit()
        anchor = acts.anchor_of(act, draft.fields)
        return redirect(_here(draft, page, anchor), 303)
    if not _fits(draft, page, form):
        return _show(draft, page, form, status=422)
    return redirect(_next(draft, page), 303)


def _here(draft: ProposalDraft, page: str, anchor: str) -> str:
    """The same page again, at what has just been added."""
    return url_for(
        ".page",
        slug=draft.round.slug,
        draft_id=draft.id,
        page=page,
        back=request.args.get("back"),
        _anchor=anchor or None,
    )


def _with_files(form: Any) -> Any:
    """The form from what is kept, with the files that came along."""
    for name in ("photo", "document"):
        if name in form:
            form[name].data = request.files.get(name)
    return form


def _fits(draft: ProposalDraft, page: str, form: Any) -> bool:
    if not form.validate():
        return False
    if page == "money":
        try:
            checks.check_costs(draft.round, pages.read(draft).content)
        except Refused as refused:
            if refused.field == "costs":
                form.blame(refused)
                return False
    return True


def _next(draft: ProposalDraft, page: str) -> str:
    """The page after this one; after the last, or when it came from the check, the check."""
    left = pages.pages_of(draft)
    here: dict[str, Any] = {"slug": draft.round.slug, "draft_id": draft.id}
    after = left.index(page) + 1 if page in left else len(left)
    if request.args.get("back") == "check" or after >= len(left):
        return url_for(".check", **here)
    return url_for(".page", page=left[after], **here)


def _show(draft: ProposalDraft, page: str, form: Any, *, status: int = 200, **context: Any) -> Page:
    left = pages.pages_of(draft)
    html = render_template(
        "proposals/writing/page.html",
        draft=draft,
        round=draft.round,
        page=page,
        form=form,
        title=pages.title_of(page),
        number=left.index(page) + 1 if page in left else len(left),
        total=len(left),
        previous=left[left.index(page) - 1] if page in left and left.index(page) else None,
        pictures=pages.pictures_of(draft) if page == "where" else [],
        found=acts.found_on_map(draft) if page == "more" else [],
        map=_map(draft.round) if page == "where" else None,
        decision=_reason(draft),
        **context,
    )
    return html, status


def _map(round: Round) -> Any:
    return map_of(round.board_id) if round.board_id else None


def _reason(draft: ProposalDraft) -> Any:
    """What an officer said has to change, while it is being changed."""
    proposal = draft.proposal
    if proposal is None or proposal.state is not ProposalState.RETURNED:
        return None
    return decisions.find_latest("proposal", str(proposal.id))


def _keep_and_sign_in(slug: str, part: str) -> Response:
    """The sign-in ran out while somebody typed: their text waits for them behind it."""
    if request.method != "POST":
        return deny()
    typed.keep(slug, part, {services.base_name(name) for name in request.form} - pages.NOT_KEPT)
    db.session.commit()
    flash(_("Your sign-in ran out. What you typed is kept: sign in and go on."))
    return redirect(url_for("accounts.sign_in", next=request.path), 303)


@bp.post("/drafts/<int:draft_id>/<page>/typed")
@access(signed_in)
def autosave(slug: str, draft_id: int, page: str) -> Page:
    """Keep what is being typed, as it is."""
    draft = get_draft(slug, draft_id)
    if page not in pages.PAGES or not is_open(draft):
        abort(404)
    form = pages.form_for(draft, page, request.form)
    refused = _keep(draft, page, form)
    return refused or ("", 204)


# --- looking through it, and sending it -----------------------------------------------------------


@bp.route("/drafts/<int:draft_id>", methods=["GET", "POST"])
@access(signed_in)
def check(slug: str, draft_id: int) -> Page:
    """Everything said so far, what is left to do, what sounds alike, and the button."""
    draft = get_draft(slug, draft_id)
    if elsewhere := _elsewhere(draft):
        return elsewhere
    whole = pages.read(draft)
    if request.method == "GET":
        return _show_check(draft, whole)
    if whole.left:
        return _show_check(draft, whole, status=422)
    try:
        proposal, is_first = services.send(draft=draft, content=whole.content, by=me())
    except Refused as refused:
        return _not_sent(slug, draft_id, refused)
    if is_first:
        telling.say_it_came(proposal, draft)
    db.session.commit()
    flash(_("We have your proposal. An officer checks it and writes to you."), "success")
    return redirect(url_for("proposals.detail", slug=slug, number=proposal.number), 303)


def _not_sent(slug: str, draft_id: int, refused: Refused) -> Page:
    """Why not; and where the proposal was changed meanwhile, what was."""
    db.session.rollback()
    draft = get_draft(slug, draft_id)
    others: list[Any] = []
    if refused.message == CHANGED:
        others = services.catch_up(draft=draft)
        db.session.commit()
    whole = pages.read(draft)
    changes = [(words.part_name(field), before, now) for field, before, now in others]
    return _show_check(draft, whole, status=409, refused=say(refused), others=changes)


def _show_check(
    draft: ProposalDraft, whole: pages.Whole, *, status: int = 200, **context: Any
) -> Page:
    parts = [
        (page, pages.title_of(page), summary.rows_of(form)) for page, form in whole.forms.items()
    ]
    html = render_template(
        "proposals/writing/check.html",
        draft=draft,
        round=draft.round,
        parts=parts,
        left=whole.left,
        total=whole.content.total_pence,
        pictures=pages.pictures_of(draft),
        alike=alike.find(draft.round, whole.content, but=draft.proposal),
        missing=_missing(draft, whole.content.total_pence),
        decision=_reason(draft),
        state=words.state_words(draft.proposal) if draft.proposal else None,
        **context,
    )
    return html, status


def _missing(draft: ProposalDraft, pence: int) -> list[Any]:
    """What the group's passport lacks for this amount."""
    organisation: Organisation | None = draft.organisation
    if organisation is None:
        return []
    missing = missing_for(organisation, pence)
    return [(one, passport_words.ITEM[one.item]) for one in missing if one.is_up_to_group]


@bp.post("/drafts/<int:draft_id>/throw-away")
@access(signed_in)
def throw_away(slug: str, draft_id: int) -> Page:
    """Forget what was begun. A second click finds nothing to forget."""
    round = get_round(slug)
    draft = queries.find_draft(draft_id, round, me())
    if draft is not None and draft.sent_at is None:
        services.throw_away(draft=draft)
        db.session.commit()
        flash(_("Thrown away."), "success")
    return redirect(url_for("rounds.detail", slug=slug), 303)
