"""Rules for the code that a linter does not know."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

from pbapp.jobs.worker import JOB_MODULES
from tests.house.source import (
    PACKAGE,
    ROOT,
    calls_of,
    committed,
    imports_of,
    modules,
    name_of,
    tree_of,
)

LONGEST_MODULE = 500
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
ASKING = {name.partition(".")[2] for name in CLOCKS}
HEAVY = {
    "folium": {"maps"},
    "branca": {"maps"},
    "geopandas": {"maps", "places"},
    "pyogrio": {"maps", "places"},
    "weasyprint": {"web"},
    "docx": {"papers"},
    "lxml": {"papers"},
}


def test_no_module_is_too_long_to_read() -> None:
    long = {
        name_of(path): lines
        for path in [*modules(), *modules(ROOT / "tests"), *modules(ROOT / "tools")]
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    }
    assert not long, f"longer than {LONGEST_MODULE} lines; split by verb: {long}"


def test_only_the_clock_asks_the_machine_for_the_time() -> None:
    asked = [
        f"{name_of(path)}:{node.lineno} {ast.unparse(node)}"
        for path in modules()
        if path != PACKAGE / "clock.py"
        for node in calls_of(path)
        if isinstance(node.func, ast.Attribute)
        and node.func.attr in ASKING
        and ".".join(ast.unparse(node.func).split(".")[-2:]) in CLOCKS
    ]
    assert not asked, f"use pbapp.clock, which tests can freeze: {asked}"


def test_the_worker_knows_every_kind_of_job() -> None:
    """A job whose module the worker does not import is asked for and never done."""
    registering = {
        name_of(path).removesuffix(".py").replace("/", ".")
        for path in modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef)
        and any(ast.unparse(decorator).startswith("job(") for decorator in node.decorator_list)
    }
    assert registering == set(JOB_MODULES)


def test_every_package_holds_something() -> None:
    packages = [path.parent for path in PACKAGE.rglob("__init__.py")]
    empty = [
        name_of(package)
        for package in packages
        if len(tree_of(package / "__init__.py").body) < 2
        and not any(path.name != "__init__.py" for path in package.rglob("*.py"))
    ]
    assert not empty, f"a room that is not built yet does not exist yet: {empty}"


@pytest.mark.parametrize(("library", "rooms"), HEAVY.items(), ids=list(HEAVY))
def test_a_heavy_library_stays_in_its_rooms(library: str, rooms: set[str]) -> None:
    elsewhere = [
        name_of(path)
        for path in modules()
        if any(name.split(".")[0] == library for name in imports_of(path))
        and path.relative_to(PACKAGE).parts[0] not in rooms
    ]
    assert not elsewhere, f"{library} belongs in {rooms}: {elsewhere}"


def test_a_web_process_loads_no_library_that_only_the_worker_needs(tmp_path) -> None:
    code = (
        "import sys, pbapp; pbapp.create_app(); "
        f"print(*sorted({set(HEAVY) | {'pandas', 'matplotlib', 'numpy'}} & set(sys.modules)))"
    )
    environment = {
        "PBAPP_MODE": "testing",
        "PBAPP_INSTANCE": str(tmp_path / "instance"),
        "PBAPP_KEYS": str(tmp_path / "keys"),
    }
    loaded = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.strip() == ""


def test_the_count_stands_alone() -> None:
    """`pbapp tally` needs no database and no framework, so importing it must bring none."""
    code = "import sys, pbapp.tally; print(*({'flask', 'sqlalchemy', 'jinja2'} & set(sys.modules)))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == ""


def test_nothing_names_a_folder_of_somebodys_machine() -> None:
    folders = re.compile("(?<![.\\w/-])/(" + "|".join(("work", "root", "home", "Users")) + ")/\\w")
    named = [
        f"{name_of(path)}:{number}"
        for path in committed()
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if folders.search(line)
    ]
    assert not named


def text_of(path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
