"""One thing at the desk, whichever room it is from: what its pages ask it to do.

Each verb is the room's own, with all its checks.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import abort, url_for

from pbapp.accounts.models import Account
from pbapp.accounts.viewer import the_account
from pbapp.assets import links
from pbapp.assets import queries as assets
from pbapp.assets import refusing as asset_refusing
from pbapp.assets import services as asset_services
from pbapp.assets.models import SUBJECT as ASSET
from pbapp.assets.models import Asset, AssetState
from pbapp.boards.access import is_officer_of, roles_here
from pbapp.boards.models import Board
from pbapp.decisions import queries as decisions
from pbapp.decisions.matters import Matter
from pbapp.decisions.models import Appeal, Decision, Outcome, Refusal, Verdict
from pbapp.desk import services
from pbapp.proposals import deciding
from pbapp.proposals import queries as proposals
from pbapp.proposals.deciding import SUBJECT as PROPOSAL
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.refusal import Refused


class ProposalCase:
    """A proposal at the desk."""

    kind = PROPOSAL

    def __init__(self, thing: Proposal) -> None:
        self.thing = thing

    @property
    def id(self) -> str:
        return str(self.thing.id)

    @property
    def title(self) -> str:
        return self.thing.title

    @property
    def version(self) -> int:
        return self.thing.version

    @property
    def board(self) -> Board | None:
        return self.thing.round.board

    @property
    def board_id(self) -> int | None:
        return self.thing.round.board_id

    @property
    def is_waiting(self) -> bool:
        return self.thing.state is ProposalState.SUBMITTED

    @property
    def matter(self) -> Matter:
        return deciding.matter_of(self.thing)

    @property
    def desk_url(self) -> str:
        return url_for("desk.proposal", proposal_id=self.thing.id, _external=True)

    @property
    def _page(self) -> str:
        slug, number = self.thing.round.slug, self.thing.number
        return url_for("proposals.detail", slug=slug, number=number, _external=True)

    def why_not(self, by: Account) -> Refused | None:
        return deciding.why_not(self.thing, by)

    def decide(
        self, outcome: Outcome, by: Account, version: int, reason: str, batch_id: UUID | None = None
    ) -> Decision:
        if outcome is Outcome.APPROVED:
            return deciding.put_on_ballot(
                proposal=self.thing, by=by, version=version, link=self._page, batch_id=batch_id
            )
        return deciding.return_for_changes(
            proposal=self.thing,
            by=by,
            version=version,
            reason=reason,
            link=self._page,
            batch_id=batch_id,
        )

    def ask_refusal(
        self, by: Account, version: int, reason: str, elsewhere: str, is_hidden: bool
    ) -> Refusal:
        return deciding.ask_to_refuse(
            proposal=self.thing,
            by=by,
            version=version,
            reason=reason,
            elsewhere=elsewhere,
            is_hidden=is_hidden,
        )

    def agree(self, refusal: Refusal, by: Account) -> Decision:
        return deciding.agree_to_refuse(
            proposal=self.thing, refusal=refusal, by=by, link=self._page
        )

    def decline(self, refusal: Refusal, by: Account, note: str) -> Refusal:
        return deciding.decline_to_refuse(
            proposal=self.thing, refusal=refusal, by=by, note=note, link=self.desk_url
        )

    def withdraw(self, refusal: Refusal, by: Account) -> Refusal:
        return deciding.withdraw_refusal(proposal=self.thing, refusal=refusal, by=by)

    def answer(self, appeal: Appeal, by: Account, verdict: Verdict, answer: str) -> Appeal:
        return deciding.answer_appeal(
            appeal=appeal,
            proposal=self.thing,
            by=by,
            verdict=verdict,
            answer=answer,
            link=self._page,
        )

    def undo(self, decision: Decision, by: Account) -> None:
        deciding.undo(decision=decision, proposal=self.thing, by=by)


class AssetCase:
    """An entry for the map at the desk."""

    kind = ASSET

    def __init__(self, thing: Asset) -> None:
        self.thing = thing

    @property
    def id(self) -> str:
        return str(self.thing.id)

    @property
    def title(self) -> str:
        return self.thing.name

    @property
    def version(self) -> int:
        return self.thing.version

    @property
    def board(self) -> Board | None:
        return self.thing.board

    @property
    def board_id(self) -> int | None:
        return self.thing.board_id

    @property
    def is_waiting(self) -> bool:
        return self.thing.state is AssetState.WAITING

    @property
    def matter(self) -> Matter:
        return asset_refusing.matter_of(self.thing)

    @property
    def desk_url(self) -> str:
        return url_for("desk.asset", asset_id=self.thing.id, _external=True)

    def why_not(self, by: Account) -> Refused | None:
        return asset_refusing.why_not(self.thing, by)

    def decide(
        self, outcome: Outcome, by: Account, version: int, reason: str, batch_id: UUID | None = None
    ) -> Decision:
        return services.decide_on_asset(
            asset=self.thing,
            by=by,
            version=version,
            outcome=outcome,
            reason=reason,
            page_url=links.page_url(self.thing),
            fix_url=links.fix_url(self.thing),
            appeal_url=links.appeal_url(self.thing),
            batch_id=batch_id,
        )

    def ask_refusal(
        self, by: Account, version: int, reason: str, elsewhere: str, is_hidden: bool
    ) -> Refusal:
        return services.refuse_asset(
            asset=self.thing,
            by=by,
            version=version,
            reason=reason,
            elsewhere=elsewhere,
            is_hidden=is_hidden,
        )

    def agree(self, refusal: Refusal, by: Account) -> Decision:
        return asset_refusing.agree(
            asset=self.thing, refusal=refusal, by=by, url=links.appeal_url(self.thing)
        )

    def decline(self, refusal: Refusal, by: Account, note: str) -> Refusal:
        return asset_refusing.decline(
            asset=self.thing, refusal=refusal, by=by, note=note, link=self.desk_url
        )

    def withdraw(self, refusal: Refusal, by: Account) -> Refusal:
        return asset_refusing.withdraw(asset=self.thing, refusal=refusal, by=by)

    def answer(self, appeal: Appeal, by: Account, verdict: Verdict, answer: str) -> Appeal:
        return asset_refusing.answer(
            appeal=appeal,
            asset=self.thing,
            by=by,
            verdict=verdict,
            answer=answer,
            url=links.appeal_url(self.thing),
        )

    def undo(self, decision: Decision, by: Account) -> None:
        asset_services.undo(decision=decision, asset=self.thing, by=by)


Case = ProposalCase | AssetCase


def _find_proposal(id: str) -> ProposalCase | None:
    found = proposals.find(int(id)) if id.isascii() and id.isdigit() and len(id) < 10 else None
    return ProposalCase(found) if found else None


def _find_asset(id: str) -> AssetCase | None:
    try:
        found = assets.find(UUID(id))
    except ValueError:
        return None
    return AssetCase(found) if found else None


FINDERS: dict[str, Callable[[str], Case | None]] = {
    PROPOSAL: _find_proposal,
    ASSET: _find_asset,
}


def find_case(kind: str, id: str) -> Case | None:
    """The thing of this kind and number, for whoever may see it."""
    finder = FINDERS.get(kind)
    return finder(id) if finder else None


def get_case(kind: str, id: str) -> Case:
    """The same for this viewer: 404 if there is none, 403 for another board's.

    A trained counter sees what waits for a second person, and what is appealed, where the size of
    the round lets them be that person.
    """
    case = find_case(kind, id) or abort(404)
    if not (is_officer_of(case.board_id) or _is_for_second(case)):
        abort(403)
    return case


def _is_for_second(case: Case) -> bool:
    if the_account() is None or not roles_here(case.board_id) & case.matter.seconds:
        return False
    if decisions.find_open_refusal(case.kind, case.id) is not None:
        return True
    return any(appeal.verdict is None for appeal in decisions.list_appeals(case.kind, case.id))
