"""All that a sheet says, in plain values: the page, the file and the digest are made of them."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _

from pbapp import clock
from pbapp.assets.finding.queries import list_landmarks
from pbapp.assets.models import Asset, Vocabulary
from pbapp.assets.outgoing.credits import is_placed_by_postcode, postcode_credit
from pbapp.assets.words import COST, KIND, offered
from pbapp.boards.models import Board
from pbapp.boards.queries import list_wards
from pbapp.config import ROOT
from pbapp.gaps import drawing
from pbapp.gaps.queries import list_shapes
from pbapp.places.models import Area
from pbapp.places.queries import attribution
from pbapp.sheets import queries
from pbapp.sheets.codes import code_of
from pbapp.sheets.landmarks import Landmark
from pbapp.sheets.lines import Line, line_of
from pbapp.web.context import settings

MOST, MOST_COMING = 200, 50


@dataclass(frozen=True)
class WardSheet:
    """A ward on paper: what is based there, and what comes there from elsewhere. `left_out` counts
    entries there was no room for; `landmarks` are near enough to be on its map."""

    board: str
    ward: str
    lines: tuple[Line, ...]
    coming: tuple[Line, ...]
    left_out: int
    frame: drawing.Frame | None
    outlines: tuple[str, ...]
    landmarks: tuple[Landmark, ...]
    credits: tuple[str, ...]
    ward_address: str
    add_address: str
    help: tuple[str, ...]


@dataclass(frozen=True)
class BlankForm:
    """The form to fill in by hand: whose it is, and what there is to choose from."""

    board: str
    place: str
    kinds: tuple[str, ...]
    wards: tuple[str, ...]
    costs: tuple[str, ...]
    access: tuple[str, ...]
    walkabout_address: str
    help: tuple[str, ...]


def gather_ward(board: Board, ward: Area) -> WardSheet:
    """A ward as it is now, in the reader's language."""
    found, total = queries.list_for_ward(board.id, ward.id, MOST)
    coming, all_coming = queries.list_coming_to(board.id, ward.id, MOST_COMING)
    shapes = list_shapes([ward.id])
    frame = drawing.frame_of(shapes) if shapes else None
    credits = [attribution(shapes[0].boundary_set)] if shapes else []
    marks = [row for row in list_landmarks(board.id) if frame and frame.holds(row.lat, row.lon)]
    for source in sorted({row.source for row in marks} - {""}):
        credits.append(_("Well-known places: %(source)s.", source=source.rstrip(".")))
    return WardSheet(
        board=board.name,
        ward=ward.name,
        lines=_lines(found),
        coming=_lines(coming),
        left_out=total - len(found) + all_coming - len(coming),
        frame=frame,
        outlines=tuple(shape.path for shape in drawing.draw(shapes, frame)) if frame else (),
        landmarks=tuple(Landmark(row.name, row.lat, row.lon) for row in marks),
        credits=(*credits, *_credits([*found, *coming])),
        ward_address=_address(f"/boards/{board.slug}/wards/{ward.gss_code}"),
        add_address=_address(f"/assets/new?board={board.slug}"),
        help=_help(board),
    )


def gather_form(board: Board) -> BlankForm:
    """What stands on a board's form to fill in by hand."""
    return BlankForm(
        board=board.name,
        place=board.place_name,
        kinds=tuple(str(words) for words in KIND.values()),
        wards=tuple(sorted(ward.name for ward in list_wards(board))),
        costs=tuple(str(words) for words in COST.values()),
        access=tuple(words for _slug, words in offered(Vocabulary.ACCESS)),
        walkabout_address=_address(f"/assets/walkabout?board={board.slug}"),
        help=_help(board),
    )


def digest_of(facts: WardSheet | BlankForm) -> str:
    """Of all that a sheet says and of how it is drawn; a new month makes a new sheet, so that no
    date on paper is an old one."""
    said: dict[str, Any] = asdict(facts)
    said |= {"month": f"{clock.today():%Y-%m}", "look": _look()}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@functools.cache
def _look() -> str:
    """Of the files a sheet is drawn with: a new release draws its sheets anew."""
    drawn = hashlib.sha256()
    parts = (("templates/sheets", "*.html"), ("static/css", "pdf*.css"), ("pbapp/sheets", "*.py"))
    for folder, names in parts:
        for path in sorted((ROOT / folder).glob(names)):
            drawn.update(path.read_bytes())
    return drawn.hexdigest()


def _lines(assets: Sequence[Asset]) -> tuple[Line, ...]:
    return tuple(line_of(asset, _address(f"/e/{code_of(asset.id)}")) for asset in assets)


def _credits(assets: Sequence[Asset]) -> list[str]:
    """Where entries that came in from a list are from, and whose postcodes placed them, as the
    licences ask for."""
    placed = [f"{postcode_credit()}."] if any(map(is_placed_by_postcode, assets)) else []
    sources = sorted({(asset.source, asset.licence) for asset in assets if asset.source})
    return placed + [
        _("Some entries come from %(source)s (%(licence)s).", source=source, licence=licence)
        if licence
        else _("Some entries come from %(source)s.", source=source)
        for source, licence in sources
    ]


def _help(board: Board) -> tuple[str, ...]:
    return tuple(one for one in (board.council.help_phone, board.council.help_email) if one)


def _address(path: str) -> str:
    """A whole address: paper has no page to start from."""
    return f"{settings().public_url}{path}"
