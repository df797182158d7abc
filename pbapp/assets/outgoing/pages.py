"""The published entries for other programs and other websites, by the filters of the list."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

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
from pbapp.assets.finding.forms import FilterForm, choice_words, words_of
from pbapp.assets.finding.results import notes_on
from pbapp.assets.outgoing import rows as outgoing
from pbapp.assets.outgoing import schema_org
from pbapp.assets.outgoing.credits import (
    LICENCE_NAME,
    LICENCE_URL,
    credit,
    licence_of_all,
    origin,
    postcode_credit,
)
from pbapp.assets.outgoing.tags import tag_of
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
    return of_many("application/geo+json", _points)


def _points(ids: list[UUID]) -> str:
    page = links.page_urls()
    made, credits, licences = [], {""}, set()
    for asset in outgoing.each(ids):
        if asset.lat is not None:
            made.append(json.dumps(outgoing.feature(asset, page(asset)), ensure_ascii=False))
            credits.add(credit(asset))
            licences.add(asset.licence)
    about = {
        **licence_of_all(licences),
        "attribution": " ".join(sorted(credits - {""})),
        "without_point": len(ids) - len(made),
    }
    return _collection(made, about)


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


def points(features: list[dict[str, Any]]) -> Response:
    """A collection of points by itself."""
    made = [json.dumps(feature, ensure_ascii=False) for feature in features]
    response = _open(make_response(_collection(made, {})), "application/geo+json")
    response.add_etag()
    return response.make_conditional(request)


def _collection(features: list[str], about: dict[str, Any]) -> str:
    """`features` are written already, one by one; `about` says more of the whole file."""
    known = {"type": "FeatureCollection", **{name: value for name, value in about.items() if value}}
    return _with_list(known, "features", features)


def _with_list(known: dict[str, Any], name: str, things: list[str]) -> str:
    """An object of JSON with a long list, whose things were written one by one."""
    start = json.dumps(known, ensure_ascii=False).removesuffix("}")
    return f'{start}, "{name}": [{", ".join(things)}]}}'


@bp.get("/assets.csv")
@access(anyone)
def export_csv() -> Response:
    """The published entries as a table for a spreadsheet, people's gifts left out."""
    response = of_many("text/csv", _table)
    response.headers["Content-Disposition"] = "attachment; filename=assets.csv"
    return response


def _table(ids: list[UUID]) -> str:
    out, page = io.StringIO(), links.page_urls()
    writer = csv.writer(out)
    writer.writerow(outgoing.COLUMNS)
    for asset in outgoing.each(ids):
        writer.writerow([inert(value) for value in outgoing.row(asset, page(asset))])
    return "\ufeff" + out.getvalue()


def of_many(
    media_type: str, made: Callable[[list[UUID]], str | bytes], *, with_times: bool = False
) -> Response:
    """A file of what the address asks for; for who has it as it is, it is not made again."""
    ids = queries.list_ids_for_export(wanted_from_address(), with_times=with_times)
    tag = tag_of(chosen_board(), ids)
    response = _open(Response(), media_type)
    response.set_etag(tag, weak=True)
    if request.if_none_match.contains_weak(tag):
        response.status_code = 304
    else:
        response.set_data(made(ids))
    return response


def _open(response: Response, media_type: str) -> Response:
    """Anybody's page may read it, and nobody shows it without asking whether it has changed."""
    response.mimetype = media_type
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    # Not one licence: an entry of another list has its own, and the page of the terms says so.
    response.headers["Link"] = f'<{url_for(".share", _external=True)}#terms>; rel="license"'
    return response


@bp.get("/assets.jsonld")
@access(anyone)
def export_jsonld() -> Response:
    """The published entries in the words of schema.org, people's gifts left out."""
    return of_many("application/ld+json", _graph)


def _graph(ids: list[UUID]) -> str:
    page = links.page_urls()
    things = (schema_org.thing(asset, page(asset)) for asset in outgoing.each(ids))
    graph = [json.dumps(thing, ensure_ascii=False) for thing in things]
    return _with_list({"@context": "https://schema.org"}, "@graph", graph)


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
        also=_chosen_elsewhere(form),
        total=queries.list_published(wanted).total,
        frame=url_for(".embed", _external=True, **values),
        calendar=url_for(".calendar", _external=True, **values),
        licence=(LICENCE_NAME, LICENCE_URL),
        postcode_credit=postcode_credit(),
    )


def _chosen_elsewhere(form: FilterForm) -> list[str]:
    """The filters in use that this page has no field for, in words."""
    postcode = [form.postcode.data] if form.postcode.data else []
    if postcode and form.within.data:
        postcode.append(choice_words(form.within)[form.within.data].lower())
    said = [
        value or label
        for name, chosen in words_of(form).items()
        if name not in ("ward", "priority", "kind", "q")
        for label, value, _rest in chosen
    ]
    return [*postcode, *said]
