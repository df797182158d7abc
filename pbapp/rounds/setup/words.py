"""The set-up in words: its steps, what is missing, and what an edit changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from pbapp.audit.models import Event, Revision
from pbapp.rounds.models import (
    Connection,
    Leftover,
    MayPropose,
    Method,
    PhaseKind,
    PotsPerVoter,
    Profile,
    QuestionKind,
    RoundQuestion,
    RoundRole,
    Underspend,
    VoteType,
)
from pbapp.rounds.setup.queries import Missing
from pbapp.rounds.setup.snapshot import question_facts
from pbapp.rounds.words import phase_name, underspend_name
from pbapp.web.babel import moment, money

Change = tuple[str, str, str]


def part_name(part: str) -> str:
    return {
        "name": _("What it is called and about"),
        "money": _("The money and who gives it"),
        "proposals": _("Who may propose what"),
        "voters": _("Who may vote"),
        "vote": _("How people vote"),
        "count": _("How the votes are counted"),
        "dates": _("What happens when"),
        "fairness": _("Fair for everybody"),
        "people": _("Steering group and community reviewers"),
    }[part]


def missing(what: Missing) -> str:
    return {
        Missing.NOT_SAVED: _("Look through it and save it."),
        Missing.SUMMARY: _("Say in one line what the round is about."),
        Missing.FUNDER: _("Say who gives the money."),
        Missing.APPROVER: _("Say who approves payment."),
        Missing.POTS: _(
            "The wards or priorities have changed since the money was parted. Save this step: "
            "pots are added and taken out, and you say who feeds the new ones."
        ),
        Missing.PROPOSERS: _("Say who may propose."),
        Missing.INTEREST_WORDS: _("Say how groups tell you their idea in short."),
        Missing.WARDS: _("Choose at least one ward."),
        Missing.RULE_WORDS: _("Say in plain words how votes are counted."),
        Missing.SMALL_ONLY_GREEDY: _("A small round is counted by hand: most votes first."),
        Missing.DATES_PAST: _("Some dates are in the past."),
        Missing.ASSESSMENT: _("Say what the equality assessment found."),
        Missing.ARRANGEMENTS: _("Say how people who need it differently take part."),
    }[what]


def profile_name(profile: Profile) -> str:
    return {
        Profile.SMALL: _("Small: up to about £10,000 or 500 ballots"),
        Profile.STANDARD: _("Standard: up to about £100,000"),
        Profile.FULL: _("Full: more than that, or disputed before"),
    }[profile]


def profile_hint(profile: Profile) -> str:
    return {
        Profile.SMALL: _(
            "Paper ballots are counted on signed tally sheets by two trained people. Most votes "
            "first."
        ),
        Profile.STANDARD: _("Every paper ballot is typed in twice, by two people."),
        Profile.FULL: _("All checks, with two officers and scrutineers."),
    }[profile]


def vote_type_name(kind: VoteType) -> str:
    return {
        VoteType.APPROVAL: _("Choose several projects"),
        VoteType.CHOOSE_ONE: _("Choose one project"),
        VoteType.CUMULATIVE: _("Give points to projects"),
        VoteType.ORDINAL: _("Put projects in order"),
        VoteType.SCORING: _("Score each project"),
    }[kind]


def connection_name(connection: Connection) -> str:
    return {
        Connection.LIVE: _("Live there"),
        Connection.WORK: _("Work there"),
        Connection.STUDY: _("Study or go to school there"),
        Connection.VOLUNTEER: _("Volunteer there"),
    }[connection]


def method_name(method: Method) -> str:
    return {
        Method.EMAIL: _("A code by e-mail"),
        Method.SMS: _("A code by text message"),
        Method.CODE: _("A personal code on paper, given out by a school or group"),
        Method.CARD: _("A card with a number, such as a library or Young Scot card"),
        Method.TABLE: _("At a table, with a trained helper"),
    }[method]


def may_propose_name(kind: MayPropose) -> str:
    return {
        MayPropose.EVERYBODY: _("Residents and groups"),
        MayPropose.GROUPS: _("Groups"),
        MayPropose.CONSTITUTED: _(
            "Groups with a constitution, or with another organisation that answers for them"
        ),
        MayPropose.COUNCIL: _("Only the council: officers enter its services' projects"),
    }[kind]


def leftover_name(leftover: Leftover) -> str:
    return {
        Leftover.FUNDER: _("Back to who gave it"),
        Leftover.CARRY: _("To the next pot, in the order they stand in"),
        Leftover.NEXT_YEAR: _("Kept for the next round"),
    }[leftover]


def pots_name(kind: PotsPerVoter) -> str:
    return {
        PotsPerVoter.ONE: _("In one pot, which they pick"),
        PotsPerVoter.EACH: _("In every pot"),
    }[kind]


def role_name(role: RoundRole) -> str:
    return {
        RoundRole.STEERING: _("Steering group"),
        RoundRole.REVIEWER: _("Community reviewer"),
    }[role]


def field_name(field: str) -> str:
    """How the history calls what was changed."""
    return {
        "title": _("Title"),
        "slug": _("Address"),
        "summary": _("In one line"),
        "description": _("What it is about"),
        "profile": _("Size"),
        "plan": _("Plan"),
        "pots": _("Money"),
        "leftover": _("Money that is left"),
        "may_propose": _("Who may propose"),
        "proposers": _("Who may propose, in words"),
        "questions": _("More questions"),
        "min_cost": _("The least a project can ask for"),
        "max_cost": _("The most a project can ask for"),
        "conditions": _("Conditions"),
        "interest_words": _("Ideas in short"),
        "wards": _("Wards"),
        "connections": _("Connection to the place"),
        "min_age": _("Youngest age"),
        "methods": _("How people show that they may vote"),
        "people_per_contact": _("People who may share a phone or address"),
        "vote_type": _("Way to vote"),
        "min_choices": _("Fewest projects to choose"),
        "max_choices": _("Most projects to choose"),
        "points_each": _("Points each person has"),
        "points_most": _("Most points for one project"),
        "within_pot": _("Choices must fit in the pot"),
        "pots_per_voter": _("Where people vote"),
        "rule": _("Counting rule"),
        "rule_words": _("Counting rule in words"),
        "has_reserve": _("Reserve list"),
        "phases": _("Dates"),
        "calendar_reason": _("Why it has to be then"),
        "standards": _("National Standards"),
        "assessment": _("Equality assessment"),
        "arrangements": _("Arrangements"),
    }[field]


def changes(revision: Revision) -> list[Change]:
    """What an edit changed, as (what, before, after) in words."""
    found: list[Change] = []
    for field, (before, after) in revision.changes.items():
        if field == "phases":
            found += _dates_changed(before or {}, after or {})
        else:
            found.append((field_name(field), value(field, before), value(field, after)))
    return found


def _dates_changed(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    return [
        (phase_name(kind), _span(before.get(kind)), _span(after.get(kind)))
        for kind in PhaseKind
        if before.get(kind) != after.get(kind)
    ]


def _span(span: list[str | None] | None) -> str:
    if not span or span[0] is None:
        return _("not planned")
    start = moment(datetime.fromisoformat(span[0]))
    if span[1] is None:
        return _("From %(start)s", start=start)
    return _("%(start)s to %(end)s", start=start, end=moment(datetime.fromisoformat(span[1])))


def value(field: str, kept: Any) -> str:
    """One value of the history, for people."""
    if kept is None or kept == "":
        return _("nothing")
    if isinstance(kept, bool):
        return _("Yes") if kept else _("No")
    named: dict[str, Any] = {
        "profile": lambda v: profile_name(Profile(v)),
        "leftover": lambda v: leftover_name(Leftover(v)),
        "may_propose": lambda v: may_propose_name(MayPropose(v)),
        "questions": lambda v: "\n".join(_question(one) for one in v) or _("none"),
        "vote_type": lambda v: vote_type_name(VoteType(v)),
        "pots_per_voter": lambda v: pots_name(PotsPerVoter(v)),
        "connections": lambda v: _listed(connection_name(Connection(one)) for one in v),
        "methods": lambda v: _listed(method_name(Method(one)) for one in v),
        "wards": _listed,
        "min_cost": money,
        "max_cost": money,
        "pots": lambda v: "\n".join(_pot(pot) for pot in v),
        "rule": _rule,
    }
    return str(named[field](kept)) if field in named else str(kept)


def _listed(values: Any) -> str:
    return ", ".join(values) or _("nothing")


def _pot(pot: dict[str, Any]) -> str:
    given = " + ".join(f"{name} {money(amount)}" for name, amount in pot["funders"])
    return _(
        "%(name)s: %(amount)s (from: %(given)s; payment approved by: %(approver)s; %(binding)s; "
        "what a project does not need: %(unspent)s)",
        name=pot["name"],
        amount=money(pot["budget"]),
        given=given or _("nobody yet"),
        approver=pot["approver"] or _("nobody yet"),
        binding=_("the vote is binding") if pot["is_binding"] else _("the vote is advice"),
        unspent=underspend_name(Underspend(pot.get("underspend", Underspend.FUNDER))),
    )


def question_kind_name(kind: QuestionKind) -> str:
    return {
        QuestionKind.TEXT: _("A line of text"),
        QuestionKind.LONG: _("A longer text"),
        QuestionKind.YES_NO: _("Yes or no"),
        QuestionKind.CHOICE: _("One of several answers"),
    }[kind]


def question(one: RoundQuestion) -> str:
    """A round's own question with how it is answered and who has to."""
    return _question(question_facts(one))


def _question(question: dict[str, Any]) -> str:
    """A question with how it is answered and who has to."""
    how = question_kind_name(QuestionKind(question["kind"]))
    if question["options"]:
        how = f"{how}: {', '.join(question['options'])}"
    needed = _("has to be answered") if question["is_required"] else _("may be left empty")
    if question["from"]:
        needed = _("%(needed)s, from %(amount)s", needed=needed, amount=money(question["from"]))
    hint = f" – {question['hint']}" if question["hint"] else ""
    return f"{question['text']}{hint} ({how}; {needed})"


def _rule(rule: dict[str, Any]) -> str:
    name = _("Equal shares") if rule.get("name") == "equalshares" else _("Most votes first")
    rest = [
        f"{key}: {kept}"
        for key, kept in sorted(rule.items())
        if key != "name" and kept not in (None, "", [], 0)
    ]
    return f"{name} ({'; '.join(rest)})" if rest else name


def event_name(event: Event) -> str:
    """What happened, other than an edit."""
    return {
        "round.announced": _("The round was shown to everybody"),
        "round.seal_asked": _("One voting lead asked for the ballot to be sealed"),
        "round.sealed": _("A second voting lead sealed the ballot"),
        "round.phase_extended": _("A phase was given more time"),
    }[event.verb]


def event_changes(event: Event) -> list[Change]:
    """The dates and the reason of more time, the seal of a sealing."""
    facts = event.facts
    if event.verb == "round.phase_extended":
        until = [moment(datetime.fromisoformat(facts[key])) for key in ("from", "to")]
        return [
            (phase_name(PhaseKind(facts["phase"])), until[0], until[1]),
            (_("Why"), "", facts["reason"]),
        ]
    if event.verb == "round.sealed":
        return [(_("The seal"), "", facts["config_hash"])]
    return []
