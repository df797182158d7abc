"""The officers' desk: one queue, a page to decide on each thing, and undo for a minute."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.audit.queries import list_revisions
from pbapp.boards.access import any_officer
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.decisions import queries as decisions
from pbapp.decisions.models import Decision
from pbapp.desk import queries, rounds, words  # noqa: F401 — rounds adds its views
from pbapp.desk.access import get_decision, get_proposal, my_roles, the_officer
from pbapp.desk.blueprint import bp
from pbapp.desk.forms import DecideForm
from pbapp.proposals import deciding
from pbapp.proposals import queries as proposals
from pbapp.proposals import words as proposal_words
from pbapp.proposals.models import Proposal
from pbapp.refusal import Refused
from pbapp.rounds import words as round_words
from pbapp.rounds.queries import list_rounds_of
from pbapp.web.access import access
from pbapp.web.babel import say

blueprints = (bp,)

Page = str | Response | tuple[str, int]


@bp.get("")
@access(any_officer)
def index() -> str:
    """What waits on this officer's boards, the oldest first, and what can still be undone."""
    account, roles = the_officer(), my_roles()
    now = clock.now()
    queue = queries.list_waiting(account, roles)
    return render_template(
        "desk/index.html",
        queue=queue,
        mine=sum(item.is_my_turn for item in queue),
        undoable=[_undoable(d) for d in queries.list_undoable(account.id)],
        rounds=[(r, round_words.state_words(r, now)) for r in list_rounds_of(roles)],
        now=now,
    )


def _undoable(decision: Decision) -> dict[str, object]:
    subject = _subject(decision)
    return {
        "id": decision.id,
        "title": subject.title,
        "did": words.did(decision),
    }


def _subject(decision: Decision) -> Proposal:
    return proposals.find(int(decision.subject_id)) or abort(404)


@bp.route("/proposals/<int:proposal_id>", methods=["GET", "POST"])
@access(any_officer)
def proposal(proposal_id: int) -> Page:
    """Read a proposal, put it on the ballot or send it back with a reason."""
    found = get_proposal(proposal_id)
    form = DecideForm(version=str(found.version))
    if request.method == "POST" and form.validate_on_submit():
        try:
            _decide(found, form)
        except Refused as refused:
            form.blame(refused)
            db.session.refresh(found)
        else:
            db.session.commit()
            return redirect(url_for(".index"), 303)
    return _show_proposal(found, form)


def _decide(found: Proposal, form: DecideForm) -> None:
    link = url_for("proposals.detail", slug=found.round.slug, number=found.number, _external=True)
    seen, account = form.seen_version, the_officer()
    if request.form.get("outcome") == "approved":
        deciding.put_on_ballot(proposal=found, by=account, version=seen, link=link)
    else:
        deciding.return_for_changes(
            proposal=found, by=account, version=seen, reason=form.reason.data or "", link=link
        )


def _show_proposal(found: Proposal, form: DecideForm) -> tuple[str, int]:
    account = the_officer()
    if found.round.board is not None:
        use_board(found.round.board)
    queue = queries.list_waiting(account, my_roles())
    made = decisions.list_for("proposal", str(found.id))
    standing = next((d for d in made if d.undone_at is None), None)
    refused = deciding.why_not(found, account)
    by = queries.find_account(standing.by_id) if standing else None
    html = render_template(
        "desk/proposal.html",
        proposal=found,
        round=found.round,
        form=form,
        is_waiting=any(i.kind == queries.PROPOSAL and i.id == str(found.id) for i in queue),
        state=proposal_words.state_words(found),
        tone=proposal_words.TONES[found.state],
        decision=standing,
        decided=words.did(standing) if standing else "",
        decided_by=(by.name or _("an officer")) if by else "",
        not_mine=say(refused) if refused else "",
        following=queries.next_after(queue, queries.PROPOSAL, str(found.id)),
        history=proposal_words.history(
            found, made, list_revisions("proposal", found.id), with_reasons=True
        ),
    )
    if form.reason.errors:
        return html, 422
    return html, 409 if form.errors else 200


@bp.post("/decisions/<uuid:decision_id>/undo")
@access(any_officer)
def undo(decision_id: UUID) -> Page:
    """Take a decision of the last minute back."""
    account = the_officer()
    decision = get_decision(decision_id, account)
    try:
        deciding.undo(
            decision=decision, proposal=get_proposal(int(decision.subject_id)), by=account
        )
    except Refused as refused:
        flash(say(refused), "error")
    else:
        db.session.commit()
        flash(_("Undone. It waits for a decision again, and nobody was told."), "success")
    return redirect(url_for(".index"), 303)
