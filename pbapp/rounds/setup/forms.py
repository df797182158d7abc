"""One form for each step of the set-up; each carries the version its officer saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, time
from typing import Any

import wtforms
from flask_babel import get_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    FieldList,
    FormField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, Email, Length
from wtforms.validators import Optional as Maybe
from wtforms.widgets import CheckboxInput, ListWidget

from pbapp.rounds.models import (
    Connection,
    Leftover,
    MayPropose,
    Method,
    PotsPerVoter,
    Profile,
    Round,
    RoundRole,
    Underspend,
    VoteType,
)
from pbapp.rounds.setup import words
from pbapp.rounds.setup.dates import Dates, dates_of
from pbapp.rounds.setup.pots import Arrangement, arrangement_of
from pbapp.rounds.words import underspend_name
from pbapp.web.babel import from_local
from pbapp.web.fields import Day, Time, WholeNumber
from pbapp.web.forms import (
    WRONG_ADDRESS,
    Form,
    PoundsField,
    SeenForm,
    options,
    pence,
    plain_text,
    pounds,
    text,
)


def named(values: Iterable[Any], name: Callable[[Any], str]) -> list[Any]:
    """Choices from an enum's members and what they are called."""
    return options(*((value.value, name(value)) for value in values))


YES_NO = options(("yes", _l("Yes")), ("no", _l("No")))
OFFERED = (VoteType.APPROVAL, VoteType.CHOOSE_ONE, VoteType.CUMULATIVE, VoteType.ORDINAL)
PICK = _l("Choose one of these.")


def boxes(label: str) -> SelectMultipleField:
    return SelectMultipleField(
        label, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )


def radios(label: str, choices: Any = None) -> RadioField:
    return RadioField(label, choices=choices or [], validators=[DataRequired(PICK)])


class StepForm(SeenForm):
    """A step of the set-up. `version` is the round's when the form was drawn."""


class BeginForm(Form):
    """What a new round starts from."""

    board = SelectField(_l("For which board?"))
    start = radios(_l("Start from"))
    profile = RadioField(_l("How large is it?"), validators=[Maybe()])


class NameForm(StepForm):
    title = text(_l("What is the round called?"), 200, required=_l("Give the round a name."))
    slug = text(_l("Its address"), 60, required=_l("Give the round an address."))
    summary = text(_l("In one line"), 300)
    description = text(_l("What is it about?"), 5000, long=True)
    profile = radios(_l("How large is it?"))
    plan = SelectField(_l("Which plan does it serve?"))

    @staticmethod
    def fill(round: Round) -> dict[str, Any]:
        return {
            "title": round.title,
            "slug": round.slug,
            "summary": round.summary,
            "description": round.description,
            "profile": round.profile.value,
            "plan": str(round.plan_id),
        }

    def offer(self, plans: Sequence[Any]) -> None:
        self.plan.choices = options(*((str(plan.id), plan.title) for plan in plans))
        self.profile.choices = named(Profile, words.profile_name)


class MoneyForm(StepForm):
    arrangement = radios(_l("How is the money parted?"))
    leftover = radios(_l("Where does money go that is left after the count?"))

    @staticmethod
    def fill(round: Round) -> dict[str, Any]:
        return {"arrangement": arrangement_of(round).value, "leftover": round.leftover.value}

    def offer(self) -> None:
        self.arrangement.choices = options(
            (Arrangement.ONE.value, _("One pot for everything")),
            (Arrangement.WARD.value, _("One pot for each ward")),
            (Arrangement.PRIORITY.value, _("One pot for each priority of the plan")),
        )
        self.leftover.choices = options(
            *((one.value, words.leftover_name(one)) for one in Leftover)
        )


class ShareRow(wtforms.Form):
    """What one funder gives to a pot."""

    funder = SelectField(_l("Who gives it"))
    new_name = StringField(
        _l("Or somebody new: their name"),
        filters=[plain_text],
        validators=[Length(max=200, message=_l("Use at most %(max)d characters."))],
    )
    amount = PoundsField(_l("How much"))

    @property
    def is_blank(self) -> bool:
        return not (self.funder.data or self.new_name.data or self.amount.data is not None)

    def validate_amount(self, _field: Any) -> None:
        if self.is_blank:
            return
        if self.amount.data is None:
            raise ValidationError(_("Enter how much they give."))
        if self.amount.data <= 0:
            raise ValidationError(_("Enter an amount above nothing."))

    def validate_new_name(self, _field: Any) -> None:
        if self.is_blank:
            return
        if not (self.funder.data or self.new_name.data):
            raise ValidationError(_("Choose who gives it, or type their name."))
        if self.funder.data and self.new_name.data:
            raise ValidationError(_("Choose one, or type a new name: not both."))


class PotForm(StepForm):
    name = text(_l("Name of the pot"), 120, required=_l("Give the pot a name."))
    funders = FieldList(FormField(ShareRow))
    payment_approver = text(
        _l("Who approves payment?"), 200, required=_l("Say who approves payment.")
    )
    is_binding = radios(_l("Is the vote binding?"), YES_NO)
    underspend = radios(_l("What becomes of money that a project does not need?"))

    def offer(self) -> None:
        self.underspend.choices = named(Underspend, underspend_name)


class ProposalsForm(StepForm):
    may_propose = radios(_l("Who may propose?"))
    proposers = text(_l("The same in your own words"), 300, required=_l("Say who may propose."))
    min_cost = PoundsField(_l("The least a project can ask for"))
    max_cost = PoundsField(_l("The most a project can ask for"))
    conditions = text(_l("What does a winner have to meet before it is paid?"), 3000, long=True)
    interest_words = text(_l("How do groups tell you their idea in short?"), 2000, long=True)

    @staticmethod
    def fill(round: Round) -> dict[str, Any]:
        return {
            "may_propose": round.may_propose.value,
            "proposers": round.proposers,
            "min_cost": round.min_cost_pence,
            "max_cost": round.max_cost_pence,
            "conditions": round.conditions,
            "interest_words": round.interest_words,
        }

    def offer(self) -> None:
        self.may_propose.choices = named(MayPropose, words.may_propose_name)


class VotersForm(StepForm):
    wards = boxes(_l("Of which wards?"))
    connections = boxes(_l("What connects people with the place?"))
    min_age = WholeNumber(_l("Youngest age"), least=5, most=100)
    methods = boxes(_l("How do people show that they may vote?"))
    people_per_contact = WholeNumber(
        _l("How many people may share a phone or an e-mail address?"), least=1, most=20
    )

    @staticmethod
    def fill(round: Round) -> dict[str, Any]:
        return {
            "wards": [str(item.area_id) for item in round.round_areas],
            "connections": list(round.connections),
            "min_age": round.min_age,
            "methods": list(round.methods),
            "people_per_contact": round.people_per_contact,
        }

    def offer(self, wards: Sequence[Any]) -> None:
        self.wards.choices = options(*((str(ward.id), ward.name) for ward in wards))
        self.connections.choices = options(
            *((c.value, words.connection_name(c)) for c in Connection)
        )
        self.methods.choices = named(Method, words.method_name)

    def validate_people_per_contact(self, field: Any) -> None:
        if field.data is None:
            raise ValidationError(_("Enter a whole number in digits, like 3."))


class VoteForm(StepForm):
    vote_type = radios(_l("How do people vote?"))
    min_choices = WholeNumber(_l("Fewest projects to choose"), most=200)
    max_choices = WholeNumber(_l("Most projects to choose"), most=200)
    points_each = WholeNumber(_l("Points each person has"), most=1000)
    points_most = WholeNumber(_l("Most points for one project"), most=1000)
    within_pot = radios(_l("Must what people choose fit in the pot?"), YES_NO)
    pots_per_voter = radios(_l("Where there are several pots, where do people vote?"))

    @staticmethod
    def fill(round: Round) -> dict[str, Any]:
        return {
            "vote_type": round.vote_type.value,
            "min_choices": round.min_choices,
            "max_choices": round.max_choices,
            "points_each": round.points_each,
            "points_most": round.points_most,
            "within_pot": "yes" if round.within_pot else "no",
            "pots_per_voter": round.pots_per_voter.value,
        }

    def offer(self) -> None:
        self.vote_type.choices = options(
            *((kind.value, words.vote_type_name(kind)) for kind in OFFERED)
        )
        self.pots_per_voter.choices = options(
            *((one.value, words.pots_name(one)) for one in PotsPerVoter)
        )


class DatesForm(StepForm):
    """Seven moments in local time; the first is optional."""

    interest = Day(_l("First day for ideas in short"), validators=[Maybe()])
    interest_time = Time(_l("From what time?"), validators=[Maybe()])
    opens = Day(_l("First day for proposals"))
    opens_time = Time(_l("From what time?"))
    closes = Day(_l("Last day for proposals"))
    closes_time = Time(_l("Until what time?"))
    checked = Day(_l("Officers have checked them by"))
    checked_time = Time(_l("Until what time?"))
    vote_opens = Day(_l("First day of voting"))
    vote_opens_time = Time(_l("From what time?"))
    vote_closes = Day(_l("Last day of voting"))
    vote_closes_time = Time(_l("Until what time?"))
    result = Day(_l("The result comes out on"))
    result_time = Time(_l("At what time?"))
    reason = text(_l("Why does it have to be then?"), 300)

    MOMENTS = ("interest", "opens", "closes", "checked", "vote_opens", "vote_closes", "result")

    @staticmethod
    def fill(round: Round) -> dict[str, Any]:
        found: dict[str, Any] = {"reason": round.calendar_reason}
        dates = dates_of(round)
        for name, moment in dates.in_order if dates else []:
            local = moment.astimezone(get_timezone())
            found[name], found[f"{name}_time"] = local.date(), local.time()
        return found

    def validate(self, extra_validators: Any = None) -> bool:
        fits = super().validate(extra_validators)
        for name in self.MOMENTS:
            day, at = self[name], self[f"{name}_time"]
            if name == "interest" and day.data is None and not day.errors and at.data is None:
                continue
            if day.data is None and not day.errors:
                day.errors, fits = [_("Enter the day.")], False
            if at.data is None and not at.errors:
                at.errors, fits = [_("Enter a time, like 17:00.")], False
        return fits

    @property
    def dates(self) -> Dates:
        """What was typed in local time, as moments."""
        return Dates(**{name: self._moment(name) for name in self.MOMENTS})  # type: ignore[arg-type]

    def _moment(self, name: str) -> datetime | None:
        day = self[name].data
        at: time | None = self[f"{name}_time"].data
        if day is None or at is None:
            return None
        return from_local(day, at)


class FairnessForm(StepForm):
    assessment = text(_l("What did the equality assessment find?"), 5000, long=True)
    arrangements = text(_l("How do people who need it differently take part?"), 5000, long=True)
    standards = text(
        _l("How do you keep to the National Standards for Community Engagement?"), 5000, long=True
    )

    @staticmethod
    def fill(round: Round) -> dict[str, Any]:
        return {
            "assessment": round.assessment,
            "arrangements": round.arrangements,
            "standards": round.standards,
        }


class InviteForm(Form):
    role = radios(_l("What for?"))
    name = text(_l("Name"), 120, required=_l("Enter their name."))
    email = StringField(
        _l("E-mail address"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Enter their e-mail address.")),
            Email(WRONG_ADDRESS),
            Length(max=320),
        ],
    )

    def offer(self) -> None:
        self.role.choices = named(RoundRole, words.role_name)


class CountForm(StepForm):
    """The counting rule with all its parameters."""

    rule = radios(_l("Which counting rule?"))
    on_unaffordable = radios(
        _l("What if a project costs more than the money left?"),
        options(("skip", _l("Skip it and try the next")), ("stop", _l("Stop there"))),
    )
    min_votes = WholeNumber(_l("The fewest votes a project needs"), least=0, most=1_000_000)
    groups = text(_l("Projects of which only one can win"), 1000, long=True)
    caps = text(_l("Projects that together may cost only so much"), 2000, long=True)
    part_fund = radios(_l("If some money is left, may the next project get part of what it asks?"))
    completion = radios(_l("If equal shares leaves money"))
    step = PoundsField(_l("How much more at a time?"))
    stop_exhaustive = radios(_l("Stop as soon as nothing more fits?"), YES_NO)
    has_reserve = radios(_l("If a winner drops out, does the next one take its place?"), YES_NO)
    words = text(_l("The rule in plain words"), 3000, long=True)

    @staticmethod
    def fill(round: Round) -> dict[str, Any]:
        rule = round.rule
        return {
            "rule": rule.get("name", "greedy"),
            "on_unaffordable": rule.get("on_unaffordable", "skip"),
            "min_votes": int(rule.get("min_votes") or 0),
            "groups": "\n".join(", ".join(group) for group in rule.get("groups") or []),
            "caps": "\n".join(_cap_line(cap) for cap in rule.get("caps") or []),
            "part_fund": rule.get("part_fund", "none"),
            "completion": rule.get("completion", "add1u"),
            "step": int(float(str(rule.get("step", "100")))),
            "stop_exhaustive": "yes" if rule.get("stop_exhaustive", True) else "no",
            "has_reserve": "yes" if round.has_reserve else "no",
            "words": round.rule_words,
        }

    def offer(self, round: Round) -> None:
        self.rule.choices = options(("greedy", _("Most votes first")))
        small = round.profile is Profile.SMALL
        if not small and round.vote_type is not VoteType.CHOOSE_ONE:
            self.rule.choices += options(("equalshares", _("Equal shares")))
        self.part_fund.choices = options(
            ("none", _("No")),
            ("next", _("Yes, the next in line, if it is enough to work with")),
        )
        self.completion.choices = options(
            ("none", _("It stays")),
            ("add1", _("Give everybody a little more and count again")),
            ("add1u", _("The same, then fill up with most votes first")),
        )

    def validate_groups(self, field: Any) -> None:
        for line in _lines(field.data):
            if len(_numbers(line)) < 2:
                raise ValidationError(_("On each line, name two or more projects, like 3, 7."))

    def validate_caps(self, field: Any) -> None:
        for line in _lines(field.data):
            _read_cap(line)

    def validate_step(self, field: Any) -> None:
        if self.rule.data == "equalshares" and (field.data is None or field.data <= 0):
            raise ValidationError(_("Enter an amount above nothing."))

    def read(self) -> dict[str, Any]:
        """The rule as it is kept: only what this rule knows."""
        if self.rule.data == "equalshares":
            return {
                "name": "equalshares",
                "completion": self.completion.data,
                "step": str(self.step.data),
                "stop_exhaustive": self.stop_exhaustive.data == "yes",
            }
        rule: dict[str, Any] = {
            "name": "greedy",
            "on_unaffordable": self.on_unaffordable.data,
            "part_fund": self.part_fund.data,
        }
        if self.min_votes.data:
            rule["min_votes"] = self.min_votes.data
        if groups := [_numbers(line) for line in _lines(self.groups.data)]:
            rule["groups"] = groups
        if caps := [_read_cap(line) for line in _lines(self.caps.data)]:
            rule["caps"] = caps
        return rule


ALL_OF = ("ward", "priority")


def _lines(typed: str | None) -> list[str]:
    return [line.strip() for line in (typed or "").splitlines() if line.strip()]


def _numbers(typed: str) -> list[str]:
    """Project numbers parted by commas; raises `ValidationError`."""
    found = [part.strip() for part in typed.split(",") if part.strip()]
    if not all(n.isascii() and n.isdigit() and n == str(int(n)) for n in found):
        raise ValidationError(_("Name projects by their numbers with commas between, like 3, 7."))
    if len(set(found)) < len(found):
        raise ValidationError(_("Name each project once on a line."))
    return found


def _read_cap(line: str) -> dict[str, Any]:
    """ "North ward: £40,000: 1, 4, 9"; or after the amount "ward" and its code, or
    "priority" and its short name, for all the projects there are."""
    parts = [part.strip() for part in line.rsplit(":", 2)]
    if len(parts) != 3 or not all(parts):
        raise ValidationError(_("Write each line like this: North ward: £40,000: 1, 4, 9"))
    limit = pence(parts[1])
    if limit <= 0:
        raise ValidationError(_("Enter an amount above nothing."))
    kind, _space, which = parts[2].partition(" ")
    if kind in ALL_OF and which:
        return {"name": parts[0], "limit": limit, kind: which.strip()}
    return {"name": parts[0], "limit": limit, "projects": _numbers(parts[2])}


def _cap_line(cap: dict[str, Any]) -> str:
    which = ", ".join(map(str, cap.get("projects") or ()))
    for kind in ALL_OF:
        which = which or (f"{kind} {cap[kind]}" if cap.get(kind) else "")
    return f"{cap['name']}: £{pounds(cap['limit'])}: {which}"
