"""Words without what people write differently: case, accents, marks, endings. Pure."""

from __future__ import annotations

import unicodedata

MOST_WORDS = 8
LONGEST_WORD = 40
MOST_KEPT = 600  # words of one entry
# Letters that are no plain letter with a mark on it: Polish, Scots yogh and thorn, Nordic, Turkish.
PLAIN = str.maketrans(
    {
        **{"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"},
        **{"ȝ": "z", "\u0131": "i", "'": None, "\u2019": None, "\u2018": None, "`": None},
    }
)


def fold(text: str) -> str:
    """Letters, digits and single spaces: "Café Łódź, St. Mary\u2019s" is "cafe lodz st marys"."""
    plain = unicodedata.normalize("NFKD", text.casefold()).casefold().translate(PLAIN)
    kept = "".join(
        c if c.isalnum() else "" if unicodedata.category(c) in ("Mn", "Cf", "Cc") else " "
        for c in plain.replace("\n", " ").replace("\t", " ").replace("\r", " ")
    )
    return " ".join(kept.split())


def words_in(text: str, most: int = MOST_WORDS) -> list[str]:
    """The first words of what somebody typed, each once, none endless."""
    words = (word[:LONGEST_WORD] for word in fold(text).split())
    return list(dict.fromkeys(words))[:most]


def stem(word: str) -> str:
    """A word without the end that makes it many: halls, churches, libraries."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3]
    if len(word) > 4 and word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def search_text(name: str, *rest: str) -> str:
    """What is searched of an entry: the words of its name, a bar, and those of all the rest.

    Each word has a space on either side, so that `% word %` finds it whole and `% wor%` its start.
    """
    first = words_in(name, MOST_KEPT)
    more = words_in(" ".join(rest), MOST_KEPT)
    return f" {' '.join(first)} | {' '.join(more)} "
