"""The heads of the log, noted beside the keys: what a restored database must still hold.

`heads.log` in the folder of the keys gets one line for each batch, `round number head`, after the
batch is kept. Nothing takes a line away. A database put back from an old backup lacks the newest of
them, and `pbapp check` says that it was cut short.
"""

from __future__ import annotations

import os
from pathlib import Path

from pbapp.ballots.log import queries

NAME = "heads.log"
Noted = tuple[int, int, str]  # round, number of the batch, head


def read(keys: Path) -> list[Noted]:
    """Every head noted so far; a last line that was cut in the middle is left out."""
    try:
        text = (keys / NAME).read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return []
    found = []
    for line in text.splitlines():
        parts = line.split()
        if len(parts) == 3 and parts[0].isdigit() and parts[1].isdigit() and len(parts[2]) == 64:
            found.append((int(parts[0]), int(parts[1]), parts[2]))
    return found


def note(keys: Path, round_id: int | None = None) -> int:
    """Add the heads of a round, or of all, that are not there yet; how many. Safe to run again."""
    known = set(read(keys))
    new = [noted for noted in queries.list_heads(round_id) if noted not in known]
    if new:
        keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        lines = "".join(f"\n{round_id} {n} {head}" for round_id, n, head in new)
        descriptor = os.open(keys / NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{lines}\n")
            file.flush()
            os.fsync(file.fileno())
    return len(new)
