"""What officers type about papers, boxes and places."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Email, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from pbapp.ballots.paper.models import (
    Act,
    BatchKind,
    Finding,
    PaperChannel,
    WhyConflict,
    WhySetAside,
)
from pbapp.ballots.paper.sheet import LARGE, ORDINARY
from pbapp.ballots.paper.tables import Details
from pbapp.ballots.roll.forms import CheckForm
from pbapp.rounds.models import Connection, Round
from pbapp.web.forms import WRONG_ADDRESS, Form, SelectChoice, plain_text

CHANNELS = {
    PaperChannel.HALL: _l("A table in a hall or a stall"),
    PaperChannel.POST: _l("Post"),
    PaperChannel.DROP_BOX: _l("A drop box"),
    PaperChannel.CARE_HOME: _l("A care home"),
    PaperChannel.CLASSROOM: _l("A classroom"),
    PaperChannel.PARTNER: _l("A partner's own vote"),
}
KINDS = {
    BatchKind.PAPERS: _l("Every paper is entered by two people"),
    BatchKind.TOTALS: _l("Only the totals of signed tally sheets, or of a partner's vote"),
}
ACTS = {
    Act.REOPEN: _l("Open it again, to read papers again"),
    Act.VOID: _l("Make it void, so that none of its papers count"),
}
WHY_ASIDE = {
    WhySetAside.VOTED_ONLINE: _l("This person has voted online"),
    WhySetAside.VOTED_ON_PAPER: _l("This person has voted on paper already"),
    WhySetAside.NOT_ELIGIBLE: _l("The declaration is not complete, or is not for this vote"),
}
WHY_CONFLICT = {
    WhyConflict.VOTED_ON_PAPER: _l(
        "Somebody with this name, postcode and age group has voted on paper elsewhere"
    ),
    WhyConflict.NOT_IN_AREA: _l("We do not have this postcode in the area of this vote"),
    WhyConflict.TOO_YOUNG: _l("The age group is missing, or too young for this vote"),
    WhyConflict.UNCLEAR: _l("The name cannot be read"),
}
FINDINGS = {
    Finding.SAME_PERSON: _l("One person got two papers: there is one paper too many"),
    Finding.TWO_PEOPLE: _l("They are two people with the same details: both votes are right"),
    Finding.NOT_ENTITLED: _l("Somebody who may not vote here: there is one paper too many"),
    Finding.NO_PAPER: _l("No paper went into the box: it was given back or never given"),
}
MOST = 100_000


class CountField(StringField):
    """A whole number in plain digits; `data` is an int or None."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.typed = str(valuelist[0]).strip() if valuelist else ""
        self.data: Any = None
        plain = self.typed.isascii() and self.typed.isdigit() and len(self.typed) < 7
        if self.typed and (not plain or int(self.typed) > MOST):
            raise ValueError(_("Enter a whole number in digits, like 120."))
        if plain:
            self.data = int(self.typed)

    def _value(self) -> str:
        typed = getattr(self, "typed", None)
        if typed is not None:
            return str(typed)
        return "" if self.data is None else str(self.data)


def given(_form: Any, field: Any) -> None:
    if field.data is None and not field.errors:
        raise ValidationError(_("Enter a number, 0 if there was none."))


class VenueForm(Form):
    """A place where people vote on paper, and what its voting-day sheet says."""

    name = StringField(
        _l("Name of the place"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Enter the name of the place.")),
            Length(max=120, message=_l("Use at most 120 characters.")),
        ],
    )
    channel = SelectField(
        _l("How do papers come in?"),
        choices=[SelectChoice(c.value, label) for c, label in CHANNELS.items()],
    )
    area = SelectField(_l("Ward"), validate_choice=False)
    address = StringField(_l("Address"), filters=[plain_text], validators=[Length(max=200)])
    times = TextAreaField(
        _l("Timings, one a line"), filters=[plain_text], validators=[Length(max=2000)]
    )
    people = TextAreaField(
        _l("Who does what, one a line"), filters=[plain_text], validators=[Length(max=2000)]
    )
    quiet_room = StringField(_l("Quiet room"), filters=[plain_text], validators=[Length(max=200)])
    interpreters = StringField(
        _l("Interpreters and languages"), filters=[plain_text], validators=[Length(max=300)]
    )


class PackForm(Form):
    """Which papers to make as PDF files."""

    places = SelectField(_l("For which places?"), validate_choice=False)
    prints = SelectMultipleField(
        _l("Print"),
        choices=[
            SelectChoice(ORDINARY, _l("Ordinary print")),
            SelectChoice(LARGE, _l("Large print")),
        ],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validators=[DataRequired(_l("Choose ordinary print, large print, or both."))],
    )
    languages = SelectMultipleField(
        _l("Languages"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    copies = CountField(_l("Papers for each place"))
    own_ward = BooleanField(_l("Leave out the pots of other wards"))


class CounterForm(Form):
    """Name somebody who helps to count."""

    board = SelectField(_l("For which board?"))
    email = EmailField(
        _l("Their e-mail address"),
        filters=[plain_text],
        validators=[DataRequired(WRONG_ADDRESS), Email(WRONG_ADDRESS), Length(max=320)],
    )
    name = StringField(
        _l("Their name"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Enter their name, as colleagues will see it.")),
            Length(max=120, message=_l("Use at most 120 characters.")),
        ],
    )


class BatchForm(Form):
    """What a batch declares: it has to add up."""

    venue = SelectField(_l("Where do these papers come from?"), validate_choice=False)
    kind = SelectField(
        _l("How are they counted?"),
        choices=[SelectChoice(kind.value, label) for kind, label in KINDS.items()],
    )
    issued = CountField(_l("Issued"), validators=[given])
    used = CountField(_l("Used: papers to count"), validators=[given])
    spoiled = CountField(_l("Spoiled"), validators=[given])
    returned = CountField(_l("Returned unused, or set aside unopened"), validators=[given])


class KeyForm(Form):
    """One paper: project numbers with blanks between them, Enter for the next."""

    numbers = StringField(_l("Numbers ticked on this paper"), filters=[plain_text])
    serial = HiddenField()


class ReasonForm(Form):
    """Ask for a batch to be opened again or made void."""

    act = SelectField(
        _l("What should happen?"),
        choices=[SelectChoice(act.value, label) for act, label in ACTS.items()],
    )
    reason = StringField(
        _l("Why?"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Say why: the reason is kept in the log for good.")),
            Length(max=300, message=_l("Use at most 300 characters.")),
        ],
    )


class AcceptForm(Form):
    """Accept a batch that is whole."""

    note = StringField(
        _l("Note"),
        filters=[plain_text],
        validators=[Length(max=300, message=_l("Use at most 300 characters."))],
    )


class TableForm(CheckForm):
    """The same questions as online, asked by an officer at a table or read from a declaration."""

    venue = SelectField(_l("Where?"), validate_choice=False)

    def __init__(self, round: Round, **values: Any) -> None:
        super().__init__(round, **values)
        self.name.label.text = _("Full name")
        self.connection.label.text = _("What connects them with the area?")
        self.age_band.label.text = _("Their age group")

    @property
    def details(self) -> Details:
        return Details(
            name=self.name.data or "",
            postcode=self.postcode.data or "",
            connection=Connection(self.connection.data),
            age_band=self.age_band.data,
        )


class SetAsideForm(Form):
    """A paper that stays sealed, and why."""

    place = SelectField(_l("Where?"), validate_choice=False)
    reason = SelectField(
        _l("Why is it set aside?"),
        choices=[SelectChoice(why.value, label) for why, label in WHY_ASIDE.items()],
    )


class FindingForm(Form):
    """What happened to a paper that was given to somebody who could not be marked."""

    finding = SelectField(
        _l("What happened?"),
        choices=[SelectChoice(finding.value, label) for finding, label in FINDINGS.items()],
    )
    note = StringField(
        _l("How do you know?"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Say how you know, and name nobody.")),
            Length(max=300, message=_l("Use at most 300 characters.")),
        ],
    )
