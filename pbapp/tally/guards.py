"""Guards on a ballot: the usual answer to a group that votes for its own project alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChoiceGuard:
    """How many projects a ballot may name: exactly, at least, up to."""

    at_least: int = 1
    up_to: int | None = None

    def __post_init__(self) -> None:
        if self.at_least < 0 or (self.up_to is not None and self.up_to < self.at_least):
            raise ValueError("a ballot cannot name at least more than it may name")

    @classmethod
    def exactly(cls, choices: int) -> ChoiceGuard:
        return cls(at_least=choices, up_to=choices)

    def allows(self, choices: int) -> bool:
        return choices >= self.at_least and (self.up_to is None or choices <= self.up_to)
