"""Steps, reports and receipts: by those who wrote the proposal, or by the link they were sent."""

from __future__ import annotations

from typing import Any

from flask import (
    abort,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.accounts.viewer import me
from pbapp.assets.adding.forms import WhatForm
from pbapp.assets.links import fix_url
from pbapp.assets.services import acknowledge
from pbapp.concerns.raising import raise_page
from pbapp.concerns.services import Subject
from pbapp.db import db
from pbapp.delivery import links, on_the_map, queries, reporting, words
from pbapp.delivery.blueprint import (
    Page,
    again,
    bp,
    do,
    form_page,
    get_award,
    link_bp,
    officers_award,
    page_of,
    save,
    their_award,
    workers_award,
)
from pbapp.delivery.forms import (
    CheckForm,
    MilestoneForm,
    ReasonForm,
    ReceiptForm,
    ReportForm,
)
from pbapp.delivery.models import Award, AwardState, Milestone, Receipt
from pbapp.delivery.reporting import Counted
from pbapp.plans.models import Indicator
from pbapp.plans.queries import list_indicators
from pbapp.refusal import Refused
from pbapp.web.access import access, anyone, signed_in
from pbapp.web.context import settings
from pbapp.web.documents import MEDIA_TYPES
from pbapp.web.downloads import hand_over
from pbapp.web.limits import limited
from pbapp.web.uploads import store_picture

REPORTS_AN_HOUR = 30
SAID, MOST_SAID = "seen", 50
RECEIPT_TYPES = MEDIA_TYPES | {"jpg": "image/jpeg"}


@bp.route("/<int:number>/step", methods=["GET", "POST"])
@access(signed_in)
def add_step(slug: str, number: int) -> Page:
    """Say what will be done by which day."""
    award, form = workers_award(slug, number), MilestoneForm()
    if form.validate_on_submit():
        return save(
            "step",
            award,
            form,
            lambda: reporting.add_milestone(
                award=award,
                name=form.name.data or "",
                due_on=form.due_on.data,  # type: ignore[arg-type]  # a valid form has one
                by=me(),
            ),
        )
    return form_page("step", award, form)


@bp.post("/<int:number>/step/<int:step_id>/done")
@access(signed_in)
def finish_step(slug: str, number: int, step_id: int) -> Page:
    """The step is done."""
    award = workers_award(slug, number)
    step = _step(award, step_id)
    return do(
        award, _("Marked as done."), lambda: reporting.finish_milestone(milestone=step, by=me())
    )


def _step(award: Award, step_id: int) -> Milestone:
    return next((one for one in award.milestones if one.id == step_id), None) or abort(404)


# --- reports and receipts -------------------------------------------------------------------


@bp.route("/<int:number>/report", methods=["GET", "POST"])
@access(signed_in)
def report(slug: str, number: int) -> Page:
    """Tell what was done with the money."""
    award = their_award(slug, number)
    return _report(award, me(), page_of(award))


@bp.route("/<int:number>/receipt", methods=["GET", "POST"])
@access(signed_in)
def send_receipt(slug: str, number: int) -> Page:
    """Send in a receipt."""
    award = their_award(slug, number)
    return _receipt(award, me(), page_of(award))


def _report(award: Award, by: Account | None, then: str) -> Page:
    form = ReportForm()
    known = list_indicators(award.proposal.priority_id) if award.proposal.priority_id else []
    form.offer(known)
    if not form.validate_on_submit():
        return form_page("report", award, form)
    return save(
        "report",
        award,
        form,
        lambda: reporting.report(
            award=award,
            text=form.text.data or "",
            difference=form.difference.data or "",
            spent_pence=form.spent.data,
            people=form.how_many,
            photo_id=_photo(form),
            is_final=form.is_final.data,
            counted=_counted(form, known),
            by=by,
        ),
        said=_("Thank you. Everybody can read it now."),
        then=then,
    )


@bp.route("/<int:number>/reports/<int:report_id>/out", methods=["GET", "POST"])
@access(signed_in)
def take_out(slug: str, number: int, report_id: int) -> Page:
    """An officer takes out a report that is wrong or must not be shown."""
    award, form = officers_award(slug, number), ReasonForm()
    found = next((one for one in award.reports if one.id == report_id), None)
    if found is None:
        return redirect(page_of(award), 303)  # a second click
    if form.validate_on_submit():
        return do(
            award,
            _("The report is taken out, and the group reads why."),
            lambda: reporting.take_out(report=found, reason=form.reason.data or "", by=me()),
        )
    return form_page("take_out", award, form, report=found)


@bp.route("/<int:number>/wrong", methods=["GET", "POST"])
@access(anyone)
@limited("concerns", tries=10, seconds=3600)
def wrong(slug: str, number: int) -> Page:
    """Anybody says what is wrong with what is told of an award."""
    award = get_award(slug, number)
    board_id = award.round.board_id
    if board_id is None:
        abort(404)
    return raise_page(
        Subject("award", str(award.id), award.proposal.title, page_of(award), board_id)
    )


def _photo(form: ReportForm) -> Any:
    file = form.photo.data
    if not file or not file.filename:
        return None
    alt = form.photo_alt.data or ""
    return store_picture(stream=file.stream, alt=alt, folder=settings().uploads).id


def _counted(form: ReportForm, known: list[Indicator]) -> Counted | None:
    chosen = next((one for one in known if str(one.id) == form.indicator.data), None)
    if chosen is None or form.how_many_counted is None:
        return None
    return Counted(chosen, form.how_many_counted, form.counted_words.data or "")


def _receipt(award: Award, by: Account | None, then: str) -> Page:
    form = ReceiptForm()
    if not form.validate_on_submit():
        return form_page("receipt", award, form)
    return save(
        "receipt",
        award,
        form,
        lambda: reporting.send_receipt(
            award=award,
            what=form.what.data or "",
            amount_pence=form.amount.data,
            stream=form.file.data.stream,
            folder=settings().uploads,
            by=by,
        ),
        said=_("Thank you. An officer looks at it."),
        then=then,
    )


@bp.get("/<int:number>/receipts/<int:receipt_id>")
@access(signed_in)
def receipt(slug: str, number: int, receipt_id: int) -> Response:
    """A receipt's file, to be kept; the group and those who handle money may have it."""
    found = _find_receipt(workers_award(slug, number), receipt_id)
    return hand_over(
        settings().uploads / reporting.RECEIPTS / f"{found.digest}.{found.ending}",
        RECEIPT_TYPES[found.ending],
        f"receipt-{number}-{found.id}.{found.ending}",
    )


@bp.route("/<int:number>/receipts/<int:receipt_id>/check", methods=["GET", "POST"])
@access(signed_in)
def check_receipt(slug: str, number: int, receipt_id: int) -> Page:
    """An officer looks at a receipt."""
    award, form = officers_award(slug, number), CheckForm()
    found = _find_receipt(award, receipt_id)
    if form.validate_on_submit():
        return save(
            "check_receipt",
            award,
            form,
            lambda: reporting.check_receipt(
                receipt=found,
                is_accepted=form.outcome.data == "yes",
                reason=form.reason.data or "",
                by=me(),
            ),
            receipt=found,
        )
    return form_page("check_receipt", award, form, receipt=found)


def _find_receipt(award: Award, receipt_id: int) -> Receipt:
    return next((one for one in award.receipts if one.id == receipt_id), None) or abort(404)


# --- by the group's link --------------------------------------------------------------------


@bp.post("/<int:number>/link")
@access(signed_in)
def send_link(slug: str, number: int) -> Page:
    """Mail the group a link by which anybody in it can report from a phone."""
    award = workers_award(slug, number)
    return do(
        award,
        _("The link is on its way by e-mail. Links sent before do not work any more."),
        lambda: reporting.send_link(award=award, by=me()),
    )


def _linked(key: str) -> Award:
    """The award a link leads to; one that was replaced, or is made up, leads nowhere."""
    read = links.read(key) or abort(404)
    return queries.find_by_link(*read) or abort(404)


def _link_page(key: str) -> str:
    return url_for("reporting.by_link", key=key)


@link_bp.get("/<key>")
@access(anyone)
def by_link(key: str) -> str:
    """What the group still has to do, on a page of its own."""
    award = _linked(key)
    return render_template(
        "delivery/by_link.html",
        award=award,
        round=award.round,
        key=key,
        words=words,
        today=clock.today(),
        can_report=award.state is AwardState.APPROVED,
    )


@link_bp.post("/<key>/step/<int:step_id>")
@access(anyone)
@limited("by link", tries=REPORTS_AN_HOUR, seconds=3600)
def finish_by_link(key: str, step_id: int) -> Page:
    """The step is done."""
    award = _linked(key)
    step = _step(award, step_id)
    return do(
        award,
        _("Marked as done."),
        lambda: reporting.finish_milestone(milestone=step, by=None),
        _link_page(key),
    )


@link_bp.route("/<key>/report", methods=["GET", "POST"])
@access(anyone)
@limited("by link", tries=REPORTS_AN_HOUR, seconds=3600)
def report_by_link(key: str) -> Page:
    """Tell what was done with the money."""
    return _report(_linked(key), None, _link_page(key))


@link_bp.route("/<key>/receipt", methods=["GET", "POST"])
@access(anyone)
@limited("by link", tries=REPORTS_AN_HOUR, seconds=3600)
def receipt_by_link(key: str) -> Page:
    """Send in a receipt."""
    return _receipt(_linked(key), None, _link_page(key))


# --- passers-by, and the map ----------------------------------------------------------------


@bp.post("/<int:number>/seen")
@access(anyone)
@limited("sightings", tries=20, seconds=3600)
def see(slug: str, number: int) -> Page:
    """Somebody has been there, and it is there or not."""
    award = get_award(slug, number)
    said = list(session.get(SAID, ()))
    if award.id in said:  # one browser, one answer
        flash(_("You have told us already. Thank you."))
        return redirect(page_of(award), 303)
    is_there = request.form.get("is_there") == "yes"
    answer = do(
        award,
        _("Thank you. We count it, and do not keep who said it."),
        lambda: reporting.see(award=award, is_there=is_there),
    )
    session[SAID] = [*said, award.id][-MOST_SAID:]
    return answer


@bp.route("/<int:number>/map", methods=["GET", "POST"])
@access(signed_in)
def put_on_map(slug: str, number: int) -> Page:
    """What a finished project left behind becomes an entry on the map of what's here."""
    award = their_award(slug, number)
    form = WhatForm(data={"name": award.proposal.title[:120], "summary": award.proposal.summary})
    if not form.validate_on_submit():
        return form_page("map", award, form)
    try:
        asset = on_the_map.put_on_the_map(
            award=award,
            by=me(),
            kind=form.kind.data,
            name=form.name.data or "",
            summary=form.summary.data or "",
        )
        acknowledge(asset=asset, fix_url=fix_url(asset))
        db.session.commit()
    except Refused as refused:
        return again("map", award, form, refused)
    flash(_("Thank you. An officer looks at it before it is on the map. Add more if you like."))
    return redirect(fix_url(asset), 303)
