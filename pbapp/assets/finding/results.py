"""What the page of results says: its rows, the choice made, where from, and what else to try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from pbapp import clock
from pbapp.assets.facts import next_of
from pbapp.assets.filtering import (
    Place,
    filters_of,
    page_number,
    place_of,
    values_of,
    wanted_of,
)
from pbapp.assets.finding import queries as finding
from pbapp.assets.finding.folding import fold
from pbapp.assets.finding.forms import RADII, FilterForm, choice_words, words_of
from pbapp.assets.finding.matching import RAN_OUT
from pbapp.assets.finding.nearness import Landmarks, metres, offset
from pbapp.assets.finding.wanted import Sort, Wanted
from pbapp.assets.models import Asset, AssetKind, Status, Vocabulary
from pbapp.assets.place_words import beside, how_far, where_in_words
from pbapp.assets.queries import Listed, list_published
from pbapp.assets.words import COST, STATUS, term
from pbapp.boards.models import Board
from pbapp.boards.queries import list_wards
from pbapp.places.models import Area
from pbapp.plans import queries as plans

VIEWS = ("list", "table", "map")
# What is wanted without a filter, by its name in the address.
WITHOUT: dict[str, dict[str, Any]] = {
    "q": {"words": ""},
    "postcode": {"outward": None, "within_m": None},
    "near": {"within_m": None},
    "ward": {},
    "priority": {"priority_id": None},
    "kind": {"kind": None},
    "day": {"day": None, "open_at": None},
    "part": {"part": None},
    "cost": {"costs": ()},
    "age": {"age": None},
    "audience": {"audience": ""},
    "theme": {"theme": ""},
    "access": {"access": ()},
    "based": {"based_here": False},
}


@dataclass(frozen=True)
class Way:
    """A link to another list: what it says, its address, and how many it would show."""

    text: str
    url: str
    number: int = 0


@dataclass(frozen=True)
class Row:
    """What a row says of an entry beside its own words."""

    asset: Asset
    where: str
    far: str
    comes_to: str
    when: str
    cost: str
    access: list[str]
    notes: list[str]
    is_unsure: bool


@dataclass(frozen=True)
class Results:
    """One page of what was found, and all that its head and its rows say."""

    board: Board
    form: FilterForm
    wards: Sequence[Area]
    place: Place
    wanted: Wanted
    values: dict[str, Any]
    found: Listed
    landmarks: Landmarks
    view: str

    # --- addresses ----------------------------------------------------------------------------

    def address(self, **changes: Any) -> str:
        """The list with other filters; None takes one away."""
        values = {**self.page_values, **changes}
        return url_for("assets.index", **{k: v for k, v in values.items() if v})

    @property
    def page_values(self) -> dict[str, Any]:
        """The filters and the view, as an address has them."""
        return {**self.values, **({} if self.view == VIEWS[0] else {"view": self.view})}

    @property
    def everything(self) -> str:
        view = None if self.view == VIEWS[0] else self.view
        return url_for("assets.index", board=self.values.get("board"), view=view)

    @property
    def views(self) -> list[tuple[str, str, bool]]:
        words = (_("List"), _("Table"), _("Map"))
        return [
            (text, self.address(view=None if name == VIEWS[0] else name), name == self.view)
            for name, text in zip(VIEWS, words, strict=True)
        ]

    @property
    def sorts(self) -> dict[str, str]:
        """The address of each order; there is none by distance without a place to look from."""
        found = {sort.value: self.address(sort=sort.value) for sort in Sort}
        return found if self.wanted.origin else {k: v for k, v in found.items() if k != Sort.NEAR}

    # --- the choice made ----------------------------------------------------------------------

    @property
    def chips(self) -> list[Way]:
        """The filters in use, each with the address of the list without it."""
        chips = [self._where_chip()] if {"postcode", "near"} & set(self.values) else []
        for name, said in words_of(self.form).items():
            for label, value, rest in said:
                text = _("%(label)s: %(value)s", label=label, value=value) if value else label
                chips.append(Way(text, self.address(**{name: rest})))
        return chips

    def _where_chip(self) -> Way:
        said = self.looking_from
        if self.wanted.within_m:
            radius = choice_words(self.form.within)[self.form.within.data]
            said = _("%(place)s: %(radius)s", place=said, radius=radius.lower())
        return Way(said, self.address(postcode=None, near=None, within=None))

    @property
    def looking_from(self) -> str:
        if self.place.outward:
            return self.place.outward.code
        if self.place.unknown_half:
            return self.place.unknown_half
        return self.place.answer.postcode if self.place.answer else _("Near you")

    @property
    def is_narrowed(self) -> bool:
        return bool(set(self.values) - {"board", "sort"})

    @cached_property
    def near_words(self) -> str:
        """Where a browser's rounded position is, so that people see what we made of it."""
        origin = self.place.origin
        if origin is None or self.place.typed:
            return ""
        mark = self.landmarks.nearest(origin.lat, origin.lon)
        if mark is None:
            return ""
        north, east = offset(mark.lat, mark.lon, origin.lat, origin.lon)
        return beside(mark.name, north, east, is_vague=True)

    @cached_property
    def place_meant(self) -> Way | None:
        """Where the words are a ward, half a postcode or a landmark: all that is there."""
        key = self.found.search.text
        ward = next((ward for ward in self.wards if fold(ward.name) == key), None)
        if ward is not None:
            text = _("Everything in %(ward)s", ward=ward.name)
            return Way(text, self.address(q=None, ward=ward.gss_code))
        half = finding.find_outward(key, [ward.id for ward in self.wards])
        if half is not None:
            code = half[0].code
            url = self.address(q=None, near=None, postcode=code)
            return Way(_("Show all of %(code)s", code=code), url)
        mark = self.landmarks.named(key)
        if mark is None:
            return None
        near = f"{mark.lat:.3f},{mark.lon:.3f}"
        radius = self.form.within.data or "1"
        url = self.address(q=None, postcode=None, near=near, within=radius)
        return Way(_("What\u2019s round about %(place)s", place=mark.name), url)

    @cached_property
    def elsewhere(self) -> int:
        """How many of what was found come to the ward that was asked for from elsewhere."""
        if self.wanted.area_id is None or self.wanted.based_here or not self.found.total:
            return 0
        return self.found.total - finding.count_based(self.wanted, self.found.search)

    # --- rows ---------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> list[Row]:
        return [self._row(asset) for asset in self.found.assets]

    def _row(self, asset: Asset) -> Row:
        return Row(
            asset=asset,
            where=where_in_words(asset, self.landmarks, len(self.wards)),
            far=how_far(asset, self.wanted.origin) if self.wanted.origin else "",
            comes_to=self._comes_to(asset),
            when=next_of(asset),
            cost=asset.cost_words or (str(COST[asset.cost]) if asset.cost else ""),
            access=[
                term(mark.vocabulary, mark.slug)
                for mark in asset.terms
                if mark.vocabulary is Vocabulary.ACCESS
            ],
            notes=notes_on(asset),
            is_unsure=asset.reminder_stage >= RAN_OUT,
        )

    def _comes_to(self, asset: Asset) -> str:
        """Says that an entry is not based in the ward that was asked for."""
        asked = self.wanted.area_id
        if asked is None and self.wanted.within_m and self.wanted.origin:
            asked = self.wanted.origin.area_id
        if asked is None or asset.shown_area is None or asset.area_id == asked:
            return ""
        here = next((link.area.name for link in asset.serves if link.area_id == asked), None)
        if here is None:
            return ""
        return _("Based in %(ward)s, and comes to %(here)s", ward=asset.shown_area.name, here=here)

    # --- nothing fits -------------------------------------------------------------------------

    @cached_property
    def tries(self) -> list[Way]:
        """Other lists that have something, the most useful first; in one query."""
        ways = [*self._wider(), *self._next_ward(), *self._each_word(), *self._dropped()]
        counts = finding.count_each([wanted for _text, _url, wanted in ways], self.found.search)
        return [
            Way(text, url, number)
            for (text, url, _wanted), number in zip(ways, counts, strict=True)
            if number
        ]

    def _wider(self) -> list[tuple[str, str, Wanted]]:
        radii = list(RADII)
        if not self.wanted.within_m or self.form.within.data == radii[-1]:
            return []
        wider = radii[radii.index(self.form.within.data) + 1]
        words = choice_words(self.form.within)[wider]
        return [(words, self.address(within=wider), self._but(within_m=RADII[wider]))]

    def _next_ward(self) -> list[tuple[str, str, Wanted]]:
        here = next((ward for ward in self.wards if ward.id == self.wanted.area_id), None)
        if here is None or here.centre_lat is None or here.centre_lon is None:
            return []
        lat, lon = here.centre_lat, here.centre_lon
        others = [
            (metres(lat, lon, ward.centre_lat, ward.centre_lon), ward.gss_code, ward)
            for ward in self.wards
            if ward is not here and ward.centre_lat is not None and ward.centre_lon is not None
        ]
        if not others:
            return []
        ward = min(others, key=lambda one: one[:2])[2]
        text = _("The next ward, %(ward)s", ward=ward.name)
        return [(text, self.address(ward=ward.gss_code), self._but(area_id=ward.id))]

    def _each_word(self) -> list[tuple[str, str, Wanted]]:
        """One of several words, where no entry has them all."""
        texts = [word.text for word in self.found.search.words if len(word.text) > 2]
        return [
            (
                _("Only the word “%(word)s”", word=text),
                self.address(q=text),
                self._but(words=text),
            )
            for text in texts
            if len(texts) > 1
        ]

    def _dropped(self) -> list[tuple[str, str, Wanted]]:
        labels = {field.name: str(field.label.text) for field in self.form}
        labels["near"] = self.looking_from
        return [
            (
                _("Without “%(label)s”", label=labels[name]),
                self.address(**{name: None}),
                self._but(**WITHOUT[name], **self._ward_without(name)),
            )
            for name in self.values
            if name in WITHOUT
        ]

    def _ward_without(self, name: str) -> dict[str, int | None]:
        """A chosen ward stays without the postcode; without it a postcode's own ward counts."""
        if name == "postcode":
            code = self.form.ward.data
            return {"area_id": next((w.id for w in self.wards if w.gss_code == code), None)}
        if name == "ward":
            own = None if self.wanted.within_m else self.place.ward
            return {"area_id": own.id if own else None}
        return {}

    def _but(self, **changes: Any) -> Wanted:
        return replace(self.wanted, **changes)


def results_of(board: Board) -> Results:
    """Read the address, look up what it asks for, and find it."""
    wards, priorities = list_wards(board), plans.list_priorities(board.id)
    form = filters_of(wards, priorities)
    place = place_of(form, wards)
    wanted = wanted_of(board, form, wards, priorities, place)
    return Results(
        board=board,
        form=form,
        wards=wards,
        place=place,
        wanted=wanted,
        values=values_of(form),
        found=list_published(wanted, page_number()),
        landmarks=finding.landmarks_of(board.id),
        view=view_asked(),
    )


def notes_on(asset: Asset) -> list[str]:
    """What to know before going: that it is closed for now, and its notice while that lasts."""
    notes = [str(STATUS[asset.status])] if asset.status is Status.PAUSED else []
    if asset.alert and (asset.alert_until is None or asset.alert_until >= clock.today()):
        notes.append(asset.alert)
    return notes


def view_asked() -> str:
    """Which view the address asks for; the list, unless it is another."""
    asked = request.args.get("view", "")
    return asked if asked in VIEWS else VIEWS[0]


def without_people(values: dict[AssetKind, Any]) -> list[tuple[str, Any]]:
    """Kinds for the map's legend: a person's gift is never on it."""
    return [(k.value, words) for k, words in values.items() if k is not AssetKind.INDIVIDUAL]
