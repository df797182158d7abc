"""The officers' “what if”: choose an election and a few rules, follow the count, compare."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.ballots.paper import queries as paper
from pbapp.boards.access import any_officer, officer_board_ids
from pbapp.db import db
from pbapp.desk import queries, simulating, what_if
from pbapp.desk.access import the_officer
from pbapp.desk.blueprint import bp
from pbapp.desk.forms import WhatIfForm
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job, JobState
from pbapp.refusal import Refused
from pbapp.results.amounts import amounts_in
from pbapp.results.models import Count
from pbapp.results.sealed import pot_name
from pbapp.web.access import access
from pbapp.web.babel import say
from pbapp.web.fragments import render
from pbapp.web.limits import limited

Page = str | Response | tuple[str, int]


@bp.get("/what-if")
@access(any_officer)
def what_if_form() -> Page:
    """Choose an election and two or three rules."""
    return render_template("desk/what_if.html", form=_form(), problems=[])


@bp.post("/what-if")
@access(any_officer)
@limited("what-if", tries=20, seconds=600)
def start_what_if() -> Page:
    """Have the worker count it in each of the ways chosen."""
    form = _form()
    if not form.validate_on_submit():
        return render_template("desk/what_if.html", form=form, problems=[]), 422
    problems: list[str] = []
    data = _read(form)
    try:
        if data or not form.chosen:
            what_if.check_file(data)
    except Refused as refused:
        form.file.errors = [say(refused)]
    except what_if.BadFile as bad:
        form.file.errors = [_("This file cannot be counted.")]
        problems = list(bad.problems)
    if form.file.errors:
        return render_template("desk/what_if.html", form=form, problems=problems), 422
    asked = what_if.ask(
        by=the_officer(),
        title=form.file.data.filename[:80] if data else form.chosen_title,
        settings=form.settings.data or [],
        least=form.least.data or 0,
        profile_id=None if data else int(form.chosen),
        data=data,
    )
    db.session.commit()
    return redirect(url_for(".what_if_result", job_id=asked.id), 303)


@bp.get("/what-if/<uuid:job_id>")
@access(any_officer)
def what_if_result(job_id: UUID) -> Response:
    """How far the counts are, then the same election under each rule; only for who asked."""
    asked = what_if.find(job_id, the_officer()) or abort(404)
    return render(
        "desk/what_if_result.html",
        fragment="desk/_what_if_result.html",
        job=asked,
        state=_state(asked),
        how_made=_how_made(asked),
        **_compared(asked),
    )


def _read(form: WhatIfForm) -> bytes:
    if not form.file.data:
        return b""
    with form.file.data.stream as stream:  # a large one lies in a temporary file of its own
        return bytes(stream.read(what_if.MOST_BYTES + 1))


def _form() -> WhatIfForm:
    form = WhatIfForm()
    listed = queries.list_past_elections(officer_board_ids())
    # Where totals of papers were counted nobody knows which votes stood on one paper, and other
    # rules ask just that.
    rounds = {count.round_id: count.round for count in listed if not count.round.is_imported}
    of_totals = {id for id, round in rounds.items() if paper.declared_totals(round)}
    counts = [count for count in listed if count.round_id not in of_totals]
    form.election.choices = [
        ("", _("The file below")),
        *((str(count.profile_id), _title(count)) for count in counts),
    ]
    form.settings.choices = [(key, _(words)) for key, words in what_if.SETTINGS.items()]
    return form


def _title(count: Count) -> str:
    pot = pot_name(count.round, count.pot)
    return f"{count.round.title}: {pot}" if pot else count.round.title


def _state(asked: Job) -> str:
    if jobs.is_at_work(asked):
        return "running"
    return "failed" if asked.state is JobState.FAILED else "done"


def _how_made(asked: Job) -> str:
    """The model of voters in plain words, with its figures; empty for votes that people cast."""
    made = asked.arguments.get("pretend")
    if not made:
        return ""
    said = _(
        "%(voters)s made-up voters may each choose up to %(most)s of %(projects)s projects.",
        voters=f"{made['voters']:,}",
        most=made["choices"],
        projects=len(made["bids"]),
    )
    return f"{said} {_(simulating.MODEL_WORDS[made['model']])}"


def _served(asked: Job, served: int, ballots: int) -> str:
    numbers = {"people": f"{served:,}", "all": f"{ballots:,}"}
    if asked.arguments.get("pretend"):
        return _("%(people)s of %(all)s made-up voters", **numbers)
    return _("%(people)s of %(all)s people who voted", **numbers)


def _compared(asked: Job) -> dict[str, Any]:
    found = jobs.answer_of(asked)
    if found is None:
        return {}
    amount = amounts_in(found["currency"], found["exponent"])
    names = [_(what_if.SETTINGS[run["setting"]]) for run in found["runs"]]
    titles = {row["id"]: row["title"] for row in found["projects"]}
    runs = list(zip(names, found["runs"], strict=True))
    return {
        "found": found,
        "in_money": amount,
        "names": names,
        "same": all(len(set(row["won"])) == 1 for row in found["projects"]),
        "money": [
            {
                "label": name,
                "value": run["total"],
                "text": amount(run["total"]),
                "note": _("%(num)s projects", num=run["winners"]),
            }
            for name, run in runs
        ],
        "people": [
            {
                "label": name,
                "value": 100 * run["served"] // found["ballots"],
                "text": _("%(share)s in 100", share=100 * run["served"] // found["ballots"]),
                "note": _served(asked, run["served"], found["ballots"]),
            }
            for name, run in runs
            if run["served"] is not None and found["ballots"]
        ],
        "offers": [
            _(
                "%(rule)s: “%(title)s” is offered the %(amount)s that is left.",
                rule=name,
                title=titles[run["offered"]["project"]],
                amount=amount(run["offered"]["amount"]),
            )
            for name, run in runs
            if run["offered"]
        ],
    }
