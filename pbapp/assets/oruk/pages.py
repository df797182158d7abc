"""The Open Referral UK 3.0 API, open to everybody, and the page that says whether it is valid."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from pbapp.assets.oruk import checking as feed_check
from pbapp.assets.oruk import objects as oruk
from pbapp.assets.oruk.asking import Page, Unclear, read_asked, read_flag, read_page
from pbapp.assets.oruk.feed import (
    Asked,
    Found,
    Terms,
    find_entry,
    list_entries,
    list_moments,
    list_organisations,
    whole_service,
)
from pbapp.assets.oruk.values import Thing, moment, turned
from pbapp.db import db
from pbapp.web.access import access, anyone

bp = Blueprint("openreferral", __name__, url_prefix="/openreferral")
get = partial(bp.get, strict_slashes=False)  # a redirect would stop scripts of other websites

VERSION = "HSDS-UK-3.0"
PROFILE = "https://openreferraluk.org/developers/specifications"
DEFINITION = "https://openreferraluk.org/specifications/3.0/openapi.json"


@bp.after_request
def open_to_all(response: Response) -> Response:
    """Any page may read every answer, also where a browser only asks whether it may."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "*"
    return response


@bp.errorhandler(Unclear)
def unclear(error: Unclear) -> Response:
    return problem(400, str(error))


@get("/")
@access(anyone)
def about() -> Response:
    """What this API is."""
    return answer({"version": VERSION, "profile": PROFILE, "openapi_url": DEFINITION})


@get("/services")
@access(anyone)
def services() -> Response:
    """Every entry as a service: lines, whole with `full`, ids and moments with `minimal`."""
    part, asked, terms = read_page(request.args), read_asked(request.args), Terms()
    if read_flag(request.args, "minimal"):
        known = list_moments(asked, terms)
        lines = [{"id": str(id), "modified_date": moment(changed)} for id, changed in known]
        return wrapped(lines, len(lines), Page(1, max(1, len(lines))))
    whole = read_flag(request.args, "full")
    found = list_entries(asked, terms, page=part.page, per_page=part.per_page)
    made: list[Thing] = [
        whole_service(a, found, terms) if whole else oruk.service_line(a, found.changed(a))
        for a in found.assets
    ]
    return wrapped(made, found.total, part)


@get("/services/<id>")
@access(anyone)
def service(id: str) -> Response:
    """One entry with all that belongs to it."""
    found = _find(id)
    if not found.assets:
        return problem(404, "There is no such service.")
    return answer(whole_service(found.assets[0], found, Terms()))


@get("/service_at_locations")
@access(anyone)
def service_at_locations() -> Response:
    """Where services are; those without one place are in /services only."""
    part, asked, terms = (
        read_page(request.args),
        read_asked(request.args, placed_only=True),
        Terms(),
    )
    found = list_entries(asked, terms, page=part.page, per_page=part.per_page)
    made = [oruk.at_location_line(asset, found.changed(asset)) for asset in found.assets]
    return wrapped(made, found.total, part)


@get("/service_at_locations/<id>")
@access(anyone)
def service_at_location(id: str) -> Response:
    """One service where it is."""
    wanted = _uuid(id)
    found = find_entry(turned("at", wanted), placed_only=True) if wanted else Found([], 0, {})
    if not found.assets:
        return problem(404, "There is no such service at a location.")
    whole = whole_service(found.assets[0], found, Terms())
    whole.pop("service_at_locations", None)
    return answer({**oruk.at_location(found.assets[0]), "service": whole})


@get("/organizations")
@access(anyone)
def organizations() -> Response:
    """Whose the services are."""
    part = read_page(request.args)
    start = (part.page - 1) * part.per_page
    total, found = list_organisations(start, start + part.per_page)
    return wrapped(found, total, part)


@get("/organizations/<id>")
@access(anyone)
def organization(id: str) -> Response:
    """One organisation with its services."""
    wanted = _uuid(id)
    found = list_entries(Asked(organisation=wanted), Terms()) if wanted else Found([], 0, {})
    if not found.assets:
        return problem(404, "There is no such organization.")
    lines = [oruk.service_line(asset, found.changed(asset)) for asset in found.assets]
    return answer({**oruk.organisation(found.assets[0]), "services": lines})


@get("/taxonomies")
@access(anyone)
def taxonomies() -> Response:
    """The vocabularies: kinds, access, audiences, themes, each board's priorities, sources."""
    return _listed(Terms().taxonomies())


@get("/taxonomies/<id>")
@access(anyone)
def taxonomy(id: str) -> Response:
    return _one(Terms().taxonomies, id, "There is no such taxonomy.")


@get("/taxonomy_terms")
@access(anyone)
def taxonomy_terms() -> Response:
    """Every term; `taxonomy_id` narrows it to one vocabulary."""
    wanted = read_asked(request.args).taxonomy
    terms = Terms().terms()
    return _listed([t for t in terms if wanted is None or t["taxonomy_id"] == str(wanted)])


@get("/taxonomy_terms/<id>")
@access(anyone)
def taxonomy_term(id: str) -> Response:
    return _one(Terms().terms, id, "There is no such taxonomy term.")


@bp.get("/status")
@access(anyone)
def status() -> str:
    """For people: what the feed is, whether it is valid, and when that was last checked."""
    return render_template(
        "assets/feed_status.html",
        check=feed_check.latest(),
        base=url_for(".about", _external=True).rstrip("/"),
    )


@get("/<path:anything>")
@access(anyone)
def unknown(anything: str) -> Response:
    """Nothing, said so that a program understands it."""
    return problem(404, f"There is nothing here. Begin at {url_for('.about', _external=True)}")


# --- answers --------------------------------------------------------------------------------


def answer(body: Any, status: int = 200) -> Response:
    """JSON that any computer may read; the same answer is not sent twice."""
    response = make_response(json.dumps(body, ensure_ascii=False, allow_nan=False), status)
    response.mimetype = "application/json"
    response.headers["Cache-Control"] = "public, no-cache"
    response.add_etag()
    return response.make_conditional(request) if status == 200 else response


def problem(status: int, message: str) -> Response:
    db.session.rollback()
    return answer({"error": message}, status)


def wrapped(contents: Sequence[Thing], total: int, part: Page) -> Response:
    """One page of a list in the standard's wrapper."""
    pages = -(-total // part.per_page)
    return answer(
        {
            "total_items": total,
            "total_pages": pages,
            "page_number": part.page,
            "size": len(contents),
            "first_page": part.page == 1,
            "last_page": part.page >= pages,
            "empty": not contents,
            "contents": list(contents),
        }
    )


def _listed(things: list[Thing]) -> Response:
    part = read_page(request.args)
    start = (part.page - 1) * part.per_page
    return wrapped(things[start : start + part.per_page], len(things), part)


def _one(listed: Callable[[], list[Thing]], id: str, missing: str) -> Response:
    wanted = str(_uuid(id))
    found = next((thing for thing in listed() if thing["id"] == wanted), None)
    return problem(404, missing) if found is None else answer(found)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _find(text: str) -> Found:
    wanted = _uuid(text)
    return find_entry(wanted) if wanted else Found([], 0, {})
