"""Take what a device noted: once, however often it is sent. See decision 0166."""

from __future__ import annotations

import enum
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import delete

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.assets import services as assets
from pbapp.assets.adding.doubles import Likely, list_likely
from pbapp.assets.entry import Entry, place
from pbapp.assets.models import SUBJECT, Asset, AssetState
from pbapp.assets.walkabout.models import Became, WalkaboutSent
from pbapp.boards.models import Board
from pbapp.concerns import services as concerns
from pbapp.db import advisory_lock, db, flush
from pbapp.messages import services as messages
from pbapp.refusal import N_, Refused

KEY = re.compile(r"[0-9a-f]{32}", re.ASCII)
TOLD_AFTER = timedelta(minutes=10)
KEPT_FOR = timedelta(days=400)  # far longer than a phone lies in a drawer


class Outcome(enum.StrEnum):
    """What became of what was sent. `AGAIN`: it had come before; `LATE`: it had, in other words."""

    TAKEN = "taken"
    ALIKE = "alike"
    AGAIN = "again"
    LATE = "late"


@dataclass(frozen=True)
class Sender:
    """Who sends: an account, or the address of somebody without one, who has proved it."""

    account: Account | None = None
    email: str = ""

    @property
    def address(self) -> str:
        return self.account.email if self.account else self.email


@dataclass(frozen=True)
class Answer:
    """`asset` is there when it was taken, `like` when it seems to be here already."""

    outcome: Outcome
    asset: Asset | None = None
    like: list[Likely] = field(default_factory=list)


def take(
    *, board: Board, key: str, said: str, entry: Entry, sender: Sender, anyway: bool = False
) -> Answer:
    """Send an entry in as any other; an officer checks it.

    `said` is all that was typed. Unless `anyway`, what looks like a published entry is not taken:
    the sender says first whether it is the same. Raises `Refused` beside the field, and then
    nothing was taken: the same key may be sent again with the field mended.
    """
    known = _known(key, said)
    if known is not None:
        return known
    spot = place(entry, board)
    like = [] if anyway else list_likely(board, entry, spot)
    if like:
        return Answer(Outcome.ALIKE, like=like)
    asset = assets.submit(board=board, entry=entry, by=sender.account, email=sender.address)
    _note(key, said, Became.ENTRY)
    return Answer(Outcome.TAKEN, asset)


def report(*, asset: Asset, path: str, key: str, text: str, sender: Sender) -> Answer:
    """It is the same as an entry that is here, but something differs: an officer reads what."""
    if asset.state is not AssetState.PUBLISHED:
        raise Refused(N_("This entry is not on the map at the moment."))
    known = _known(key, text)
    if known is not None:
        return known
    about = concerns.Subject(SUBJECT, str(asset.id), asset.name, path, asset.board_id)
    concerns.raise_concern(about=about, text=text, address=sender.address)
    _note(key, text, Became.REPORT)
    return Answer(Outcome.TAKEN)


def acknowledge(*, asset: Asset, fix_url: str, key: str) -> str:
    """Tell the sender that we have it: one letter for all that came within some minutes.

    `key` is the letter's that the last one of this sending went into; comes back as it is now.
    """
    if not asset.submitter_email:
        return key
    item = {"name": asset.name, "url": fix_url, "board": asset.board.name}
    ours = f"walkabout of {asset.board_id} "
    for letter in (key, ours + secrets.token_hex(16)):
        if letter.startswith(ours) and messages.gather(
            key=letter,
            item=item,
            to=asset.submitter_email,
            not_before=clock.now() + TOLD_AFTER,
            template="walkabout_received",
            language=asset.language,
        ):
            return letter
    return key


def said_in(pairs: Iterable[tuple[str, str]]) -> str:
    """Of all that was typed, whatever the order."""
    return "\n".join(f"{name}={value}" for name, value in sorted(pairs) if value)


def forget_old() -> None:
    """Forget keys that no device will send again."""
    over = clock.now() - KEPT_FOR
    db.session.execute(delete(WalkaboutSent).where(WalkaboutSent.sent_at < over))


def _known(key: str, said: str) -> Answer | None:
    if KEY.fullmatch(key) is None:
        raise Refused(N_("This entry cannot be read."))
    advisory_lock(f"walkabout {key}")
    sent = db.session.get(WalkaboutSent, key)
    if sent is None:
        return None
    return Answer(Outcome.AGAIN if sent.digest == _hash(said) else Outcome.LATE)


def _note(key: str, said: str, became: Became) -> None:
    db.session.add(WalkaboutSent(key=key, digest=_hash(said), became=became, sent_at=clock.now()))
    flush()


def _hash(said: str) -> str:
    return sha256(said.encode()).hexdigest()
