"""Recognising a person by what they type, however they type it. Pure functions.

Two people who are alike in everything asked must not become one, and one person must not become
two by a capital letter: see "Who is who" in docs/engineers/ballot-box.md.
"""

from __future__ import annotations

import unicodedata

# Narrower than a generation, so that a parent and child of one name fall in different bands.
BAND_STARTS = (12, 16, 25, 35, 45, 55, 65, 75)
TOO_YOUNG = "under"
GAPS = ("Pd", "Zs", "Cc")  # dashes, blanks and line ends part two words


def tidy_name(name: str) -> str:
    """The form names are compared in: letters only, no accents, no case, one blank between words.

    " Siân  O'Neil-Smith " is "sian oneil smith".
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    spaced = "".join(" " if c in ".," or unicodedata.category(c) in GAPS else c for c in plain)
    kept = (c for c in spaced if c == " " or c.isalnum())
    return " ".join("".join(kept).split())


def is_name(name: str) -> bool:
    """Whether this can be somebody's name: two letters at least, all of one alphabet.

    Letters that only look like ours would make one person many.
    """
    letters = [c for c in unicodedata.normalize("NFKC", name) if c.isalpha()]
    alphabets = {unicodedata.name(c, "?").split()[0] for c in letters}
    # Japanese and Chinese names mix their scripts as a matter of course.
    east = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL"}
    return len(letters) >= 2 and (len(alphabets) == 1 or alphabets <= east)


def tidy_contact(address: str) -> str:
    """One mailbox, one text: `jo+vote@example.org` is Jo's too."""
    name, at, host = address.strip().lower().rpartition("@")
    return f"{name.partition('+')[0] or name}{at}{host}"


def tidy_mobile(typed: str) -> str | None:
    """A British mobile number as +447700900123 (E.164), or None if it cannot be one.

    Numbers that cost their caller more (070) and pagers (076, but for the Isle of Man's) are none.
    """
    plain = "".join(c for c in typed if c not in " -.()\u00a0")
    for start, instead in (("00440", "0"), ("+440", "0"), ("0044", "0"), ("+44", "0")):
        if plain.startswith(start):
            plain = instead + plain.removeprefix(start)
            break
    if not (plain.isascii() and plain.isdigit() and len(plain) == 11):
        return None
    mobile = plain[:2] == "07" and (plain[2] not in "06" or plain.startswith("07624"))
    return f"+44{plain[1:]}" if mobile else None


def tidy_number(typed: str) -> str:
    """A code or a card number as it is compared: capital letters and plain digits only."""
    return "".join(c for c in typed.upper() if c.isascii() and c.isalnum())


def age_bands(min_age: int | None) -> list[tuple[str, int, int | None]]:
    """The age groups a round asks for: (value, from, up to and including).

    The first is for those too young to vote here, when the round has a least age.
    """
    least = min_age or 0
    starts = [0, *([least] if least else []), *(s for s in BAND_STARTS if s > least)]
    ends: list[int | None] = [start - 1 for start in starts[1:]]
    return [
        (TOO_YOUNG if least and start == 0 else str(start), start, end)
        for start, end in zip(starts, [*ends, None], strict=True)
    ]
