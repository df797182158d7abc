"""The published entries for other programs and other websites, by the filters of the list."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

from flask import current_app, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from pbapp.assets import links, queries
from pbapp.assets.blueprint import bp, chosen_board
from pbapp.assets.facts import next_of
from pbapp.assets.filtering import (
    filters_of,
    page_number,
    values_of,
    wanted_from_address,
    wanted_of,
)
from pbapp.assets.finding.results import notes_on
from pbapp.assets.outgoing import rows as outgoing
from pbapp.assets.outgoing import schema_org
from pbapp.assets.outgoing.credits import LICENCE_NAME, LICENCE_URL, origin, postcode_credit
from pbapp.assets.queries import Pin
from pbapp.assets.words import COST, KIND, PART
from pbapp.boards.queries import list_wards
from pbapp.plans import queries as plans
from pbapp.web.access import access, anyone
from pbapp.web.babel import page_language
from pbapp.web.cells import inert


@bp.get("/assets.geojson")
@access(anyone)
def geojson() -> Response:
    """The points of the list with all that is known of them. Others' pages may read it."""
    made = [
        outgoing.feature(asset, links.page_url(asset))
        for asset in outgoing.each(wanted_from_address())
        if asset.lat is not None
    ]
    return points(made, licence=LICENCE_NAME, licence_url=LICENCE_URL, attribution=_credits(made))


def _credits(features: list[dict[str, Any]]) -> str:
    """Whom to name for a whole file, each once."""
    return " ".join(sorted({f["properties"].get("attribution", "") for f in features} - {""}))


def point_of(pin: Pin) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": str(pin.id),
        "geometry": {"type": "Point", "coordinates": [pin.lon, pin.lat]},
        "properties": {
            "id": str(pin.id),
            "name": pin.name,
            "kind": pin.kind.value,
            "ward": pin.ward,
            "url": url_for(".detail", asset_id=pin.id),
        },
    }


def points(features: list[dict[str, Any]], **about: str) -> Response:
    """A collection of points; `about` says more of the whole file."""
    whole = {"type": "FeatureCollection", **about, "features": features}
    return _export(json.dumps(whole, ensure_ascii=False), "application/geo+json")


@bp.get("/assets.csv")
@access(anyone)
def export_csv() -> Response:
    """The published entries as a table for a spreadsheet, people's gifts left out."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(outgoing.COLUMNS)
    for asset in outgoing.each(wanted_from_address()):
        writer.writerow([inert(value) for value in outgoing.row(asset, links.page_url(asset))])
    response = _export("\ufeff" + out.getvalue(), "text/csv")
    response.headers["Content-Disposition"] = "attachment; filename=assets.csv"
    return response


def _export(body: str, media_type: str) -> Response:
    response = make_response(body)
    response.mimetype = media_type
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Link"] = f'<{LICENCE_URL}>; rel="license"'
    response.add_etag()
    return response.make_conditional(request)


@bp.get("/assets.jsonld")
@access(anyone)
def export_jsonld() -> Response:
    """The published entries in the words of schema.org, people's gifts left out."""
    graph = [
        schema_org.thing(asset, links.page_url(asset))
        for asset in outgoing.each(wanted_from_address())
    ]
    body = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False)
    return _export(body, "application/ld+json")


@bp.get("/assets/embed")
@access(anyone)
def embed() -> Response:
    """A list to stand in a frame on somebody else's website: no script, no cookies, no form."""
    board = chosen_board()
    wards, priorities = list_wards(board), plans.list_priorities(board.id)
    form = filters_of(wards, priorities, None)
    wanted = replace(wanted_of(board, form, wards, priorities), without_gifts=True)
    # Without the context processors, which ask who is there: this page is the same for everybody.
    values = values_of(form)
    template = current_app.jinja_env.get_template("assets/embed.html")
    response = make_response(
        template.render(
            lang=page_language(),
            board=board,
            found=queries.list_published(wanted, page_number()),
            values=values,
            kind_words=KIND,
            part_words=PART,
            cost_words=COST,
            next_of=next_of,
            notes_on=notes_on,
            origin=origin,
            is_narrowed=bool(set(values) - {"board", "sort"}),
            licence=(LICENCE_NAME, LICENCE_URL),
            postcode_credit=postcode_credit(),
        )
    )
    # The one page that may stand in a frame anywhere; it has nothing in it that a click could do.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors *"
    )
    response.headers["Cache-Control"] = "public, max-age=300"
    response.vary.add("Accept-Language")
    return response


@bp.get("/assets/share")
@access(anyone)
def share() -> str:
    """Take the list with you: for a website, a spreadsheet, a map, another system."""
    board = chosen_board()
    wards, priorities = list_wards(board), plans.list_priorities(board.id)
    form = filters_of(wards, priorities, None)
    form.near.data = ""  # where one visitor stands is nothing for other people's pages
    values = values_of(form)
    wanted = replace(wanted_of(board, form, wards, priorities), without_gifts=True)
    return render_template(
        "assets/share.html",
        board=board,
        form=form,
        values=values,
        total=queries.list_published(wanted).total,
        frame=url_for(".embed", _external=True, **values),
        calendar=url_for(".calendar", _external=True, **values),
        licence=(LICENCE_NAME, LICENCE_URL),
        postcode_credit=postcode_credit(),
    )
