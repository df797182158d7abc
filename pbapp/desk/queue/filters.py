"""How an officer narrows the queue down; it stays in the address, in and out of every item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pbapp.desk.queue.kinds import BY_KEY, Viewer
from pbapp.desk.queue.queries import Waiting

PER_PAGE = 50
Test = Callable[[Waiting, Viewer], bool]
WHO: dict[str, Test] = {
    "": lambda _item, _viewer: True,
    "turn": lambda item, _viewer: item.is_my_turn,
    "mine": lambda item, viewer: item.assigned_id == viewer.account.id,
    "nobody": lambda item, _viewer: item.assigned_id is None,
    "overdue": lambda item, _viewer: item.is_overdue,
}


@dataclass(frozen=True)
class Filters:
    """What the officer wants to see, `what` being the kind; what nobody offers narrows nothing."""

    what: str = ""
    board: str = ""
    round: str = ""
    who: str = ""
    q: str = ""
    page: int = 1

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> Filters:
        page, who, what = args.get("page", ""), args.get("who", ""), args.get("what", "")
        return cls(
            what=what if what in BY_KEY else "",
            board=args.get("board", ""),
            round=args.get("round", ""),
            who=who if who in WHO else "",
            q=args.get("q", "").replace("\0", "").strip()[:100],
            page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 5 else 1,
        )

    def known(self, queue: list[Waiting]) -> Filters:
        """The same, without a board or a round of which nothing waits."""
        boards = {str(item.board_id) for item in queue}
        rounds = {str(item.round_id) for item in queue}
        return replace(
            self,
            board=self.board if self.board in boards else "",
            round=self.round if self.round in rounds else "",
        )

    def narrow(self, queue: list[Waiting]) -> list[Waiting]:
        """What is left before it is asked whose it is: the numbers at the top are of these."""
        words = self.q.casefold().split()
        return [
            item
            for item in queue
            if (not self.what or item.kind == self.what)
            and (not self.board or str(item.board_id) == self.board)
            and (not self.round or str(item.round_id) == self.round)
            and all(word in f"{item.title} {item.sender}".casefold() for word in words)
        ]

    def apply(self, queue: list[Waiting], viewer: Viewer) -> list[Waiting]:
        test = WHO[self.who]
        return [item for item in self.narrow(queue) if test(item, viewer)]

    def values(self, **changed: Any) -> dict[str, Any]:
        """For an address: only what differs from the whole queue."""
        now = {name: getattr(self, name) for name in ("what", "board", "round", "who", "q")}
        now["page"] = self.page if self.page > 1 else ""
        return {name: value for name, value in {**now, **changed}.items() if value}

    @property
    def is_any(self) -> bool:
        return bool(self.what or self.board or self.round or self.who or self.q)
