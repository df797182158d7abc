"""Set up a council and its boards, and say who does what for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pbapp import clock
from pbapp.accounts import queries as people
from pbapp.accounts import services as accounts
from pbapp.accounts.models import Account
from pbapp.audit import services as audit
from pbapp.boards.models import OFFICER_ROLES, Board, BoardArea, Council, Membership, Role
from pbapp.boards.queries import has_role, is_slug
from pbapp.db import db, flush
from pbapp.messages import services as messages
from pbapp.places.models import Area
from pbapp.refusal import N_, Refused

INSTALLATION = "installation"


def set_up_council(
    *,
    area: Area,
    name: str,
    help_email: str | None = None,
    help_phone: str | None = None,
    by: Account | None = None,
) -> Council:
    """Begin to serve a council; `area` is the council's own area. `by` None: a command did it."""
    council = Council(area_id=area.id, name=name, help_email=help_email, help_phone=help_phone)
    db.session.add(council)
    flush()
    audit.record(
        actor=actor_of(by),
        verb="council.set_up",
        subject_type="council",
        subject_id=council.id,
        facts={"gss_code": area.gss_code},
    )
    return council


def set_up_board(
    *,
    council: Council,
    slug: str,
    name: str,
    place_name: str,
    wards: Iterable[Area],
    introduction: str = "",
    parts_of: Iterable[Area] = (),
    is_example: bool = False,
    by: Account | None = None,
) -> Board:
    """Make a board of whole wards, and of parts of others (`parts_of`)."""
    check_slug(slug)
    board = Board(
        council=council,
        slug=slug,
        name=name,
        place_name=place_name,
        introduction=introduction,
        is_example=is_example,
    )
    areas = [(ward, False) for ward in wards] + [(ward, True) for ward in parts_of]
    board.board_areas = [BoardArea(area_id=area.id, is_part=is_part) for area, is_part in areas]
    db.session.add(board)
    flush()
    audit.record(
        actor=actor_of(by),
        verb="board.set_up",
        subject_type="board",
        subject_id=board.id,
        board_id=board.id,
        facts={"slug": slug, "wards": [area.gss_code for area, _ in areas]},
    )
    return board


def follow_wards(*, ended: Sequence[tuple[Area, Sequence[Area]]]) -> None:
    """Where a ward is no more, its boards have those that follow it: only a part of one of which
    some was another board's.
    """
    links = list(db.session.scalars(select(BoardArea).options(joinedload(BoardArea.board))))
    gone = {ward.id for ward, _following in ended}
    boards = {link.board_id: link.board for link in links if link.area_id in gone}
    for board in boards.values():
        own = {link.area_id: link for link in links if link.board is board}
        for ward, following in ended:
            link = own.get(ward.id)
            for one in following:
                if link is not None and one.id not in own:
                    own[one.id] = BoardArea(area_id=one.id)
                    board.board_areas.append(own[one.id])
        for ward, following in ended:
            is_part = ward.id not in own or own[ward.id].is_part
            for one in following:
                if is_part and one.id in own:
                    own[one.id].is_part = True
            if ward.id in own:
                board.board_areas.remove(own[ward.id])
                db.session.delete(own[ward.id])
    flush()


def add_member(
    *, board: Board, account: Account, role: Role, by: Account | None = None
) -> Membership:
    """Give somebody a role on one board; raises `Refused` if they have it."""
    membership = Membership(board_id=board.id, account_id=account.id, role=role, since=clock.now())
    db.session.add(membership)
    flush()
    audit.record(
        actor=actor_of(by),
        verb="board.member_added",
        subject_type="board",
        subject_id=board.id,
        board_id=board.id,
        facts={"account": str(account.id), "role": role.value},
    )
    return membership


def remove_member(*, board: Board, account: Account, role: Role, by: Account) -> None:
    """Take a role back; once it is gone, doing it again does nothing."""
    query = select(Membership).where(
        Membership.board_id == board.id,
        Membership.account_id == account.id,
        Membership.role == role,
    )
    membership = db.session.scalar(query)
    if membership is None:
        return
    db.session.delete(membership)
    flush()
    audit.record(
        actor=by.actor,
        verb="board.member_removed",
        subject_type="board",
        subject_id=board.id,
        board_id=board.id,
        facts={"account": str(account.id), "role": role.value},
    )


def show_name(*, board: Board, account: Account, is_shown: bool) -> None:
    """Somebody wants their own name on the board's page, or no longer; nobody else may say so."""
    query = select(Membership).where(
        Membership.board_id == board.id, Membership.account_id == account.id
    )
    held = db.session.scalars(query).all()
    if not held:
        raise Refused(N_("You have no role on this board."))
    if is_shown and not account.name:
        raise Refused(N_("Enter your name in your account first."))
    if all(one.is_named is is_shown for one in held):
        return
    for one in held:
        one.is_named = is_shown
    flush()
    audit.record(
        actor=account.actor,
        verb="board.name_shown" if is_shown else "board.name_hidden",
        subject_type="board",
        subject_id=board.id,
        board_id=board.id,
    )


def invite_counter(*, board: Board, email: str, name: str, url: str, by: Account) -> Account:
    """Let somebody help to count for this board, and write to them; they sign in with a code.

    Raises `Refused` for somebody who helps already, and for whoever is no officer of the board.
    """
    must_be_officer(board.id, by)
    account = people.find_by_email(email) or accounts.open_account(email=email, name=name)
    try:
        membership = add_member(board=board, account=account, role=Role.COUNTER, by=by)
    except Refused:
        raise Refused(N_("They help to count for this board already."), "email") from None
    messages.write(
        key=f"counter invited {membership.id}",
        to=account.email,
        template="counter_invited",
        context={"board": board.name, "url": url, "name": account.name or ""},
    )
    return account


def remove_counter(*, board: Board, account: Account, by: Account) -> None:
    """Somebody helps to count no more. What they read stays read."""
    must_be_officer(board.id, by)
    remove_member(board=board, account=account, role=Role.COUNTER, by=by)


def must_be_officer(board_id: int | None, by: Account) -> None:
    """Refuse anybody who is not an officer of this very board."""
    if not has_role(by.id, board_id, OFFICER_ROLES):
        raise Refused(N_("Only an officer of this board can do this."))


def check_slug(slug: str) -> None:
    """Refuse what would not stand in an address as it is."""
    if not is_slug(slug):
        raise Refused(N_("Use small letters, digits and hyphens, like “my-town”."), "slug")


def actor_of(by: Account | None) -> str:
    """How the officers' log names who did it."""
    return by.actor if by else INSTALLATION
