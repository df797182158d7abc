"""What refusals and appeals need to know of a thing, whichever room it is from."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pbapp.accounts.models import Account
from pbapp.boards.models import Role
from pbapp.boards.queries import has_role
from pbapp.decisions import conflicts
from pbapp.refusal import N_, Refused

OWN = N_("You sent this in or belong to its group, so somebody else has to decide on it.")


@dataclass(frozen=True)
class Matter:
    """A thing officers decide on. `authors` are the accounts behind it: none of them decides.

    One of `seconds` agrees to a refusal, or answers an appeal.
    """

    subject_type: str
    subject_id: str
    version: int
    board_id: int | None
    authors: frozenset[UUID]
    seconds: frozenset[Role]

    @property
    def key(self) -> str:
        return f"decide {self.subject_type} {self.subject_id}"


def why_not_second(matter: Matter, by: Account) -> Refused | None:
    """Why somebody may not do the second person's part in this; None if they may."""
    if not has_role(by.id, matter.board_id, matter.seconds):
        return Refused(N_("Only an officer or a trained counter of this board can do this."))
    if by.id in matter.authors:
        return Refused(OWN)
    if conflicts.has_one(matter.subject_type, matter.subject_id, by):
        return Refused(conflicts.DECLARED)
    return None
