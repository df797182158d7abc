"""What a list means: which column is what, which rows are good, and what is wrong with the rest."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select

from pbapp.assets.adding.forms import one_line, read_degrees, web_address_typed
from pbapp.assets.alike import Kin, Known
from pbapp.assets.entry import Contact, Entry, Spot, check_website, place
from pbapp.assets.lists import cells as means
from pbapp.assets.lists import postcodes
from pbapp.assets.lists.columns import LIMITS
from pbapp.assets.lists.file import LONGEST_CELL, Line, Table
from pbapp.assets.lists.models import Batch
from pbapp.assets.models import Asset, AssetKind, Precision, Status, Vocabulary
from pbapp.boards.models import Board
from pbapp.boards.queries import list_wards
from pbapp.db import db
from pbapp.places import queries as places
from pbapp.places.models import Area, Postcode
from pbapp.plans import queries as plans
from pbapp.refusal import N_, Refused
from pbapp.web.cells import restored
from pbapp.web.forms import plain_text

KIND_NAMES = {
    "group": AssetKind.ASSOCIATION,
    "club": AssetKind.ASSOCIATION,
    "organisation": AssetKind.INSTITUTION,
    "service": AssetKind.INSTITUTION,
    "school": AssetKind.INSTITUTION,
    "library": AssetKind.INSTITUTION,
    "hospital": AssetKind.INSTITUTION,
    "hall": AssetKind.PLACE,
    "park": AssetKind.PLACE,
}


Read = TypeVar("Read")


class Exactness(enum.StrEnum):
    """How exactly a list's entries are put on the map."""

    WARD = "ward"
    POSTCODE = "postcode"
    POINT = "point"


class Verdict(enum.StrEnum):
    GOOD = "good"
    LIKELY_HERE = "likely_here"
    HERE = "here"
    ELSEWHERE = "elsewhere"
    WRONG = "wrong"


@dataclass(frozen=True)
class Choices:
    """What an officer said of a list: its columns, the usual kind, and how exact to be."""

    columns: Mapping[str, str]
    kind: AssetKind = AssetKind.ASSOCIATION
    exactness: Exactness = Exactness.WARD

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": dict(self.columns),
            "kind": self.kind.value,
            "exactness": self.exactness.value,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Choices:
        return cls(
            kept.get("columns", {}),
            AssetKind(kept.get("kind", AssetKind.ASSOCIATION)),
            Exactness(kept.get("exactness", Exactness.WARD)),
        )


@dataclass
class Judged:
    """One row: what it would become, or why it would not."""

    line: int
    name: str
    verdict: Verdict
    entry: Entry | None = None
    ward: Area | None = None
    refusals: list[Refused] = field(default_factory=list)
    kin: Kin | None = None
    source: str = ""
    source_ref: str | None = None
    source_url: str | None = None
    licence: str = ""
    status: Status = Status.ACTIVE
    alert: str = ""
    alert_until: date | None = None
    # What of a row does not come in with it, and why.
    notes: list[Refused] = field(default_factory=list)


def judge(batch: Batch, board: Board) -> list[Judged]:
    """Every row of a list that was read, as it would come in now."""
    if batch.rows is None:
        return []
    table, choices = Table.from_rows(batch.rows), Choices.from_json(batch.choices)
    reader = _Reader(batch, board, table, choices)
    return [reader.judge(line) for line in table.lines]


class _Reader:
    def __init__(self, batch: Batch, board: Board, table: Table, choices: Choices) -> None:
        self.batch, self.board, self.choices = batch, board, choices
        self.at = {
            name: table.head.index(column)
            for name, column in choices.columns.items()
            if column in table.head
        }
        self.width = len(table.head)
        self.wards = {ward.gss_code: ward for ward in list_wards(board)}
        self.by_name = {ward.name.casefold(): ward for ward in self.wards.values()}
        self.priorities = {
            name.casefold(): version.priority_id
            for version in plans.list_priorities(board.id)
            for name in (version.priority.name, version.priority.slug)
        }
        self.known = known_here(board.id)
        self.postcodes = self._look_up_postcodes(table)

    def _look_up_postcodes(self, table: Table) -> dict[str, Postcode]:
        if "postcode" not in self.at:
            return {}
        return postcodes.look_up(line.cells[self.at["postcode"]] for line in table.lines)

    def judge(self, line: Line) -> Judged:
        cells = {name: line.cells[index] for name, index in self.at.items()}
        row = Judged(line.number, (one_line(cells.get("name")) or "")[:120], Verdict.WRONG)
        row.refusals = self._faults(line, cells)
        if row.refusals:
            return row
        cells = {name: restored(text) for name, text in cells.items()}
        row.name = one_line(cells.get("name")) or ""
        row.source = one_line(cells.get("source")) or self.batch.source
        row.source_ref = one_line(cells.get("source_ref")) or None
        row.source_url = self._address(row, cells, "source_url") or self.batch.source_url
        row.licence = one_line(cells.get("licence")) or self.batch.licence
        entry = self._entry(row, cells)
        if row.refusals:
            return row
        try:
            row.entry, row.ward = self._placed(entry)
        except _Elsewhere as elsewhere:
            row.verdict, row.ward = Verdict.ELSEWHERE, elsewhere.ward
            return row
        except Refused as refused:
            row.refusals.append(refused)
            return row
        self._look_for_kin(row)
        return row

    def _faults(self, line: Line, cells: Mapping[str, str]) -> list[Refused]:
        found = []
        if len(line.cells) > self.width:
            found.append(Refused(N_("This row has more cells than the heading.")))
        if not one_line(cells.get("name")):
            found.append(Refused(N_("There is no name."), "name"))
        for name, text in cells.items():
            most = LIMITS.get(name, LONGEST_CELL)
            if len(text) > most:
                found.append(Refused(N_("Use %(most)s characters or fewer."), name, most=most))
            elif text.startswith("="):
                found.append(Refused(N_("This cell is a formula. Put in what it gives."), name))
        return found

    def _entry(self, row: Judged, cells: Mapping[str, str]) -> Entry:
        def text(name: str) -> str:
            return one_line(cells.get(name)) or ""

        def read(reader: Callable[[str], Read], name: str, nothing: Read) -> Read:
            return self._try(row, lambda: reader(cells.get(name, "")), nothing)

        def marked(vocabulary: Vocabulary, name: str) -> list[str]:
            return read(lambda cell: means.read_terms(cell, vocabulary, name), name, [])

        row.alert = text("alert")
        row.status = read(means.read_status, "status", Status.ACTIVE)
        row.alert_until = read(means.read_alert_until, "alert_until", None)
        main, supports = self._helps(row, cells)
        young, old = cells.get("age_from", ""), cells.get("age_to", "")
        unknown: means.Ages = (None, None)
        ages = self._try(row, lambda: means.read_ages(young, old), unknown)
        entry = Entry(
            kind=self._kind(row, cells.get("kind", "")),
            name=row.name,
            summary=text("summary"),
            description=plain_text(cells.get("description")) or "",
            website=self._address(row, cells, "website"),
            postcode=text("postcode") or None,
            ward_code=self._ward(cells.get("ward", "")),
            lat=self._degrees(row, cells, "lat", 90),
            lon=self._degrees(row, cells, "lon", 180),
            shown_as=read(means.read_shown_as, "shown_as", Precision.EXACT),
            opening=text("opening"),
            access=text("access"),
            where_words=text("where_words"),
            main=main,
            supports=supports,
            serves=self._serves(row, cells.get("serves", "")),
            sessions=read(means.read_sessions, "sessions", []),
            cost=read(means.read_cost, "cost", None),
            cost_words=text("cost_words"),
            age_from=ages[0],
            age_to=ages[1],
            eligibility=text("eligibility"),
            join_by=read(means.read_join_by, "join_by", None),
            terms={
                Vocabulary.ACCESS: marked(Vocabulary.ACCESS, "access_terms"),
                Vocabulary.AUDIENCE: marked(Vocabulary.AUDIENCE, "audience"),
                Vocabulary.THEME: marked(Vocabulary.THEME, "themes"),
            },
            contact=self._contact(row, cells),
        )
        how = read(means.read_placed_by, "placed_by", "")
        return _as_known(entry, how)

    def _try(self, row: Judged, read: Callable[[], Read], nothing: Read) -> Read:
        """What a cell means; a row says all that is wrong with it, not only the first."""
        try:
            return read()
        except Refused as refused:
            row.refusals.append(refused)
            return nothing

    def _contact(self, row: Judged, cells: Mapping[str, str]) -> Contact | None:
        """Whom to ask, only where the list says that they agree."""
        contact = self._try(row, lambda: means.read_contact(cells), None)
        if contact is None or contact.has_consent:
            return contact
        row.notes.append(
            Refused(N_("Whom to ask is left out: the list does not say that they agree."))
        )
        return None

    def _helps(self, row: Judged, cells: Mapping[str, str]) -> tuple[int | None, list[int]]:
        """Its main priority and the others, by their names in the plan."""
        mains = self._priorities(row, cells.get("main", ""), "main")
        others = self._priorities(row, cells.get("supports", ""), "supports")
        return (mains[0] if mains else None), [one for one in others if one not in mains[:1]]

    def _priorities(self, row: Judged, text: str, name: str) -> list[int]:
        found = []
        for word in means.words_of(text):
            if word.casefold() in self.priorities:
                found.append(self.priorities[word.casefold()])
            else:
                wrong = N_("“%(word)s” is not a priority of the plan.")
                row.refusals.append(Refused(wrong, name, word=word[:60]))
        return found

    def _serves(self, row: Judged, text: str) -> list[str]:
        """Codes of this board's wards; of others there is nothing to say here."""
        found = []
        for word in means.words_of(text):
            code = self._ward(word) or ""
            if code in self.wards:
                found.append(code)
            else:
                wrong = N_("“%(word)s” is not a ward of %(place)s.")
                row.refusals.append(
                    Refused(wrong, "serves", word=word[:60], place=self.board.place_name)
                )
        return found

    def _kind(self, row: Judged, text: str) -> AssetKind:
        plain = text.strip().casefold()
        if plain == AssetKind.INDIVIDUAL:
            row.refusals.append(
                Refused(N_("A person's skill or gift is never brought in from a list."), "kind")
            )
        if plain in set(AssetKind):
            return AssetKind(plain)
        return KIND_NAMES.get(plain, self.choices.kind)

    def _address(self, row: Judged, cells: Mapping[str, str], name: str) -> str | None:
        try:
            return check_website(web_address_typed(cells.get(name)) or None)
        except Refused as refused:
            row.refusals.append(Refused(refused.message, name))
            return None

    def _ward(self, text: str) -> str | None:
        """A ward's code from a code or a name; another board's ward is found out later."""
        plain = text.strip()
        if not plain:
            return None
        if plain.casefold() in self.by_name:
            return self.by_name[plain.casefold()].gss_code
        return plain.upper()

    def _degrees(self, row: Judged, cells: Mapping[str, str], name: str, most: int) -> float | None:
        text = cells.get(name, "").strip()
        if self.choices.exactness is not Exactness.POINT or not text:
            return None
        number = read_degrees(text.replace(",", "."), most)  # some spreadsheets write 55,86
        if number is None:
            row.refusals.append(Refused(N_("This is no number of degrees."), name))
        return number

    def _placed(self, entry: Entry) -> tuple[Entry, Area | None]:
        """The entry as exactly as was chosen, and its ward.

        A postcode that we have says the ward, whatever the list says: it is checked, the list is
        not. A postcode of somebody's registered office may be a home, so with `WARD` it goes, and
        so does where it is in words.
        """
        if self.choices.exactness is Exactness.WARD:
            entry = replace(entry, where_words="", shown_as=Precision.WARD)
        if entry.everywhere:
            return entry, None
        by_postcode = self.postcodes.get(places.tidy_postcode(entry.postcode or ""))
        if by_postcode and by_postcode.area.gss_code not in self.wards:
            raise _Elsewhere(by_postcode.area)
        if by_postcode:
            entry = replace(entry, ward_code=by_postcode.area.gss_code)
        elif entry.ward_code and entry.ward_code not in self.wards:
            area = places.find_area(entry.ward_code)
            if area is not None:
                raise _Elsewhere(area)
        elif places.is_postcode(entry.postcode or "") and not entry.ward_code and not entry.lat:
            raise Refused(
                N_(
                    "We do not have %(postcode)s in our list of postcodes. The gap is ours: add a "
                    "column with the ward."
                ),
                "postcode",
                postcode=places.tidy_postcode(entry.postcode or ""),
            )
        if self.choices.exactness is Exactness.WARD and entry.ward_code:
            entry = replace(entry, postcode=None, lat=None, lon=None)
        if entry.lat is None and entry.ward_code in self.wards:
            return entry, self.wards[entry.ward_code]  # as `place` would say, without asking again
        spot: Spot = place(entry, self.board)
        if spot.area is None:  # pragma: no cover — a list's entry is never "everywhere"
            raise Refused(N_("We cannot tell which ward this is in."), "ward")
        return entry, spot.area

    def _look_for_kin(self, row: Judged) -> None:
        area_id = row.ward.id if row.ward else None
        row.kin = self.known.find(row.name, area_id, row.source, row.source_ref)
        certain = row.kin is not None and row.kin.is_certain
        row.verdict = Verdict.HERE if certain else Verdict.LIKELY_HERE if row.kin else Verdict.GOOD
        self.known.add(Kin(row.name, area_id, line=row.line), row.source, row.source_ref)


def _as_known(entry: Entry, how: str) -> Entry:
    """An entry without what a list gives only to show it, where it says how the place is known."""
    if how == "everywhere":
        return replace(entry, lat=None, lon=None, postcode=None, ward_code=None, everywhere=True)
    if how == "ward":
        return replace(entry, lat=None, lon=None, postcode=None)
    return replace(entry, lat=None, lon=None) if how == "postcode" else entry


class _Elsewhere(Exception):
    """In a ward of another board, or of none."""

    def __init__(self, ward: Area) -> None:
        super().__init__(ward.name)
        self.ward = ward


def known_here(board_id: int) -> Known:
    """Every entry of a board in any state."""
    known = Known()
    query = select(Asset.id, Asset.name, Asset.area_id, Asset.source, Asset.source_ref).where(
        Asset.board_id == board_id
    )
    for asset_id, name, area_id, source, reference in db.session.execute(query):
        known.add(Kin(name, area_id, id=asset_id), source, reference)
    return known
