"""What people can follow, by name: a kind and what it needs to be found, like "proposal 12".

Messages stand below the rooms they are about, so each kind is named by a room upstairs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

from flask_babel import force_locale

SUBJECT = re.compile(r"([a-z][a-z-]{0,19}) ([0-9]{1,9}(?:/[0-9]{1,9})?)", re.ASCII)

# What one can ask for when one votes: each is one mail, and then the address is forgotten.
RESULT, HALFWAY, FINISH = "result", "halfway", "finish"


@dataclass(frozen=True)
class Named:
    """How a subject is called, and the path of its page on this site."""

    title: str
    path: str


Namer = Callable[..., Named | None]
_namers: dict[str, Namer] = {}


def subject(kind: str) -> Callable[[Namer], Namer]:
    """Say how one kind of subject is named.

    The function gets the subject's numbers, and answers None for what the public cannot see.
    """

    def register(namer: Namer) -> Namer:
        _namers[kind] = namer
        return namer

    return register


def find(text: str, language: str | None = None) -> Named | None:
    """The name of a subject; None if there is none, or nobody may see it.

    `language` is the reader's; without it, that of the request.
    """
    found = SUBJECT.fullmatch(text)
    if found is None or found[1] not in _namers:
        return None
    numbers = [int(number) for number in found[2].split("/")]
    with force_locale(language.replace("-", "_")) if language else nullcontext():
        return _namers[found[1]](*numbers)
