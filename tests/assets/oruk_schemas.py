"""The schemas of Open Referral UK 3.0 and HSDS 3.0, closed: a key that they do not name fails."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.conftest import SHARED

FOLDERS = {"oruk": "oruk-3.0", "hsds": "hsds-3.0"}


@cache
def validator(family: str, name: str) -> Draft202012Validator:
    """`family` is oruk or hsds; `name` is a file of its folder without its ending."""
    folder = SHARED / "hsds" / FOLDERS[family]
    registry: Registry = Registry().with_resources(
        (path.name, _resource(path)) for path in folder.glob("*.json")
    )
    schema = _closed(json.loads((folder / f"{name}.json").read_text()))
    return Draft202012Validator(schema, registry=registry, format_checker=FormatChecker())


def faults(family: str, name: str, thing: Any) -> list[str]:
    found = validator(family, name).iter_errors(thing)
    return [f"{family} {name} {error.json_path}: {error.message}" for error in found]


def _resource(path: Path) -> Resource:
    return Resource(contents=_closed(json.loads(path.read_text())), specification=DRAFT202012)


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict):
        made["properties"] = {k: _closed(v) for k, v in schema["properties"].items()}
        made["additionalProperties"] = False
    return made
