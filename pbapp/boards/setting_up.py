"""Set up a council from a file, or bring it up to date: what is there stays, nothing is removed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from pbapp.accounts import queries as people
from pbapp.accounts import services as accounts
from pbapp.boards import queries, services
from pbapp.boards.colours import shades_of
from pbapp.boards.council_file import BoardText, CouncilText, OrganisationText, PersonText
from pbapp.boards.models import Board, BoardArea, Council, Membership
from pbapp.db import db, flush
from pbapp.organisations import services as organisations
from pbapp.organisations.models import Organisation
from pbapp.organisations.queries import is_member
from pbapp.places import queries as places
from pbapp.places.models import Area
from pbapp.places.problems import FileProblems
from pbapp.places.services import set_up_areas
from pbapp.refusal import Refused
from pbapp.web.uploads import store_picture


@dataclass
class Done:
    """What a file changed, for whoever ran the command."""

    council: Council
    boards: list[str]
    people: int = 0
    roles: int = 0
    organisations: int = 0


def set_up_from(text: CouncilText, *, folder: Path, uploads: Path) -> Done:
    """Make what the file names. Run again with a longer file, it adds what is new.

    `folder` is where the file lies (its logo is named from there), `uploads` where pictures go.
    Raises `FileProblems` for wards and boards nobody knows and `Refused` for a colour too light.
    """
    if text.colour:
        shades_of(text.colour)
    area = set_up_areas(gss_code=text.gss_code, name=text.area_name, wards=text.wards)
    council = _council(text, area)
    council.colour = text.colour.lower()
    if text.logo:
        _hang_up_logo(council, folder / text.logo, uploads)
    wards = {ward.gss_code: ward for ward in places.list_wards(area)}
    _check(text, wards)
    done = Done(council, [])
    for one in text.boards:
        _board(council, one, wards)
        done.boards.append(one.slug)
    boards = {board.slug: board for board in queries.list_boards()}
    for person in text.people:
        _person(person, boards, done)
    for organisation in text.organisations:
        _organisation(organisation, done)
    flush()
    return done


def _council(text: CouncilText, area: Area) -> Council:
    found = queries.find_council()
    if found is None:
        return services.set_up_council(
            area=area,
            name=text.name,
            help_email=text.help_email or None,
            help_phone=text.help_phone or None,
        )
    if found.area_id != area.id:
        raise Refused("This installation serves %(name)s already.", name=found.name)
    found.name = text.name
    found.help_email, found.help_phone = text.help_email or None, text.help_phone or None
    return found


def _hang_up_logo(council: Council, path: Path, uploads: Path) -> None:
    if not path.is_file():
        raise FileProblems([f"council.logo: there is no file {path.name} beside this one."])
    with path.open("rb") as stream:
        picture = store_picture(stream=stream, alt=council.name, folder=uploads)
    if council.logo is not None and council.logo.digest == picture.digest:
        db.session.delete(picture)  # the same one again
    else:
        council.logo = picture


def _check(text: CouncilText, wards: dict[str, Area]) -> None:
    """Every ward and board that is named has to be there."""
    known = {one.slug for one in text.boards} | {one.slug for one in queries.list_boards()}
    problems = [
        f"boards[{n}] names the ward {code}, which {text.area_name} does not have."
        for n, one in enumerate(text.boards, 1)
        for code in (*one.wards, *one.parts)
        if code not in wards
    ]
    problems += [
        f"people[{n}].roles names the board {slug}, which is not set up."
        for n, one in enumerate(text.people, 1)
        for slug, _role in one.roles
        if slug not in known
    ]
    if problems:
        raise FileProblems(problems)


def _board(council: Council, text: BoardText, wards: dict[str, Area]) -> Board:
    board = queries.find_board(text.slug)
    if board is None:
        return services.set_up_board(
            council=council,
            slug=text.slug,
            name=text.name,
            place_name=text.place_name,
            introduction=text.introduction,
            wards=[wards[code] for code in text.wards],
            parts_of=[wards[code] for code in text.parts],
        )
    board.name, board.place_name = text.name, text.place_name
    board.introduction = text.introduction
    there = {link.area_id for link in board.board_areas}
    board.board_areas += [
        BoardArea(area_id=wards[code].id, is_part=code in text.parts)
        for code in (*text.wards, *text.parts)
        if wards[code].id not in there
    ]
    return board


def _person(text: PersonText, boards: dict[str, Board], done: Done) -> None:
    account = people.find_by_email(text.email)
    if account is None:
        account = accounts.open_account(email=text.email, name=text.name)
        done.people += 1
    for slug, role in text.roles:
        held = select(Membership.id).where(
            Membership.board_id == boards[slug].id,
            Membership.account_id == account.id,
            Membership.role == role,
        )
        if db.session.scalar(held) is None:
            services.add_member(board=boards[slug], account=account, role=role)
            done.roles += 1


def _organisation(text: OrganisationText, done: Done) -> None:
    found = db.session.scalar(
        select(Organisation).where(Organisation.name == text.name, Organisation.kind == text.kind)
    )
    if found is None:
        found = organisations.set_up(kind=text.kind, name=text.name)
        done.organisations += 1
    for email in _emails(text.members):
        account = people.find_by_email(email)
        if account is None:
            raise FileProblems([f"{text.name}: {email} is not among the people of this file."])
        if not is_member(account.id, found.id):
            organisations.add_member(organisation=found, account=account)


def _emails(members: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(members))
