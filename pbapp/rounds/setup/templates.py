"""What a new round can start from, and example projects: both from data/templates.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "data" / "templates.toml"


@dataclass(frozen=True)
class Template:
    """Presets for everything. `facts` is the file's entry; amounts in it are in pounds."""

    key: str
    name: str
    about: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class ExampleProject:
    """A made-up project. `share` is its cost in hundredths of the pot."""

    title: str
    summary: str
    share: int


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text())


def list_templates() -> list[Template]:
    return [
        Template(entry["key"], entry["name"], entry["about"], entry)
        for entry in _file()["templates"]
    ]


def find_template(key: str) -> Template | None:
    return next((template for template in list_templates() if template.key == key), None)


def list_examples() -> list[ExampleProject]:
    return [ExampleProject(e["title"], e["summary"], e["share"]) for e in _file()["examples"]]
