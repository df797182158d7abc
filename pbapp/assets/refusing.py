"""Refuse an entry with another officer's agreement, and answer an appeal about one."""

from __future__ import annotations

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.assets.models import SUBJECT, Asset, AssetState
from pbapp.assets.telling import tell, tell_of_appeal
from pbapp.boards.models import OFFICER_ROLES, Role
from pbapp.boards.queries import has_role
from pbapp.db import advisory_lock, db, flush
from pbapp.decisions import appealing, refusing
from pbapp.decisions import queries as decisions
from pbapp.decisions.matters import Matter
from pbapp.decisions.models import Appeal, Decision, Outcome, Refusal, Verdict
from pbapp.organisations.queries import is_member, list_members
from pbapp.refusal import N_, Refused

DECIDED = N_("Somebody has decided on this already. Look at the list again.")
NOTHING = N_("There is nothing here to appeal against.")
STATE_AFTER = {
    Outcome.APPROVED: AssetState.PUBLISHED,
    Outcome.RETURNED: AssetState.RETURNED,
    Outcome.REFUSED: AssetState.REFUSED,
}


def matter_of(asset: Asset) -> Matter:
    """An entry as refusals and appeals need to know it. It is of no round, so officers act."""
    authors = {asset.submitted_by_id} if asset.submitted_by_id else set()
    if asset.organisation_id is not None:
        authors |= {account.id for account in list_members(asset.organisation_id)}
    return Matter(
        subject_type=SUBJECT,
        subject_id=str(asset.id),
        version=asset.version,
        board_id=asset.board_id,
        authors=frozenset(authors),
        seconds=OFFICER_ROLES,
    )


def why_not(asset: Asset, by: Account) -> Refused | None:
    """Why this person may not decide on this entry; None if they may."""
    if not has_role(by.id, asset.board_id, [Role.MODERATOR]):
        return Refused(N_("A moderator of this board has to decide on this."))
    if is_member(by.id, asset.organisation_id):
        return Refused(N_("You belong to this group, so another officer has to decide on this."))
    if asset.submitted_by_id == by.id:
        return Refused(N_("You sent this in yourself, so another officer has to decide on it."))
    return None


def hold(asset: Asset) -> None:
    """Nobody else decides on it until this transaction ends."""
    advisory_lock(f"decide {SUBJECT} {asset.id}")
    db.session.refresh(asset, ["state", "version"])


def ask(
    *,
    asset: Asset,
    by: Account,
    reason: str,
    elsewhere: str = "",
    is_hidden: bool = False,
) -> Refusal:
    """The first of two asks for a waiting entry to be refused. The page has held the entry."""
    if refused := why_not(asset, by):
        raise refused
    if asset.state is not AssetState.WAITING:
        raise Refused(DECIDED)
    return refusing.ask(
        matter=matter_of(asset), by=by, reason=reason, elsewhere=elsewhere, is_hidden=is_hidden
    )


def agree(*, asset: Asset, refusal: Refusal, by: Account, url: str) -> Decision:
    """The second person agrees. `url` is where its author appeals, for the e-mail."""
    hold(asset)
    db.session.refresh(refusal)
    again = refusal.answer is not None
    decision = refusing.agree(
        matter=matter_of(asset),
        refusal=refusal,
        by=by,
        state_before=asset.state.value,
    )
    if again:
        return decision
    asset.state = AssetState.REFUSED
    flush()
    tell(
        asset=asset,
        decision=decision,
        template="asset_refused",
        context={
            "reason": decision.reason,
            "elsewhere": refusal.elsewhere,
            "appeal_until": appealing.until(decision, asset.board_id).isoformat(),
            "url": url,
        },
    )
    return decision


def decline(*, asset: Asset, refusal: Refusal, by: Account, note: str, link: str) -> Refusal:
    """The second person does not agree; the entry waits on."""
    hold(asset)
    db.session.refresh(refusal)
    return refusing.decline(
        matter=matter_of(asset), refusal=refusal, by=by, note=note, title=asset.name, url=link
    )


def withdraw(*, asset: Asset, refusal: Refusal, by: Account) -> Refusal:
    """Whoever asked takes it back."""
    hold(asset)
    db.session.refresh(refusal)
    return refusing.withdraw(refusal=refusal, by=by)


def why_not_appeal(asset: Asset) -> Refused | None:
    """Why its author cannot appeal what was decided; None if they can."""
    return appealing.why_not_appeal(_standing(asset), asset.board_id)


def _standing(asset: Asset) -> Decision | None:
    decision = decisions.find_latest(SUBJECT, asset.id)
    fits = decision is not None and asset.state is STATE_AFTER[decision.outcome]
    return decision if fits else None


def appeal(*, asset: Asset, by: Account | None, reason: str, url: str) -> Appeal:
    """Whoever added it asks for another look; the page has seen to it that it is them."""
    hold(asset)
    decision = _standing(asset)
    if decision is None:
        raise Refused(NOTHING)
    made = appealing.appeal(
        decision=decision,
        matter=matter_of(asset),
        by=by,
        reason=reason,
        language=asset.language,
    )
    tell_of_appeal(asset=asset, appeal=made, url=url, is_answer=False)
    return made


def answer(
    *, appeal: Appeal, asset: Asset, by: Account, verdict: Verdict, answer: str, url: str
) -> Appeal:
    """Uphold an appeal, and the entry waits for a decision again; or dismiss it."""
    hold(asset)
    decided = appeal.verdict is not None
    appealing.answer(
        appeal=appeal,
        matter=matter_of(asset),
        by=by,
        verdict=verdict,
        answer=answer,
        can_go_back=asset.state in (AssetState.RETURNED, AssetState.REFUSED),
    )
    if appeal.went_back and not decided:
        asset.state = AssetState.WAITING
        asset.updated_at = clock.now()
        flush()
    tell_of_appeal(asset=asset, appeal=appeal, url=url, is_answer=True)
    return appeal
