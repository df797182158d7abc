"""Paper at the desk: places, packs to print, batches, and what adds up."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.ballots import journal
from pbapp.ballots.paper import queries, tables
from pbapp.ballots.paper import services as paper
from pbapp.ballots.paper.forms import (
    ACTS,
    CHANNELS,
    KINDS,
    AcceptForm,
    BatchForm,
    ReasonForm,
    VenueForm,
)
from pbapp.ballots.paper.models import Act, BatchKind, PaperBatch, PaperChannel, Venue
from pbapp.ballots.paper.pages import Page, bp, get_batch, get_counted, get_own
from pbapp.ballots.paper.people import may_accept
from pbapp.boards.access import any_officer, is_officer_of, officer_or_counter
from pbapp.db import db
from pbapp.refusal import Refused
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase
from pbapp.web.access import access
from pbapp.web.context import settings
from pbapp.web.refusals import blame, say_no

DETAILS = ("address", "times", "people", "quiet_room", "interpreters")


@bp.get("/paper")
@access(officer_or_counter)
def index(slug: str) -> Page:
    """Places, batches, and issued, used, spoiled and returned by place."""
    round, _account = get_counted(slug)
    counts = queries.accounting(round)
    return render_template(
        "ballots/paper/index.html",
        round=round,
        counts=counts,
        conflicts=sum(count.conflicts for count in counts),
        by_channel=_by_channel(counts),
        channels=CHANNELS,
        batches=queries.list_batches(round),
        words=state_words,
        is_officer=is_officer_of(round.board_id),
    )


def _by_channel(counts: list[queries.VenueCount]) -> dict[PaperChannel, list[int]]:
    names = ("issued", "used", "spoiled", "returned")
    return {
        channel: [
            sum(getattr(c, name) for c in counts if c.venue.channel is channel) for name in names
        ]
        for channel in CHANNELS
        if any(c.venue.channel is channel for c in counts)
    }


def state_words(batch: PaperBatch) -> tuple[str, str]:
    """What a batch is, and the tone of its tag."""
    if batch.voided_at is not None:
        return _("Void"), "bad"
    if batch.accepted_at is not None:
        return _("Accepted"), "good"
    return _("Open"), "warn"


# --- places ---------------------------------------------------------------------------------


@bp.route("/paper/places/new", methods=["GET", "POST"])
@access(any_officer)
def new_venue(slug: str) -> Page:
    """Add a hall, a drop box, a home, a class or the post."""
    round, account = get_own(slug)
    form = VenueForm()
    _ask_for_ward(form, round)
    if form.validate_on_submit():
        try:
            paper.add_venue(
                round=round,
                by=account,
                name=form.name.data,
                channel=PaperChannel(form.channel.data),
                area_id=_ward_of(form, round),
                **{name: form[name].data or "" for name in DETAILS},
            )
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            return redirect(url_for(".index", slug=slug), 303)
    html = render_template("ballots/paper/venue.html", round=round, form=form, venue=None)
    return html, 422 if form.errors else 200


@bp.route("/paper/places/<int:venue_id>", methods=["GET", "POST"])
@access(any_officer)
def venue(slug: str, venue_id: int) -> Page:
    """Change what the voting-day sheet says of a place."""
    round, account = get_own(slug)
    found = queries.find_venue(round, venue_id) or abort(404)
    form = VenueForm(obj=found)
    del form.name, form.channel, form.area
    if form.validate_on_submit():
        values = {name: form[name].data or "" for name in DETAILS}
        paper.change_venue(round=round, venue=found, by=account, **values)
        db.session.commit()
        return redirect(url_for(".index", slug=slug), 303)
    html = render_template("ballots/paper/venue.html", round=round, form=form, venue=found)
    return html, 422 if form.errors else 200


def _ask_for_ward(form: VenueForm, round: Round) -> None:
    wards = sorted((item.area.name, item.area.gss_code) for item in round.round_areas)
    form.area.choices = [("", _("Not one ward")), *((code, name) for name, code in wards)]


def _ward_of(form: VenueForm, round: Round) -> int | None:
    return next(
        (item.area_id for item in round.round_areas if item.area.gss_code == form.area.data), None
    )


# --- to print -------------------------------------------------------------------------------


@bp.get("/paper/day")
@access(any_officer)
def day(slug: str) -> Page:
    """The voting-day sheet of every hall: who, when, where, and the stalls in their order."""
    round, _account = get_own(slug)
    projects: list[dict[str, Any]] = (round.config or {}).get("projects", [])
    halls = [v for v in queries.list_venues(round) if v.channel is PaperChannel.HALL]
    return render_template(
        "ballots/paper/day.html",
        round=round,
        venues=halls,
        projects=projects if round.sealed_at else [],
        voting=find_phase(round, PhaseKind.VOTING),
    )


# --- batches --------------------------------------------------------------------------------


@bp.route("/paper/batches/new", methods=["GET", "POST"])
@access(any_officer)
def new_batch(slug: str) -> Page:
    """Declare the papers of one box."""
    round, account = get_own(slug)
    venues = {str(venue.id): venue for venue in queries.list_venues(round)}
    form = BatchForm()
    form.venue.choices = [(id, venue.name) for id, venue in venues.items()]
    if form.validate_on_submit():
        try:
            batch = paper.open_batch(
                round=round,
                venue=_chosen(venues, form.venue.data),
                kind=BatchKind(form.kind.data),
                by=account,
                **{name: form[name].data for name in ("issued", "used", "spoiled", "returned")},
            )
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            return redirect(url_for(".batch", slug=slug, number=batch.number), 303)
    html = render_template("ballots/paper/new_batch.html", round=round, form=form, venues=venues)
    return html, 422 if form.errors else 200


def _chosen(venues: dict[str, Venue], id: str | None) -> Venue:
    venue = venues.get(id or "")
    if venue is None:
        raise Refused(_("Choose where these papers come from."), "venue")
    return venue


@bp.get("/paper/batches/<int:number>")
@access(officer_or_counter)
def batch(slug: str, number: int) -> Page:
    """How far a batch has got, what is in doubt, and what to do next."""
    round, _account = get_counted(slug)
    return batch_page(round, get_batch(round, number), AcceptForm(), ReasonForm())


def batch_page(
    round: Round, batch: PaperBatch, accepting: AcceptForm, asking: ReasonForm, status: int = 200
) -> Page:
    account = get_counted(round.slug)[1]
    progress = queries.progress_of(batch)
    requests = queries.list_requests(batch)
    people = {*progress.by_person, *(asked.asked_by_id for asked in requests)}
    people |= {asked.agreed_by_id for asked in requests if asked.agreed_by_id}
    count = next(c for c in queries.accounting(round) if c.venue.id == batch.venue_id)
    html = render_template(
        "ballots/paper/batch.html",
        round=round,
        batch=batch,
        progress=progress,
        state=state_words(batch),
        me=account,
        names=queries.names_of(people),
        next=progress.next_for(account),
        own=queries.own_projects(round, account),
        count=count,
        kinds=KINDS,
        acts=ACTS,
        requests=requests,
        standing=queries.standing_request(batch),
        is_frozen=queries.is_frozen(round),
        accepts=may_accept(round, account),
        is_officer=is_officer_of(round.board_id),
        accepting=accepting,
        asking=asking,
    )
    return html, status


@bp.post("/paper/batches/<int:number>/accept")
@access(officer_or_counter)
def accept(slug: str, number: int) -> Page:
    """The papers become ballots; then votes online of people who voted at a table come out."""
    round, account = get_counted(slug)
    found, form = get_batch(round, number), AcceptForm()
    if not form.validate_on_submit():
        return batch_page(round, found, form, ReasonForm(formdata=None), 422)
    keys, was_open = settings().keys, found.is_open
    try:
        papers = paper.accept(
            round=round, batch=found, keys=keys, by=account, note=form.note.data or ""
        )
    except Refused as refused:
        blame(form, refused)
        return batch_page(round, found, form, ReasonForm(formdata=None), 422)
    db.session.commit()
    tables.settle(round=round, keys=keys)  # in a transaction of its own: see there
    db.session.commit()
    journal.empty()
    if was_open:
        words = ngettext(
            "Accepted. %(num)d paper counts.", "Accepted. %(num)d papers count.", papers
        )
        totals = _("Accepted. These totals count.")
        flash(words if found.kind is BatchKind.PAPERS else totals, "success")
    return redirect(url_for(".batch", slug=slug, number=number), 303)


@bp.post("/paper/batches/<int:number>/ask")
@access(any_officer)
def ask(slug: str, number: int) -> Page:
    """The first of two people asks for a change to a batch."""
    round, account = get_own(slug)
    found, form = get_batch(round, number), ReasonForm()
    if form.validate_on_submit():
        try:
            reason = form.reason.data or ""
            paper.ask_for(
                round=round, batch=found, act=Act(form.act.data), reason=reason, by=account
            )
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("Asked. Now a second person has to agree."), "success")
            return redirect(url_for(".batch", slug=slug, number=number), 303)
    return batch_page(round, found, AcceptForm(formdata=None), form, 422)


@bp.post("/paper/batches/<int:number>/agree")
@access(officer_or_counter)
def agree(slug: str, number: int) -> Page:
    """The second person agrees, and it is done."""
    round, account = get_counted(slug)
    try:
        act = paper.agree_to(
            round=round, batch=get_batch(round, number), keys=settings().keys, by=account
        )
    except Refused as refused:
        say_no(refused)
    else:
        db.session.commit()
        void = _("The batch is void. None of its papers count.")
        flash(void if act is Act.VOID else _("The batch is open again."), "success")
    return redirect(url_for(".batch", slug=slug, number=number), 303)
