"""A file that cannot be imported, with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable

SHOWN = 20


class FileProblems(Exception):
    """Nothing of the file was taken; `problems` has a sentence for each thing to put right."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.shown()))

    def shown(self) -> list[str]:
        """The first problems, and how many more there are."""
        more = len(self.problems) - SHOWN
        return self.problems[:SHOWN] + ([f"… and {more} more like these."] if more > 0 else [])


def brief(value: object, length: int = 60) -> str:
    """Something out of a file, safe and short enough to repeat in a sentence."""
    text = str(value)[: length * 2]
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text if len(text) <= length else text[:length] + "…"
