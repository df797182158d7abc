"""What can wait at the desk: one entry a kind, each with the query that finds what waits.

A new kind is one function and one entry in `KINDS`. Each query gives the columns of `COLUMNS`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from pbapp.accounts.models import Account
from pbapp.assets.claiming.models import Claim, ClaimState
from pbapp.assets.keeping.models import AssetReminder, StraightAway
from pbapp.assets.keeping.schedule import LAPSED
from pbapp.assets.models import SUBJECT as ASSET
from pbapp.assets.models import Asset, AssetState, Status
from pbapp.assets.ties.models import EntryTie, TieState
from pbapp.boards.models import OFFICER_ROLES, Role
from pbapp.complaints.models import Complaint, ComplaintAnswer
from pbapp.concerns.models import Concern
from pbapp.decisions.models import Appeal, Conflict, Decision, Refusal
from pbapp.organisations.models import Member, Organisation
from pbapp.organisations.passport.models import Kept, PassportItem
from pbapp.places.models import Area
from pbapp.proposals.asking.models import Question, QuestionState
from pbapp.proposals.deciding import DECIDERS
from pbapp.proposals.deciding import SUBJECT as PROPOSAL
from pbapp.proposals.interest.models import InterestState, ShortIdea
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.proposals.queries import of_author
from pbapp.rounds.models import Profile, Round

REFUSAL, APPEAL, COMPLAINT = "refusal", "appeal", "complaint"
TIE = "tie"
CLAIM, CONCERN, INTEREST, PASSPORT = "claim", "concern", "interest", "passport"
QUESTION = "question"
CHECK, STRAIGHT = "check", "straight"
COLUMNS = (
    "kind",
    "ref",
    "title",
    "sender",
    "since",
    "board_id",
    "round_id",
    "bar",
    "version",
    "clock",
)
SECONDS = OFFICER_ROLES | {Role.COUNTER}
# Why it is not this officer's turn, beside their roles.
OWN, ASKED, TOOK_PART = "own", "asked", "part"


@dataclass(frozen=True)
class Viewer:
    """Who looks at the queue, and what they are on which board."""

    account: Account
    roles: dict[int, frozenset[Role]]

    def boards(self, roles: Collection[Role]) -> list[int]:
        """The boards on which they have one of these roles."""
        return [board for board, held in self.roles.items() if held & frozenset(roles)]


@dataclass(frozen=True)
class Kind:
    """One kind of thing that waits. `deciders`: whose turn it is; `seen_by`: who sees it."""

    key: str
    find: Callable[[Viewer], Select[Any]]
    deciders: frozenset[Role]
    can_be_bulk: bool = False


def _row(kind: str, **values: Any) -> Select[Any]:
    """The columns of `COLUMNS`, in their order; `clock` is the kind's own unless given."""
    usual: dict[str, Any] = {"kind": kind, "clock": kind, "bar": "", "version": 0}
    given = {**usual, **values}
    for name in ("kind", "clock", "bar", "ref", "sender"):
        given[name] = cast(given[name], String)
    for name in ("round_id", "version"):
        given[name] = cast(given.get(name), Integer)
    return select(*(given[name].label(name) for name in COLUMNS))


def _belongs(account: Account, organisation_id: Any) -> ColumnElement[bool]:
    """Whether the officer belongs to the group behind a thing."""
    mine = select(Member.id).where(
        Member.organisation_id == organisation_id, Member.account_id == account.id
    )
    return exists(mine)


def _own_proposal(viewer: Viewer) -> ColumnElement[bool]:
    return or_(
        of_author(viewer.account),
        Proposal.submitted_by_id == viewer.account.id,
        _declared(viewer, PROPOSAL, cast(Proposal.id, String)),
    )


def _own_asset(viewer: Viewer) -> ColumnElement[bool]:
    belongs = _belongs(viewer.account, Asset.organisation_id)
    return or_(belongs, Asset.submitted_by_id == viewer.account.id)


def _declared(viewer: Viewer, subject_type: str, subject_id: Any) -> ColumnElement[bool]:
    query = select(Conflict.id).where(
        Conflict.subject_type == subject_type,
        Conflict.subject_id == subject_id,
        Conflict.account_id == viewer.account.id,
        Conflict.what != "",
    )
    return exists(query)


def plain(column: Any) -> ColumnElement[Any]:
    """An id as text without hyphens: SQLite keeps UUIDs so, decisions write them with."""
    return func.replace(cast(column, String), "-", "")


def _is_refused_now(subject_type: str, ref: Any, version: Any) -> ColumnElement[bool]:
    """A refusal of just this version is asked for: then that waits, and not the thing."""
    query = select(Refusal.id).where(
        Refusal.subject_type == subject_type,
        plain(Refusal.subject_id) == ref,
        Refusal.version == version,
        Refusal.answer.is_(None),
    )
    return exists(query)


def _sender() -> ColumnElement[Any]:
    return func.coalesce(Organisation.name, Proposal.entered_for)


# --- the kinds ------------------------------------------------------------------------------


def find_proposals(viewer: Viewer) -> Select[Any]:
    """Proposals that nobody has decided on."""
    ref = cast(Proposal.id, String)
    row = _row(
        PROPOSAL,
        ref=ref,
        title=Proposal.title,
        sender=_sender(),
        since=Proposal.updated_at,
        board_id=Round.board_id,
        round_id=Round.id,
        bar=case((_own_proposal(viewer), OWN), else_=""),
        version=Proposal.version,
    )
    return (
        row.join(Round, Round.id == Proposal.round_id)
        .outerjoin(Organisation, Organisation.id == Proposal.organisation_id)
        .where(
            Round.board_id.in_(viewer.boards(OFFICER_ROLES)),
            Round.rehearses_id.is_(None),
            Proposal.state == ProposalState.SUBMITTED,
            ~_is_refused_now(PROPOSAL, ref, Proposal.version),
        )
    )


def find_assets(viewer: Viewer) -> Select[Any]:
    """Entries for the map that nobody has decided on."""
    row = _row(
        ASSET,
        ref=plain(Asset.id),
        title=Asset.name,
        sender=Area.name,
        since=Asset.updated_at,
        board_id=Asset.board_id,
        bar=case((_own_asset(viewer), OWN), else_=""),
        version=Asset.version,
    )
    return row.outerjoin(Area, Area.id == Asset.area_id).where(
        Asset.board_id.in_(viewer.boards(OFFICER_ROLES)),
        Asset.state == AssetState.WAITING,
        ~_is_refused_now(ASSET, plain(Asset.id), Asset.version),
    )


def _with_subject(row: Select[Any], about: type[Refusal] | type[Appeal]) -> Select[Any]:
    """The thing a refusal or an appeal is about, joined: a proposal with its round, or an entry."""
    number = case((about.subject_type == PROPOSAL, cast(about.subject_id, Integer)), else_=null())
    entry = and_(about.subject_type == ASSET, plain(Asset.id) == plain(about.subject_id))
    return (
        row.outerjoin(Proposal, Proposal.id == number)
        .outerjoin(Round, Round.id == Proposal.round_id)
        .outerjoin(Asset, entry)
    )


def _own_subject(viewer: Viewer) -> ColumnElement[bool]:
    own_proposal = and_(Proposal.id.is_not(None), _own_proposal(viewer))
    return or_(own_proposal, and_(Asset.id.is_not(None), _own_asset(viewer)))


def _for_second(viewer: Viewer, board_id: Any) -> ColumnElement[bool]:
    """Officers of the board; its counters where the round is of a size that lets them."""
    counted = and_(
        board_id.in_(viewer.boards({Role.COUNTER})),
        Round.id.is_not(None),
        Round.profile != Profile.FULL,
    )
    return or_(board_id.in_(viewer.boards(OFFICER_ROLES)), counted)


def find_refusals(viewer: Viewer) -> Select[Any]:
    """Refusals that somebody asked for and a second person has to answer."""
    me = viewer.account.id
    row = _row(
        REFUSAL,
        ref=Refusal.id,
        title=func.coalesce(Proposal.title, Asset.name),
        sender=Account.name,
        since=Refusal.asked_at,
        board_id=Refusal.board_id,
        round_id=Round.id,
        bar=case((Refusal.asked_by_id == me, ASKED), (_own_subject(viewer), OWN), else_=""),
    ).join_from(Refusal, Account, Account.id == Refusal.asked_by_id)
    waits = or_(
        and_(Proposal.state == ProposalState.SUBMITTED, Proposal.version == Refusal.version),
        and_(Asset.state == AssetState.WAITING, Asset.version == Refusal.version),
    )
    return _with_subject(row, Refusal).where(
        Refusal.answer.is_(None), waits, _for_second(viewer, Refusal.board_id)
    )


def find_appeals(viewer: Viewer) -> Select[Any]:
    """Appeals that somebody who took no part has to answer."""
    me = viewer.account.id
    row = _row(
        APPEAL,
        ref=Appeal.id,
        title=func.coalesce(Proposal.title, Asset.name),
        sender=func.coalesce(Organisation.name, ""),
        since=Appeal.at,
        board_id=Appeal.board_id,
        round_id=Round.id,
        bar=case((_took_part(me), TOOK_PART), (_own_subject(viewer), OWN), else_=""),
    ).select_from(Appeal)
    return (
        _with_subject(row, Appeal)
        .outerjoin(Organisation, Organisation.id == Proposal.organisation_id)
        .where(Appeal.verdict.is_(None), _for_second(viewer, Appeal.board_id))
    )


def _took_part(me: UUID) -> ColumnElement[bool]:
    decided = select(Decision.id).where(
        Decision.subject_type == Appeal.subject_type,
        Decision.subject_id == Appeal.subject_id,
        Decision.by_id == me,
    )
    refused = select(Refusal.id).where(
        Refusal.subject_type == Appeal.subject_type,
        Refusal.subject_id == Appeal.subject_id,
        or_(Refusal.asked_by_id == me, Refusal.answered_by_id == me),
    )
    return or_(exists(decided), exists(refused))


def find_complaints(viewer: Viewer) -> Select[Any]:
    """Complaints whose answer is due. The second stage is for a person who did not answer yet."""
    answered = select(ComplaintAnswer.id).where(
        ComplaintAnswer.complaint_id == Complaint.id, ComplaintAnswer.by_id == viewer.account.id
    )
    return _row(
        COMPLAINT,
        ref=Complaint.id,
        title=Complaint.reference,
        sender=Complaint.name,
        since=Complaint.stage_began_at,
        board_id=Complaint.board_id,
        bar=case((exists(answered), TOOK_PART), else_=""),
        clock=case((Complaint.stage == 2, "complaint 2"), else_=COMPLAINT),
    ).where(Complaint.closed_at.is_(None), Complaint.board_id.in_(viewer.boards(OFFICER_ROLES)))


def find_claims(viewer: Viewer) -> Select[Any]:
    """Groups that say of an entry on the map that it is theirs."""
    mine = or_(
        Claim.asked_by_id == viewer.account.id,
        _belongs(viewer.account, Claim.organisation_id),
        _belongs(viewer.account, Asset.organisation_id),
    )
    row = _row(
        CLAIM,
        ref=Claim.id,
        title=Asset.name,
        sender=Organisation.name,
        since=Claim.asked_at,
        board_id=Asset.board_id,
        bar=case((mine, OWN), else_=""),
    ).join_from(Claim, Asset, Asset.id == Claim.asset_id)
    return row.join(Organisation, Organisation.id == Claim.organisation_id).where(
        Claim.state == ClaimState.ASKED, Asset.board_id.in_(viewer.boards({Role.MODERATOR}))
    )


def find_ties(viewer: Viewer) -> Select[Any]:
    """Ties asked of an entry for which nobody else speaks, or nobody who can be written to."""
    either = or_(Asset.id == EntryTie.from_id, Asset.id == EntryTie.to_id)
    asked = and_(either, Asset.id != EntryTie.asked_for_id)
    asking = aliased(Asset)
    mine = or_(
        _belongs(viewer.account, asking.organisation_id),
        asking.submitted_by_id == viewer.account.id,
    )
    row = _row(
        TIE,
        ref=EntryTie.id,
        title=Asset.name,
        sender="",
        since=EntryTie.asked_at,
        board_id=Asset.board_id,
        bar=case((mine, OWN), else_=""),
    ).join_from(EntryTie, Asset, asked)
    return row.join(asking, asking.id == EntryTie.asked_for_id).where(
        EntryTie.state == TieState.ASKED,
        Asset.organisation_id.is_(None),
        or_(Asset.submitter_email.is_(None), Asset.reminder_stage == LAPSED),
        Asset.board_id.in_(viewer.boards({Role.MODERATOR})),
    )


def find_concerns(viewer: Viewer) -> Select[Any]:
    """What people say is wrong with something."""
    return _row(
        CONCERN,
        ref=Concern.id,
        title=Concern.title,
        sender="",
        since=Concern.made_at,
        board_id=Concern.board_id,
    ).where(Concern.answered_at.is_(None), Concern.board_id.in_(viewer.boards(OFFICER_ROLES)))


def find_questions(viewer: Viewer) -> Select[Any]:
    """Questions about proposals that nobody has read."""
    row = _row(
        QUESTION,
        ref=Question.id,
        title=Question.text,
        sender=Proposal.title,
        since=Question.asked_at,
        board_id=Round.board_id,
        round_id=Round.id,
        bar=case((_own_proposal(viewer), OWN), else_=""),
    ).join_from(Question, Proposal, Proposal.id == Question.proposal_id)
    return row.join(Round, Round.id == Proposal.round_id).where(
        Question.state == QuestionState.WAITING,
        Round.board_id.in_(viewer.boards({Role.MODERATOR})),
    )


def find_passports(viewer: Viewer) -> Select[Any]:
    """Groups with something in their passport to check.

    A passport counts on every board, so it is shown under the officer's first.
    """
    boards = viewer.boards(OFFICER_ROLES)
    row = _row(
        PASSPORT,
        ref=plain(Organisation.id),
        title=Organisation.name,
        sender="",
        since=func.min(PassportItem.given_at),
        board_id=cast(min(boards, default=0), Integer),
        bar=case((_belongs(viewer.account, Organisation.id), OWN), else_=""),
    ).join_from(Organisation, PassportItem, PassportItem.organisation_id == Organisation.id)
    return row.where(PassportItem.state == Kept.WAITING, true() if boards else false()).group_by(
        Organisation.id, Organisation.name
    )


def find_interest(viewer: Viewer) -> Select[Any]:
    """Ideas in short that nobody has answered."""
    mine = or_(
        ShortIdea.account_id == viewer.account.id,
        _belongs(viewer.account, ShortIdea.organisation_id),
    )
    row = _row(
        INTEREST,
        ref=ShortIdea.id,
        title=ShortIdea.title,
        sender=Organisation.name,
        since=ShortIdea.sent_at,
        board_id=Round.board_id,
        round_id=Round.id,
        bar=case((mine, OWN), else_=""),
    ).join_from(ShortIdea, Round, Round.id == ShortIdea.round_id)
    return row.outerjoin(Organisation, Organisation.id == ShortIdea.organisation_id).where(
        ShortIdea.state == InterestState.WAITING,
        Round.rehearses_id.is_(None),
        Round.board_id.in_(viewer.boards(OFFICER_ROLES)),
    )


def find_checks(viewer: Viewer) -> Select[Any]:
    """Entries on the map that nobody says are right, and there is nobody else to ask."""
    row = _row(
        CHECK,
        ref=plain(Asset.id),
        title=Asset.name,
        sender=Area.name,
        since=AssetReminder.at,
        board_id=Asset.board_id,
        bar=case((_own_asset(viewer), OWN), else_=""),
    ).join_from(AssetReminder, Asset, Asset.id == AssetReminder.asset_id)
    return row.outerjoin(Area, Area.id == Asset.area_id).where(
        Asset.board_id.in_(viewer.boards({Role.MODERATOR})),
        Asset.state == AssetState.PUBLISHED,
        Asset.status == Status.ACTIVE,
        AssetReminder.due_on == Asset.review_due_on,
        AssetReminder.stage == Asset.reminder_stage,
        AssetReminder.letter.is_(None),
    )


def find_straight(viewer: Viewer) -> Select[Any]:
    """What showed at once, to be looked at afterwards."""
    row = _row(
        STRAIGHT,
        ref=StraightAway.id,
        title=Asset.name,
        sender=Organisation.name,
        since=StraightAway.at,
        board_id=Asset.board_id,
        bar=case((_own_asset(viewer), OWN), else_=""),
    ).join_from(StraightAway, Asset, Asset.id == StraightAway.asset_id)
    return row.outerjoin(Organisation, Organisation.id == Asset.organisation_id).where(
        StraightAway.looked_at.is_(None), Asset.board_id.in_(viewer.boards({Role.MODERATOR}))
    )


KINDS = (
    Kind(PROPOSAL, find_proposals, frozenset(DECIDERS), can_be_bulk=True),
    Kind(ASSET, find_assets, frozenset({Role.MODERATOR}), can_be_bulk=True),
    Kind(REFUSAL, find_refusals, SECONDS),
    Kind(APPEAL, find_appeals, SECONDS),
    Kind(COMPLAINT, find_complaints, OFFICER_ROLES),
    Kind(CLAIM, find_claims, frozenset({Role.MODERATOR})),
    Kind(TIE, find_ties, frozenset({Role.MODERATOR})),
    Kind(CONCERN, find_concerns, frozenset({Role.MODERATOR})),
    Kind(QUESTION, find_questions, frozenset({Role.MODERATOR})),
    Kind(INTEREST, find_interest, frozenset(DECIDERS)),
    Kind(PASSPORT, find_passports, OFFICER_ROLES),
    Kind(CHECK, find_checks, frozenset({Role.MODERATOR})),
    Kind(STRAIGHT, find_straight, frozenset({Role.MODERATOR})),
)
BY_KEY = {kind.key: kind for kind in KINDS}
