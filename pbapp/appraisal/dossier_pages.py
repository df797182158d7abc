"""The dossier of a bid: officers check it and its costs, score it, and say what they advise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.accounts.viewer import me
from pbapp.appraisal import forms, queries, services, showing, words
from pbapp.appraisal.access import get_for_officer, seen_version
from pbapp.appraisal.blueprint import bp
from pbapp.appraisal.models import Advice, Dossier
from pbapp.boards.access import any_officer
from pbapp.db import db
from pbapp.decisions import conflicts
from pbapp.proposals import words as proposal_words
from pbapp.proposals.deciding import SUBJECT
from pbapp.proposals.models import Proposal
from pbapp.refusal import Refused
from pbapp.web.access import access
from pbapp.web.babel import say
from pbapp.web.forms import Form
from pbapp.web.refusals import blame, say_no

Page = str | Response | tuple[str, int]


@bp.get("/proposals/<int:proposal_id>/appraisal")
@access(any_officer)
def dossier(proposal_id: int) -> Page:
    """What was checked and scored so far, and what this officer can do; first their connection."""
    return _show(get_for_officer(proposal_id))


def _show(proposal: Proposal, **sent: Form) -> tuple[str, int]:
    account = me()
    said = conflicts.find(SUBJECT, proposal.id, account.id)
    found = queries.find_dossier(proposal.id)
    why_not = services.why_not_check(proposal, account)
    if said is None and why_not is None:
        return _ask_connection(proposal, sent.get("connection"))
    html = render_template(
        "appraisal/dossier.html",
        round=proposal.round,
        proposal=proposal,
        state=proposal_words.state_words(proposal),
        tone=proposal_words.TONES[proposal.state],
        dossier=found,
        version=found.version if found else 0,
        said=said,
        is_open=queries.is_open(proposal),
        connections=queries.list_connections(proposal.id),
        why_not=say(why_not) if why_not else "",
        can_undo_costs=services.can_undo_costs(found, account),
        **_parts(proposal, found),
        **showing.scores(proposal, account, names=True),
        **_forms(proposal, found, sent),
    )
    return html, 422 if any(form.errors for form in sent.values()) else 200


def _ask_connection(proposal: Proposal, sent: Form | None) -> tuple[str, int]:
    html = render_template(
        "appraisal/connection.html",
        round=proposal.round,
        proposal=proposal,
        who=queries.names_behind([proposal])[proposal.id],
        form=sent or forms.ConnectionForm(),
        action=url_for(".declare", proposal_id=proposal.id),
        back=(_("All bids"), url_for(".index", slug=proposal.round.slug)),
    )
    return html, 422 if sent is not None and sent.errors else 200


def _parts(proposal: Proposal, found: Dossier | None) -> dict[str, Any]:
    return {
        "checks": words.checks(proposal.round, found),
        "to_answer": showing.open_checks(proposal.round, found),
        "costs": words.costs(proposal, found),
        "edits": showing.edits(proposal, found),
        "advice": showing.advice(found),
        "passport": showing.passport(proposal),
        "following": queries.find_following(proposal),
    }


def _forms(proposal: Proposal, found: Dossier | None, sent: dict[str, Form]) -> dict[str, Form]:
    """Each form as it was sent, or with what is saved."""
    connection = sent.get("connection") or forms.ConnectionForm()
    advice = {"advice": found.advice, "words": found.advice_words} if found else {}
    made: dict[str, Form] = {
        "connection_form": connection,
        "checks_form": sent.get("checks") or forms.checks_form(proposal.round, found),
        "costs_form": sent.get("costs") or forms.costs_form(proposal, found),
        "scores_form": sent.get("scores") or showing.my_scores_form(proposal, me()),
        "talk_form": sent.get("talk") or forms.TalkForm(talk=found.talk if found else ""),
        "advice_form": sent.get("advice") or forms.AdviceForm(data=advice).offer(),
    }
    made["broken"] = next((form for form in sent.values() if form.errors), made["talk_form"])
    return made


def _save(
    proposal_id: int, name: str, form: Form, act: Callable[[], object], *, said: str, part: str
) -> Page:
    """Do what a sent form asks for; what is wrong with it is shown where it was typed."""
    if form.validate_on_submit():
        try:
            act()
        except Refused as refused:
            blame(form, refused)
        else:
            return _done(proposal_id, said, part)
    return _show(get_for_officer(proposal_id), **{name: form})


def _done(proposal_id: int, said: str, part: str) -> Response:
    db.session.commit()
    flash(said, "success")
    return redirect(url_for(".dossier", proposal_id=proposal_id, _anchor=part), 303)


def _link(proposal: Proposal, page: str = "proposals.detail") -> str:
    """A page of the bid, for the e-mail to its group."""
    return url_for(page, slug=proposal.round.slug, number=proposal.number, _external=True)


@bp.post("/proposals/<int:proposal_id>/appraisal/connection")
@access(any_officer)
def declare(proposal_id: int) -> Page:
    """Say whether one has a connection; whoever has one goes no further."""
    proposal, form = get_for_officer(proposal_id), forms.ConnectionForm()

    def act() -> object:
        return services.declare(proposal=proposal, by=me(), what=form.said)

    return _save(proposal_id, "connection", form, act, said=_("Noted."), part="main-content")


@bp.post("/proposals/<int:proposal_id>/appraisal/checks")
@access(any_officer)
def checks(proposal_id: int) -> Page:
    """Save the answers to the checks; those not answered yet can wait."""
    proposal = get_for_officer(proposal_id)
    form = forms.checks_form(proposal.round, queries.find_dossier(proposal.id))

    def act() -> object:
        return services.answer_checks(
            proposal=proposal,
            by=me(),
            version=seen_version(),
            answers=form.answers,
            link=_link(proposal),
        )

    return _save(proposal_id, "checks", form, act, said=_("The checks are saved."), part="checks")


@bp.post("/proposals/<int:proposal_id>/appraisal/costs")
@access(any_officer)
def costs(proposal_id: int) -> Page:
    """Save an officer's figure for each line; the group is told of those that are different."""
    proposal = get_for_officer(proposal_id)
    form = forms.costs_form(proposal, queries.find_dossier(proposal.id))

    def act() -> object:
        return services.check_costs(
            proposal=proposal,
            by=me(),
            version=seen_version(),
            figures=form.figures,
            left_out=form.left_out,
            link=_link(proposal, "review.costs"),
        )

    return _save(proposal_id, "costs", form, act, said=_("The costs are checked."), part="costs")


@bp.post("/proposals/<int:proposal_id>/appraisal/costs/undo")
@access(any_officer)
def undo_costs(proposal_id: int) -> Response:
    """Take one's figures back before the group was told."""
    proposal = get_for_officer(proposal_id)
    try:
        services.undo_costs(proposal=proposal, by=me())
    except Refused as refused:
        say_no(refused)
        return redirect(url_for(".dossier", proposal_id=proposal_id), 303)
    return _done(proposal_id, _("Taken back. Nobody was told."), "costs")


@bp.post("/proposals/<int:proposal_id>/appraisal/scores")
@access(any_officer)
def scores(proposal_id: int) -> Page:
    """Send one's own scores; then the others' are shown."""
    proposal = get_for_officer(proposal_id)
    form = showing.my_scores_form(proposal, me())

    def act() -> object:
        return services.send_scores(
            proposal=proposal, by=me(), points=form.points, comment=form.comment.data or ""
        )

    said = _("Your scores are in. Now you see all of them.")
    return _save(proposal_id, "scores", form, act, said=said, part="scores")


@bp.post("/proposals/<int:proposal_id>/appraisal/talk")
@access(any_officer)
def talk(proposal_id: int) -> Page:
    """Keep what came out of talking about scores that were far apart."""
    proposal, form = get_for_officer(proposal_id), forms.TalkForm()

    def act() -> object:
        return services.note_talk(
            proposal=proposal,
            by=me(),
            version=seen_version(),
            words=form.talk.data or "",
            link=_link(proposal),
        )

    return _save(proposal_id, "talk", form, act, said=_("Saved."), part="scores")


@bp.post("/proposals/<int:proposal_id>/appraisal/advice")
@access(any_officer)
def advise(proposal_id: int) -> Page:
    """Say what the appraisal comes to."""
    proposal, form = get_for_officer(proposal_id), forms.AdviceForm().offer()

    def act() -> object:
        return services.advise(
            proposal=proposal,
            by=me(),
            version=seen_version(),
            advice=Advice(form.advice.data),
            words=form.words.data or "",
            link=_link(proposal),
        )

    return _save(proposal_id, "advice", form, act, said=_("Your advice is saved."), part="advised")
