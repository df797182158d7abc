"""“What if” with made-up votes: choose who is asked and for what, then compare rules."""

from __future__ import annotations

import secrets

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp.boards.access import any_officer, officer_board_ids
from pbapp.db import db
from pbapp.desk import queries, simulating, what_if
from pbapp.desk.access import the_officer
from pbapp.desk.blueprint import bp
from pbapp.desk.forms import SimulateForm
from pbapp.desk.simulating import Bid, Pretend
from pbapp.rounds.queries import find_round_by_id, pot_total
from pbapp.web.access import access
from pbapp.web.limits import limited

Page = str | Response | tuple[str, int]


@bp.get("/what-if/made-up")
@access(any_officer)
def simulate_form() -> Page:
    """Choose how many people vote, on what, and how they choose."""
    return _page(_form())


@bp.post("/what-if/made-up")
@access(any_officer)
@limited("what-if", tries=20, seconds=600)
def start_simulation() -> Page:
    """Have the worker make the votes up and count them in each of the ways chosen."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form, 422)
    seed = form.seed.data
    if seed is None:
        seed = secrets.randbelow(simulating.LARGEST_SEED)
    title, budget, bids = _what_is_voted_on(form.source.data, seed)
    asked = what_if.ask(
        by=the_officer(),
        title=_("Made-up votes: %(what)s", what=title),
        settings=form.settings.data or [],
        least=form.least.data or 0,
        pretend=Pretend(
            voters=form.voters.data or 0,
            choices=form.choices.data or 0,
            model=form.model.data,
            seed=seed,
            budget=budget,
            bids=bids,
        ),
    )
    db.session.commit()
    return redirect(url_for(".what_if_result", job_id=asked.id), 303)


def _page(form: SimulateForm, status: int = 200) -> Page:
    models = [
        (_(simulating.MODEL_NAMES[key]), _(simulating.MODEL_WORDS[key]))
        for key in simulating.MODELS
    ]
    return render_template("desk/simulate.html", form=form, models=models), status


def _form() -> SimulateForm:
    form = SimulateForm()
    rounds = queries.list_rounds_with_bids(officer_board_ids())
    form.source.choices = [
        *(
            (str(round.id), _("The %(num)s projects of %(round)s", num=bids, round=round.title))
            for round, bids in rounds
        ),
        *((key, _(template.words)) for key, template in simulating.TEMPLATES.items()),
    ]
    form.model.choices = [(key, _(name)) for key, name in simulating.MODEL_NAMES.items()]
    form.settings.choices = [(key, _(words)) for key, words in what_if.SETTINGS.items()]
    return form


def _what_is_voted_on(source: str, seed: int) -> tuple[str, int, tuple[Bid, ...]]:
    """What to call it, the money in pence, and the projects: of a round of ours, or made up."""
    template = simulating.TEMPLATES.get(source)
    if template is not None:
        return _(template.words), template.budget, simulating.bids_of(template, seed)
    round = find_round_by_id(int(source))
    bids = tuple(
        Bid(
            id=str(proposal.number),
            title=proposal.title,
            cost=proposal.cost_pence,
            ward=proposal.area.gss_code if proposal.area else "",
            priority=proposal.priority.slug if proposal.priority else "",
        )
        for proposal in queries.list_bids(int(source))
    )
    return (round.title if round else "", pot_total(round) if round else 0, bids)
