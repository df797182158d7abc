"""One thing at the desk: read it, approve it, send it back with a reason, or have it refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.models import Account
from pbapp.appraisal.showing import for_decision
from pbapp.assets import words as asset_words
from pbapp.assets.facts import facts_of
from pbapp.assets.models import SUBJECT as ASSET
from pbapp.assets.models import AssetState
from pbapp.audit.queries import list_revisions
from pbapp.boards.access import any_officer, is_officer_of, officer_or_counter
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.decisions import queries as decisions
from pbapp.decisions import refusing
from pbapp.decisions.models import Answer, Decision, Outcome, Refusal
from pbapp.desk import queries, words
from pbapp.desk.access import the_officer
from pbapp.desk.blueprint import bp
from pbapp.desk.queue import hands, replies
from pbapp.desk.queue.addresses import following, kept, onward, url_of
from pbapp.desk.queue.cases import AssetCase, Case, ProposalCase, get_case
from pbapp.desk.queue.filters import Filters
from pbapp.desk.queue.forms import DecideForm, DeclineForm, NoteForm, RefuseForm
from pbapp.desk.queue.kinds import REFUSAL
from pbapp.desk.queue.pages import undoable
from pbapp.desk.queue.queries import list_replies, plain_ref
from pbapp.proposals import words as proposal_words
from pbapp.proposals.deciding import SUBJECT as PROPOSAL
from pbapp.proposals.showing import Bid
from pbapp.refusal import Refused
from pbapp.web import fragments
from pbapp.web.access import access
from pbapp.web.babel import say
from pbapp.web.forms import Form, SeenForm


@bp.route("/proposals/<int:proposal_id>", methods=["GET", "POST"])
@access(officer_or_counter)
def proposal(proposal_id: int) -> Response:
    """Read a proposal, put it on the ballot or send it back with a reason."""
    return _item(get_case(PROPOSAL, str(proposal_id)))


@bp.route("/assets/<uuid:asset_id>", methods=["GET", "POST"])
@access(officer_or_counter)
def asset(asset_id: UUID) -> Response:
    """Read an entry, put it on the map, or send it back with a reason."""
    return _item(get_case(ASSET, str(asset_id)))


def _item(case: Case) -> Response:
    form = DecideForm(version=str(case.version))
    if replies.is_asked_for():
        return show(case, form=replies.insert(form, form.reason, case.board_id))
    if request.method == "POST" and form.validate_on_submit():
        approved = request.form.get("outcome") == "approved"
        outcome = Outcome.APPROVED if approved else Outcome.RETURNED
        account, after = the_officer(), following(case.kind, plain_ref(case.id))
        try:
            case.decide(outcome, account, form.seen_version, form.reason.data or "")
        except Refused as refused:
            form.blame(refused)
            _read_again(case, form)
        else:
            db.session.commit()
            return redirect(onward(after), 303)
    return show(case, form=form)


def _read_again(case: Case, form: SeenForm) -> None:
    """What the page now shows is what they read."""
    db.session.refresh(case.thing)
    form.version.data = str(case.version)


@bp.post("/<any(proposal, asset):kind>/<id>/refuse")
@access(any_officer)
def ask_refusal(kind: str, id: str) -> Response:
    """The first of two people asks for a refusal."""
    case = get_case(kind, id)
    form = RefuseForm(prefix="refuse")
    if replies.is_asked_for():
        return show(case, refuse=replies.insert(form, form.reason, case.board_id))
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
            flash(_("Asked. It is refused if a second person agrees."), "success")
            return redirect(onward(following(case.kind, plain_ref(case.id))), 303)
    return show(case, refuse=form)


@bp.route("/refusals/<int:refusal_id>", methods=["GET", "POST"])
@access(officer_or_counter)
def refusal(refusal_id: int) -> Response:
    """The second person agrees or says no; whoever asked takes the request back."""
    found = decisions.find_refusal(refusal_id) or abort(404)
    case = get_case(found.subject_type, found.subject_id)
    form, account = DeclineForm(prefix="decline"), the_officer()
    if request.method == "POST" and form.validate_on_submit():
        after = following(REFUSAL, str(refusal_id))
        try:
            _answer(case, found, form, account)
        except Refused as refused:
            form.blame(refused)
            db.session.refresh(case.thing)
        else:
            db.session.commit()
            return redirect(onward(after), 303)
    return show(case, decline=form)


def _answer(case: Case, refusal: Refusal, form: DeclineForm, by: Account) -> None:
    answer = request.form.get("answer")
    if answer == Answer.AGREED:
        case.agree(refusal, by)
    elif answer == Answer.WITHDRAWN:
        case.withdraw(refusal, by)
    else:
        case.decline(refusal, by, form.note.data or "")


# --- what the page shows --------------------------------------------------------------------


def show(
    case: Case,
    *,
    form: DecideForm | None = None,
    refuse: RefuseForm | None = None,
    decline: DeclineForm | None = None,
    note: NoteForm | None = None,
) -> Response:
    """The page of a thing; one of the forms may hold what somebody typed and what was wrong.

    For the queue's own pane it is the part that the page includes.
    """
    if case.board is not None:
        use_board(case.board)
    version = str(case.version)
    form = form or DecideForm(formdata=None, version=version)
    refuse = refuse or RefuseForm(formdata=None, prefix="refuse", version=version)
    decline = decline or DeclineForm(formdata=None, prefix="decline")
    made = decisions.list_for(case.kind, case.id)
    about = _proposal(case, made) if isinstance(case, ProposalCase) else _asset(case)
    return fragments.render(
        f"desk/{case.kind}.html",
        fragment=f"desk/_{case.kind}_pane.html",
        status=_status([form, refuse, decline, *([note] if note else [])]),
        form=form,
        refuse=refuse,
        decline=decline,
        **about,
        **_around(case, made),
        **_refusal(case),
        **hands.facts_for(case.kind, case.id, case.board_id, note),
        note_url=url_for(".add_note", kind=case.kind, id=case.id, **kept()),
    )


def _proposal(case: ProposalCase, made: list[Decision]) -> dict[str, Any]:
    found = case.thing
    return {
        "proposal": found,
        "round": found.round,
        "appraisal": for_decision(found, the_officer()),
        "sender": proposal_words.sender,
        "bid_words": Bid if is_officer_of(case.board_id) else None,
        "state": proposal_words.state_words(found),
        "tone": proposal_words.TONES[found.state],
        "history": proposal_words.history(
            found, made, list_revisions(case.kind, case.id), with_reasons=True
        ),
    }


def _asset(case: AssetCase) -> dict[str, Any]:
    found = case.thing
    return {
        "asset": found,
        "kind": asset_words.KIND[found.kind],
        "state": asset_words.STATE[found.state],
        "is_published": found.state is AssetState.PUBLISHED,
        "facts": facts_of(found),
        "personal": asset_words.personal_notes(found),
        "history": asset_words.told(list_revisions(case.kind, case.id)),
    }


def _around(case: Case, made: list[Decision]) -> dict[str, Any]:
    """What both pages say besides the thing itself: its decision, and what comes next."""
    account, ref = the_officer(), plain_ref(case.id)
    standing = next((d for d in made if d.undone_at is None), None)
    refused = case.why_not(account)
    after = following(case.kind, ref)
    values = kept()
    source = {"from": "queue"} if request.args.get("from") == "queue" else {}
    return {
        "case": case,
        "kept": {**values, **source},
        "here": url_of(case.kind, ref, **values, **source),
        "back": url_for(".index", **Filters.from_args(request.args).values()),
        "is_waiting": case.is_waiting,
        "not_mine": say(refused) if refused else "",
        "decision": standing,
        "decided": words.did(standing) if standing else "",
        "decided_by": words.name_of(queries.find_account(standing.by_id)) if standing else "",
        "following": after,
        "following_url": url_of(after.kind, after.ref, **values) if after else "",
        "goes_on": bool(values.get("then")),
        "appeals": decisions.list_appeals(case.kind, case.id),
        "replies": list_replies([case.board_id]),
        **undoable(),
    }


def _refusal(case: Case) -> dict[str, Any]:
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
    if any(field.errors for form in forms for field in form):
        return 422
    return 409 if any(form.form_errors for form in forms) else 200
