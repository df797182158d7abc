"""Read set-up files (TOML): what can be read is, and every fault is said with its place."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from pbapp.boards.queries import is_slug
from pbapp.places.problems import FileProblems, brief

MOST_BYTES = 2_000_000
Kind = TypeVar("Kind", bound=StrEnum)


def read_toml(content: bytes) -> dict[str, Any]:
    """A file's tables; numbers with a point are `Decimal`. Raises `FileProblems`."""
    if len(content) > MOST_BYTES:
        raise FileProblems(["The file is larger than 2 MB. Such a file is a few pages of text."])
    try:
        return tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise FileProblems(["The file is not text in UTF-8."]) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FileProblems([f"The file is not TOML: {brief(error, 200)}."]) from error


class TomlReader:
    """Reads one value at a time and notes what is wrong, each with its place in the file."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def slug(self, facts: dict[str, Any], place: str) -> str:
        value = self.text(facts, "slug", place, 60)
        if value and not is_slug(value):
            self.problems.append(
                f"{place}.slug has to be small letters, digits and hyphens, like mental-health."
            )
        return value

    def text(
        self,
        facts: dict[str, Any],
        name: str,
        place: str,
        most: int | None = None,
        optional: bool = False,
    ) -> str:
        value = facts.get(name, "" if optional else None)
        if not isinstance(value, str) or not (value.strip() or optional):
            self.problems.append(f"{place}.{name} has to be text.")
            return ""
        if "\0" in value or (most is not None and len(value.strip()) > most):
            self.problems.append(f"{place}.{name} can have at most {most} characters.")
        return value.strip()

    def day(
        self, facts: dict[str, Any], name: str, place: str, optional: bool = False
    ) -> date | None:
        value = facts.get(name)
        if value is None and optional:
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            self.problems.append(f"{place}.{name} has to be a day like 2027-03-31, without quotes.")
            return None
        return value

    def one_of(
        self,
        kinds: type[Kind],
        facts: dict[str, Any],
        name: str,
        place: str,
        otherwise: Kind | None = None,
    ) -> Kind:
        value = facts.get(name, otherwise)
        if value in set(kinds):
            return kinds(value)
        known = ", ".join(kind.value for kind in kinds)
        self.problems.append(f"{place}.{name} has to be one of: {known}.")
        return next(iter(kinds))

    def tables(self, facts: dict[str, Any], name: str, place: str) -> list[dict[str, Any]]:
        value = facts.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.problems.append(f"{place}{'.' if place else ''}{name} has to be a list of tables.")
            return []
        return value

    def each(self, facts: dict[str, Any], name: str, place: str) -> list[tuple[Any, str]]:
        tables = self.tables(facts, name, place)
        return [(one, f"{place}.{name}[{n}]") for n, one in enumerate(tables, 1)]
