"""What two people seal, in plain words, so that the second knows what they put their name to."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from pbapp.boards.access import any_officer
from pbapp.desk.access import get_own_round
from pbapp.desk.blueprint import bp
from pbapp.proposals import queries as proposals
from pbapp.refusal import Refused
from pbapp.rounds import sealing
from pbapp.rounds.models import Connection, Method, Round
from pbapp.rounds.setup import rule_words, words
from pbapp.rounds.setup.snapshot import snapshot
from pbapp.web.access import access
from pbapp.web.babel import money, say

Rows = list[tuple[str, str]]


@bp.get("/rounds/<slug>/sealed")
@access(any_officer)
def sealed_words(slug: str) -> str:
    """Everything under the seal, and its hash."""
    found = get_own_round(slug)
    problem, draft, projects = "", None, []
    on_ballot = proposals.ballot_projects(found)
    if found.sealed_at is not None and found.config is not None:
        draft = found.config
    else:
        try:
            draft = sealing.draft_config(found, on_ballot)
        except Refused as refused:
            problem = say(refused)
    if draft is not None:
        projects = [
            (row["number"], row["title"], money(row["cost_pence"], found.currency))
            for row in draft["projects"]
        ]
    return render_template(
        "desk/sealed_words.html",
        round=found,
        rows=_rows(found),
        projects=projects,
        problem=problem,
        digest=found.config_hash or (sealing.digest(draft) if draft else ""),
    )


def _rows(found: Round) -> Rows:
    said = snapshot(found)
    voting = ["people_per_contact", "within_pot"]
    if len(found.pots) > 1:
        voting.append("pots_per_voter")
    return [
        (_("The money"), words.value("pots", said["pots"])),
        (_("Wards"), ", ".join(sorted(item.area.name for item in found.round_areas))),
        (
            _("Connection to the place"),
            ", ".join(words.connection_name(Connection(c)) for c in found.connections),
        ),
        (
            _("How people show that they may vote"),
            ", ".join(words.method_name(Method(m)) for m in found.methods),
        ),
        (_("Youngest age"), str(found.min_age) if found.min_age else _("any age")),
        (_("How people vote"), " ".join(rule_words.guards(found)) or _("As many as they like.")),
        *((words.field_name(field), words.value(field, said[field])) for field in voting),
        (_("How the votes are counted"), found.rule_words),
        (_("After the count"), " ".join(rule_words.after_the_count(found))),
        (_("Conditions for payment"), found.conditions or _("none")),
        (
            _("The lot for ties"),
            ", ".join(found.config["lot"])
            if found.sealed_at and found.config
            else _("Drawn at the moment the second person seals."),
        ),
    ]
