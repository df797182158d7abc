"""What authors do with a proposal they have sent in, and what everybody may read of its making."""

from __future__ import annotations

import re
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.viewer import me
from pbapp.audit.queries import list_revisions
from pbapp.db import db
from pbapp.decisions import queries as decisions
from pbapp.proposals import co_authors, versions, words
from pbapp.proposals import queries as proposals
from pbapp.proposals import services as sending
from pbapp.proposals.access import get_proposal, is_ours
from pbapp.proposals.content import content_of
from pbapp.proposals.models import CoAuthor, Proposal
from pbapp.proposals.snapshot import snapshot
from pbapp.proposals.writing import forms, queries, services
from pbapp.proposals.writing.acts import FOLDER
from pbapp.proposals.writing.blueprint import bp
from pbapp.refusal import Refused
from pbapp.web import document_rows
from pbapp.web.access import access, anyone, require, signed_in
from pbapp.web.context import settings
from pbapp.web.downloads import hand_over
from pbapp.web.forms import Form
from pbapp.web.limits import limited
from pbapp.web.refusals import blame, say_no

Page = str | Response | tuple[str, int]


@bp.route("/<int:number>/edit", methods=["GET", "POST"])
@access(signed_in)
def edit(slug: str, number: int) -> Page:
    """Begin to change a proposal that waits, or to mend one that was sent back."""
    proposal = get_proposal(slug, number)
    require(is_ours(proposal))
    if not proposals.can_edit(proposal, clock.now()):
        return render_template("proposals/closed.html", round=proposal.round, typed=[]), 409
    form = Form()
    if not form.validate_on_submit():
        return render_template(
            "proposals/writing/change.html",
            round=proposal.round,
            proposal=proposal,
            form=form,
            draft=queries.find_change(proposal),
            decision=decisions.find_latest("proposal", str(proposal.id)),
        )
    names = {tie.asset.id: tie.asset.name for tie in proposal.ties if tie.asset}
    typed = forms.typed_of(content_of(proposal), names)
    try:
        draft = services.begin_change(proposal=proposal, fields=typed, by=me())
    except Refused as refused:
        say_no(refused)
        return redirect(url_for("proposals.detail", slug=slug, number=number), 303)
    db.session.commit()
    return redirect(url_for(".check", slug=slug, draft_id=draft.id), 303)


@bp.post("/<int:number>/withdraw")
@access(signed_in)
def withdraw(slug: str, number: int) -> Page:
    """Take a proposal back."""
    proposal = get_proposal(slug, number)
    require(proposals.may_withdraw(me(), proposal))
    try:
        sending.withdraw(proposal=proposal, by=me())
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        flash(_("Your proposal is withdrawn."), "success")
    return redirect(url_for("proposals.detail", slug=slug, number=number), 303)


@bp.get("/<int:number>/history")
@access(anyone)
def history(slug: str, number: int) -> str:
    """Every version, with what was added and what was taken out, in words."""
    proposal = get_proposal(slug, number)
    found = versions.versions_of(snapshot(proposal), list_revisions("proposal", proposal.id))
    return render_template(
        "proposals/writing/history.html",
        round=proposal.round,
        proposal=proposal,
        versions=found,
        part_name=words.part_name,
        revision_name=words.revision_name,
        sender=words.sender(proposal),
    )


@bp.get("/<int:number>/documents/<uuid:document_id>")
@access(anyone)
def document(slug: str, number: int, document_id: UUID) -> Response:
    """A document to keep: never shown inside our pages, and only to who may read the proposal."""
    proposal = get_proposal(slug, number)
    found = next((one for one in proposal.documents if one.document_id == document_id), None)
    if found is None:
        abort(404)
    kept = found.document
    return hand_over(
        settings().uploads / FOLDER / document_rows.file_name(kept),
        kept.media_type,
        f"{_plain(found.title)}.{document_rows.ENDINGS[kept.media_type]}",
    )


def _plain(title: str) -> str:
    """A file name made of a title: letters and digits only."""
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in title)
    return re.sub(r"-+", "-", kept).strip("-")[:60] or "document"


# --- co-authors -----------------------------------------------------------------------------------


@bp.route("/<int:number>/authors", methods=["GET", "POST"])
@access(signed_in)
@limited("co-authors", tries=30, seconds=3600)
def authors(slug: str, number: int) -> Page:
    """Who writes along, and asking one more."""
    proposal = get_proposal(slug, number)
    require(proposals.may_withdraw(me(), proposal))
    form = forms.CoAuthorForm()
    if not form.validate_on_submit():
        return _show_authors(proposal, form)
    try:
        co_authors.invite(
            proposal=proposal,
            name=form.name.data or "",
            email=form.email.data or "",
            by=me(),
            url=url_for("proposals.detail", slug=slug, number=number, _external=True),
        )
    except Refused as refused:
        blame(form, refused)
        return _show_authors(get_proposal(slug, number), form)
    db.session.commit()
    flash(_("Invited. They get an e-mail that says how to join."), "success")
    return redirect(url_for(".authors", slug=slug, number=number), 303)


def _show_authors(proposal: Proposal, form: forms.CoAuthorForm) -> Page:
    html = render_template(
        "proposals/writing/authors.html", round=proposal.round, proposal=proposal, form=form
    )
    return html, 422 if form.errors else 200


@bp.post("/<int:number>/authors/<int:co_author_id>/remove")
@access(signed_in)
def remove_author(slug: str, number: int, co_author_id: int) -> Page:
    """Somebody no longer writes along. A second click changes nothing."""
    proposal = get_proposal(slug, number)
    require(proposals.may_withdraw(me(), proposal))
    found = db.session.get(CoAuthor, co_author_id)
    if found is not None and found.proposal_id != proposal.id:
        abort(404)
    try:
        if found is not None:
            co_authors.remove(co_author=found, by=me())
            db.session.commit()
            flash(_("They no longer write along."), "success")
    except Refused as refused:
        say_no(refused)
    return redirect(url_for(".authors", slug=slug, number=number), 303)
