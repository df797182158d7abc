"""What clerks and chairs type about meetings."""

from __future__ import annotations

from typing import Any

import wtforms
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from pbapp.papers.meetings.queries import Sitting
from pbapp.papers.meetings.services import Rhythm, When
from pbapp.plans.forms import SeenForm
from pbapp.web.babel import from_local
from pbapp.web.fields import Day, Time, WholeNumber
from pbapp.web.forms import Form, SelectChoice, at_most, plain_text

SPARE = 3  # empty rows to fill in
MOST_ITEMS = 30


def weekdays() -> list[Any]:
    names = get_locale().days["stand-alone"]["wide"]
    return [SelectChoice(str(number), names[number].capitalize()) for number in range(7)]


class PlaceForm(Form):
    """How long and where: of a cycle, and of one meeting."""

    minutes = WholeNumber(
        _l("How many minutes does it take?"),
        least=15,
        most=600,
        validators=[InputRequired(_l("Enter how long it takes."))],
    )
    place = StringField(
        _l("Where?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say where the board meets.")), at_most(200)],
    )


class CycleForm(PlaceForm):
    """How often a board meets."""

    first_on = Day(_l("From which day on?"), validators=[InputRequired(_l("Enter the first day."))])
    weekday = SelectField(_l("On which day of the week?"), choices=[])
    weeks = WholeNumber(
        _l("Every how many weeks?"),
        most=26,
        validators=[InputRequired(_l("Enter a number of weeks."))],
    )
    at = Time(_l("At what time?"), validators=[InputRequired(_l("Enter a time."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.weekday.choices = weekdays()

    @property
    def typed(self) -> Rhythm:
        return Rhythm(
            first_on=self.first_on.data,  # type: ignore[arg-type]  # a valid form has them
            weekday=int(self.weekday.data),
            weeks=self.weeks.data,
            at=self.at.data,  # type: ignore[arg-type]
            minutes=self.minutes.data,
            place=self.place.data or "",
        )


class WhenForm(PlaceForm):
    """When one meeting is."""

    on = Day(_l("On which day?"), validators=[InputRequired(_l("Enter the day."))])
    at = Time(_l("At what time?"), validators=[InputRequired(_l("Enter a time."))])

    @property
    def typed(self) -> When:
        starts_at = from_local(self.on.data, self.at.data)  # type: ignore[arg-type]
        return When(starts_at, self.minutes.data, self.place.data or "")


class NewForm(WhenForm):
    """An extra meeting."""

    title = StringField(_l("What is it for?"), filters=[plain_text], validators=[at_most(160)])


class MoveForm(WhenForm):
    """Another time or place."""

    reason = StringField(_l("Why, in a few words"), filters=[plain_text], validators=[at_most(300)])


class CancelForm(Form):
    """That a meeting does not take place."""

    reason = StringField(
        _l("Why is it cancelled?"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Say why the meeting is cancelled; people are told.")),
            at_most(300),
        ],
    )


class ItemRow(wtforms.Form):
    """One heading of an agenda."""

    title = StringField(_l("Heading"), filters=[plain_text], validators=[at_most(160)])
    asks = TextAreaField(
        _l("The board is asked to"), filters=[plain_text], validators=[at_most(500)]
    )

    def validate_title(self, field: Any) -> None:
        if self.asks.data and not field.data:
            raise ValidationError(_("Give this a heading."))


class AgendaForm(Form):
    """What a meeting talks about. A row without a heading is left out."""

    items = FieldList(FormField(ItemRow), max_entries=MOST_ITEMS)

    @property
    def typed(self) -> list[tuple[str, str]]:
        return [(row["title"] or "", row["asks"] or "") for row in self.items.data]


class PaperForm(Form):
    """A document for a meeting."""

    title = StringField(
        _l("What is it?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Say what the document is.")), at_most(160)],
    )
    document = FileField(_l("The document"))
    is_public = BooleanField(_l("Everybody may read it now, not only the board"))

    def validate_document(self, field: Any) -> None:
        if not field.data or not field.data.filename:
            raise ValidationError(_("Choose a file."))


class InterestRow(wtforms.Form):
    """One declared interest."""

    name = StringField(_l("Who"), filters=[plain_text], validators=[at_most(120)])
    about = StringField(
        _l("Which interest, and what they did"), filters=[plain_text], validators=[at_most(300)]
    )

    def validate_name(self, field: Any) -> None:
        if self.about.data and not field.data:
            raise ValidationError(_("Say who declared this."))

    def validate_about(self, field: Any) -> None:
        if self.name.data and not field.data:
            raise ValidationError(_("Say which interest they declared."))


class AttendanceForm(Form):
    """Who was at a meeting."""

    present = SelectMultipleField(
        _l("Who of the board was there?"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    apologies = SelectMultipleField(
        _l("Who sent apologies?"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    others = TextAreaField(
        _l("Who else was there?"), filters=[plain_text], validators=[at_most(1000)]
    )
    interests = FieldList(FormField(InterestRow), max_entries=MOST_ITEMS)

    def __init__(self, sitting: list[Sitting], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [
            SelectChoice(str(one.account.id), one.account.name or _without_name(one.account.email))
            for one in sitting
        ]
        self.present.choices = people
        self.apologies.choices = people

    @property
    def declared(self) -> list[tuple[str, str]]:
        return [(row["name"], row["about"]) for row in self.interests.data if row["name"]]


def _without_name(email: str) -> str:
    """The clerk has to tell people apart; nobody else reads this."""
    return _("A member of the board (%(email)s)", email=email)


class NotesForm(SeenForm):
    """What was said and agreed."""

    notes = TextAreaField(_l("Notes"), filters=[plain_text], validators=[at_most(20000)])
    is_public = BooleanField(_l("Everybody may read them now"))
