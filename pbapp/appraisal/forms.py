"""What appraisers, reviewers and groups fill in.

The forms of a dossier are made for its round: a question for each check, a figure for each line.
Several stand on one page, so they carry no hidden field of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    Optional,
)

from pbapp.appraisal.models import MOST_POINTS, MOST_WEIGHT, Advice, Answer, Criterion, Dossier
from pbapp.appraisal.queries import checks_of
from pbapp.appraisal.services import Checked, Figure
from pbapp.appraisal.settling import MOST_CRITERIA
from pbapp.appraisal.standards import CriterionTerms
from pbapp.appraisal.words import advice_words, answer_words, check_words
from pbapp.proposals.models import Proposal
from pbapp.rounds.models import Round
from pbapp.web.forms import MISSING, Form, PoundsField, SelectChoice, plain_text


def _text(label: Any, most: int, *, area: bool = False, needed: Any = None) -> Any:
    kind = TextAreaField if area else StringField
    validators: list[Any] = [DataRequired(needed)] if needed else []
    validators.append(
        Length(max=most, message=_l("Use at most %(most)s characters here.", most=most))
    )
    return kind(label, filters=[plain_text], validators=validators)


class ConnectionForm(Form):
    """Whether somebody has a stake in a bid, before they see what there is to decide."""

    has_conflict = RadioField(
        _l("Do you, your family or somebody you work with have a connection to it?"),
        choices=[SelectChoice("no", _l("No")), SelectChoice("yes", _l("Yes"))],
        validators=[InputRequired(_l("Choose yes or no."))],
    )
    what = _text(_l("If yes: what is it?"), 500, area=True)

    def validate_what(self, field: Any) -> None:
        if self.has_conflict.data == "yes" and not field.data:
            raise ValidationError(_("Say in a few words what the connection is."))

    @property
    def said(self) -> str:
        """The stake in words; empty for none."""
        return (self.what.data or "") if self.has_conflict.data == "yes" else ""


class ScoresForm(Form):
    """Points for each criterion; made by `scores_form`."""

    comment = _text(_l("What should the others know?"), 2000, area=True)
    positions: tuple[int, ...] = ()

    @property
    def points(self) -> dict[int, int]:
        return {place: int(self[f"points_{place}"].data) for place in self.positions}


def scores_form(criteria: Sequence[Criterion], given: dict[int, int], comment: str) -> ScoresForm:
    """A row of points for each criterion, with what this person gave before."""
    fields: dict[str, Any] = {
        f"points_{one.position}": RadioField(
            one.name,
            choices=[SelectChoice(str(number)) for number in range(MOST_POINTS + 1)],
            validators=[
                InputRequired(_("Give 0 to 5 points for “%(name)s”.", name=one.name)),
            ],
        )
        for one in criteria
    }
    fields["positions"] = tuple(one.position for one in criteria)
    made = type("RoundScoresForm", (ScoresForm,), fields)
    data = {f"points_{place}": str(points) for place, points in given.items()}
    form: ScoresForm = made(data={**data, "comment": comment})
    return form


class ChecksForm(Form):
    """An answer and a note for each check; made by `checks_form`."""

    keys: tuple[str, ...] = ()

    @property
    def answers(self) -> dict[str, Checked]:
        """Those that were answered; an officer may do the rest later."""
        return {
            key: Checked(Answer(self[f"answer_{key}"].data), self[f"note_{key}"].data or "")
            for key in self.keys
            if self[f"answer_{key}"].data in list(Answer)
        }

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        for key, checked in self.answers.items():
            if checked.answer is not Answer.YES and not checked.note:
                note = self[f"note_{key}"]
                note.errors = [*note.errors, _("Say what is missing, so that it can be mended.")]
                fine = False
        return fine


def checks_form(round: Round, dossier: Dossier | None) -> ChecksForm:
    """A question for each check of the round, with what was answered so far."""
    keys = checks_of(round)
    fields: dict[str, Any] = {"keys": keys}
    for key in keys:
        fields[f"answer_{key}"] = RadioField(
            check_words(key).question,
            choices=[SelectChoice(answer.value, answer_words(answer)) for answer in Answer],
            validators=[Optional()],
        )
        fields[f"note_{key}"] = _text(
            _("Note: %(check)s", check=check_words(key).name.lower()), 500, area=True
        )
    data: dict[str, str] = {}
    for check in dossier.checks if dossier else []:
        data[f"answer_{check.key}"] = check.answer.value
        data[f"note_{check.key}"] = check.note
    form: ChecksForm = type("RoundChecksForm", (ChecksForm,), fields)(data=data)
    return form


class CostsForm(Form):
    """A figure and a reason for each line of costs, and one line left out; by `costs_form`."""

    extra_what = _text(_l("Something left out: what?"), 200)
    extra_pence = PoundsField(_l("Something left out: how much?"))
    extra_reason = _text(_l("Something left out: why is it needed?"), 300)
    lines: int = 0

    @property
    def figures(self) -> list[Figure]:
        return [
            Figure(self[f"pence_{place}"].data, self[f"reason_{place}"].data or "")
            for place in range(1, self.lines + 1)
        ]

    @property
    def left_out(self) -> Figure | None:
        if not self.extra_what.data or not self.extra_pence.data:
            return None
        return Figure(
            self.extra_pence.data, self.extra_reason.data or "", self.extra_what.data or ""
        )

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        typed = [self.extra_what.data, self.extra_pence.data, self.extra_reason.data]
        if any(typed) and not self.extra_pence.errors:
            for field in (self.extra_what, self.extra_pence, self.extra_reason):
                if not field.data:
                    field.errors = [*field.errors, str(MISSING)]
                    fine = False
        return fine


def costs_form(proposal: Proposal, dossier: Dossier | None) -> CostsForm:
    """The group's lines with the officer's figures so far, or with the group's own."""
    known = {(c.description, c.asked_pence): c for c in (dossier.costs if dossier else [])}
    fields: dict[str, Any] = {"lines": len(proposal.cost_lines)}
    data: dict[str, Any] = {}
    for place, line in enumerate(proposal.cost_lines, 1):
        fields[f"pence_{place}"] = PoundsField(
            _("Your figure: %(what)s", what=line.description),
            validators=[InputRequired(_("Enter a figure, 0 if it should not be paid."))],
        )
        fields[f"reason_{place}"] = _text(
            _("Why, if it is different: %(what)s", what=line.description), 300
        )
        found = known.get((line.description, line.amount_pence))
        data[f"pence_{place}"] = found.officer_pence if found else line.amount_pence
        data[f"reason_{place}"] = found.reason if found else ""
    extra = next((c for c in (dossier.costs if dossier else []) if not c.asked_pence), None)
    if extra is not None:
        data["extra_what"], data["extra_reason"] = extra.description, extra.reason
        data["extra_pence"] = extra.officer_pence
    form: CostsForm = type("BidCostsForm", (CostsForm,), fields)(data=data)
    return form


class TalkForm(Form):
    """What was said when people who were far apart talked."""

    talk = _text(
        _l("What came out of it?"), 2000, area=True, needed=_l("Say what came out of the talk.")
    )


class AdviceForm(Form):
    """What the appraisal comes to, for whoever decides."""

    advice = RadioField(_l("What do you advise?"), validators=[InputRequired(_l("Choose one."))])
    words = _text(_l("Why?"), 1000, area=True, needed=_l("Say why, in a sentence or two."))

    def offer(self) -> AdviceForm:
        self.advice.choices = [SelectChoice(one.value, advice_words(one)) for one in Advice]
        return self


class CostsAnswerForm(Form):
    """The group's answer to the officer's figures."""

    agrees = RadioField(
        _l("Can you do it for this?"),
        choices=[
            SelectChoice("yes", _l("Yes, we agree")),
            SelectChoice("no", _l("No, this does not work for us")),
        ],
        validators=[InputRequired(_l("Choose one."))],
    )
    words = _text(_l("Anything you want to tell us?"), 1000, area=True)


class CriteriaForm(Form):
    """What bids are scored for; made by `criteria_form`. A row without a name is no row."""

    publishes_scores = BooleanField(_l("Publish the average scores on the page of each bid"))

    @property
    def criteria(self) -> list[CriterionTerms]:
        return [
            CriterionTerms(
                self[f"name_{place}"].data,
                self[f"low_{place}"].data or "",
                self[f"high_{place}"].data or "",
                int(self[f"weight_{place}"].data),
            )
            for place in range(1, MOST_CRITERIA + 1)
            if self[f"name_{place}"].data
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        for place in range(1, MOST_CRITERIA + 1):
            fields = [self[f"{part}_{place}"] for part in ("name", "low", "high")]
            if any(field.data for field in fields):
                for field in fields:
                    if not field.data:
                        field.errors = [*field.errors, str(MISSING)]
                        fine = False
        return fine


def criteria_form(criteria: Iterable[Criterion], *, publishes_scores: bool) -> CriteriaForm:
    """Eight rows: those settled so far, then empty ones."""
    fields: dict[str, Any] = {}
    for place in range(1, MOST_CRITERIA + 1):
        fields[f"name_{place}"] = _text(_("Criterion %(number)s", number=place), 80)
        fields[f"low_{place}"] = _text(_("What 0 points mean"), 200)
        fields[f"high_{place}"] = _text(_("What 5 points mean"), 200)
        fields[f"weight_{place}"] = SelectField(
            _("How many times it counts"),
            choices=[SelectChoice(str(weight)) for weight in range(1, MOST_WEIGHT + 1)],
        )
    data: dict[str, Any] = {"publishes_scores": publishes_scores}
    for one in criteria:
        data[f"name_{one.position}"] = one.name
        data[f"low_{one.position}"] = one.low
        data[f"high_{one.position}"] = one.high
        data[f"weight_{one.position}"] = str(one.weight)
    form: CriteriaForm = type("RoundCriteriaForm", (CriteriaForm,), fields)(data=data)
    return form
