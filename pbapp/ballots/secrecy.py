"""How a ballot is parted from its voter and fixed in place: SHA-256, HMAC, and nothing else.

Pure functions. `parts` are joined with their lengths in front, so that no two lists of parts give
the same bytes; every use has its own first byte or word, so no hash can stand in for another.
"""

from __future__ import annotations

import hashlib
import hmac

# Crockford's base 32: no I, L, O or U, which people misread. Sixteen of these are 80 bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RECEIPT_LENGTH = 16
LEAF = b"\x00"


def voter_tag(key: bytes, round_id: int, voter_id: str) -> str:
    """What a ballot carries in place of its voter; only the round's key derives it again."""
    return _keyed(key, "voter", str(round_id), voter_id).hex()


def identifier_digest(key: bytes, round_id: int, kind: str, *values: str) -> str:
    """One way to recognise a person, without keeping what they typed."""
    return _keyed(key, "identifier", str(round_id), kind, *values).hex()


def leaf(round_id: int, config_hash: str, content: str, salt: bytes) -> str:
    """leaf = H(0‖round‖config_hash‖content‖salt): fixes a ballot without telling it."""
    body = _joined(str(round_id).encode(), config_hash.encode(), content.encode(), salt)
    return hashlib.sha256(LEAF + body).hexdigest()


def receipt(key: bytes, ballot_id: str) -> str:
    """The receipt of a ballot: derived, so that sending twice gives the same one."""
    number = int.from_bytes(_keyed(key, "receipt", ballot_id)[:10], "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(RECEIPT_LENGTH)))


def receipt_hash(round_id: int, text: str) -> str:
    """What the database keeps of a receipt, so that it cannot be read from there."""
    return hashlib.sha256(_joined(b"receipt", str(round_id).encode(), text.encode())).hexdigest()


def in_fours(text: str) -> str:
    """K7FQ-2QP9-RD4M-XW3T."""
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def tidy_receipt(typed: str) -> str | None:
    """A receipt as people type or read it out, or None if it cannot be one."""
    plain = "".join(c for c in typed.upper() if c.isalnum()).translate(str.maketrans("OIL", "011"))
    whole = len(plain) == RECEIPT_LENGTH and all(letter in ALPHABET for letter in plain)
    return plain if whole else None


def _keyed(key: bytes, *parts: str) -> bytes:
    return hmac.digest(key, _joined(*(part.encode() for part in parts)), "sha256")


def _joined(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
