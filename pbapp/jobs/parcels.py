"""A file on its way to the worker, packed into the job that needs it: the two are one row."""

from __future__ import annotations

import base64
import gzip


def pack(data: bytes) -> str:
    """A file as a job's argument."""
    return base64.b64encode(gzip.compress(data, 6)).decode("ascii")


def unpack(packed: str) -> bytes:
    """The file again, byte for byte."""
    return gzip.decompress(base64.b64decode(packed))
