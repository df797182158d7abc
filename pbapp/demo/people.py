"""Who and where: the council, its wards and boards, the plan, people and groups."""

from __future__ import annotations

from dataclasses import dataclass, field

from pbapp.accounts import services as accounts
from pbapp.accounts.models import Account
from pbapp.boards import services as boards
from pbapp.boards.models import Board, Council, Role
from pbapp.db import db
from pbapp.demo.reading import Calendar, path_of, read
from pbapp.organisations.models import Member, MemberRole, Organisation, OrganisationKind
from pbapp.places import services as places
from pbapp.places.models import Area, Postcode
from pbapp.places.queries import list_wards
from pbapp.places.services import WardFacts
from pbapp.plans import services as plans
from pbapp.plans.models import Plan, Priority
from pbapp.plans.plan_file import read_plan


@dataclass
class Cast:
    """Everything loaded so far, by the keys of the files."""

    calendar: Calendar
    council: Council
    wards: dict[str, Area]
    boards: dict[str, Board] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    priorities: dict[str, Priority] = field(default_factory=dict)
    people: dict[str, Account] = field(default_factory=dict)
    groups: dict[str, Organisation] = field(default_factory=dict)


def load_cast(calendar: Calendar) -> Cast:
    """The council with its wards, boards, plan, people and groups."""
    cast = _council(calendar)
    _boards(cast)
    _plan(cast)
    _people(cast)
    _groups(cast)
    return cast


def _council(calendar: Calendar) -> Cast:
    facts = read("council")
    its = facts["council"]
    area = places.set_up_areas(
        gss_code=its["gss_code"],
        name=its["area_name"],
        wards=[
            WardFacts(ward["code"], ward["name"], ward["number"], ward["lat"], ward["lon"])
            for ward in facts["wards"]
        ],
    )
    wards = {ward.gss_code: ward for ward in list_wards(area)}
    for entry in facts["postcodes"]:
        ward = wards[entry["ward"]]
        middle = {"lat": entry.get("lat"), "lon": entry.get("lon")}
        db.session.add(Postcode(postcode=entry["postcode"], area=ward, is_example=True, **middle))
    council = boards.set_up_council(area=area, name=its["name"], help_email=its["help_email"])
    return Cast(calendar, council, wards)


def _boards(cast: Cast) -> None:
    for entry in read("council")["boards"]:
        cast.boards[entry["key"]] = boards.set_up_board(
            council=cast.council,
            slug=entry["slug"],
            name=entry["name"],
            place_name=entry["place_name"],
            introduction=entry["introduction"],
            wards=[cast.wards[code] for code in entry["wards"]],
            is_example=True,
        )


def _plan(cast: Cast) -> None:
    """The plan of today, and the one it replaced."""
    board_key = read("plan")["plan"]["board"]
    for name in ("plan-before", "plan"):
        text = read_plan(path_of(name).read_bytes())
        plan = plans.adopt_text(board=cast.boards[board_key], text=text)
    cast.plans[board_key] = plan
    cast.priorities = {v.priority.slug: v.priority for v in plan.versions}


def _people(cast: Cast) -> None:
    facts = read("people")
    # Hashing a password is slow on purpose; everybody has the same one here, so it is done once.
    hashed: str | None = None
    for entry in facts["people"]:
        account = accounts.open_account(email=entry["email"], name=entry["name"], is_example=True)
        account.is_administrator = entry.get("is_administrator", False)
        if entry["sign_in"] == "password":
            hashed = hashed or accounts.hash_password(facts["demo"]["password"])
            account.password_hash = hashed
        cast.people[entry["key"]] = account
        for role in entry.get("roles", []):
            boards.add_member(
                board=cast.boards[role["board"]], account=account, role=Role(role["role"])
            )


def _groups(cast: Cast) -> None:
    for entry in read("groups")["groups"]:
        organisation = Organisation(
            kind=OrganisationKind(entry["kind"]),
            name=entry["name"],
            description=entry["description"],
            website=entry.get("website"),
            email=entry.get("email"),
            is_example=True,
            created_at=cast.calendar.moment(-480),
        )
        for member in entry.get("members", []):
            role = MemberRole.LEAD if member["role"] == "lead" else MemberRole.MEMBER
            account = cast.people[member["person"]]
            organisation.members.append(Member(account_id=account.id, role=role))
        db.session.add(organisation)
        cast.groups[entry["key"]] = organisation
    db.session.flush()
