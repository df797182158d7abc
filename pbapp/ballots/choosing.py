"""Step 3: choose projects, pot by pot, and find one's way in a long list. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from pbapp.ballots import queries, words
from pbapp.ballots.booth import Booth
from pbapp.ballots.forms import ChooseForm
from pbapp.ballots.marks import Marks, part_in, read_marks, with_project, without_project
from pbapp.ballots.pages import Page, bp, get_round, shut_page, step_page
from pbapp.ballots.rules import BallotPot, Option, Rules, sealed_rules
from pbapp.ballots.vote import Vote
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from pbapp.rounds.words import why_not
from pbapp.web.access import access, anyone
from pbapp.web.babel import say
from pbapp.web.forms import PressForm, plain_text
from pbapp.web.redirects import safe_next

FILTERS = ("priority", "ward", "words")
MOST_SELECTED_PLACES = 12  # beyond that a place is typed: a list of 200 in 200 lists is no help


@dataclass(frozen=True)
class PotView:
    """One pot on the page: what it asks, what is shown of it, and how far somebody has got."""

    pot: BallotPot
    options: list[Option]
    part: Vote
    guard: str
    status: str
    share: float | None
    most: int
    all_fit: bool
    is_empty: bool


@bp.route("/vote/choose", methods=["GET", "POST"])
@access(anyone)
def choose(slug: str) -> Page:
    """Choose. Open to whoever has not proved anything yet: the choices wait in the cookie."""
    round, gate = get_round(slug)
    if not gate:
        return shut_page(round, why_not(gate))
    proposals = queries.list_on_ballot(round)
    rules = sealed_rules(round).without(_gone(proposals))
    booth, form = Booth(round), ChooseForm()
    if not form.validate_on_submit():
        return _choose_page(round, rules, form, proposals, Marks(booth.vote))
    if request.form.get("show") == "pot":
        return _take_pot(round, rules, booth)
    marks = read_marks(dict(request.form.lists()), rules)
    booth.vote = marks.legible(rules)
    elsewhere = _elsewhere(slug, rules)
    if elsewhere and marks.fault is None:  # what could not be read is kept on this page alone
        return redirect(elsewhere, 303)
    try:
        marks.check(rules)
    except Refused as refused:
        form.blame(refused)
        return _choose_page(round, rules, form, proposals, marks, refused)
    return redirect(url_for(".review", slug=slug), 303)


def _gone(proposals: Mapping[str, Proposal]) -> frozenset[str]:
    return frozenset(
        id for id, proposal in proposals.items() if proposal.state is ProposalState.WITHDRAWN
    )


def _elsewhere(slug: str, rules: Rules) -> str | None:
    """Where a button leads that is not the way on: a project's own page, or other filters."""
    if request.form.get("read") in rules.options:
        return url_for("proposals.detail", slug=slug, number=request.form["read"])
    if "filter" not in request.form:
        return None
    shown: dict[str, Any] = {name: _wanted(request.form, name) or None for name in FILTERS}
    return url_for(".choose", slug=slug, **shown)


def _wanted(values: Mapping[str, str], name: str) -> str:
    return (plain_text(values.get(name)) or "")[:80]


def _take_pot(round: Round, rules: Rules, booth: Booth) -> Page:
    """Vote in this pot: what was chosen in another comes out."""
    pot = rules.find_pot(request.form.get("pot"))
    if pot is None or not rules.picks_a_pot:
        flash(_("Choose the pot you vote in."), "warning")
    else:
        before = booth.vote
        booth.pot, booth.vote = pot.id, part_in(before, rules, pot.id)
        if len(booth.choices) < len(before.choices):
            flash(_("What you had chosen in the other pot is taken out: you vote in one."))
    return redirect(url_for(".choose", slug=round.slug), 303)


# --- the page -------------------------------------------------------------------------------


def _choose_page(
    round: Round,
    rules: Rules,
    form: ChooseForm,
    proposals: Mapping[str, Proposal],
    marks: Marks,
    refused: Refused | None = None,
) -> Page:
    picked = _picked_pot(rules, Booth(round), marks.vote)
    pots = [pot for pot in rules.pots if not rules.picks_a_pot or pot is picked]
    wanted = {name: _wanted(request.args, name) for name in FILTERS}
    views, hidden = _pot_views(round, rules, proposals, marks.vote, wanted, pots)
    return step_page(
        "choose",
        round,
        3,
        form=form,
        rules=rules,
        pots=views,
        picked=picked,
        pot_form=PressForm(formdata=None),
        proposals=proposals,
        marks=marks,
        wrong=(refused.field, say(refused)) if refused else (None, None),
        wanted=wanted,
        hidden=hidden,
        place_list=words.place_list,
        most_selected=MOST_SELECTED_PLACES,
        priorities={p.priority.slug: p.priority.name for p in proposals.values() if p.priority},
        wards={p.area.gss_code: p.area.name for p in proposals.values() if p.area},
    )


def _picked_pot(rules: Rules, booth: Booth, vote: Vote) -> BallotPot | None:
    """The pot somebody votes in, where they vote in one: the one said, or that of their choices."""
    used = rules.pots_of(vote)
    return rules.find_pot(booth.pot) or (rules.find_pot(used[0]) if used else None)


def _pot_views(
    round: Round,
    rules: Rules,
    proposals: Mapping[str, Proposal],
    vote: Vote,
    wanted: dict[str, str],
    pots: Iterable[BallotPot],
) -> tuple[list[PotView], int]:
    """The pots with what is shown of each, and how many projects the filters hide."""
    places = {id: proposals[id].id if id in proposals else id for id in rules.options}
    order = [rules.options[id] for id in Booth(round).in_order(places)]
    views, hidden = [], 0
    for pot in pots:
        there = [option for option in order if option.pot == pot.id]
        shown = [
            option
            for option in there
            if option.id in vote.choices or _is_wanted(option, proposals.get(option.id), wanted)
        ]
        part = part_in(vote, rules, pot.id)
        hidden += len(there) - len(shown)
        views.append(
            PotView(
                pot=pot,
                options=shown,
                part=part,
                guard=words.guard_words(rules, pot),
                status=words.status_words(rules, pot, part),
                share=words.share_used(rules, pot, part),
                most=rules.most_in(pot.id),
                all_fit=bool(there) and rules.all_fit(pot.id),
                is_empty=not there,
            )
        )
    return views, hidden


def _is_wanted(option: Option, proposal: Proposal | None, wanted: dict[str, str]) -> bool:
    """Whether the filters show a project; one without a ward is for everybody."""
    text = f"{option.title} {proposal.summary if proposal else ''}".casefold()
    if not all(word in text for word in wanted["words"].casefold().split()):
        return False
    if proposal is None:
        return not wanted["priority"] and not wanted["ward"]
    priority = proposal.priority.slug if proposal.priority else ""
    here = not proposal.area or proposal.area.gss_code == wanted["ward"]
    return wanted["priority"] in ("", priority) and (not wanted["ward"] or here)


# --- from a project's own page --------------------------------------------------------------


@bp.post("/vote/pick")
@access(anyone)
def pick(slug: str) -> Page:
    """Choose one project, or take it out, from a page about it."""
    round, gate = get_round(slug)
    if not gate:
        return shut_page(round, why_not(gate))
    booth, choice, rules = Booth(round), request.form.get("choice", ""), sealed_rules(round)
    if request.form.get("take") == "out":
        booth.vote = without_project(booth.vote, choice)
    elif choice in rules.options:
        _pick(booth, rules, choice)
    return redirect(safe_next(request.form.get("next"), url_for(".choose", slug=slug)), 303)


def _pick(booth: Booth, rules: Rules, choice: str) -> None:
    vote = booth.vote.among(rules.options)
    mine, pot = _picked_pot(rules, booth, vote), rules.options[choice].pot
    if rules.picks_a_pot and mine is not None and mine.id != pot and vote.choices:
        flash(
            _("You vote in the pot “%(pot)s”, and this project is in another.", pot=mine.name),
            "warning",
        )
        return
    booth.pot, booth.vote = pot, with_project(vote, choice, rules)
    flash(_("Chosen. It is not sent yet."))
