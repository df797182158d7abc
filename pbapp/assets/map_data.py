"""What the page's own map is drawn from: every pin in a few bytes, a pin's details when asked for.

`/assets.geojson` is for other programs. This is for `static/js/map.js` alone: columns in place of
features, ids cut short, positions as whole numbers. What the map shows is read each time and its
digest is the answer's tag, so nothing that changes can be missed; only the packing is kept.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Sequence

from flask import Response, abort, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from pbapp.assets import queries
from pbapp.assets.blueprint import bp, chosen_board
from pbapp.assets.facts import next_of
from pbapp.assets.filtering import wanted_from_address
from pbapp.assets.finding.results import notes_on
from pbapp.assets.models import Asset
from pbapp.assets.place_words import how_exact
from pbapp.assets.queries import StoredPin
from pbapp.assets.words import KIND, PART
from pbapp.boards.site import use_board
from pbapp.web.access import access, anyone

DIGITS = 12  # of an id: two of 10,000 are alike once in five million boards; then it is longer
FINE = 100_000  # a hundred-thousandth of a degree is a metre
KEPT = 8

_lock = threading.Lock()
_packed: OrderedDict[str, bytes] = OrderedDict()


@bp.get("/assets/map.json")
@access(anyone)
def map_data() -> Response:
    """The pins of the map, by the filters of the list; 304 for who has them as they are."""
    board = chosen_board()
    about = url_for(".map_pin", slug=board.slug, start="")
    pins = queries.list_stored_pins(wanted_from_address())
    digest = hashlib.sha256(repr((about, pins)).encode()).hexdigest()[:32]
    response = Response(mimetype="application/json")
    response.set_etag(digest, weak=True)
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    if request.if_none_match.contains_weak(digest):
        response.status_code = 304
        return response
    body = packed(digest, pins, about)
    if request.accept_encodings["gzip"]:
        response.headers["Content-Encoding"] = "gzip"
    else:
        body = gzip.decompress(body)
    response.set_data(body)
    return response


@bp.get("/assets/pins/<slug>/<start>")
@access(anyone)
def map_pin(slug: str, start: str) -> Response:
    """One pin's details in lines of text, by how its id starts: what opens on the map."""
    board = chosen_board(slug)
    asset = queries.find_pinned(board.id, start)
    if asset is None:
        abort(404)
    use_board(board)
    page = url_for(".detail", asset_id=asset.id)
    return jsonify(name=asset.name, url=page, lines=lines_of(asset))


def lines_of(asset: Asset) -> list[str]:
    """What one wants to know before going on to an entry's page; as text, a line each."""
    where = asset.area.name if asset.area else ""
    confirmed = render_template("assets/_confirmed.html", asset=asset, part_words=PART)
    lines = [
        " · ".join(filter(None, (str(KIND[asset.kind]), where, _("Example") * asset.is_example))),
        *notes_on(asset),
        how_exact(asset),
        asset.summary,
        asset.opening,
        next_of(asset),
        str(Markup(confirmed).unescape()),  # noqa: S704 — it goes back to text
    ]
    return [line for line in lines if line]


# --- packing ------------------------------------------------------------------------------------


def packed(digest: str, pins: Sequence[StoredPin], about: str) -> bytes:
    """The gzipped answer of a digest; this process keeps the last few."""
    with _lock:
        if digest in _packed:
            _packed.move_to_end(digest)
            return _packed[digest]
    body = pack(pins, about)
    with _lock:
        _packed[digest] = body
        while len(_packed) > KEPT:
            _packed.popitem(last=False)
    return body


def pack(pins: Sequence[StoredPin], about: str) -> bytes:
    """Pins as gzipped JSON. `about` is the address that details are asked of, before the id."""
    digits = _digits([pin.id for pin in pins])
    kinds = sorted({pin.kind for pin in pins})
    wards = sorted({pin.ward or "" for pin in pins})
    kind_at = {kind: number for number, kind in enumerate(kinds)}
    ward_at = {ward: number for number, ward in enumerate(wards)}
    lats = [round(pin.lat * FINE) for pin in pins]
    lons = [round(pin.lon * FINE) for pin in pins]
    south, west = min(lats, default=0), min(lons, default=0)
    columns = {
        "about": about,
        "digits": digits,
        "fine": FINE,
        "south": south,
        "west": west,
        "kinds": kinds,
        "wards": wards,
        "id": "".join(pin.id[:digits] for pin in pins),
        "name": [pin.name for pin in pins],
        "kind": [kind_at[pin.kind] for pin in pins],
        "ward": [ward_at[pin.ward or ""] for pin in pins],
        "lat": [lat - south for lat in lats],
        "lon": [lon - west for lon in lons],
    }
    text = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), 6, mtime=0)


def _digits(ids: Sequence[str]) -> int:
    """So many digits of an id tell these apart."""
    return next(n for n in range(DIGITS, 33) if len({i[:n] for i in ids}) == len(ids) or n == 32)
