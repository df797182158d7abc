"""Words without what people write differently: case, accents, marks, endings. Pure."""

from __future__ import annotations

import unicodedata

MOST_WORDS = 8
LONGEST_WORD = 40
MOST_KEPT = 600  # words of one entry
# Letters that are no plain letter with a mark on it: Polish, Scots yogh and thorn, Nordic, Turkish.
# Apostrophes join what stands about them, however a keyboard writes them.
PLAIN = str.maketrans(
    {
        **{"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"},
        **{"ȝ": "z", "\u0131": "i"},
        **dict.fromkeys("'`\u2019\u2018\u00b4\u02bc\u02bb\uff07"),
    }
)


def _kept(character: str) -> str:
    """A letter or digit, nothing for a mark that is not seen, a space for any other."""
    if character.isalnum():
        return character
    return "" if unicodedata.category(character) in ("Mn", "Cf", "Cc") else " "


# The same for plain letters at once: names of groups are folded by the thousand for a search.
ASCII = {
    code: " " if chr(code) in "\n\t\r" else _kept(chr(code).translate(PLAIN) or "\0").lower()
    for code in range(128)
}


def fold(text: str) -> str:
    """Letters, digits and single spaces: "Café Łódź, St. Mary\u2019s" is "cafe lodz st marys"."""
    if text.isascii():
        return " ".join(text.translate(ASCII).split())
    plain = unicodedata.normalize("NFKD", text.casefold().translate(PLAIN)).casefold()
    spaced = plain.translate(PLAIN).replace("\n", " ").replace("\t", " ").replace("\r", " ")
    return " ".join("".join(map(_kept, spaced)).split())


def words_in(text: str, most: int = MOST_WORDS) -> list[str]:
    """The first words of what somebody typed, each once, none endless."""
    words = (word[:LONGEST_WORD] for word in fold(text).split())
    return list(dict.fromkeys(words))[:most]


def stems(word: str) -> tuple[str, ...]:
    """What its forms for one and for many begin with: hall and halls, library and libraries."""
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y", word[:-1]
    if len(word) > 3 and word.endswith("y") and word[-2] not in "aeiou":
        return word, f"{word[:-1]}ie"
    if len(word) > 4 and word.endswith(("ches", "shes", "sses", "xes")):
        return (word[:-2],)
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return (word[:-1],)
    return (word,)


def search_text(name: str, *rest: str) -> str:
    """What is searched of an entry: the words of its name, a bar, and those of all the rest.

    Each word has a space on either side, so that `% word %` finds it whole and `% wor%` its start.
    """
    first = words_in(name, MOST_KEPT)
    more = words_in(" ".join(rest), MOST_KEPT)
    return f" {' '.join(first)} | {' '.join(more)} "
