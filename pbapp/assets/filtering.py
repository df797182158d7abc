"""What a visitor asked to see, read from the address: the same for page, map and exports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request

from pbapp.assets.blueprint import chosen_board
from pbapp.assets.finding import queries as finding
from pbapp.assets.finding.forms import DAYS, NOW, RADII, FilterForm, read_position
from pbapp.assets.finding.wanted import Origin, Outward, Part, Sort, Wanted
from pbapp.assets.models import AssetKind, Cost
from pbapp.assets.times_words import wall_clock
from pbapp.boards.models import Board
from pbapp.boards.queries import list_wards
from pbapp.places import queries as places
from pbapp.places.models import Area
from pbapp.places.queries import PostcodeAnswer, PostcodeState
from pbapp.plans import queries as plans
from pbapp.plans.models import PriorityVersion

COSTS = {"": (), "free": (Cost.FREE,), "donation": (Cost.FREE, Cost.DONATION)}


@dataclass(frozen=True)
class Place:
    """Where the visitor looks from: what they typed, what we know of it, the point it gives.

    `instead` is the first half of a postcode that we do not have, where we have others of it;
    `unknown_half` a first half of which we have none here.
    """

    typed: str = ""
    answer: PostcodeAnswer | None = None
    outward: Outward | None = None
    origin: Origin | None = None
    instead: str = ""
    unknown_half: str = ""

    @property
    def ward(self) -> Area | None:
        """The board's ward that a postcode is in."""
        found = self.answer is not None and self.answer.state is PostcodeState.FOUND
        return self.answer.ward if found and self.answer else None


def wanted_from_address() -> Wanted:
    board = chosen_board()
    wards, priorities = list_wards(board), plans.list_priorities(board.id)
    return wanted_of(board, filters_of(wards, priorities), wards, priorities)


def filters_of(
    wards: list[Area], priorities: list[PriorityVersion], _answer: PostcodeAnswer | None = None
) -> FilterForm:
    form = FilterForm(formdata=request.args or None)
    form.offer(wards, priorities)
    return form


def place_of(form: FilterForm, wards: list[Area]) -> Place:
    """Look up where the visitor looks from; a postcode goes before a position."""
    typed = form.postcode.data or ""
    ward_ids = [ward.id for ward in wards]
    if not typed:
        position = read_position(form.near.data)
        if position is None:
            return Place()
        return Place(origin=Origin(*position, area_id=finding.find_ward_near(*position)))
    outward = finding.find_outward(typed, ward_ids)
    if outward is not None:
        return Place(typed, None, *outward)
    answer = places.look_up_postcode(typed, ward_ids)
    half = finding.outward_of(typed)
    if half is not None:
        return Place(typed, answer, unknown_half=half)
    if answer.state is PostcodeState.UNKNOWN:
        half = answer.postcode.split(" ")[0]
        return Place(typed, answer, instead=half if finding.find_outward(half, ward_ids) else "")
    row = places.find_postcode(typed) if answer.ward else None
    if row is None or row.lat is None or row.lon is None:
        return Place(typed, answer)
    return Place(typed, answer, origin=Origin(row.lat, row.lon, row.area_id))


def wanted_of(
    board: Board,
    form: FilterForm,
    wards: list[Area],
    priorities: list[PriorityVersion],
    place: Place | None = None,
) -> Wanted:
    place = place_of(form, wards) if place is None else place
    ward = next((ward for ward in wards if ward.gss_code == form.ward.data), None)
    within = RADII.get(form.within.data) if place.origin else None
    if within is None and ward is None:
        ward = place.ward
    return Wanted(
        board_id=board.id,
        area_id=ward.id if ward else None,
        priority_id=next(
            (v.priority_id for v in priorities if v.priority.slug == form.priority.data), None
        ),
        kind=AssetKind(form.kind.data) if form.kind.data else None,
        words=form.q.data or "",
        based_here=form.based.data,
        origin=place.origin,
        within_m=within,
        outward=None if within else place.outward,
        access=tuple(form.access.data or ()),
        audience=form.audience.data or "",
        theme=form.theme.data or "",
        costs=COSTS[form.cost.data or ""],
        age=int(form.age.data) if form.age.data else None,
        day=DAYS.index(form.day.data) if form.day.data in DAYS else None,
        part=Part(form.part.data) if form.part.data else None,
        open_at=wall_clock() if form.day.data == NOW else None,
        sort=Sort(form.sort.data) if form.sort.data else None,
    )


def values_of(form: FilterForm) -> dict[str, Any]:
    """The filters as an address has them, without the empty ones."""
    chosen = {field.name: field.data for field in form if field.data}
    chosen |= {"based": "y"} if form.based.data else {}
    if form.postcode.data:
        chosen.pop("near", None)
    if not form.postcode.data and not form.near.data:
        chosen.pop("within", None)
    return {**chosen, **({"board": request.args["board"]} if "board" in request.args else {})}


def page_number() -> int:
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
