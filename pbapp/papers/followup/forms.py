"""What clerks, chairs and voting leads type about what follows a result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import wtforms
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Optional

from pbapp.delivery.models import Award
from pbapp.papers.followup.services import Asked, Sitting, Verdict, conditions_of
from pbapp.papers.meetings.forms import MOST_ITEMS, InterestRow
from pbapp.plans.forms import SeenForm
from pbapp.plans.models import ActionStatus
from pbapp.plans.words import STATUS
from pbapp.proposals.models import Proposal
from pbapp.web.fields import Day
from pbapp.web.forms import Form, SelectChoice, at_most, plain_text

LATER, APPROVED, NOT_PAID = "later", "approved", "not_paid"


class NoteForm(Form):
    """That the board noted a result."""

    words = TextAreaField(
        _l("What the board said, in a few words"), filters=[plain_text], validators=[at_most(2000)]
    )


class AboutForm(Form):
    """Something about a proposal, or about none in particular."""

    proposal = SelectField(_l("Which project is it about?"), choices=[])

    def __init__(self, proposals: Sequence[Proposal], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._proposals = {str(one.id): one for one in proposals}
        self.proposal.choices = [
            SelectChoice("", _("None in particular")),
            *(
                SelectChoice(id, f"{one.title} ({one.round.title})")
                for id, one in self._proposals.items()
            ),
        ]

    def asked(self, text: Any, owner: Any, due_on: Any) -> Asked:
        proposal = self._proposals.get(self.proposal.data or "")
        return Asked(text.data or "", owner.data or "", proposal, due_on.data)


class QuestionForm(AboutForm):
    """What the board asked."""

    text = TextAreaField(
        _l("What does the board want to know?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Write the question.")), at_most(1000)],
    )
    owner = StringField(
        _l("Who answers?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say who answers.")), at_most(200)],
    )
    due_on = Day(_l("By which day?"), validators=[Optional()])

    @property
    def typed(self) -> Asked:
        return self.asked(self.text, self.owner, self.due_on)


class AnswerForm(SeenForm):
    """The answer."""

    answer = TextAreaField(
        _l("The answer"),
        filters=[plain_text],
        validators=[DataRequired(_l("Write the answer.")), at_most(4000)],
    )


class ActionForm(AboutForm):
    """What an existing service will do."""

    text = TextAreaField(
        _l("What will be done or changed?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say what will be done.")), at_most(1000)],
    )
    owner = StringField(
        _l("Which service or partner does it?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say who does it.")), at_most(200)],
    )
    due_on = Day(_l("By which day?"), validators=[InputRequired(_l("Enter the day."))])

    @property
    def typed(self) -> Asked:
        return self.asked(self.text, self.owner, self.due_on)


class ProgressForm(SeenForm):
    """How an action goes."""

    status = RadioField(_l("How does it go?"), validators=[InputRequired(_l("Pick one."))])
    progress = TextAreaField(_l("In words"), filters=[plain_text], validators=[at_most(2000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.status.choices = [SelectChoice(s.value, str(STATUS[s])) for s in ActionStatus]


class AwardRow(wtforms.Form):
    """What was decided of one award."""

    award = HiddenField()
    outcome = RadioField(
        _l("What was decided?"),
        choices=[
            SelectChoice(APPROVED, _l("Paying it was approved")),
            SelectChoice(NOT_PAID, _l("It is not paid: a published condition was not met")),
            SelectChoice(LATER, _l("Not decided yet")),
        ],
        default=LATER,
    )
    condition = SelectField(_l("Which condition was not met?"), choices=[])

    def validate_condition(self, field: Any) -> None:
        if self.outcome.data == NOT_PAID and not field.data:
            raise wtforms.ValidationError(_("Pick the published condition that was not met."))


class SittingForm(Form):
    """A sitting of a funder and what it decided."""

    awards = FieldList(FormField(AwardRow))
    decided_on = Day(
        _l("Which day was it decided?"), validators=[InputRequired(_l("Enter the day."))]
    )
    decided_by = StringField(
        _l("Who decided?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say which committee or partner decided.")), at_most(200)],
    )
    present = TextAreaField(
        _l("Who was there?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say who was there.")), at_most(1000)],
    )
    interests = FieldList(FormField(InterestRow), max_entries=MOST_ITEMS)
    spend_by = Day(_l("Has to be spent by"), validators=[Optional()])

    def __init__(self, awards: Sequence[Award], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {str(award.id): award for award in awards}
        self.rows = []
        for row in self.awards:
            award = known.get(row.form.award.data or "")
            lines = conditions_of(award.round) if award else []
            row.form.condition.choices = [
                SelectChoice("", _("Pick one")),
                *(SelectChoice(line, line) for line in lines),
            ]
            if award is not None:
                self.rows.append((award, row.form))

    @property
    def verdicts(self) -> list[Verdict]:
        found = []
        for award, row in self.rows:
            if row.outcome.data == APPROVED:
                found.append(Verdict(award.id))
            elif row.outcome.data == NOT_PAID:
                found.append(Verdict(award.id, row.condition.data))
        return found

    @property
    def typed(self) -> Sitting:
        return Sitting(
            decided_on=self.decided_on.data,  # type: ignore[arg-type]  # a valid form has one
            decided_by=self.decided_by.data or "",
            present=self.present.data or "",
            interests=[(row["name"], row["about"]) for row in self.interests.data if row["name"]],
            spend_by=self.spend_by.data,
        )
