"""The address with which whoever complained reads the answer and goes on, without an account."""

from __future__ import annotations

from datetime import timedelta

from flask import url_for

from pbapp.complaints.models import Complaint
from pbapp.web.signed import Keys

KEYS = Keys("read a complaint", timedelta(days=365))


def url_of(complaint: Complaint) -> str:
    key = KEYS.make(complaint.reference)
    return url_for("complaints.detail", reference=complaint.reference, key=key, _external=True)


def opens(complaint: Complaint, key: str | None) -> bool:
    """Whether a key from a link is for this complaint and not too old."""
    return bool(KEYS.read(key) == complaint.reference)
