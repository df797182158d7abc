"""Values as Open Referral UK 3.0 and schema.org have them: ids, moments, addresses, no nothings."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID, uuid5

Thing = dict[str, Any]

# Ours, for ever: with another one every id that we ever gave out would change.
NAMESPACE = UUID("850e85dd-5601-40ed-9783-fe753d5ca4d0")
_VERSION_AND_VARIANT = 0xF << 76 | 0x3 << 62  # RFC 9562, 4.1 and 4.2
STATISTICS = "http://statistics.data.gov.uk/id/statistical-geography/"
URI = re.compile(
    r"https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?(/[\x21\x23-\x3b\x3d\x3f-\x5a_a-z~\x5b\x5d]*)?"
)
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def made_id(*parts: object) -> str:
    """A UUID for what has no row: the same for the same parts, always."""
    return str(uuid5(NAMESPACE, " ".join(str(part) for part in parts)))


def turned(name: str, id: UUID) -> UUID:
    """A UUID for the one thing of this name that belongs to a row; turned again it is the row's.

    So a thing is found by its id without trying all of them. Version and variant stay as they are.
    """
    return UUID(int=id.int ^ uuid5(NAMESPACE, name).int & ~_VERSION_AND_VARIANT)


def moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def as_uri(address: str | None) -> str | None:
    """A web address as a URI of plain ASCII; None for what cannot be one."""
    if not address:
        return None
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError):
        return None
    kept = "/:@!$&'()*+,;=~-._%"
    query = quote(parts.query, safe=kept + "?")
    made = urlunsplit((parts.scheme, host + port, quote(parts.path, safe=kept) or "/", query, ""))
    made = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", made)
    return made if len(made) <= 2000 and URI.fullmatch(made) else None


def tidy(value: Any) -> Any:
    """Without keys that hold nothing: null and "" are faults in this standard."""
    if isinstance(value, dict):
        kept = {}
        for key, inner in value.items():
            if isinstance(inner, dict | list):
                inner = tidy(inner)
                if inner:
                    kept[key] = inner
            elif inner is not None and not (isinstance(inner, str) and not inner.strip()):
                kept[key] = inner
        return kept
    return [tidy(inner) for inner in value] if isinstance(value, list) else value


def said(*texts: str) -> str:
    """The first text with something in it."""
    return next((text for text in texts if text.strip()), "")


def as_email(address: str) -> str | None:
    """An address of plain ASCII, as the standard wants it; None for any other."""
    return address if EMAIL.fullmatch(address) else None
