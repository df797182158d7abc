"""Rooms upstairs say who may not answer a concern about a thing of theirs: whose own it is."""

from __future__ import annotations

from collections.abc import Callable

from pbapp.accounts.models import Account
from pbapp.concerns.models import Concern
from pbapp.refusal import N_, Refused

IsOwn = Callable[[str, Account], bool]
MayMend = Callable[[Concern, Account], bool]
_owners: dict[str, IsOwn] = {}
_menders: dict[str, MayMend] = {}


def whose(subject_type: str) -> Callable[[IsOwn], IsOwn]:
    """Register the check of one kind of thing: whether the thing with this id is somebody's own."""

    def keep(is_own: IsOwn) -> IsOwn:
        _owners[subject_type] = is_own
        return is_own

    return keep


def mends(subject_type: str) -> Callable[[MayMend], MayMend]:
    """Register who, beside officers, may put right what a concern is about and say so."""

    def keep(may: MayMend) -> MayMend:
        _menders[subject_type] = may
        return may

    return keep


def may_mend(concern: Concern, by: Account) -> bool:
    """Whether somebody may answer this concern by putting right what is their own."""
    may = _menders.get(concern.subject_type)
    return may is not None and may(concern, by)


def refuse_if_own(concern: Concern, by: Account) -> None:
    """Raise `Refused` where somebody would answer a concern about what is their own."""
    is_own = _owners.get(concern.subject_type)
    if is_own is not None and is_own(concern.subject_id, by):
        raise Refused(N_("This is about your own group, so another officer has to answer it."))
