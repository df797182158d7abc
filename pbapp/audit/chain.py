"""How one event's hash is made."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from pbapp.audit.models import Event


def event_hash(event: Event) -> str:
    """SHA-256 over everything an event says, the hash before it included."""
    said = [
        event.number,
        _moment(event.at),
        event.actor,
        event.verb,
        event.subject_type,
        event.subject_id,
        event.board_id,
        event.facts,
        event.previous_hash,
    ]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
