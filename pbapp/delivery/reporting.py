"""What is done with the money, and told: steps, reports, receipts, what passers-by saw, reminders.

`by` is None where somebody came by the link their group was sent: the page has checked it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import IO
from uuid import UUID

from sqlalchemy import select, update

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.db import advisory_lock, db, flush
from pbapp.delivery.links import report_url
from pbapp.delivery.models import (
    Award,
    AwardState,
    Milestone,
    Receipt,
    ReceiptState,
    Report,
    Sighting,
)
from pbapp.delivery.queries import list_due_milestones, list_to_be_spent
from pbapp.delivery.services import (
    expect,
    hold_award,
    log,
    must_be_theirs,
    must_decide_on,
    tell,
)
from pbapp.organisations.parting import at_parting
from pbapp.plans.models import Indicator
from pbapp.proposals.models import Proposal
from pbapp.proposals.queries import contact_of
from pbapp.refusal import N_, Refused, in_pounds
from pbapp.web.documents import store_document
from pbapp.web.uploads import draw_again, write_whole

# Before the day, on it, and after: reminders rise, and then an officer sees that it is late.
BEFORE, AFTER = timedelta(days=14), timedelta(days=14)
REMINDERS = ((-BEFORE, "soon"), (timedelta(0), "due"), (AFTER, "late"))
RECEIPTS = "receipts"  # a folder of the uploads that no public page reads


@dataclass(frozen=True)
class Counted:
    """A project's own part of what an indicator of the plan is about."""

    indicator: Indicator
    number: int
    words: str


# --- steps ----------------------------------------------------------------------------------


def add_milestone(*, award: Award, name: str, due_on: date, by: Account) -> Milestone:
    """A step the group says it will have done by a day."""
    must_be_theirs(award, by, or_officer=True)
    hold_award(award)
    expect(award, AwardState.ACCEPTED, AwardState.APPROVED)
    if due_on < clock.today():
        raise Refused(N_("This day has passed. Enter a day to come."), "due_on")
    again = (name.strip(), due_on)
    for known in award.milestones:
        if (known.name, known.due_on) == again:
            return known
    milestone = Milestone(name=name.strip(), due_on=due_on)
    award.milestones.append(milestone)
    flush()
    log(award, by, "award.milestone_set")
    return milestone


def finish_milestone(*, milestone: Milestone, by: Account | None) -> None:
    """The step is done today; pressing it twice changes nothing."""
    if by is not None:
        must_be_theirs(milestone.award, by, or_officer=True)
    if milestone.done_on is None:
        milestone.done_on = clock.today()
        flush()
        log(milestone.award, by, "award.milestone_done")


# --- reports --------------------------------------------------------------------------------


def report(
    *,
    award: Award,
    text: str,
    difference: str,
    spent_pence: int,
    people: int | None,
    photo_id: UUID | None,
    is_final: bool,
    by: Account | None,
    counted: Counted | None = None,
) -> Report:
    """What a group did with the money so far; the last word finishes the project.

    The same words and the same amount again are the same report: a second press of the button.
    """
    if by is not None:
        must_be_theirs(award, by)
    hold_award(award)
    if counted is not None and counted.indicator.priority_id != award.proposal.priority_id:
        raise Refused(N_("Choose a figure of the priority your project is for."), "indicator")
    told = Report(
        told_at=clock.now(),
        text=text.strip(),
        difference=difference.strip(),
        spent_pence=spent_pence,
        people=people,
        photo_id=photo_id,
        is_final=is_final,
        is_by_link=by is None,
        indicator=counted.indicator if counted else None,
        counted=counted.number if counted else None,
        counted_words=counted.words.strip() if counted else "",
    )
    if again := _same(award, told):
        return again
    expect(award, AwardState.APPROVED)
    _check_spent(award, spent_pence)
    award.reports.append(told)
    if is_final:
        award.state, award.finished_at = AwardState.FINISHED, clock.now()
    flush()
    log(award, by, "award.finished" if is_final else "award.reported")
    return told


def _same(award: Award, told: Report) -> Report | None:
    """The last report, if it says the very same; a photo sent again counts as the same."""
    last = award.reports[-1] if award.reports else None
    fields = ("text", "difference", "spent_pence", "people", "is_final", "counted", "counted_words")
    same = last and all(getattr(last, name) == getattr(told, name) for name in fields)
    return last if same else None


def take_out(*, report: Report, reason: str, by: Account) -> None:
    """Take out a report that is wrong or must not be shown; a final one opens the project again.

    What was spent then is what the report before it says. The group reads why, by e-mail.
    """
    award = report.award
    must_decide_on(award, by)
    hold_award(award)
    db.session.refresh(report)
    if report.taken_out_at is not None:
        return  # a second click
    if not reason.strip():
        raise Refused(N_("Say why, for the record."), "reason")
    report.taken_out_at, report.taken_out_reason = clock.now(), reason.strip()
    if report.is_final and award.state is AwardState.FINISHED:
        award.state, award.finished_at = AwardState.APPROVED, None
    flush()
    db.session.expire(award, ["reports"])
    log(award, by, "award.report_taken_out")
    key = f"award {award.id} report {report.id} out"
    tell(award, "award_report_out", {"reason": report.taken_out_reason}, key=key)


def _check_spent(award: Award, spent_pence: int) -> None:
    if spent_pence > award.amount_pence:
        raise Refused(
            N_("That is more than the award of %(award)s. Leave out what others paid."),
            "spent",
            award=in_pounds(award.amount_pence),
        )
    before = award.spent_pence or 0
    if spent_pence < before:
        raise Refused(
            N_("You told of %(before)s before. Enter everything spent so far."),
            "spent",
            before=in_pounds(before),
        )


def send_link(*, award: Award, by: Account) -> None:
    """Mail the group a new link to report by; older ones lead nowhere."""
    must_be_theirs(award, by, or_officer=True)
    hold_award(award)
    expect(award, AwardState.APPROVED)
    if contact_of(award.proposal) is None:
        raise Refused(N_("We have no e-mail address for this project, so no link can be sent."))
    award.link_number += 1
    flush()
    log(award, by, "award.link_sent")
    key = f"award {award.id} link {award.link_number}"
    tell(award, "award_link", {"url": report_url(award)}, key=key)


@at_parting
def end_links(organisation_id: UUID) -> bool:
    """Whoever goes from a group takes no link along; whether new ones can be sent."""
    query = (
        select(Award)
        .join(Award.proposal)
        .where(
            Proposal.organisation_id == organisation_id,
            Award.state.in_((AwardState.APPROVED, AwardState.FINISHED)),
        )
    )
    awards = list(db.session.scalars(query))
    for award in awards:
        award.link_number = Award.link_number + 1
    flush()
    return any(award.state is AwardState.APPROVED for award in awards)


# --- receipts -------------------------------------------------------------------------------


def send_receipt(
    *,
    award: Award,
    what: str,
    amount_pence: int,
    stream: IO[bytes],
    folder: Path,
    by: Account | None,
) -> Receipt:
    """Keep a photo of a receipt, drawn anew, or a document; `folder` is the uploads' folder.

    Raises `Refused` beside `file` for what is neither, and for one that was sent in before.
    """
    if by is not None:
        must_be_theirs(award, by)
    hold_award(award)
    expect(award, AwardState.APPROVED, AwardState.FINISHED)
    if amount_pence > award.amount_pence:
        raise Refused(
            N_("That is more than the award of %(award)s. Leave out what others paid."),
            "amount",
            award=in_pounds(award.amount_pence),
        )
    digest, ending = _keep_file(stream, folder / RECEIPTS)
    receipt = Receipt(
        what=what.strip(),
        amount_pence=amount_pence,
        digest=digest,
        ending=ending,
        sent_at=clock.now(),
    )
    award.receipts.append(receipt)
    flush()
    log(award, by, "award.receipt_sent")
    return receipt


def _keep_file(stream: IO[bytes], folder: Path) -> tuple[str, str]:
    """A picture if it can be drawn, or else a document; (digest, ending)."""
    try:
        data, _width, _height = draw_again(stream)
    except Refused as not_a_picture:
        stream.seek(0)
        try:
            document = store_document(stream=stream, folder=folder, field="file")
        except Refused as not_a_document:
            raise Refused(
                N_(
                    "We could not read this file. Send a photo (JPEG, PNG or WebP), a PDF, or a "
                    "Word, Excel or OpenDocument file of 8 MB or less."
                ),
                "file",
            ) from not_a_document or not_a_picture
        return document.digest, document.ending
    digest = hashlib.sha256(data).hexdigest()
    write_whole(folder / f"{digest}.jpg", data)
    return digest, "jpg"


def check_receipt(*, receipt: Receipt, is_accepted: bool, reason: str, by: Account) -> None:
    """An officer has looked at a receipt; one that is not accepted needs a reason."""
    award = receipt.award
    must_decide_on(award, by)
    hold_award(award)
    db.session.refresh(receipt)
    state = ReceiptState.CHECKED if is_accepted else ReceiptState.NOT_ACCEPTED
    if receipt.state is state:
        return
    if receipt.state is not ReceiptState.WAITING:
        raise Refused(N_("Somebody else has looked at this receipt meanwhile."))
    receipt.state, receipt.reason = state, "" if is_accepted else reason.strip()
    receipt.checked_by, receipt.checked_at = by, clock.now()
    flush()
    log(award, by, f"award.receipt_{state.value}")
    if not is_accepted:
        told = {"what": receipt.what, "reason": receipt.reason}
        tell(award, "award_receipt", told, key=f"award {award.id} receipt {receipt.id}")


# --- passers-by, and reminders --------------------------------------------------------------


def see(*, award: Award, is_there: bool) -> None:
    """Somebody has been there and says what they saw. Only how many said so is kept."""
    expect(award, AwardState.APPROVED, AwardState.FINISHED)
    advisory_lock(f"sighting {award.id}")
    here = (award.id, clock.today(), is_there)
    if db.session.get(Sighting, here) is None:
        db.session.add(Sighting(award_id=here[0], day=here[1], is_there=is_there, people=1))
        flush()
        return
    db.session.execute(
        update(Sighting)
        .where(
            Sighting.award_id == here[0], Sighting.day == here[1], Sighting.is_there.is_(is_there)
        )
        .values(people=Sighting.people + 1)
    )


def remind() -> int:
    """Write to groups about what is near, due or late, once each; how many were written."""
    until, written = clock.today() + BEFORE, 0
    for milestone in list_due_milestones(until):
        award, when = milestone.award, _when(milestone.due_on)
        written += tell(
            award,
            "award_step",
            {
                "step": milestone.name,
                "when": when,
                "due_on": milestone.due_on.isoformat(),
                "url": report_url(award),
            },
            key=f"award {award.id} step {milestone.id} {when}",
        )
    for award in list_to_be_spent(until):
        if award.spend_by is not None:
            when = _when(award.spend_by)
            written += tell(
                award,
                "award_spend_by",
                {"when": when, "spend_by": award.spend_by.isoformat(), "url": report_url(award)},
                key=f"award {award.id} spend by {award.spend_by.isoformat()} {when}",
            )
    return written


def _when(due_on: date) -> str:
    since = clock.today() - due_on
    return next(name for after, name in reversed(REMINDERS) if since >= after)
