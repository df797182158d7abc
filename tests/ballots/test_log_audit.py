"""The stand-alone audit of the log: right files pass, each kind of tampering has its sentence."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pbapp.ballots.log import hashing
from pbapp.ballots.secrecy import leaf
from pbapp.ballots.vote import ticked
from pbapp.tally import canonical, sha256
from tests.tally.textbook import RECOUNT

Json = dict[str, Any]
SEALED = {"projects": ["a", "b", "c"], "rule": {"name": "greedy"}}
CONFIG = sha256(canonical(SEALED))
VOTES = [("a",), ("a", "b"), ("c",), ("a", "c"), ("b",)] * 5
RULE = {"rule": "greedy", "parameters": {}}


@pytest.fixture(scope="module")
def true_files() -> dict[str, Any]:
    """25 voters, one of whom voted twice; three batches; the ballot file that follows."""
    openings = [opening(chosen, f"{n:064x}") for n, chosen in enumerate(VOTES)]
    openings.append(opening(("b", "c"), f"{0:064x}", counted=False))
    openings.sort(key=lambda row: row["leaf"])
    log = log_of([row["leaf"] for row in openings], (10, 10))
    for batch in log["batches"]:
        for row in openings:
            if row["leaf"] in batch["leaves"]:
                row["batch"] = batch["n"]
    about = {"round": log["round"], "config_hash": CONFIG}
    return {
        "log.json": log,
        "openings.json": {"format": 1, **about, "openings": openings},
        "ballots.pb": pabulib([row["content"] for row in openings if row["counted"]]),
        "sealed.json": SEALED,
        "rule.json": RULE,
    }


def opening(chosen: tuple[str, ...], voter: str, counted: bool = True) -> Json:
    content, salt = ticked(chosen).content, secrets.token_bytes(32)
    return {
        "leaf": leaf(7, CONFIG, content, salt),
        "content": content,
        "salt": salt.hex(),
        "channel": "online",
        "counted": counted,
        "voter": voter,
    }


def log_of(leaves: list[str], sizes: tuple[int, ...]) -> Json:
    batches: list[Json] = []
    previous, total = CONFIG, 0
    for n, size in enumerate([*sizes, len(leaves) - sum(sizes)], 1):
        part, kind = leaves[total : total + size], "close" if n > len(sizes) else "checkpoint"
        batch = {"n": n, "previous_head": previous, "leaves": part, "size": size}
        total += size
        batch |= {"total": total, "day": "2027-02-01", "kind": kind}
        batches.append(batch | {"root": "", "head": ""})
        seal(batches[-1])
        previous = batches[-1]["head"]
    about = {"id": 7, "slug": "town", "title": "Town"}
    return {"format": 1, "round": about, "config_hash": CONFIG, "batches": batches}


def seal(batch: Json) -> None:
    """Root and head as the service makes them."""
    batch["root"] = hashing.merkle_root(batch["leaves"])
    batch["head"] = hashing.head(
        batch["previous_head"],
        batch["root"],
        batch["size"],
        batch["total"],
        date.fromisoformat(batch["day"]),
        batch["kind"],
    )


def pabulib(contents: list[str]) -> str:
    head = f"META\nkey;value\nbudget;100\nvote_type;approval\nconfig_sha256;{CONFIG}\n"
    projects = "PROJECTS\nproject_id;cost\na;50\nb;30\nc;40\n"
    rows = [f"{n};{','.join(json.loads(c)['choices'])}" for n, c in enumerate(sorted(contents))]
    return head + projects + "VOTES\nvoter_id;vote\n" + "\n".join(rows) + "\n"


def run(folder: Path, files: dict[str, Any], *arguments: str) -> subprocess.CompletedProcess[str]:
    for name, data in files.items():
        text = data if isinstance(data, str) else json.dumps(data)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "recount.py").write_bytes(RECOUNT.read_bytes())
    command = [sys.executable, "-I", "-S", "recount.py", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


ALL = ("--log", "log.json", "--openings", "openings.json", "--rules", "sealed.json")
WHOLE = (*ALL, "ballots.pb", "rule.json")


def test_everything_right_is_said_line_by_line(true_files: Json, tmp_path: Path) -> None:
    head = true_files["log.json"]["batches"][-1]["head"]
    done = run(tmp_path, true_files, *WHOLE, "--head", head)
    assert done.returncode == 0, done.stdout + done.stderr
    for sentence in (
        "ok     The batches are numbered 1 to 3, in order.",
        "every head follows from the one before: 3 batches, 26 seals.",
        "ok     The last batch closed the box",
        "is that of batch 3 of 3",
        "ok     The sealed rules are those the log begins with.",
        "ok     Every opening gives its seal: 26 ballots",
        "ok     Every opened ballot is in the log, once.",
        "ok     Every seal in the log has its opening.",
        "ok     No voter has more than one ballot that counts: 25 ballots, 1 replaced",
        "ok     The 25 ballots counted are the opened ballots marked as counted",
        "25 ballots were counted.",
        "Everything that was checked is right.",
    ):
        assert sentence in done.stdout


def test_the_log_alone_says_what_it_could_not_check(true_files: Json, tmp_path: Path) -> None:
    done = run(tmp_path, true_files, "--log", "log.json")
    assert done.returncode == 0
    assert "-      Not checked: what is behind the seals" in done.stdout
    assert "-      Not checked: that this is the log everybody was shown." in done.stdout
    assert "-      Not checked: the count." in done.stdout


def test_a_head_noted_during_the_vote_is_found_in_the_log(true_files: Json, tmp_path: Path) -> None:
    head = true_files["log.json"]["batches"][0]["head"]
    done = run(tmp_path, true_files, "--log", "log.json", "--head", head.upper())
    assert done.returncode == 0
    assert "is that of batch 1 of 3" in done.stdout


def test_an_open_box_is_not_called_wrong(true_files: Json, tmp_path: Path) -> None:
    files = {"log.json": deepcopy(true_files["log.json"])}
    del files["log.json"]["batches"][-1]
    done = run(tmp_path, files, "--log", "log.json")
    assert done.returncode == 0
    assert "has no closing batch yet" in done.stdout


# --- tampering ------------------------------------------------------------------------------


def flip_a_bit(files: Json) -> None:
    leaves = files["log.json"]["batches"][1]["leaves"]
    leaves[3] = f"{int(leaves[3], 16) ^ 1:064x}"


def take_a_leaf_out(files: Json) -> None:
    del files["log.json"]["batches"][1]["leaves"][3]


def change_a_head(files: Json) -> None:
    files["log.json"]["batches"][1]["head"] = "ab" * 32


def change_a_day(files: Json) -> None:
    files["log.json"]["batches"][1]["day"] = "2027-02-02"


def swap_batches(files: Json) -> None:
    batches = files["log.json"]["batches"]
    batches[0], batches[1] = batches[1], batches[0]


def take_a_batch_out(files: Json) -> None:
    del files["log.json"]["batches"][1]


def add_an_opening(files: Json) -> None:
    files["openings.json"]["openings"].append({**opening(("c",), "ff" * 32), "batch": 3})


def lose_an_opening(files: Json) -> None:
    files["openings.json"]["openings"].pop()


def change_a_choice(files: Json) -> None:
    row = files["openings.json"]["openings"][4]
    row["content"] = ticked(("b",) if '"a"' in row["content"] else ("a",)).content


def double_a_voter(files: Json) -> None:
    rows = [row for row in files["openings.json"]["openings"] if row["counted"]]
    rows[0]["voter"] = rows[1]["voter"]


def count_a_replaced_one(files: Json) -> None:
    next(r for r in files["openings.json"]["openings"] if not r["counted"])["counted"] = True


def move_an_opening(files: Json) -> None:
    files["openings.json"]["openings"][0]["batch"] = 2


def add_a_ballot(files: Json) -> None:
    files["ballots.pb"] += "99;a\n"


def exchange_a_ballot(files: Json) -> None:
    files["ballots.pb"] = files["ballots.pb"].replace(";a,b\n", ";c\n", 1)


def change_the_rules(files: Json) -> None:
    files["sealed.json"] = {**SEALED, "projects": ["a", "b"]}


TAMPERED: list[tuple[Callable[[Json], None], str]] = [
    (flip_a_bit, "Batch 2 has another root than its seals give"),
    (take_a_leaf_out, "Batch 2 says it has 10 seals and lists 9"),
    (change_a_head, "Batch 2 has a head that does not follow from what it says"),
    (change_a_day, "Batch 2 has a head that does not follow from what it says"),
    (swap_batches, "The batches are not in order, or one is missing: 2, 1, 3"),
    (take_a_batch_out, "The batches are not in order, or one is missing: 1, 3"),
    (add_an_opening, "1 opened ballots are not in the log"),
    (lose_an_opening, "1 seals of the log have no opening"),
    (change_a_choice, "1 openings do not give their seal, so they were changed"),
    (double_a_voter, "1 voters have more than one ballot that counts"),
    (count_a_replaced_one, "1 voters have more than one ballot that counts"),
    (move_an_opening, "1 openings name another batch than the log does"),
    (add_a_ballot, "The ballot file has 1 ballots that were not opened as counted, and lacks 0"),
    (
        exchange_a_ballot,
        "The ballot file has 1 ballots that were not opened as counted, and lacks 1",
    ),
    (change_the_rules, "The sealed rules are not those the log begins with."),
]


@pytest.mark.parametrize(("tamper", "sentence"), TAMPERED, ids=[t.__name__ for t, _ in TAMPERED])
def test_tampering_is_found_and_named(
    true_files: Json, tmp_path: Path, tamper: Callable[[Json], None], sentence: str
) -> None:
    files = deepcopy(true_files)
    tamper(files)
    done = run(tmp_path, files, *WHOLE)
    assert done.returncode == 1
    assert f"WRONG  {sentence}" in done.stdout


def test_a_log_rewritten_as_a_whole_is_found_by_a_head_alone(
    true_files: Json, tmp_path: Path
) -> None:
    files, head = deepcopy(true_files), true_files["log.json"]["batches"][-1]["head"]
    flip_a_bit(files)
    log, previous = files["log.json"], CONFIG
    for batch in log["batches"]:
        batch["leaves"].sort()
        batch["previous_head"] = previous
        seal(batch)
        previous = batch["head"]
    assert run(tmp_path, files, "--log", "log.json").returncode == 0
    done = run(tmp_path, files, "--log", "log.json", "--head", head)
    assert done.returncode == 1
    assert "WRONG  The head you gave is nowhere in this log." in done.stdout


def test_papers_on_signed_sheets_are_told_apart(true_files: Json, tmp_path: Path) -> None:
    files = deepcopy(true_files)
    files["ballots.pb"] += "98;a,b\n99;a\n"
    files["openings.json"]["declared"] = [{"batch": 1, "papers": 2, "totals": {"a": 2, "b": 1}}]
    done = run(tmp_path, files, *WHOLE)
    assert done.returncode == 0, done.stdout
    assert "2 rows add up to the totals of 2 papers counted on signed sheets" in done.stdout
    files["openings.json"]["declared"][0]["totals"]["a"] = 5
    assert "do not add up" in run(tmp_path, files, *WHOLE).stdout


@pytest.mark.parametrize("broken", ["{", "[]", '{"batches": 3}', "\x00"])
def test_a_file_that_is_no_log_stops_it(tmp_path: Path, broken: str) -> None:
    done = run(tmp_path, {"log.json": broken}, "--log", "log.json")
    assert done.returncode == 1
    assert "Stopped:" in done.stderr
    assert "Traceback" not in done.stderr
