"""The scripts behind `make setup` and `make demo-reset`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT
from tools import setup


def test_an_entry_of_the_lock_comes_with_all_its_hashes() -> None:
    entry = setup.lock_entry("uv")
    assert entry.startswith("uv==")
    assert entry.count("--hash=sha256:") > 5
    assert "==" not in entry[4:]


def test_a_package_that_is_not_in_the_lock_stops_the_set_up() -> None:
    with pytest.raises(setup.Stopped, match="make lock"):
        setup.lock_entry("no-such-package")


def test_a_stamp_holds_until_what_it_was_made_from_changes(tmp_path: Path) -> None:
    (source := tmp_path / "lock").write_text("one")
    setup.Stamp(tmp_path / "stamp", source).set()
    assert setup.Stamp(tmp_path / "stamp", source).holds()
    source.write_text("two")
    assert not setup.Stamp(tmp_path / "stamp", source).holds()


def test_a_failed_step_ends_in_its_advice(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(setup.Stopped, match="Plug it in"):
        setup.run([sys.executable, "-c", "print('no power'); raise SystemExit(3)"], "Plug it in.")
    assert "no power" in capsys.readouterr().err


def test_a_step_whose_program_is_missing_ends_in_its_advice() -> None:
    with pytest.raises(setup.Stopped, match=r"did not start .* Plug it in"):
        setup.run(["/no/such/program"], "Plug it in.")


def test_an_old_python_is_named_in_the_refusal(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(setup, "OLDEST_PYTHON", (99, 0))
    monkeypatch.setattr(setup, "VENV", tmp_path / ".venv")
    with pytest.raises(setup.Stopped, match=r"newer is needed and this is 3\."):
        setup.python_environment()


@pytest.mark.parametrize(("said", "enough"), [("v18.2.0", True), ("v16.9.1", False), ("?", False)])
def test_an_old_node_is_not_used(tmp_path: Path, said: str, enough: bool) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho '{said}'\n")
    node.chmod(0o755)
    assert setup.node_is_new_enough(node) is enough
    assert not setup.node_is_new_enough(tmp_path / "nothing")


def demo(act: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {"PBAPP_INSTANCE": str(folder / "instance"), **settings}
    return subprocess.run(
        [sys.executable, "tools/demo.py", act],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_a_demo_is_removed_with_its_keys(tmp_path: Path) -> None:
    assert demo("mark", tmp_path).returncode == 0
    (tmp_path / "instance" / "pbapp.sqlite3").write_text("rows")
    assert demo("reset", tmp_path).returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_an_installation_that_make_run_did_not_make_is_kept(tmp_path: Path) -> None:
    (tmp_path / "instance").mkdir()
    demo("mark", tmp_path)
    done = demo("reset", tmp_path)
    assert done.returncode == 1
    assert "Nothing was removed" in done.stderr
    assert (tmp_path / "instance-keys").is_dir()


def test_a_demo_with_a_database_elsewhere_is_kept(tmp_path: Path) -> None:
    demo("mark", tmp_path)
    done = demo("reset", tmp_path, DATABASE_URL="postgresql+psycopg://localhost/board")
    assert done.returncode == 1
    assert "DATABASE_URL is set" in done.stderr
    assert (tmp_path / "instance").is_dir()
