"""The address with which whoever complained reads the answer and goes on, without an account."""

from __future__ import annotations

from datetime import timedelta

from flask import url_for
from itsdangerous import BadData, URLSafeTimedSerializer

from pbapp.complaints.models import Complaint
from pbapp.web.context import settings

GOOD_FOR = timedelta(days=365)


def url_of(complaint: Complaint) -> str:
    key = _signer().dumps(complaint.reference)
    return url_for("complaints.detail", reference=complaint.reference, key=key, _external=True)


def opens(complaint: Complaint, key: str | None) -> bool:
    """Whether a key from a link is for this complaint and not too old."""
    try:
        said = _signer().loads(key or "", max_age=int(GOOD_FOR.total_seconds()))
    except BadData:
        return False
    return bool(said == complaint.reference)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt="read a complaint")
