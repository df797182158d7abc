"""Short addresses for paper: eight signs that lead to an entry. Pure.

They are the first forty bits of the entry's own id, in Crockford's alphabet, which has no I, L, O
or U: what looks alike on paper is read alike.
"""

from __future__ import annotations

from uuid import UUID

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH, BITS = 8, 5
REST = 128 - LENGTH * BITS
_ALIKE = str.maketrans("OIL", "011")


def code_of(id: UUID) -> str:
    """The code of an entry, as printed: 7K3M9QXA."""
    value = id.int >> REST
    return "".join(LETTERS[value >> place & 31] for place in range((LENGTH - 1) * BITS, -1, -BITS))


def ids_of(typed: str) -> tuple[UUID, UUID] | None:
    """The lowest and the highest id a code may stand for, as typed; None if it is no code."""
    code = typed.upper().replace("-", "").replace(" ", "").translate(_ALIKE)
    if len(code) != LENGTH or not set(code) <= set(LETTERS):
        return None
    value = 0
    for sign in code:
        value = value << BITS | LETTERS.index(sign)
    first = value << REST
    return UUID(int=first), UUID(int=first | (1 << REST) - 1)
