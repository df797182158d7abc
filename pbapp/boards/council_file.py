"""Read the file that sets up a council: its look, wards, boards, organisations and people.

    [council]
    gss_code = "S12000030"
    name = "Stirling Council"
    area_name = "Stirling"
    help_email = "help@example.org"                      # these may be left out
    help_phone = "01786 000000"
    colour = "#5b2a86"                                   # dark enough to read on white
    logo = "logo.png"                                    # a picture beside this file

    [[wards]]                                            # those that no boundary file has brought
    code = "S13003124"
    name = "Trossachs and Teith"
    number = 1
    lat = 56.2                                           # somewhere in its middle
    lon = -4.2

    [[boards]]
    slug = "rural-north"
    name = "Rural North Partnership"
    place_name = "the rural north"
    wards = ["S13003124"]
    parts = ["S13003125"]                                # wards of which it has only a part
    introduction = "What the board is for."

    [[organisations]]
    kind = "partner"                                     # group, funder
    name = "NHS Forth Valley"
    members = ["officer@example.org"]

    [[people]]
    email = "officer@example.org"
    name = "Orla Officer"
    roles = [{ board = "rural-north", role = "voting_lead" }]

The whole file is read before anything is kept. Keys it does not know are named as faults, so that
a slip of the pen is not taken for a choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pbapp.boards.models import Role
from pbapp.boards.toml_file import TomlReader, read_toml
from pbapp.organisations.models import OrganisationKind
from pbapp.places.problems import FileProblems, brief
from pbapp.places.services import WardFacts

KEYS = {
    "council": ("gss_code", "name", "area_name", "help_email", "help_phone", "colour", "logo"),
    "wards": ("code", "name", "number", "lat", "lon"),
    "boards": ("slug", "name", "place_name", "wards", "parts", "introduction"),
    "organisations": ("kind", "name", "members"),
    "people": ("email", "name", "roles"),
}


@dataclass(frozen=True)
class BoardText:
    slug: str
    name: str
    place_name: str
    introduction: str
    wards: Sequence[str]
    parts: Sequence[str]


@dataclass(frozen=True)
class OrganisationText:
    kind: OrganisationKind
    name: str
    members: Sequence[str]


@dataclass(frozen=True)
class PersonText:
    """Somebody with what they do, by the board's address."""

    email: str
    name: str
    roles: Sequence[tuple[str, Role]]


@dataclass(frozen=True)
class CouncilText:
    """A council as a file has it."""

    gss_code: str
    name: str
    area_name: str
    help_email: str
    help_phone: str
    colour: str
    logo: str
    wards: Sequence[WardFacts]
    boards: Sequence[BoardText]
    organisations: Sequence[OrganisationText]
    people: Sequence[PersonText]


def read_council(content: bytes) -> CouncilText:
    """Read a file; raises `FileProblems` with a sentence for each thing to put right."""
    reader = _Reader()
    council = reader.council(read_toml(content))
    if reader.problems:
        raise FileProblems(reader.problems)
    return council


class _Reader(TomlReader):
    """A council's tables."""

    def council(self, facts: dict[str, Any]) -> CouncilText:
        its = facts.get("council")
        if not isinstance(its, dict):
            self.problems.append("[council] is missing.")
            its = {}
        self._only(facts, tuple(KEYS), "")
        self._only(its, KEYS["council"], "council")
        return CouncilText(
            gss_code=self.text(its, "gss_code", "council", 20),
            name=self.text(its, "name", "council", 120),
            area_name=self.text(its, "area_name", "council", 120),
            help_email=self.text(its, "help_email", "council", 320, optional=True),
            help_phone=self.text(its, "help_phone", "council", 40, optional=True),
            colour=self.text(its, "colour", "council", 7, optional=True),
            logo=self.text(its, "logo", "council", 200, optional=True),
            wards=[self._ward(*one) for one in self._rows(facts, "wards")],
            boards=[self._board(*one) for one in self._rows(facts, "boards")],
            organisations=[self._organisation(*one) for one in self._rows(facts, "organisations")],
            people=[self._person(*one) for one in self._rows(facts, "people")],
        )

    def _ward(self, facts: dict[str, Any], place: str) -> WardFacts:
        number = facts.get("number")
        if number is not None and not (isinstance(number, int) and 0 < number < 1000):
            self.problems.append(f"{place}.number has to be a whole number.")
            number = None
        return WardFacts(
            code=self.text(facts, "code", place, 20),
            name=self.text(facts, "name", place, 120),
            number=number,
            centre_lat=self._degrees(facts, "lat", place, 90),
            centre_lon=self._degrees(facts, "lon", place, 180),
        )

    def _board(self, facts: dict[str, Any], place: str) -> BoardText:
        wards, parts = (self._texts(facts, name, place) for name in ("wards", "parts"))
        for code in sorted({*wards} & {*parts}):
            self.problems.append(
                f"{place}: ward {brief(code, 20)} is in wards and in parts. Leave it in one."
            )
        return BoardText(
            slug=self.slug(facts, place),
            name=self.text(facts, "name", place, 120),
            place_name=self.text(facts, "place_name", place, 120),
            introduction=self.text(facts, "introduction", place, optional=True),
            wards=list(dict.fromkeys(wards)),
            parts=list(dict.fromkeys(parts)),
        )

    def _organisation(self, facts: dict[str, Any], place: str) -> OrganisationText:
        return OrganisationText(
            kind=self.one_of(OrganisationKind, facts, "kind", place),
            name=self.text(facts, "name", place, 200),
            members=[self._email(one, place) for one in self._texts(facts, "members", place)],
        )

    def _person(self, facts: dict[str, Any], place: str) -> PersonText:
        return PersonText(
            email=self._email(self.text(facts, "email", place, 320), place),
            name=self.text(facts, "name", place, 120),
            roles=[
                (self.text(one, "board", where, 60), self.one_of(Role, one, "role", where))
                for one, where in self.each(facts, "roles", place)
            ],
        )

    # --- one value ---

    def _rows(self, facts: dict[str, Any], name: str) -> list[tuple[dict[str, Any], str]]:
        rows = [(one, f"{name}[{n}]") for n, one in enumerate(self.tables(facts, name, ""), 1)]
        for one, place in rows:
            self._only(one, KEYS[name], place)
        return rows

    def _only(self, facts: dict[str, Any], known: Sequence[str], place: str) -> None:
        for name in facts:
            if name not in known:
                said = brief(f"{place}.{name}" if place else name, 80)
                self.problems.append(f"{said} is not known. Known are: {', '.join(known)}.")

    def _texts(self, facts: dict[str, Any], name: str, place: str) -> list[str]:
        value = facts.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.problems.append(f"{place}.{name} has to be a list of texts.")
            return []
        return [one.strip() for one in value]

    def _email(self, value: str, place: str) -> str:
        name, _at, host = value.partition("@")
        if not (name and host) or any(c.isspace() for c in value) or "@" in host:
            self.problems.append(f"{place}: {brief(value, 60)} is not an e-mail address.")
        return value

    def _degrees(self, facts: dict[str, Any], name: str, place: str, most: int) -> float | None:
        value = facts.get(name)
        if value is None:
            return None
        number = Decimal(value) if isinstance(value, int | Decimal) else None
        if number is None or isinstance(value, bool):
            self.problems.append(f"{place}.{name} has to be a number of degrees.")
            return None
        if not number.is_finite() or abs(number) > most:
            self.problems.append(f"{place}.{name} lies between -{most} and {most}.")
            return None
        return float(number)
