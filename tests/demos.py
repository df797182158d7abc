"""The demo in a folder: loaded once for a whole run, and copied for those who change it."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pbapp import create_app
from pbapp.config import from_environment
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.jobs.worker import load_jobs
from pbapp.upkeep import chores

ROOT = Path(__file__).resolve().parent.parent


def demo_of_run(run: Path) -> Path:
    """The one demo of all processes that share a folder: who needs it first loads it.

    The others wait; should a process die meanwhile, its lock is gone with it and the next loads.
    """
    folder = run / "demo"
    with (run / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            load_demo(Path(tempfile.mkdtemp(prefix="demo-", dir=run))).rename(folder)
    return folder


def load_demo(folder: Path) -> Path:
    """A demo in a folder of its own; `copy_demo` makes others of it.

    What the worker does in its first minute is done as well (the maps, the files of the board
    pack), so that nobody who serves a copy has it to do again.
    """
    for command in ("upgrade", "demo"):
        done = subprocess.run(
            [sys.executable, "-m", "pbapp", command],
            cwd=ROOT,
            env=environment_of(folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, f"`pbapp {command}` failed:\n{done.stdout}"
    app = create_app(from_environment(settings_of(folder)))
    load_jobs()
    with app.app_context():
        chores()
        jobs.run_due()
        db.session.remove()
        db.engine.dispose()
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
