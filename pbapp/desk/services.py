"""What officers do across rooms: decide on map entries, undo, and seal a round's ballot."""

from __future__ import annotations

from pbapp.accounts.models import Account
from pbapp.assets import services as assets
from pbapp.assets.models import SUBJECT as ASSET
from pbapp.assets.models import Asset, AssetState
from pbapp.ballots.log import services as ballot_log
from pbapp.boards.models import Role
from pbapp.boards.queries import has_role
from pbapp.decisions import queries as decisions
from pbapp.decisions.models import Decision, Outcome
from pbapp.organisations.queries import is_member
from pbapp.proposals import queries as proposals
from pbapp.proposals.services import CHANGED
from pbapp.refusal import N_, Refused
from pbapp.rounds import sealing
from pbapp.rounds.models import Round
from pbapp.rounds.services import hold


def why_not(asset: Asset, by: Account) -> Refused | None:
    """Why this person may not decide on this entry; None if they may."""
    if not has_role(by.id, asset.board_id, [Role.MODERATOR]):
        return Refused(N_("A moderator of this board has to decide on this."))
    if is_member(by.id, asset.organisation_id):
        return Refused(N_("You belong to this group, so another officer has to decide on this."))
    if asset.submitted_by_id == by.id:
        return Refused(N_("You sent this in yourself, so another officer has to decide on it."))
    return None


def decide_on_asset(
    *,
    asset: Asset,
    by: Account,
    version: int,
    outcome: Outcome,
    reason: str,
    page_url: str,
    fix_url: str,
) -> Decision:
    """Put an entry on the map, or send it back with a reason; a published one comes off the map.

    `version` is the one the officer read. A second click gives the first decision; somebody
    else's is never overwritten.
    """
    if refused := why_not(asset, by):
        raise refused
    made = _same_click(asset, by, outcome)
    if made is not None:
        return made
    if asset.version != version and asset.state is not AssetState.RETURNED:
        raise Refused(CHANGED)
    if outcome is Outcome.APPROVED:
        return assets.approve(asset=asset, by=by, url=page_url)
    return assets.return_for_changes(asset=asset, by=by, reason=reason, fix_url=fix_url)


def _same_click(asset: Asset, by: Account, outcome: Outcome) -> Decision | None:
    """The decision that stands, if it is this very one already."""
    after = AssetState.PUBLISHED if outcome is Outcome.APPROVED else AssetState.RETURNED
    standing = decisions.find_latest(ASSET, asset.id)
    if asset.state is not after or standing is None:
        return None
    same = standing.by_id == by.id and standing.outcome is outcome
    return standing if same else None


def ask_to_seal(*, round: Round, by: Account) -> None:
    """The first of two people says that the ballot is right."""
    hold(round)
    _refuse_while_some_wait(round)
    sealing.ask_to_seal(round=round, projects=proposals.ballot_projects(round), by=by)


def seal(*, round: Round, by: Account) -> str:
    """The second person seals the ballot; returns the hash that is published."""
    hold(round)
    _refuse_while_some_wait(round)
    sealed = sealing.seal(round=round, projects=proposals.ballot_projects(round), by=by)
    ballot_log.report_zero(round=round, by=by)
    return sealed


def _refuse_while_some_wait(round: Round) -> None:
    if round.sealed_at is None and proposals.count_by_state(round).waiting:
        raise Refused(N_("Some proposals still wait for a decision. Decide on them first."))
