"""The pots of a round: how many, who feeds each with how much, who approves payment."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from pbapp.accounts.models import Account
from pbapp.db import db, flush
from pbapp.organisations import services as organisations
from pbapp.organisations.models import Organisation, OrganisationKind
from pbapp.places.models import Area
from pbapp.plans.models import Priority
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Leftover, Pot, PotShare, Round, Underspend
from pbapp.rounds.setup.queries import are_pots_whole
from pbapp.rounds.setup.services import editing


class Arrangement(enum.StrEnum):
    """How a round's money is parted."""

    ONE = "one"
    WARD = "ward"
    PRIORITY = "priority"


@dataclass(frozen=True)
class Share:
    """What one funder gives: one we know, or a new one by name."""

    amount_pence: int
    funder: Organisation | None = None
    new_name: str = ""


def arrangement_of(round: Round) -> Arrangement:
    if any(pot.area_id for pot in round.pots):
        return Arrangement.WARD
    if any(pot.priority_id for pot in round.pots):
        return Arrangement.PRIORITY
    return Arrangement.ONE


def arrange(
    *,
    round: Round,
    by: Account,
    seen: int,
    arrangement: Arrangement,
    leftover: Leftover,
    priorities: Sequence[Priority],
) -> None:
    """Part the money in another way. What it comes to stays, spread evenly over the new pots."""
    with editing(round, by, seen, "money"):
        if leftover is Leftover.CARRY and arrangement is Arrangement.ONE:
            raise Refused(N_("There is no other pot that money could go to."), "leftover")
        round.leftover = leftover
        wards = [item.area for item in round.round_areas]
        if arrangement is not arrangement_of(round):
            part(round, arrangement, wards, priorities)
        elif not are_pots_whole(round):
            _follow(round, arrangement, wards, priorities)


def part(
    round: Round, arrangement: Arrangement, wards: Sequence[Area], priorities: Sequence[Priority]
) -> None:
    """Replace the pots by one, one for each ward, or one for each priority."""
    if arrangement is Arrangement.WARD and not wards:
        raise Refused(N_("Choose the wards of the round first."), "arrangement")
    if arrangement is Arrangement.PRIORITY and not priorities:
        raise Refused(N_("The plan of this round has no priorities."), "arrangement")
    old = list(round.pots)
    total = sum(pot.budget_pence for pot in old)
    model = old[0]
    common = {
        "round_id": round.id,
        "funder_id": model.funder_id,
        "payment_approver": model.payment_approver,
        "is_binding": model.is_binding,
        "underspend": model.underspend,
    }
    new: list[Pot] = []
    if arrangement is Arrangement.WARD:
        new = [Pot(name=ward.name, area=ward, **common) for ward in by_name(wards)]
    elif arrangement is Arrangement.PRIORITY:
        new = [Pot(name=one.name, priority=one, **common) for one in priorities]
    else:
        new = [Pot(name=round.title[:120], **common)]
    spread(new, total)
    for pot in old:
        db.session.delete(pot)
    db.session.add_all(new)
    flush()
    db.session.expire(round, ["pots"])


def _follow(
    round: Round, arrangement: Arrangement, wards: Sequence[Area], priorities: Sequence[Priority]
) -> None:
    """Take out the pots of wards or priorities that are gone, and add those that are missing.

    A new pot begins with the amount of the first one and without a funder, who has to be named
    before the round is shown. Raises `Refused` where no pot would be left.
    """
    old = sorted(round.pots, key=lambda pot: pot.id)
    by_ward = arrangement is Arrangement.WARD
    wanted: dict[int, Area | Priority] = {
        one.id: one for one in (by_name(wards) if by_ward else priorities)
    }
    if not wanted:
        part(round, arrangement, wards, priorities)
    here = {pot.area_id if by_ward else pot.priority_id: pot for pot in old}
    for key, one in wanted.items():
        if key not in here:
            db.session.add(
                Pot(
                    round_id=round.id,
                    name=one.name,
                    budget_pence=old[0].budget_pence,
                    is_binding=old[0].is_binding,
                    underspend=old[0].underspend,
                    payment_approver=old[0].payment_approver,
                    area_id=key if by_ward else None,
                    priority_id=None if by_ward else key,
                )
            )
    for gone in here.keys() - wanted.keys():
        db.session.delete(here[gone])
    flush()
    db.session.expire(round, ["pots"])


def by_name(wards: Sequence[Area]) -> list[Area]:
    return sorted(wards, key=lambda ward: ward.name)


def spread(pots: Sequence[Pot], total_pence: int) -> None:
    """Part an amount evenly in whole pounds; the first pot takes what does not divide."""
    each = total_pence // len(pots) // 100 * 100
    for pot in pots:
        pot.budget_pence = each
    pots[0].budget_pence += total_pence - each * len(pots)


def change_pot(
    *,
    round: Round,
    pot_id: int,
    by: Account,
    seen: int,
    name: str,
    payment_approver: str,
    is_binding: bool,
    underspend: Underspend,
    shares: Sequence[Share],
) -> None:
    """One pot: who feeds it with how much, who approves payment, whether the vote binds them, and
    what becomes of money a project does not need."""
    with editing(round, by, seen, "money"):
        pot = next((pot for pot in round.pots if pot.id == pot_id), None)
        if pot is None:
            raise Refused(N_("Somebody else has parted the money in another way meanwhile."))
        if not shares:
            raise Refused(N_("Say who gives the money, and how much."), "funders")
        if any(share.amount_pence <= 0 for share in shares):
            raise Refused(N_("Enter an amount above nothing."), "funders")
        given = [(_funder(share), share.amount_pence) for share in shares]
        if len({funder.id for funder, _ in given}) < len(given):
            raise Refused(N_("Name each funder once, with everything it gives."), "funders")
        pot.name, pot.payment_approver, pot.is_binding = name, payment_approver, is_binding
        pot.underspend = underspend
        pot.budget_pence = sum(amount for _, amount in given)
        pot.funder = max(given, key=lambda item: item[1])[0]
        pot.shares = []
        flush()
        pot.shares = [PotShare(funder=funder, amount_pence=amount) for funder, amount in given]


def _funder(share: Share) -> Organisation:
    if share.funder is not None:
        return share.funder
    return organisations.set_up(kind=OrganisationKind.FUNDER, name=share.new_name)
