"""Rules for the files around the code: locks, settings, documents."""

from __future__ import annotations

import json
import re

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.house.source import PACKAGE, ROOT, committed, project

TOP_LEVEL = {
    *(".ci", ".env.example", ".gitignore", ".npmrc", "CHANGELOG.md", "LICENSE", "Makefile"),
    *("README.md", "bench", "docs", "geodata", "migrations", "package-lock.json", "package.json"),
    *("pbapp", "pyproject.toml", "requirements.lock", "static", "templates", "tests", "tools"),
    "translations",
}
PINNED = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ; (.*?))?(?: \\)?$", re.MULTILINE)


def test_the_top_level_stays_as_it_is() -> None:
    there = {path.relative_to(ROOT).parts[0] for path in committed()}
    assert there <= TOP_LEVEL, f"find them a room: {there - TOP_LEVEL}"


def test_the_lock_has_what_the_project_asks_for() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned: dict[str, list[str]] = {}
    for name, version, _ in PINNED.findall(lock):
        pinned.setdefault(name, []).append(version)
    asked = project()["project"]
    unmet = [
        text
        for text in asked["dependencies"] + asked["optional-dependencies"]["dev"]
        if not any(
            wanted.specifier.contains(Version(version))
            for wanted in [Requirement(text)]
            for version in pinned.get(re.sub(r"[._]", "-", wanted.name.lower()), [])
        )
    ]
    assert not unmet, f"run `make lock`: {unmet}"


@pytest.mark.parametrize("name", ["requirements.lock", "tools/node.lock"])
def test_every_package_in_a_lock_is_checked_and_none_says_where_from(name: str) -> None:
    lock = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", lock.strip())
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in lock


def test_the_lock_of_the_front_end_says_not_where_from() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for package in packages.values():
        package.pop("funding", None)  # where its makers ask for money, not where it came from
    assert "://" not in json.dumps(packages)
    assert all("integrity" in package for name, package in packages.items() if name)


def test_front_end_packages_are_pinned_exactly() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    versions = package["dependencies"] | package["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())
    assert "axe-core" not in package["dependencies"]  # it is for tests, not for people's phones


def test_every_setting_is_explained_and_every_explained_one_is_read() -> None:
    source = (PACKAGE / "config.py").read_text(encoding="utf-8")
    read = set(re.findall(r'"((?:PBAPP_|DATABASE_)[A-Z_]+)"', source))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == read


def test_the_documents_name_only_commands_of_make_that_there_are() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {
        command
        for path in committed()
        if path.suffix == ".md"
        for command in re.findall(r"`make ([a-z-]+)", path.read_text(encoding="utf-8"))
    }
    assert named <= targets
    assert {"setup", "run", "test", "lint", "demo-reset"} <= targets
