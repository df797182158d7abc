"""Who may read papers: officers, and in small and standard rounds trained people beside them.

Nothing here asks who is looking; the pages ask with `may_count`, the verbs with `must_count`.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from pbapp.accounts.models import Account
from pbapp.ballots.paper import queries
from pbapp.ballots.roll import terms
from pbapp.boards.models import Membership, Role
from pbapp.boards.queries import has_role
from pbapp.db import db
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Method, Profile, Round
from pbapp.rounds.second import profile_of, second_roles

OWN_PROJECT = N_(
    "A group of yours has a project in this vote, so others have to read the papers. You can "
    "number papers, check the sample, and settle differences that are not about your project."
)
# Whose role the log names when somebody has several: what they need for counting comes first.
IN_THE_LOG = (Role.VOTING_LEAD, Role.CLERK, Role.MODERATOR, Role.APPRAISER, Role.COUNTER)


def must_take_paper(round: Round) -> None:
    """Refuse where the sealed rules leave tables, and papers with them, out of the ways to vote."""
    if Method.TABLE not in terms.methods_of(round):
        raise Refused(N_("The sealed rules of this round have no voting at tables or on paper."))


def may_count(round: Round, account: Account) -> bool:
    """An officer, or a counter of this board where the round does not ask for officers alone."""
    return has_role(account.id, round.board_id, second_roles(round))


def must_count(round: Round, by: Account) -> None:
    """Refuse whoever may not read papers of this round."""
    if may_count(round, by):
        return
    if has_role(by.id, round.board_id, [Role.COUNTER]):
        raise Refused(N_("In a round of this size two officers read the papers."))
    raise Refused(N_("Only officers and counters of this board can do this."))


def must_have_no_project(round: Round, by: Account) -> None:
    """Refuse somebody whose own group has a project in this vote."""
    if queries.own_projects(round, by):
        raise Refused(OWN_PROJECT)


def must_accept(round: Round, by: Account) -> None:
    """A voting lead accepts papers; where a counter may be the second person, a counter too."""
    if has_role(by.id, round.board_id, [Role.VOTING_LEAD]):
        return
    if profile_of(round) is Profile.FULL or not has_role(by.id, round.board_id, [Role.COUNTER]):
        raise Refused(N_("Only a voting lead of this board can do this."))
    must_have_no_project(round, by)


def may_accept(round: Round, account: Account) -> bool:
    """Whether `must_accept` would let them."""
    try:
        must_accept(round, account)
    except Refused:
        return False
    return True


def role_in_log(round: Round, account_id: UUID) -> str:
    """In which role somebody acts for the round's board: for the log, which names no person."""
    query = select(Membership.role).where(
        Membership.account_id == account_id, Membership.board_id == round.board_id
    )
    held = set(db.session.scalars(query))
    return next((role.value for role in IN_THE_LOG if role in held), "left")


def roles_in_log(round: Round, ids: Collection[UUID]) -> list[str]:
    return sorted(role_in_log(round, id) for id in ids)
