"""Begin to write, keep each page as it is typed, and send it in once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.db import advisory_lock, db, flush
from pbapp.organisations.models import Organisation
from pbapp.proposals import queries as proposals
from pbapp.proposals import services as sending
from pbapp.proposals.content import Content
from pbapp.proposals.models import Proposal, ProposalDocument
from pbapp.proposals.services import CHANGED, EnteredFor
from pbapp.proposals.snapshot import snapshot
from pbapp.proposals.writing import queries
from pbapp.proposals.writing.models import ProposalDraft
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Round
from pbapp.rounds.services import hold
from pbapp.web.models import Document

KEPT_FOR = timedelta(days=60)
SENT_KEPT_FOR = timedelta(days=1)  # so that a second click finds what the first one sent
MOST_OPEN = 20
MOST_PICTURES = 6
MOST_DOCUMENTS = 8

Fields = Mapping[str, list[str]]


def begin(
    *,
    round: Round,
    organisation: Organisation | None,
    by: Account,
    entered_for: EnteredFor | None = None,
    fields: Fields | None = None,
) -> ProposalDraft:
    """An empty draft, or one that begins with `fields`. A second click gives the same one.

    Raises `Refused` for who may not propose here, and while the round takes nothing.
    """
    sending.check_sender(round=round, organisation=organisation, by=by, entered_for=entered_for)
    advisory_lock(f"drafts {by.id}")
    if not proposals.can_send_in(round, clock.now()):
        raise Refused(N_("Proposals cannot be sent in now: this round is not taking any."))
    standing = queries.list_open(by, round)
    name = entered_for.name.strip() if entered_for else ""
    for draft in standing:
        untouched = draft.version == 1 and not draft.is_change
        same = (draft.organisation, draft.entered_for) == (organisation, name)
        if untouched and same and draft.fields == dict(fields or {}):
            return draft
    if len(standing) >= MOST_OPEN:
        raise Refused(N_("You have begun twenty proposals. Send in or throw away some first."))
    draft = ProposalDraft(
        round_id=round.id,
        account_id=by.id,
        organisation=organisation,
        entered_for=name,
        entered_for_email=entered_for.email.strip() if entered_for else "",
        fields=dict(fields or {}),
        began_at=clock.now(),
        saved_at=clock.now(),
    )
    db.session.add(draft)
    flush()
    return draft


def begin_change(*, proposal: Proposal, fields: Fields, by: Account) -> ProposalDraft:
    """Write on a proposal that has been sent in; its authors share what is not sent yet."""
    if not proposals.is_author(by, proposal):
        raise Refused(sending.NOT_YOURS)
    hold(proposal.round)
    standing = queries.find_change(proposal)
    if standing is not None:
        return standing
    pictures = [proposal.photo_id] if proposal.photo_id else []
    pictures += [one.upload_id for one in proposal.more_pictures]
    draft = ProposalDraft(
        round_id=proposal.round_id,
        account_id=by.id,
        organisation=proposal.organisation,
        entered_for=proposal.entered_for,
        proposal=proposal,
        base=snapshot(proposal),
        base_version=proposal.version,
        fields=dict(fields),
        pictures=[str(one) for one in pictures],
        documents=[[str(one.document_id), one.title] for one in proposal.documents],
        began_at=clock.now(),
        saved_at=clock.now(),
    )
    db.session.add(draft)
    flush()
    return draft


def keep_page(
    *,
    draft: ProposalDraft,
    page: str,
    names: set[str],
    typed: Fields,
    by: Account,
    seen: int,
) -> None:
    """Keep one page as typed. `names` are the fields it has; `seen` the version it was drawn from.

    Raises `Refused` when somebody else saved this page meanwhile: look at theirs first.
    """
    _lock(draft)
    kept = {name: values for name, values in draft.fields.items() if base_name(name) in names}
    new = {name: values for name, values in typed.items() if base_name(name) in names}
    version, whose = draft.touched.get(page, (0, by.actor))
    if whose != by.actor and version > seen and kept != new:
        raise Refused(CHANGED)
    if kept == new and page in draft.touched:
        return
    others = {name: values for name, values in draft.fields.items() if name not in kept}
    draft.fields = {**others, **new}
    _touch(draft, page, by)


def base_name(name: str) -> str:
    """The field a name of a form belongs to: `costs` of `costs-0-what`."""
    return name.split("-")[0]


def add_picture(*, draft: ProposalDraft, upload_id: UUID, by: Account) -> None:
    """One more picture; the same one is there once."""
    _lock(draft)
    if len(draft.pictures) >= MOST_PICTURES:
        raise Refused(N_("Six pictures are enough. Take one off first."), "photo")
    if str(upload_id) not in draft.pictures:
        draft.pictures = [*draft.pictures, str(upload_id)]
        _touch(draft, "where", by)


def take_picture_off(*, draft: ProposalDraft, upload_id: str, by: Account) -> None:
    _lock(draft)
    draft.pictures = [one for one in draft.pictures if one != upload_id]
    _touch(draft, "where", by)


def add_document(*, draft: ProposalDraft, document_id: UUID, title: str, by: Account) -> None:
    """One more document, with what it is."""
    _lock(draft)
    if len(draft.documents) >= MOST_DOCUMENTS:
        raise Refused(N_("Eight documents are enough. Take one off first."), "document")
    draft.documents = [*draft.documents, [str(document_id), title]]
    _touch(draft, "more", by)


def clear(*, draft: ProposalDraft, name: str) -> None:
    """Forget one field: what it was for has been done."""
    draft.fields = {key: values for key, values in draft.fields.items() if key != name}
    flush()


def take_document_off(*, draft: ProposalDraft, document_id: str, by: Account) -> None:
    _lock(draft)
    gone = [UUID(one) for one, _title in draft.documents if one == document_id]
    draft.documents = [pair for pair in draft.documents if pair[0] != document_id]
    _touch(draft, "more", by)
    _forget_documents(gone)


def _lock(draft: ProposalDraft) -> None:
    """Whoever writes to the same draft waits, and then sees what the first one kept."""
    advisory_lock(f"draft {draft.id}")
    db.session.refresh(draft)
    if draft.sent_at is not None:
        raise Refused(N_("This has been sent in already."))


def _touch(draft: ProposalDraft, page: str, by: Account) -> None:
    draft.version += 1
    draft.saved_at = clock.now()
    draft.touched = {**draft.touched, page: (draft.version, by.actor)}
    flush()


def send(*, draft: ProposalDraft, content: Content, by: Account) -> tuple[Proposal, bool]:
    """Send it in, or send the change; the proposal, and whether this very click did it.

    Raises `Refused` beside the field to mend; nothing is lost by that.
    """
    hold(draft.round)
    db.session.refresh(draft)
    if draft.sent_at is not None and draft.proposal is not None:
        return draft.proposal, False
    if draft.is_change and draft.proposal is not None:
        proposal = sending.edit(
            proposal=draft.proposal, content=content, by=by, version=draft.base_version or 0
        )
    else:
        for_whom = (
            EnteredFor(draft.entered_for, draft.entered_for_email) if draft.entered_for else None
        )
        proposal = sending.submit(
            round=draft.round,
            organisation=draft.organisation,
            content=content,
            by=by,
            entered_for=for_whom,
        )
    draft.proposal = proposal
    draft.sent_at = clock.now()
    # It stands in the proposal now.
    draft.fields, draft.pictures, draft.documents, draft.base = {}, [], [], {}
    flush()
    return proposal, True


def catch_up(*, draft: ProposalDraft) -> list[tuple[str, str, str]]:
    """What changed in the proposal since the writing began: (field, before, now).

    From now on the draft counts as begun after it; sending it replaces what it was shown.
    """
    proposal = draft.proposal
    if proposal is None or not draft.is_change:
        return []
    now = snapshot(proposal)
    changed = [
        (field, draft.base.get(field, ""), value)
        for field, value in now.items()
        if draft.base.get(field, "") != value
    ]
    draft.base, draft.base_version = now, proposal.version
    flush()
    return changed


def throw_away(*, draft: ProposalDraft) -> None:
    """Forget a draft for good, its documents too. What has been sent in stays."""
    ids = [UUID(one) for one, _title in draft.documents]
    db.session.delete(draft)
    flush()
    _forget_documents(ids)


def forget_old() -> int:
    """Delete drafts nobody came back to, and those that were sent; returns how many."""
    now = clock.now()
    query = select(ProposalDraft).where(
        (ProposalDraft.saved_at < now - KEPT_FOR) | (ProposalDraft.sent_at < now - SENT_KEPT_FOR)
    )
    found = list(db.session.scalars(query))
    for draft in found:
        throw_away(draft=draft)
    return len(found)


def _forget_documents(ids: list[UUID]) -> None:
    """Those that no proposal took over. Their files go once nothing names them."""
    taken = select(ProposalDocument.document_id)
    db.session.execute(delete(Document).where(Document.id.in_(ids), Document.id.not_in(taken)))
