"""What a finished project left behind, as an entry on the map of what's here."""

from __future__ import annotations

from pbapp.accounts.models import Account
from pbapp.assets import services as assets
from pbapp.assets.entry import Entry
from pbapp.assets.models import Asset, AssetKind
from pbapp.db import flush
from pbapp.delivery.models import Award, AwardState
from pbapp.delivery.services import expect, hold_award, log, must_be_theirs
from pbapp.places.queries import find_heir
from pbapp.refusal import N_, Refused


def put_on_the_map(*, award: Award, by: Account, kind: str, name: str, summary: str) -> Asset:
    """Send it in as an entry, tied to its award; a second press gives the same entry."""
    must_be_theirs(award, by)
    hold_award(award)
    expect(award, AwardState.FINISHED)
    if award.asset is not None:
        return award.asset
    proposal, board = award.proposal, award.round.board
    if board is None:
        raise Refused(N_("This round belongs to no board, so it has no map."))
    ward = find_heir(proposal.area) if proposal.area else None
    told = award.reports[-1].text if award.reports else proposal.what
    asset = assets.submit(
        board=board,
        entry=Entry(
            kind=AssetKind(kind),
            name=name,
            summary=summary,
            description=told,
            lat=proposal.lat,
            lon=proposal.lon,
            ward_code=ward.gss_code if ward else None,
            everywhere=ward is None and proposal.lat is None,
            where_words=proposal.where_words or ", ".join(ward.name for ward in proposal.wards),
            main=proposal.priority_id,
        ),
        by=by,
        email=by.email,
        organisation_id=proposal.organisation_id,
    )
    award.asset = asset
    flush()
    log(award, by, "award.put_on_the_map")
    return asset
