"""K_round: 32 random bytes a round, in a file apart from database, instance folder and backups.

Whoever holds it beside the database can say who cast which ballot, so it is read when needed, kept
by nobody, and destroyed with the voters' list on the board's date. Without it nobody can vote: a
new key in its place would let everybody vote again.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

LENGTH = 32


class KeyMissing(Exception):
    """Voting has begun with a key that is not there, is damaged, or is another round's."""


def key_file(folder: Path, round_id: int) -> Path:
    return folder / f"round-{round_id}.key"


def read(folder: Path, round_id: int) -> bytes | None:
    """The key, or None without a file; raises `KeyMissing` for a file that holds no whole key."""
    try:
        key = key_file(folder, round_id).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyMissing(str(round_id)) from error
    if len(key) != LENGTH:
        raise KeyMissing(str(round_id))
    return key


def make(folder: Path, round_id: int) -> bytes:
    """The round's key, made if there is none; on the disk, whole, before this returns.

    The link is the lock: of any number of processes one places its key, and all read that one.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f".{secrets.token_hex(8)}.part"
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(LENGTH))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(part, key_file(folder, round_id))
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(folder)
    key = read(folder, round_id)
    if key is None:  # pragma: no cover — somebody took the file away in between
        raise KeyMissing(str(round_id))
    return key


def destroy(folder: Path, round_id: int) -> bool:
    """Overwrite the round's key, take its file away, and see both to the disk; False without one.

    A killed `make` may have left a second name of the same file: it holds the noise then too.
    """
    path = key_file(folder, round_id)
    try:
        descriptor = os.open(path, os.O_WRONLY)
    except FileNotFoundError:
        return False
    with os.fdopen(descriptor, "wb") as file:
        size = max(os.fstat(descriptor).st_size, LENGTH)
        file.write(secrets.token_bytes(size))
        file.flush()
        os.fsync(descriptor)
    path.unlink(missing_ok=True)
    _sync_folder(folder)
    return True


def fingerprint(key: bytes) -> str:
    """What the database keeps to know the key again."""
    return hashlib.sha256(b"pbapp fingerprint of a round's key\0" + key).hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
