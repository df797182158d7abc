"""One thing at the desk: read it, approve it, send it back with a reason, or have it refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pbapp.assets import words as asset_words
from pbapp.assets.models import AssetState
from pbapp.audit.queries import list_revisions
from pbapp.boards.access import any_officer, officer_or_counter
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.decisions import queries as decisions
from pbapp.decisions import refusing
from pbapp.decisions.models import Answer, Decision, Outcome
from pbapp.desk import queries, words
from pbapp.desk.access import my_roles, the_officer
from pbapp.desk.blueprint import bp
from pbapp.desk.queue.cases import AssetCase, ProposalCase, get_case
from pbapp.desk.queue.forms import DecideForm, DeclineForm, RefuseForm
from pbapp.proposals import words as proposal_words
from pbapp.refusal import Refused
from pbapp.web.access import access
from pbapp.web.babel import say
from pbapp.web.forms import Form

Page = str | Response | tuple[str, int]
Found = ProposalCase | AssetCase


@bp.route("/proposals/<int:proposal_id>", methods=["GET", "POST"])
@access(officer_or_counter)
def proposal(proposal_id: int) -> Page:
    """Read a proposal, put it on the ballot or send it back with a reason."""
    return _item(get_case(queries.PROPOSAL, str(proposal_id)))


@bp.route("/assets/<uuid:asset_id>", methods=["GET", "POST"])
@access(officer_or_counter)
def asset(asset_id: UUID) -> Page:
    """Read an entry, put it on the map, or send it back with a reason."""
    return _item(get_case(queries.ASSET, str(asset_id)))


def _item(case: Found) -> Page:
    form = DecideForm(version=str(case.version))
    if request.method == "POST" and form.validate_on_submit():
        approved = request.form.get("outcome") == "approved"
        outcome = Outcome.APPROVED if approved else Outcome.RETURNED
        try:
            case.decide(outcome, the_officer(), form.seen_version, form.reason.data or "")
        except Refused as refused:
            form.blame(refused)
            _read_again(case, form)
        else:
            db.session.commit()
            return redirect(url_for(".index"), 303)
    return show(case, form=form)


def _read_again(case: Found, form: DecideForm | RefuseForm) -> None:
    """What the page now shows is what they read."""
    db.session.refresh(case.thing)
    form.version.data = str(case.version)


@bp.post("/<any(proposal, asset):kind>/<id>/refuse")
@access(any_officer)
def ask_refusal(kind: str, id: str) -> Page:
    """The first of two people asks for a refusal."""
    case = get_case(kind, id)
    form = RefuseForm(prefix="refuse")
    if form.validate_on_submit():
        try:
            case.ask_refusal(
                the_officer(),
                form.seen_version,
                form.reason.data or "",
                form.elsewhere.data or "",
                bool(form.is_hidden.data),
            )
        except Refused as refused:
            form.blame(refused)
            _read_again(case, form)
        else:
            db.session.commit()
            return redirect(case.desk_url, 303)
    return show(case, refuse=form)


@bp.post("/refusals/<int:refusal_id>")
@access(officer_or_counter)
def answer_refusal(refusal_id: int) -> Page:
    """The second person agrees or says no; whoever asked takes the request back."""
    refusal = decisions.find_refusal(refusal_id)
    case = get_case(refusal.subject_type, refusal.subject_id) if refusal else None
    if refusal is None or case is None:
        return redirect(url_for(".index"), 303)
    form, account = DeclineForm(prefix="decline"), the_officer()
    if form.validate_on_submit():
        try:
            _answer = request.form.get("answer")
            if _answer == Answer.AGREED:
                case.agree(refusal, account)
            elif _answer == Answer.WITHDRAWN:
                case.withdraw(refusal, account)
            else:
                case.decline(refusal, account, form.note.data or "")
        except Refused as refused:
            form.blame(refused)
            db.session.refresh(case.thing)
        else:
            db.session.commit()
            return redirect(url_for(".index"), 303)
    return show(case, decline=form)


# --- what the page shows --------------------------------------------------------------------


def show(
    case: Found,
    *,
    form: DecideForm | None = None,
    refuse: RefuseForm | None = None,
    decline: DeclineForm | None = None,
) -> tuple[str, int]:
    """The page of a thing; one of the forms may hold what somebody typed and what was wrong."""
    version = str(case.version)
    forms = {
        "form": form or DecideForm(formdata=None, version=version),
        "refuse": refuse or RefuseForm(formdata=None, prefix="refuse", version=version),
        "decline": decline or DeclineForm(formdata=None, prefix="decline"),
    }
    if case.board is not None:
        use_board(case.board)
    made = decisions.list_for(case.kind, case.id)
    about = {**_around(case, made), **_refusal(case), **forms}
    html = _show_proposal(case, made, about) if isinstance(case, ProposalCase) else None
    html = html or _show_asset(case, about)
    return html, _status([f for f in forms.values() if isinstance(f, Form)])


def _show_proposal(case: ProposalCase, made: list[Decision], about: dict[str, Any]) -> str:
    found = case.thing
    return render_template(
        "desk/proposal.html",
        proposal=found,
        round=found.round,
        state=proposal_words.state_words(found),
        tone=proposal_words.TONES[found.state],
        history=proposal_words.history(
            found, made, list_revisions(case.kind, case.id), with_reasons=True
        ),
        **about,
    )


def _show_asset(case: Found, about: dict[str, Any]) -> str:
    assert isinstance(case, AssetCase)  # noqa: S101 — there are two kinds
    found = case.thing
    return render_template(
        "desk/asset.html",
        asset=found,
        kind=asset_words.KIND[found.kind],
        state=asset_words.STATE[found.state],
        is_published=found.state is AssetState.PUBLISHED,
        history=asset_words.told(list_revisions(case.kind, case.id)),
        **about,
    )


def _around(case: Found, made: list[Decision]) -> dict[str, Any]:
    """What both pages say besides the thing itself: its decision, and what comes next."""
    account = the_officer()
    queue = queries.list_waiting(account, my_roles())
    standing = next((d for d in made if d.undone_at is None), None)
    refused = case.why_not(account)
    return {
        "case": case,
        "is_waiting": case.is_waiting,
        "not_mine": say(refused) if refused else "",
        "decision": standing,
        "decided": words.did(standing) if standing else "",
        "decided_by": words.name_of(queries.find_account(standing.by_id)) if standing else "",
        "following": queries.next_after(queue, case.kind, case.id),
        "appeals": decisions.list_appeals(case.kind, case.id),
    }


def _refusal(case: Found) -> dict[str, Any]:
    """The refusal somebody asks for, if one waits, and whether this viewer may answer it."""
    refusal = decisions.find_open_refusal(case.kind, case.id) if case.is_waiting else None
    if refusal is None:
        return {"refusal": None}
    account = the_officer()
    barred = refusing.why_not(case.matter, refusal, account)
    return {
        "refusal": refusal,
        "refusal_by": words.name_of(queries.find_account(refusal.asked_by_id)),
        "refusal_is_mine": refusal.asked_by_id == account.id,
        "refusal_is_old": refusal.version != case.version,
        "refusal_barred": say(barred) if barred else "",
    }


def _status(forms: list[Form]) -> int:
    """422 for a mistake in a form, 409 when somebody else was first."""
    if any(errors for form in forms for field in form for errors in field.errors):
        return 422
    return 409 if any(form.form_errors for form in forms) else 200
