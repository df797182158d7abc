"""The scrutineers' pack: every ballot with its seal, what was counted, and a program that checks.

Whoever holds a scrutineer's link may fetch it. Where a board decided so before the vote, the
openings alone are public once the result is.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from pbapp.ballots.closing import queries as closing
from pbapp.ballots.closing import services as scrutineers
from pbapp.ballots.closing.models import Scrutineer
from pbapp.ballots.log import queries as ballot_log
from pbapp.config import ROOT
from pbapp.db import db
from pbapp.results import files, freezing
from pbapp.results.access import sight
from pbapp.results.models import Count
from pbapp.results.opendata import tables
from pbapp.results.opendata.columns import RESULTS
from pbapp.results.opendata.writing import csv_of
from pbapp.results.queries import (
    find_official_count,
    list_allocations,
    list_official_counts,
)
from pbapp.results.sealed import pot_name
from pbapp.rounds.access import get_round
from pbapp.rounds.models import Round
from pbapp.tally import canonical
from pbapp.web.access import access, anyone
from pbapp.web.forms import Form
from pbapp.web.limits import limited

bp = Blueprint("scrutiny", __name__, url_prefix="/rounds/<slug>")

README = """What is in this pack, and how to check it
=========================================

You need Python 3.10 or later and nothing else. In this folder, run:

    python3 recount.py --log log.json --openings openings.json --rules sealed.json {counted}

It says line by line what is right, what is wrong and what it could not check. Compare the head of
the last batch in log.json with the one you were given on paper, by e-mail or in the hall, and add
it: --head 4f1c...

log.json        the public log: every seal, in sealed batches
openings.json   the ballot behind each seal; one number a voter, made for this file
sealed.json     the rules and projects as two people sealed them before the vote
{files}
results.csv     the result as a table
recount.py      the program; it shares no code with the service

Keep this pack to yourself. With somebody's receipt it could show how they voted. Destroy it when
the service has destroyed its own ballots, or when you have finished.
"""

Page = str | AnyResponse | tuple[str, int]


@bp.get("/scrutineers/<token>")
@access(anyone)
@limited("scrutineers", tries=60, seconds=600)
def pack(slug: str, token: str) -> Page:
    """What a scrutineer can fetch, and how to check it."""
    round, scrutineer = _get(slug, token)
    return render_template(
        "results/scrutineer.html",
        round=round,
        scrutineer=scrutineer,
        ready=find_official_count(round) is not None and closing.close_batch(round) is not None,
        form=Form(),
    )


@bp.post("/scrutineers/<token>")
@access(anyone)
@limited("scrutineers fetch", tries=20, seconds=600)
def fetch(slug: str, token: str) -> Page:
    """The pack itself; that it was fetched is noted."""
    round, scrutineer = _get(slug, token)
    counts = list_official_counts(round)
    if not counts or closing.close_batch(round) is None or not Form().validate_on_submit():
        flash(_("The pack is ready once the votes are sealed and counted."), "warning")
        return redirect(url_for(".pack", slug=slug, token=token), 303)
    made = pack_of(round, counts)
    scrutineers.note_fetched(round=round, scrutineer=scrutineer)
    db.session.commit()
    return _download(made, f"{round.slug}-scrutineers.zip", "application/zip")


def _get(slug: str, token: str) -> tuple[Round, Scrutineer]:
    """The round and whose link this is; a link that does not work says nothing more."""
    round = get_round(slug)
    return round, scrutineers.find_by_token(round, token) or abort(404)


@bp.get("/openings.json")
@access(anyone)
def openings(slug: str) -> Response:
    """Every ballot with its seal, where the board decided before the vote that all may see it."""
    round = get_round(slug)
    seen, terms = sight(round), closing.terms_of(round)
    many = files.whole_may_be_public(round, seen.counts)
    public = seen.is_public and terms.openings_public and many
    if not public or terms.began_at is not None:
        abort(404)
    made = json.dumps(closing.openings_document(round), indent=1).encode()
    return _download(made, "openings.json", "application/json")


def pack_of(round: Round, counts: Sequence[Count]) -> bytes:
    """All the files as one zip, the same bytes every time; of several pots each with its rule."""
    parts = [(files.ballots_name(count), files.rule_name(count), count) for count in counts]
    listed = [
        f"{ballots}\n    the ballots that were counted{_of(count)}\n"
        f"{rule}\n    the counting rule with every detail{_of(count)}"
        for ballots, rule, count in parts
    ]
    counted = " ".join([*(pb for pb, _rule, _count in parts), *(rule for _pb, rule, _c in parts)])
    contents: dict[str, bytes] = {
        "README.txt": README.format(counted=counted, files="\n".join(listed)).encode(),
        "log.json": _json(ballot_log.document(round)),
        "openings.json": _json(closing.openings_document(round)),
        "sealed.json": canonical(round.config),
        "results.csv": csv_of(
            RESULTS, tables.results([(count, list_allocations(count)) for count in counts])
        ),
        "recount.py": (ROOT / "static" / "recount.py").read_bytes(),
    }
    for ballots, rule, count in parts:
        contents[ballots] = freezing.unpack(count.profile)
        contents[rule] = files.rule_json(count)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _of(count: Count) -> str:
    name = pot_name(count.round, count.pot)
    return f" in “{name}”" if name else ""


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, indent=1, ensure_ascii=False).encode()


def _download(content: bytes, name: str, media_type: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
