"""The real server with its worker, as `make run` starts them."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from pbapp import cli, serving
from pbapp import db as database
from pbapp.config import ROOT, Config
from tests.served import LONG, free_port, wait_for


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "PBAPP_DEMO": "1",
        "PBAPP_INSTANCE": str(folder / "instance"),
        "PYTHONPATH": str(ROOT),
        **more,
    }


def pbapp(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pbapp", *arguments],
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        timeout=LONG,
        cwd=ROOT,
    )


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty demo whose tables are up to date: copies of it are served and changed."""
    folder = tmp_path_factory.mktemp("upgraded")
    done = pbapp(folder, "upgrade")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def here(upgraded: Path, tmp_path: Path) -> Path:
    """The same once more, for one test alone."""
    return shutil.copytree(upgraded, tmp_path / "here")


class Answered:
    """What a command said that ran in this process, which is quicker than to start another."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str, **more: str
    ) -> None:
        monkeypatch.setattr(sys, "argv", ["pbapp", *arguments])
        monkeypatch.setattr(database, "lock_wait_seconds", 20.0)  # which it sets, for all
        for name, value in environment(folder, **more).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as left:
            cli.main()
        self.returncode = left.value.code


class Served:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / "log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pbapp", "serve", "--port", str(self.port)],
                env=environment(folder),
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                start_new_session=True,
            )
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )

    def get(self, path: str) -> str:
        with self.opener.open(f"http://127.0.0.1:{self.port}{path}", timeout=LONG) as answer:
            return str(answer.read().decode())

    def post(self, path: str, page: str, **fields: str) -> str:
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        data = urllib.parse.urlencode({"csrf_token": token[1], **fields}).encode()
        with self.opener.open(f"http://127.0.0.1:{self.port}{path}", data, timeout=LONG) as answer:
            return str(answer.read().decode())

    def stop(self) -> None:
        """Leave nothing behind: the server and its worker have a session of their own."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def worker_pid(self) -> int | None:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        numbers = "".join(
            (task / "children").read_text() for task in children.parent.parent.iterdir()
        ).split()
        return int(numbers[0]) if numbers else None


@pytest.fixture(scope="module")
def served(upgraded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(shutil.copytree(upgraded, tmp_path_factory.mktemp("served") / "here"))
    try:
        wait_for(lambda: server.get("/health"))
        yield server
    finally:
        server.stop()


def test_it_tells_the_address_the_people_and_the_mailbox(served: Served) -> None:
    said = wait_for(lambda: "demo/mailbox" in served.log.read_text() and served.log.read_text())
    assert f"http://127.0.0.1:{served.port}" in said
    assert "moderator@example.org" in said


def test_the_worker_sends_a_code_within_moments(served: Served) -> None:
    page = served.get("/account/sign-in")
    served.post("/account/sign-in", page, email="a@example.org", next="")
    box = wait_for(lambda: (page := served.get("/demo/mailbox/")) and "Sent" in page and page)
    assert re.search(r"\d{6} is your code to sign in", box)
    told = Path(f"/proc/{served.worker_pid()}/environ").read_bytes()
    assert f"PBAPP_PUBLIC_URL=http://127.0.0.1:{served.port}\0".encode() in told


def test_logs_hold_no_address_of_anybody(served: Served) -> None:
    assert "a@example.org" not in served.log.read_text()


def test_a_worker_that_dies_is_started_again(served: Served) -> None:
    first = wait_for(served.worker_pid)
    os.kill(first, signal.SIGKILL)
    assert wait_for(lambda: (pid := served.worker_pid()) and pid != first and pid)


def test_sqlite_keeps_what_it_said_it_kept(served: Served) -> None:
    database = sqlite3.connect(served.folder / "instance" / "pbapp.sqlite3")
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()


def test_it_stops_politely_and_takes_the_worker_with_it(served: Served) -> None:
    worker = wait_for(served.worker_pid)
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(timeout=LONG) == 0
    wait_for(lambda: not Path(f"/proc/{worker}").exists())


def test_a_vote_in_hand_has_as_long_to_finish_as_it_may_wait_for_its_turn() -> None:
    asked: list[float] = []
    threads = SimpleNamespace(shutdown=lambda timeout=5.0: asked.append(timeout))
    serving.give_time_to_finish(threads)
    threads.shutdown()
    assert asked[0] > Config.lock_wait


def test_the_demo_is_never_served_to_the_world(tmp_path: Path) -> None:
    answer = pbapp(tmp_path, "serve", "--host", "0.0.0.0")
    assert answer.returncode == 2
    assert "this machine only" in answer.stderr


def test_what_an_installation_refuses_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for settings, said in (
        ({"PBAPP_DEMO": "", "PBAPP_SECRET_KEY": ""}, "PBAPP_SECRET_KEY"),
        ({"PBAPP_KEYS": str(tmp_path / "instance" / "keys")}, "overlap"),
    ):
        assert Answered(tmp_path, monkeypatch, "upgrade", **settings).returncode == 2
        assert said in capsys.readouterr().err


def test_an_old_database_is_not_served_nor_worked_on(tmp_path: Path) -> None:
    for command in (("serve",), ("geodata", "check")):
        answer = pbapp(tmp_path, *command)
        assert answer.returncode == 2
        assert "pbapp upgrade" in answer.stderr
        assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("command", [[], ["serve"], ["upgrade"], ["user", "add"], ["check"]])
def test_every_command_explains_itself(command: list[str]) -> None:
    answer = CliRunner().invoke(cli.pbapp, [*command, "--help"])
    assert answer.exit_code == 0
    assert answer.output.startswith("Usage: pbapp")


def test_an_officer_is_added_with_a_role(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add = ["user", "add", "--email", "o@example.org", "--password", "a long enough password"]
    assert Answered(here, monkeypatch, *add).returncode == 0
    wrong = [*add, "--board", "nowhere", "--role", "moderator"]
    assert Answered(here, monkeypatch, *wrong).returncode == 2
    assert "There is no board called" in capsys.readouterr().err


def test_check_finds_all_well_and_a_broken_log(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Answered(here, monkeypatch, "check").returncode == 0
    database = sqlite3.connect(here / "instance" / "pbapp.sqlite3")
    database.execute(
        "INSERT INTO audit_event (number, at, actor, verb, subject_type, subject_id, facts,"
        " previous_hash, hash) VALUES (1, '2026-01-01', 'x', 'y', 'z', '1', '{}', ?, ?)",
        ("0" * 64, "f" * 64),
    )
    database.commit()
    database.close()
    capsys.readouterr()
    heads = ("--head", "f" * 64, "--head", "e" * 64)
    assert Answered(here, monkeypatch, "check", "--json", *heads).returncode == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["log_broken_at"], found["heads_missing"]) == (1, ["e" * 64])
