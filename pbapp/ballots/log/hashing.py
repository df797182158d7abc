"""Merkle roots and heads of the ballot log: SHA-256 and nothing else. Pure functions.

The tree is that of RFC 6962 (Certificate Transparency) over leaves that are hashes already. A
first byte parts the uses: 0 a leaf, 1 a node, 2 a head.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

NODE, HEAD = b"\x01", b"\x02"


def merkle_root(leaves: Iterable[str]) -> str:
    """The root over `leaves` (64 hexadecimal digits each) in sorted order; of none, SHA-256("")."""
    return _root([bytes.fromhex(leaf) for leaf in sorted(leaves)]).hex()


def _root(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    left = 1 << (len(hashes) - 1).bit_length() - 1  # the largest power of two below the number
    return hashlib.sha256(NODE + _root(hashes[:left]) + _root(hashes[left:])).digest()


@dataclass(frozen=True)
class Step:
    """One step from a leaf to the root: the hash it is joined with, and on which side that is."""

    sibling: str
    is_left: bool


def path(leaves: Iterable[str], leaf: str) -> tuple[Step, ...]:
    """The steps from one of these leaves up to their root; none where it is the only one."""
    hashes = [bytes.fromhex(one) for one in sorted(leaves)]
    return tuple(_path(hashes, hashes.index(bytes.fromhex(leaf))))


def _path(hashes: Sequence[bytes], place: int) -> list[Step]:
    if len(hashes) == 1:
        return []
    left = 1 << (len(hashes) - 1).bit_length() - 1
    if place < left:
        return [*_path(hashes[:left], place), Step(_root(hashes[left:]).hex(), is_left=False)]
    return [*_path(hashes[left:], place - left), Step(_root(hashes[:left]).hex(), is_left=True)]


def root_over(leaf: str, steps: Iterable[Step]) -> str:
    """The root that a leaf and its path lead to."""
    here = bytes.fromhex(leaf)
    for step in steps:
        other = bytes.fromhex(step.sibling)
        pair = other + here if step.is_left else here + other
        here = hashlib.sha256(NODE + pair).digest()
    return here.hex()


def head(previous: str, root: str, size: int, total: int, day: date, kind: str) -> str:
    """head = H(2‖previous head‖root‖size‖total‖day‖kind).

    Parts are ASCII text, each with its length in four bytes (big-endian) before it. The head
    before the first batch is the `config_hash` of the sealed rules.
    """
    parts = (previous, root, str(size), str(total), day.isoformat(), kind)
    body = b"".join(len(part).to_bytes(4, "big") + part.encode() for part in parts)
    return hashlib.sha256(HEAD + body).hexdigest()
