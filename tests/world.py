"""Coatbridge in small: what most tests need to stand somewhere. Rooms add their own factories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy import select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.boards.models import Board, BoardArea, Council, Membership, Role
from pbapp.db import Base, db
from pbapp.organisations.models import Member, MemberRole, Organisation, OrganisationKind
from pbapp.places.models import Area, AreaType, Postcode
from pbapp.plans.models import Action, Aim, Plan, Priority, PriorityVersion

WARDS = (
    (7, "S13003048", "Coatbridge North", 55.867, -4.034, "ZZ7 1AA"),
    (10, "S13003051", "Coatbridge West", 55.853, -4.057, "ZZ10 1AA"),
    (11, "S13003052", "Coatbridge South", 55.850, -4.019, "ZZ11 1AA"),
    (9, "S13003050", "Airdrie Central", 55.866, -3.982, "ZZ9 1AA"),
)
PRIORITIES = (
    ("poverty", "Poverty"),
    ("mental-health", "Mental Health"),
    ("digital-inclusion", "Digital Inclusion"),
)


Model = TypeVar("Model", bound=Base)


@dataclass
class World:
    """Everything by name. Wards 7, 10 and 11 are the board's; ward 9 is a neighbour's."""

    council: Council
    board: Board
    other_board: Board
    wards: dict[int, Area]
    plan: Plan
    priorities: dict[str, Priority]
    group: Organisation
    funder: Organisation
    resident: Account
    group_member: Account
    officer: Account
    second_officer: Account
    officer_elsewhere: Account
    board_member: Account

    def also(self, account: Account, role: Role) -> None:
        """Give somebody one more role on this board."""
        db.session.add(
            Membership(board=self.board, account_id=account.id, role=role, since=clock.now())
        )
        db.session.flush()


def build_world() -> World:
    now = clock.now()
    council_area = Area(area_type=AreaType.COUNCIL, gss_code="S12000050", name="North Lanarkshire")
    db.session.add(council_area)
    db.session.flush()
    wards = {}
    for number, code, name, lat, lon, postcode in WARDS:
        ward = Area(
            area_type=AreaType.WARD,
            gss_code=code,
            name=name,
            number=number,
            council_id=council_area.id,
            centre_lat=lat,
            centre_lon=lon,
        )
        db.session.add(ward)
        db.session.add(Postcode(postcode=postcode, area=ward, lat=lat, lon=lon, is_example=True))
        wards[number] = ward
    council = Council(area=council_area, name="North Lanarkshire Council")
    board = Board(
        council=council,
        slug="coatbridge",
        name="Coatbridge Community Board",
        place_name="Coatbridge",
    )
    other_board = Board(
        council=council, slug="airdrie", name="Airdrie Community Board", place_name="Airdrie"
    )
    db.session.add_all([council, board, other_board])
    for number in (7, 10, 11):
        db.session.add(BoardArea(board=board, area=wards[number]))
    db.session.add(BoardArea(board=other_board, area=wards[9]))
    plan, priorities = _plan(board)
    group = Organisation(kind=OrganisationKind.GROUP, name="Example Canal Friends", created_at=now)
    funder = Organisation(kind=OrganisationKind.FUNDER, name="Example Council Fund", created_at=now)
    db.session.add_all([group, funder])
    people = {
        key: Account(email=f"{key}@example.org", name=name, created_at=now)
        for key, name in (
            ("resident", "Rosa Resident"),
            ("group_member", "Gil Group"),
            ("officer", "Orla Officer"),
            ("second_officer", "Sam Second"),
            ("officer_elsewhere", "Olu Elsewhere"),
            ("board_member", "Bea Board"),
        )
    }
    db.session.add_all(people.values())
    db.session.flush()
    db.session.add(
        Member(organisation=group, account_id=people["group_member"].id, role=MemberRole.LEAD)
    )
    for key, whose, roles in (
        ("officer", board, (Role.MODERATOR, Role.VOTING_LEAD)),
        ("second_officer", board, (Role.VOTING_LEAD,)),
        ("officer_elsewhere", other_board, (Role.MODERATOR, Role.VOTING_LEAD)),
        ("board_member", board, (Role.BOARD_MEMBER,)),
    ):
        for role in roles:
            db.session.add(Membership(board=whose, account_id=people[key].id, role=role, since=now))
    db.session.commit()
    return World(
        council=council,
        board=board,
        other_board=other_board,
        wards=wards,
        plan=plan,
        priorities=priorities,
        group=group,
        funder=funder,
        **people,
    )


def find_world() -> World:
    """The world that was built, in the session of now."""
    boards = {board.slug: board for board in _all(Board)}
    groups = {one.kind: one for one in _all(Organisation)}
    plan = db.session.scalars(select(Plan)).one()
    return World(
        council=boards["coatbridge"].council,
        board=boards["coatbridge"],
        other_board=boards["airdrie"],
        wards={area.number: area for area in _all(Area) if area.number is not None},
        plan=plan,
        priorities={priority.slug: priority for priority in _all(Priority)},
        group=groups[OrganisationKind.GROUP],
        funder=groups[OrganisationKind.FUNDER],
        **{account.email.split("@")[0]: account for account in _all(Account)},
    )


def _all(model: type[Model]) -> list[Model]:
    return list(db.session.scalars(select(model)))


def _plan(board: Board) -> tuple[Plan, dict[str, Priority]]:
    today = clock.today()
    plan = Plan(
        board=board,
        title="The Coatbridge plan (LOIP)",
        source="An example plan",
        starts_on=today - timedelta(days=700),
        ends_on=date(today.year + 1, 12, 31),
    )
    priorities = {}
    for position, (slug, name) in enumerate(PRIORITIES, 1):
        priority = Priority(board=board, slug=slug, name=name)
        version = PriorityVersion(
            plan=plan,
            priority=priority,
            position=position,
            title=name,
            summary=f"Why {name} matters here.",
            why=f"People told us {name} matters.",
            success=f"People say {name} is better.",
            actions=[Action(position=1, text=f"Work together on {name}.")],
            aims=[Aim(position=1, text=f"Know more about {name}.")],
        )
        db.session.add(version)
        priorities[slug] = priority
    return plan, priorities
