"""Who does the second person's part in a round of its size."""

from __future__ import annotations

from pbapp.boards.models import OFFICER_ROLES, Role
from pbapp.rounds.models import Profile, Round


def profile_of(round: Round) -> Profile | None:
    """How large the round is, as sealed; None for one sealed before that was asked."""
    if round.sealed_at is None or round.config is None:
        return round.profile
    kept = round.config.get("profile")
    return Profile(kept) if kept else None


def second_roles(round: Round) -> frozenset[Role]:
    """Officers; where the round is not a full one, trained counters of its board as well."""
    if profile_of(round) is Profile.FULL:
        return OFFICER_ROLES
    return OFFICER_ROLES | {Role.COUNTER}
