"""After the vote at the desk: certify, name scrutineers, see to it that ballots go in time."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from pbapp.accounts.models import Account
from pbapp.ballots.closing import queries, services, words
from pbapp.ballots.closing.forms import CertifyForm, HoldForm, ScrutineerForm, TermsForm
from pbapp.ballots.closing.models import Scrutineer
from pbapp.ballots.closing.pages import Page, bp, get_own
from pbapp.ballots.paper import queries as paper
from pbapp.ballots.queries import was_used
from pbapp.boards.access import any_officer, is_officer_of, officer_or_counter
from pbapp.boards.models import Role
from pbapp.boards.words import role_words
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.rounds.models import Profile, Round
from pbapp.rounds.second import profile_of
from pbapp.web.access import access
from pbapp.web.refusals import blame, say_no

# --- two people certify ---------------------------------------------------------------------


@bp.get("/certify")
@access(officer_or_counter)
def certify(slug: str) -> Page:
    """What the two look at, and who has confirmed it."""
    round, account = get_own(slug, counters_too=True)
    return _certify_page(round, account, CertifyForm())


@bp.post("/certify")
@access(officer_or_counter)
def confirm(slug: str) -> Page:
    """One of the two confirms what the page showed."""
    round, account = get_own(slug, counters_too=True)
    form = CertifyForm()
    if not form.validate_on_submit():
        return _certify_page(round, account, form, 422)
    mine = next((c for c in queries.certificates(round) if c.account_id == account.id), None)
    if mine is not None and mine.digest == form.seen.data:  # a second click
        return redirect(url_for(".certify", slug=slug), 303)
    try:
        made = services.certify(round=round, by=account, seen=form.seen.data or "")
    except Refused as refused:
        form = CertifyForm(formdata=None)  # what was ticked was ticked for what stood there before
        blame(form, refused)
        return _certify_page(round, account, form, 422)
    db.session.commit()
    waits = _("Confirmed. Now a second person has to look at the same and confirm it.")
    flash(waits if made.part == 1 else _("Certified by two people."), "success")
    return redirect(url_for(".certify", slug=slug), 303)


@bp.post("/certify/take-back")
@access(officer_or_counter)
def take_back(slug: str) -> Page:
    """A voting lead takes the first confirmation back."""
    round, account = get_own(slug, counters_too=True)
    try:
        services.take_back(round=round, by=account)
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        flash(_("Taken back. Two people confirm it again."), "success")
    return redirect(url_for(".certify", slug=slug), 303)


def _certify_page(round: Round, account: Account, form: CertifyForm, status: int = 200) -> Page:
    facts, done = queries.facts_of(round), queries.certificates(round)
    digest = queries.digest_of(facts) if facts else ""
    form.seen.data = digest
    html = render_template(
        "ballots/closing/certify.html",
        round=round,
        form=form,
        facts=facts,
        digest=digest,
        done=done,
        names=paper.names_of({c.account_id for c in done}),
        me=account,
        role_words=role_words,
        channel_words=words.channel_words,
        close=queries.close_batch(round),
        counted=bool(queries.counted_facts(round)),
        waiting=paper.first_open(round),
        leads=is_officer_of(round.board_id, Role.VOTING_LEAD),
        is_full=profile_of(round) is Profile.FULL,
        own=bool(paper.own_projects(round, account)),
    )
    return html, status


# --- scrutineers ----------------------------------------------------------------------------


@bp.get("/scrutineers")
@access(any_officer)
def scrutineers(slug: str) -> Page:
    """Who may look at every ballot, and what they can find out."""
    round, _account = get_own(slug)
    return _scrutineers_page(round, ScrutineerForm())


@bp.post("/scrutineers")
@access(any_officer)
def name_scrutineer(slug: str) -> Page:
    """Name one more; the link is shown on this page once and is kept nowhere."""
    round, account = get_own(slug)
    form = ScrutineerForm()
    if not form.validate_on_submit():
        return _scrutineers_page(round, form, 422)
    try:
        found, token = services.name_scrutineer(
            round=round, by=account, name=form.name.data or "", role=form.role.data or ""
        )
    except Refused as refused:
        blame(form, refused)
        return _scrutineers_page(round, form, 422)
    db.session.commit()
    return _link_page(round, found, token)


@bp.post("/scrutineers/<int:id>/link")
@access(any_officer)
def new_link(slug: str, id: int) -> Page:
    """A new link for somebody whose link is lost or has run out."""
    round, account = get_own(slug)
    found = _get_scrutineer(round, id)
    try:
        token = services.new_link(round=round, scrutineer=found, by=account)
    except Refused as refused:
        form = ScrutineerForm(formdata=None)
        blame(form, refused)
        return _scrutineers_page(round, form, 422)
    db.session.commit()
    return _link_page(round, found, token)


@bp.post("/scrutineers/<int:id>/end")
@access(any_officer)
def end_link(slug: str, id: int) -> Page:
    """Somebody's link stops to work."""
    round, account = get_own(slug)
    try:
        services.end_link(round=round, scrutineer=_get_scrutineer(round, id), by=account)
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        flash(_("Their link does not work any more."), "success")
    return redirect(url_for(".scrutineers", slug=slug), 303)


def _get_scrutineer(round: Round, id: int) -> Scrutineer:
    found = db.session.get(Scrutineer, id)
    return found if found is not None and found.round_id == round.id else abort(404)


def _link_page(round: Round, scrutineer: Scrutineer, token: str) -> Page:
    link = url_for("scrutiny.pack", slug=round.slug, token=token, _external=True)
    return render_template(
        "ballots/closing/link.html", round=round, scrutineer=scrutineer, link=link
    )


def _scrutineers_page(round: Round, form: ScrutineerForm, status: int = 200) -> Page:
    html = render_template(
        "ballots/closing/scrutineers.html",
        round=round,
        form=form,
        people=queries.list_scrutineers(round),
        counted=bool(queries.counted_facts(round)),
        leads=is_officer_of(round.board_id, Role.VOTING_LEAD),
        began=queries.terms_of(round).began_at,
    )
    return html, status


# --- until when ballots are kept ------------------------------------------------------------


@bp.get("/destruction")
@access(any_officer)
def destruction(slug: str) -> Page:
    """When the ballots are destroyed, what stays, and how two people stop it."""
    round, account = get_own(slug)
    return _destruction_page(round, account, _terms_form(round), HoldForm())


@bp.post("/destruction/terms")
@access(any_officer)
def set_terms(slug: str) -> Page:
    """How long ballots are kept: before sealing, by a voting lead."""
    round, account = get_own(slug)
    form = TermsForm()
    if form.validate_on_submit():
        try:
            services.set_terms(
                round=round,
                by=account,
                keep_days=form.keep_days.data,
                last_days=form.last_days.data,
                openings_public=bool(form.openings_public.data),
            )
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("Saved."), "success")
            return redirect(url_for(".destruction", slug=slug), 303)
    return _destruction_page(round, account, form, HoldForm(formdata=None), 422)


@bp.post("/destruction/hold")
@access(any_officer)
def ask_hold(slug: str) -> Page:
    """The first of two asks for a hold."""
    round, account = get_own(slug)
    form = HoldForm()
    if form.validate_on_submit():
        try:
            services.ask_hold(round=round, by=account, reason=form.reason.data or "")
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("Asked. Until a second officer agrees, nothing is stopped."), "success")
            return redirect(url_for(".destruction", slug=slug), 303)
    return _destruction_page(round, account, _terms_form(round, blank=True), form, 422)


@bp.post("/destruction/hold/agree")
@access(any_officer)
def agree_hold(slug: str) -> Page:
    """The second officer agrees, and the destruction is stopped."""
    round, account = get_own(slug)
    try:
        services.agree_hold(round=round, by=account)
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        flash(_("The destruction is stopped until two people release it."), "success")
    return redirect(url_for(".destruction", slug=slug), 303)


@bp.post("/destruction/hold/release")
@access(any_officer)
def release_hold(slug: str) -> Page:
    """One officer asks to release the hold, another does it."""
    round, account = get_own(slug)
    try:
        hold = services.release_hold(round=round, by=account)
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        if hold.agreed_at is None:
            flash(_("Nobody asks for a hold any more."), "success")
        elif hold.released_at is None:
            flash(_("Asked. A second officer has to release it too."), "success")
        else:
            flash(_("The hold is released. The date stands again."), "success")
    return redirect(url_for(".destruction", slug=slug), 303)


def _terms_form(round: Round, *, blank: bool = False) -> TermsForm:
    given = {"formdata": None} if blank else {}
    return TermsForm(obj=queries.terms_of(round), **given)


def _destruction_page(
    round: Round, account: Account, terms: TermsForm, hold: HoldForm, status: int = 200
) -> Page:
    holds = queries.list_holds(round)
    people = {
        id
        for row in holds
        for id in (row.asked_by_id, row.agreed_by_id, row.release_asked_by_id, row.released_by_id)
        if id is not None
    }
    html = render_template(
        "ballots/closing/destruction.html",
        round=round,
        terms=terms,
        stands=queries.terms_of(round),
        was_used=was_used(round),
        fate=queries.fate_of(round),
        hold=hold,
        open_hold=queries.open_hold(round),
        holds=holds,
        names=paper.names_of(people),
        me=account,
        leads=is_officer_of(round.board_id, Role.VOTING_LEAD),
    )
    return html, status
