"""Rounds when the council is redrawn: those in preparation follow, those that run hold it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pbapp import clock
from pbapp.db import db, flush
from pbapp.places.models import Area, BoundarySet
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import Round, RoundArea
from pbapp.rounds.queries import list_rounds_in, needs_its_wards
from pbapp.rounds.services import hold, log


def follow_wards(
    *, ended: Sequence[tuple[Area, Sequence[Area]]], boundary_set: BoundarySet
) -> list[Round]:
    """Rounds in preparation are for the wards that follow those that are no more; gives those.

    Refused where a round has begun and has no result yet, or a pot is for a ward that several
    follow. What is decided stays with the wards it was decided in.
    """
    following = {ward.id: wards for ward, wards in ended}
    used = list_rounds_in(following)
    now = clock.now()
    begun = [round.title for round in used if needs_its_wards(round, now)]
    if begun:
        raise Refused(
            N_("These rounds run in wards that would end: %(rounds)s. Wait for their results."),
            rounds=", ".join(f"“{title}”" for title in begun),
        )
    drafts = [round for round in used if not round.is_public and round.sealed_at is None]
    for round in drafts:
        hold(round)
        _follow_wards(round, following)
        round.boundary_set_id = boundary_set.id
        round.version += 1
        flush()
        log(round, None, "round.wards_followed", {"boundary_set": boundary_set.id})
    return drafts


def _follow_wards(round: Round, following: Mapping[int, Sequence[Area]]) -> None:
    for pot in round.pots:
        if pot.area_id is not None and pot.area_id in following:
            wards = following[pot.area_id]
            if len(wards) != 1:
                raise Refused(
                    N_("“%(round)s” has a pot for a ward that would end. Change it first."),
                    round=round.title,
                )
            pot.area_id = wards[0].id
    for link in list(round.round_areas):
        if link.area_id in following:
            round.round_areas.remove(link)
            db.session.delete(link)
            there = {other.area_id for other in round.round_areas}
            for ward in following[link.area_id]:
                if ward.id not in there:
                    round.round_areas.append(RoundArea(area_id=ward.id))
