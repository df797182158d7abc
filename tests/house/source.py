"""The project's own source, as the rules of the house read it."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "pbapp"


def modules(folder: Path = PACKAGE) -> list[Path]:
    """Every Python file under a folder."""
    return sorted(folder.rglob("*.py"))


def name_of(path: Path) -> str:
    """A path as people write it, from the project's root."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def calls_of(path: Path) -> list[ast.Call]:
    """Every call that a file makes."""
    return [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]


@cache
def imports_of(path: Path) -> list[str]:
    """The names of the modules that a file imports, wherever in it."""
    found: list[str] = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return found


def committed() -> list[Path]:
    """Every file that is part of the project; skips the test where git cannot tell."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is not a clone, so git cannot tell what is part of the project")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file() and not path.is_symlink()]


@cache
def project() -> dict:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def heights() -> dict[str, int]:
    """How high each room stands in the import contract: a larger number may import a smaller."""
    contract = project()["tool"]["importlinter"]["contracts"][0]
    found: dict[str, int] = {}
    for height, layer in enumerate(reversed(contract["layers"])):
        for room in layer.replace("|", ":").split(":"):
            found[room.strip().strip("()")] = height
    return found


def room_of(module: str) -> str:
    """`places` for `pbapp.places.models`."""
    return module.split(".")[1]
