"""Whose an entry is, for a request: the rule and the part that pages of this room ask for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, request

from pbapp.accounts.viewer import the_account
from pbapp.assets import links, queries
from pbapp.assets.keeping import links as mailed
from pbapp.assets.models import Asset, Confirmer
from pbapp.boards.access import is_officer_of
from pbapp.boards.site import use_board
from pbapp.organisations.queries import is_member


def get_asset(asset_id: UUID) -> Asset:
    """The entry of an address, or 404."""
    asset = queries.find(asset_id)
    if asset is None:
        abort(404)
    use_board(asset.board)
    return asset


def part_in(asset: Asset) -> Confirmer | None:
    """What the viewer is to an entry they may change; None for everybody else."""
    account = the_account()
    if is_officer_of(asset.board_id):
        return Confirmer.OFFICER
    if account and is_member(account.id, asset.organisation_id):
        return Confirmer.GROUP
    if account and asset.submitted_by_id == account.id:
        return Confirmer.SUBMITTER
    key = request.args.get("key")
    return Confirmer.SUBMITTER if links.opens(asset, key) else mailed.part_of(asset, key)


def its_keeper(asset_id: UUID, **_arguments: Any) -> bool:
    """Officers of its board, its group, and whoever sent it in, signed in or by a link."""
    return part_in(get_asset(asset_id)) is not None
