"""Whose an entry is, for a request: the rule and the part that pages of this room ask for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, request

from pbapp.accounts.models import Account
from pbapp.accounts.viewer import the_account
from pbapp.assets import links, queries
from pbapp.assets.keeping import links as mailed
from pbapp.assets.models import Asset, AssetState, Confirmer
from pbapp.assets.telling import tell_changed
from pbapp.boards.access import is_officer_of
from pbapp.boards.site import use_board
from pbapp.db import db, flush
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
    if account and is_member(account.id, asset.organisation_id):
        return Confirmer.GROUP  # an officer too acts for their own group as anybody of it does
    if is_officer_of(asset.board_id):
        return Confirmer.OFFICER
    if sent_it_in(asset):
        return Confirmer.SUBMITTER
    return mailed.part_of(asset, request.args.get("key"))


def who_acts(asset: Asset) -> Account | None:
    """Whose doing this request is, for the log: by a mailed key, the lead who got it."""
    account_id = mailed.account_in(asset, request.args.get("key"))
    if account_id is None or not by_mail(asset):
        return the_account()
    return db.session.get(Account, account_id)


def by_mail(asset: Asset) -> bool:
    """Whether only a mailed key lets the viewer in: their changes wait even if a group is trusted.

    A letter is passed on more easily than a sign-in.
    """
    account = the_account()
    if is_officer_of(asset.board_id) or sent_it_in(asset):
        return False
    return account is None or not is_member(account.id, asset.organisation_id)


def sent_it_in(asset: Asset) -> bool:
    """Whether the viewer sent it in, signed in or by a link; it counts until a group has it."""
    if asset.organisation_id is not None:
        return False
    account = the_account()
    is_theirs = account is not None and asset.submitted_by_id == account.id
    return is_theirs or links.opens(asset, request.args.get("key"))


def tell_of_change(asset: Asset, part: Confirmer, before: int) -> None:
    """Write to those who look after it if an officer changed it; `before`: the version it had."""
    flush()
    is_shown = asset.state is AssetState.PUBLISHED
    if part is Confirmer.OFFICER and is_shown and asset.version != before:
        tell_changed(asset=asset, by=the_account(), url=links.page_url(asset))


def its_keeper(asset_id: UUID, **_arguments: Any) -> bool:
    """Officers of its board, its group, and whoever sent it in, signed in or by a link."""
    return part_in(get_asset(asset_id)) is not None
