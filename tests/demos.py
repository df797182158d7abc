"""The demo in a folder: loaded once for a whole run, and copied for those who change it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def load_demo(folder: Path) -> Path:
    """A demo in a folder of its own, with its maps drawn; `copy_demo` makes others of it."""
    for command in (["upgrade"], ["demo"], ["maps", "build"]):
        done = subprocess.run(
            [sys.executable, "-m", "pbapp", *command],
            cwd=ROOT,
            env=environment_of(folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, f"`pbapp {' '.join(command)}` failed:\n{done.stdout}"
    return folder


def copy_demo(loaded: Path, folder: Path) -> Path:
    """The same demo once more, to be changed by one test alone."""
    for name in ("instance", "instance-keys"):
        shutil.copytree(loaded / name, folder / name)
    return folder


def settings_of(folder: Path) -> dict[str, str]:
    """The settings that make an application serve the demo in a folder."""
    return {"PBAPP_DEMO": "1", "PBAPP_INSTANCE": str(folder / "instance")}


def environment_of(folder: Path) -> dict[str, str]:
    """The same for a process of its own, started from anywhere."""
    environment = {**os.environ, **settings_of(folder), "PYTHONPATH": str(ROOT)}
    environment.pop("DATABASE_URL", None)
    return environment
