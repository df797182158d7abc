"""The page of the files, each file by itself, and all of them as one zip."""

from __future__ import annotations

import io
import zipfile

from flask import Blueprint, Response, abort, make_response, render_template

from pbapp.ballots.closing import queries as closing
from pbapp.results import pages
from pbapp.results.access import Sight, cached, get_seen
from pbapp.results.opendata import making, words
from pbapp.results.opendata.bundle import LICENCE_NAME, LICENCE_URL, SUMS, Bundle
from pbapp.results.opendata.columns import TABLES
from pbapp.rounds.models import Round
from pbapp.web.access import access, anyone

bp = Blueprint("open_data", __name__, url_prefix="/rounds/<slug>/data")
blueprints = (bp,)

TYPES = {
    "pb": "text/plain; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "py": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "zip": "application/zip",
}


@bp.get("")
@access(anyone)
def index(slug: str) -> str:
    """Everything somebody needs to count again or to work with, as files."""
    round, seen = get_seen(slug)
    bundle = Bundle(round, list(seen.counts))
    return render_template(
        "results/opendata/index.html",
        seen=seen,
        bundle=bundle,
        made=making.find_made(bundle),
        names=words.NAMES,
        licence=LICENCE_NAME,
        licence_url=LICENCE_URL,
        destroyed_at=closing.fate_of(round).destroyed_at,
        tables=[table for table in TABLES if f"{slug}-{table.name}.csv" in bundle.files],
        **pages.checking(round, pages.stories_of(seen.counts)),
    )


@bp.get("/<filename>")
@access(anyone)
def file(slug: str, filename: str) -> Response:
    """One file; the zip, and what it already holds, come as the worker made them."""
    round, seen = get_seen(slug)
    content = _content(round, seen, filename) or abort(404)
    response = make_response(content)
    ending = filename.rpartition(".")[2]
    response.headers["Content-Type"] = TYPES.get(ending, TYPES["txt"])
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    if seen.is_public:
        response.headers["Access-Control-Allow-Origin"] = "*"
    return cached(response, seen)


def _content(round: Round, seen: Sight, filename: str) -> bytes | None:
    bundle = Bundle(round, list(seen.counts))
    if filename not in (bundle.name, SUMS, *bundle.files):
        return None
    packed = making.content_of(bundle) if seen.is_public else None
    if packed is None:
        make = {bundle.name: bundle.zip, **bundle.files}.get(filename)
        return make() if make else None
    if filename == bundle.name:
        return packed
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return archive.read(filename)
