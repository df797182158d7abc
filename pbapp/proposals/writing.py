"""A group writes its proposal: new, saved for later, changed, withdrawn."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.accounts.viewer import the_account
from pbapp.db import db
from pbapp.maps.queries import board_subject, find_part
from pbapp.messages import services as messages
from pbapp.organisations.models import Organisation
from pbapp.organisations.queries import list_groups_of
from pbapp.proposals import forms, queries, services
from pbapp.proposals.access import get_proposal, is_ours
from pbapp.proposals.blueprint import bp
from pbapp.proposals.forms import ProposalForm
from pbapp.proposals.models import Proposal
from pbapp.refusal import Refused
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round
from pbapp.web import drafts, uploads
from pbapp.web.access import access, require, signed_in
from pbapp.web.context import settings
from pbapp.web.models import Upload
from pbapp.web.refusals import say_no

Page = str | Response | tuple[str, int]


def _account() -> Account:
    account = the_account()
    assert account is not None  # noqa: S101 — @access(signed_in) let them in
    return account


@bp.route("/proposals/new", methods=["GET", "POST"])
@access(signed_in)
def new(slug: str) -> Page:
    """Send in a proposal for a group, or save it and go on later."""
    round = get_round(slug)
    groups = list_groups_of(_account().id)
    if not groups:
        return render_template("proposals/no_group.html", round=round), 403
    if not queries.can_send_in(round, clock.now()):
        return _closed(round)
    group = _chosen(groups)
    if group is None:
        return render_template("proposals/choose_group.html", round=round, groups=groups)
    if request.method == "GET":
        return _begin(round, group)
    form = forms.blank(round)
    act = request.form.get("act", "send")
    if act == "add":
        form.add_row()
        return _show(form, round, group)
    if act == "save":
        return _save_draft(form, round, group)
    return _send(form, round, group)


def _closed(round: Round) -> Page:
    """Too late; what somebody had typed stays on the page, to be copied."""
    hidden = {"csrf_token", "act", "version", "draft", "photo_id", "priority", "ward", "lat", "lon"}
    pairs = request.form.items(multi=True)
    typed = [(name, text) for name, text in pairs if name not in hidden and text.strip()]
    return render_template("proposals/closed.html", round=round, typed=typed, resend=False), 409


def _chosen(groups: list[Organisation]) -> Organisation | None:
    """The group named in the address, or the only one there is."""
    asked = request.args.get("group")
    if asked is None:
        return groups[0] if len(groups) == 1 else None
    return next((group for group in groups if str(group.id) == asked), None)


def _begin(round: Round, group: Organisation) -> Page:
    """An empty form, or the saved one the link opens."""
    token = request.args.get("draft")
    typed = drafts.load(token, _kind(round)) if token else None
    form = forms.blank(round, typed)
    if typed is not None:
        form.draft.data = token
    return _show(form, round, group, is_lost=token is not None and typed is None)


def _show(
    form: ProposalForm,
    round: Round,
    group: Organisation | None,
    *,
    proposal: Proposal | None = None,
    is_lost: bool = False,
    status: int = 200,
) -> Page:
    has_draft = proposal is None and "draft" in request.args and not is_lost
    html = render_template(
        "proposals/edit.html",
        round=round,
        group=group,
        form=form,
        photo=db.session.get(Upload, form.photo_uuid) if form.photo_uuid else None,
        draft_link=request.url if has_draft else None,
        draft_is_lost=is_lost,
        proposal=proposal,
        map=find_part(board_subject(round.board_id)) if round.board_id else None,
    )
    return html, status


def _save_draft(form: ProposalForm, round: Round, group: Organisation) -> Response:
    token = drafts.save(
        kind=_kind(round),
        fields=request.form.to_dict(flat=False),
        token=form.draft.data or None,
    )
    db.session.commit()
    flash(_("Saved. Nothing has been sent in yet."), "success")
    named = group.id if "group" in request.args else None
    return redirect(url_for(".new", slug=round.slug, group=named, draft=token), 303)


def _kind(round: Round) -> str:
    return f"proposal {round.id}"


def _send(form: ProposalForm, round: Round, group: Organisation) -> Page:
    fits = form.validate_on_submit()
    if not (_keep_picture(form) and fits):
        return _show(form, round, group, status=422)
    account = _account()
    try:
        proposal = services.submit(
            round=round, organisation=group, content=form.content(), by=account
        )
    except Refused as refused:
        form.blame(refused)
        return _show(form, round, group, status=422)
    drafts.discard(form.draft.data)
    _say_it_came(proposal, account)
    db.session.commit()
    flash(_("We have your proposal. An officer checks it and writes to you."), "success")
    return redirect(url_for(".detail", slug=round.slug, number=proposal.number), 303)


def _say_it_came(proposal: Proposal, account: Account) -> None:
    url = url_for(".detail", slug=proposal.round.slug, number=proposal.number, _external=True)
    messages.write(
        key=f"proposal received {proposal.id}",
        to=account.email,
        template="proposal_received",
        context={
            "title": proposal.title,
            "round": proposal.round.title,
            "url": url,
        },
        language=account.language,
    )


def _keep_picture(form: ProposalForm) -> bool:
    """Keep a sent picture at once, so that another mistake in the form does not lose it."""
    sent = form.photo.data
    if not sent or not sent.filename:
        photo = db.session.get(Upload, form.photo_uuid) if form.photo_uuid else None
        if photo is not None and form.photo_alt.data:
            photo.alt = form.photo_alt.data
        return True
    try:
        upload = uploads.store_picture(
            stream=sent.stream, alt=form.photo_alt.data or "", folder=settings().uploads
        )
    except Refused as refused:
        form.blame(refused)
        return False
    db.session.commit()
    form.photo_id.data = str(upload.id)
    return True


@bp.route("/proposals/<int:number>/edit", methods=["GET", "POST"])
@access(signed_in)
def edit(slug: str, number: int) -> Page:
    """Change a proposal that waits, or mend one that was sent back."""
    proposal = get_proposal(slug, number)
    require(is_ours(proposal))
    if not queries.can_edit(proposal, clock.now()):
        return _closed(proposal.round)
    form = forms.filled(proposal)
    if request.method == "POST" and request.form.get("act") == "add":
        form.add_row()
        return _show_edit(form, proposal)
    if request.method == "GET":
        return _show_edit(form, proposal)
    fits = form.validate_on_submit()
    if not (_keep_picture(form) and fits):
        return _show_edit(form, proposal, status=422)
    version = form.version.data or ""
    try:
        services.edit(
            proposal=proposal,
            content=form.content(),
            by=_account(),
            version=int(version) if version.isascii() and version.isdigit() else 0,
        )
    except Refused as refused:
        form.blame(refused)
        return _show_edit(form, proposal, status=422)
    db.session.commit()
    flash(_("Saved. An officer checks it and writes to you."), "success")
    return redirect(url_for(".detail", slug=slug, number=number), 303)


def _show_edit(form: ProposalForm, proposal: Proposal, status: int = 200) -> Page:
    return _show(form, proposal.round, proposal.organisation, proposal=proposal, status=status)


@bp.post("/proposals/<int:number>/withdraw")
@access(signed_in)
def withdraw(slug: str, number: int) -> Page:
    """Take a proposal back."""
    proposal = get_proposal(slug, number)
    require(is_ours(proposal))
    try:
        services.withdraw(proposal=proposal, by=_account())
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        flash(_("Your proposal is withdrawn."), "success")
    return redirect(url_for(".detail", slug=slug, number=number), 303)
