"""The photo of an entry, from its form: a new one, a better description, or none."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _

from pbapp import clock
from pbapp.assets.adding.forms import MoreForm
from pbapp.db import db, flush
from pbapp.refusal import N_, Refused
from pbapp.web import drafts, uploads
from pbapp.web.context import settings
from pbapp.web.models import Upload
from pbapp.web.uploads import store_picture


def take(form: MoreForm, kept: UUID | None) -> UUID | None:
    """The photo the entry has after this form; `kept` is the one before.

    Raises `Refused` beside `photo`. One without its words is kept: nobody picks a file twice.
    Whoever sends the entry asks `check_described` first.
    """
    file, alt = form.photo.data, (form.photo_alt.data or "").strip()
    if file and file.filename:
        words = alt or _("Not described yet")
        picture = store_picture(stream=file.stream, alt=words, folder=settings().uploads)
        keep_waiting(picture.id)
        return picture.id
    upload = find(kept)
    if upload is None or form.drop_photo.data:
        return None
    return upload.id if alt in ("", upload.alt) else _described_anew(upload, alt).id


def check_described(form: MoreForm, photo_id: UUID | None) -> None:
    """Raise `Refused` beside `photo_alt` for a photo that its form says nothing about."""
    if photo_id is not None and not (form.photo_alt.data or "").strip():
        raise Refused(N_("Describe the picture for people who cannot see it."), "photo_alt")


def keep_waiting(photo_id: UUID | None) -> None:
    """A picture of a form that is not sent yet stays as long as the form, and a day."""
    upload = find(photo_id)
    if upload is not None:
        upload.waits_until = clock.now() + drafts.KEPT_FOR + timedelta(days=1)
        flush()


def forget_waiting() -> None:
    """Delete the pictures of entries nobody sent."""
    uploads.forget_waiting(settings().uploads)


def _described_anew(upload: Upload, alt: str) -> Upload:
    """The same picture with other words: what is published keeps its own until this is approved."""
    copy = Upload(
        digest=upload.digest,
        media_type=upload.media_type,
        width=upload.width,
        height=upload.height,
        alt=alt,
        language=upload.language,
        uploaded_at=clock.now(),
        waits_until=clock.now() + drafts.KEPT_FOR + timedelta(days=1),
    )
    db.session.add(copy)
    flush()
    return copy


def find(photo_id: UUID | None) -> Upload | None:
    return db.session.get(Upload, photo_id) if photo_id else None


def read_id(value: str | None) -> UUID | None:
    """An id from a draft or a hidden field, or None for anything else."""
    try:
        return UUID(value) if value else None
    except ValueError:
        return None
