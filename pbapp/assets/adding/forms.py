"""What people type about an asset: in three steps when it is new, on one page when it is edited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    EmailField,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional

from pbapp.assets.adding.timetable import SessionRow
from pbapp.assets.adding.timetable import one_line as one_line
from pbapp.assets.models import Cost, JoinBy, Precision, Vocabulary
from pbapp.assets.words import COST, JOIN_BY, KIND, SHOWN_AS, offered
from pbapp.assets.writing import MOST_SESSIONS
from pbapp.places.models import Area
from pbapp.plans.models import PriorityVersion
from pbapp.web.fields import Boxes, WholeNumber
from pbapp.web.forms import (
    WRONG_ADDRESS,
    Form,
    SelectChoice,
    at_most,
    options,
    plain_text,
    web_address,
)

EVERYWHERE, NO_PLACE = "everywhere", "no-place"
NO_PRIORITY = "0"
UNSAID = ""  # a question somebody may leave open
PHONE = re.compile(r"\+?[0-9][0-9 ()-]{4,28}", re.ASCII)
# Plain digits only: float() would also read "nan", "1_0" and digits of other scripts.
DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,15})?", re.ASCII)


def web_address_typed(value: str | None) -> str | None:
    """People leave the https:// out; nobody means another scheme by "www.example.org"."""
    value = plain_text(value)
    host = value.split("/")[0] if value else ""
    if "." in host and ":" not in host:
        return f"https://{value}"
    return value


class DegreesField(StringField):
    """A latitude or longitude in decimal degrees; what was typed is shown again as typed."""

    def __init__(self, label: Any, limit: int, **options: Any) -> None:
        super().__init__(label, filters=[one_line], **options)
        self.limit = limit

    @property
    def degrees(self) -> float | None:
        return read_degrees(self.data, self.limit)

    def pre_validate(self, form: Any) -> None:
        if self.data and self.degrees is None:
            raise ValidationError(_("Enter a number of degrees, like 55.8612 or -4.0245."))


def read_degrees(typed: str | None, limit: int) -> float | None:
    """A number of degrees within ±limit, or None for anything else."""
    if not typed or not DEGREES.fullmatch(typed):
        return None
    number = float(typed)
    return number if abs(number) <= limit else None


class WhatForm(Form):
    """What it is."""

    kind = RadioField(
        _l("What kind of thing is it?"),
        choices=[SelectChoice(kind.value, words) for kind, words in KIND.items()],
        validators=[InputRequired(_l("Choose what kind of thing it is."))],
    )
    name = StringField(
        _l("What is it called?"),
        filters=[one_line],
        validators=[DataRequired(_l("Enter a name.")), at_most(120)],
    )
    summary = StringField(
        _l("Say in one line what it offers"),
        filters=[one_line],
        validators=[DataRequired(_l("Say in one line what it offers.")), at_most(200)],
    )


class PlaceForm(Form):
    """Where it is: a point, a postcode or a ward; one of them is enough."""

    lat = DegreesField(_l("Latitude (north)"), 90)
    lon = DegreesField(_l("Longitude (west is below zero)"), 180)
    postcode = StringField(_l("Postcode"), filters=[one_line], validators=[at_most(40)])
    ward = RadioField(_l("Ward"), validators=[Optional()], validate_choice=False)
    where_words = StringField(
        _l("Where is it, in words?"), filters=[one_line], validators=[at_most(200)]
    )

    def offer_wards(self, wards: list[Area], place_name: str) -> None:
        """Set the wards to choose from; the last choice is "no one place"."""
        everywhere = _("No one place: all over %(place)s, or online", place=place_name)
        choices = [SelectChoice(ward.gss_code, ward.name) for ward in wards]
        self.ward.choices = [*choices, SelectChoice(EVERYWHERE, everywhere)]

    def validate_lon(self, field: Any) -> None:
        if bool(self.lat.data) != bool(field.data):
            raise ValidationError(_("Enter both numbers, or neither."))


class WhereForm(PlaceForm):
    """Where it is, how exactly that shows, and which wards it is for."""

    is_home = BooleanField(_l("Somebody lives here"))
    shown_as = RadioField(
        _l("How exactly may everybody see the place?"),
        choices=[SelectChoice(how.value, words) for how, words in SHOWN_AS.items()],
        default=Precision.EXACT.value,
        validators=[Optional()],
    )
    serves = Boxes(_l("Which wards is it for?"))
    ward_codes: Sequence[str] = ()  # set by `offer_wards`

    def offer_wards(self, wards: list[Area], place_name: str) -> None:
        """Set the wards to choose from; the last choices are "no fixed place" and "all over"."""
        choices = [SelectChoice(ward.gss_code, ward.name) for ward in wards]
        self.serves.choices = choices
        self.ward_codes = [ward.gss_code for ward in wards]
        self.ward.choices = [
            *choices,
            SelectChoice(NO_PLACE, _("It has no fixed place")),
            SelectChoice(EVERYWHERE, _("All over %(place)s, or online", place=place_name)),
        ]

    def validate_ward(self, field: Any) -> None:
        if field.data == NO_PLACE and (self.postcode.data or self.lat.data or self.lon.data):
            raise ValidationError(
                _("You say that it has no fixed place. Take the postcode and the pin away too.")
            )


class MoreForm(Form):
    """What else there is to say, and which priorities it helps."""

    description = TextAreaField(
        _l("Tell people more"), filters=[plain_text], validators=[at_most(3000)]
    )
    opening = StringField(
        _l("When is it open, or when does it happen?"),
        filters=[one_line],
        validators=[at_most(300)],
    )
    sessions = FieldList(
        FormField(SessionRow),
        label=_l("Regular times"),
        min_entries=1,
        max_entries=MOST_SESSIONS,
    )
    cost = RadioField(_l("What does it cost people?"), default=UNSAID, validators=[Optional()])
    cost_words = StringField(
        _l("More about the cost"), filters=[one_line], validators=[at_most(200)]
    )
    join_by = RadioField(_l("How do people join in?"), default=UNSAID, validators=[Optional()])
    age_from = WholeNumber(_l("Youngest age"), least=0, most=120)
    age_to = WholeNumber(_l("Oldest age"), least=0, most=120)
    eligibility = StringField(_l("Who can come?"), filters=[one_line], validators=[at_most(300)])
    audience = Boxes(_l("Who is it for in particular?"))
    access_terms = Boxes(_l("What does the place have?"))
    access = StringField(
        _l("More about getting in and around"), filters=[one_line], validators=[at_most(300)]
    )
    themes = Boxes(_l("Themes of the Place Standard"))
    contact_name = StringField(
        _l("Name of the person or desk"), filters=[one_line], validators=[at_most(120)]
    )
    contact_phone = StringField(
        _l("Phone number"), filters=[one_line], validators=[Optional(), at_most(30)]
    )
    contact_email = EmailField(
        _l("E-mail address people can write to"),
        filters=[one_line],
        validators=[Optional(), Email(WRONG_ADDRESS), Length(max=320, message=WRONG_ADDRESS)],
    )
    contact_consent = BooleanField(_l("They agree to be shown here"))
    story = TextAreaField(_l("Its story"), filters=[plain_text], validators=[at_most(3000)])
    story_rights = StringField(
        _l("Who tells this story, and may it be shown here?"),
        filters=[one_line],
        validators=[at_most(200)],
    )
    website = StringField(
        _l("Website"), filters=[web_address_typed], validators=[at_most(500), web_address]
    )
    main = RadioField(
        _l("Which priority does it help most?"), default=NO_PRIORITY, validators=[Optional()]
    )
    supports = Boxes(_l("Does it help others too?"))
    photo = FileField(_l("A photo"))
    photo_alt = StringField(
        _l("Describe the photo for people who cannot see it"),
        filters=[one_line],
        validators=[at_most(300)],
    )
    drop_photo = BooleanField(_l("Take the photo away"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unsaid = (UNSAID, _("I do not know"))
        self.cost.choices = options(*((c.value, COST[c]) for c in Cost), unsaid)
        self.join_by.choices = options(*((w.value, JOIN_BY[w]) for w in JoinBy), unsaid)
        self.access_terms.choices = options(*offered(Vocabulary.ACCESS))
        self.audience.choices = options(*offered(Vocabulary.AUDIENCE))
        self.themes.choices = options(*offered(Vocabulary.THEME))

    def validate_age_to(self, field: Any) -> None:
        youngest = self.age_from.data
        if youngest is not None and field.data is not None and field.data < youngest:
            raise ValidationError(_("The oldest age cannot be below the youngest."))

    def validate_contact_phone(self, field: Any) -> None:
        if not PHONE.fullmatch(field.data):
            raise ValidationError(_("Enter a phone number in digits, like 01236 000 000."))

    def validate_contact_consent(self, field: Any) -> None:
        given = self.contact_name.data or self.contact_phone.data or self.contact_email.data
        if given and not field.data:
            raise ValidationError(
                _("Tick that they agree to be shown here, or leave the contact out.")
            )

    def validate_story_rights(self, field: Any) -> None:
        if self.story.data and not field.data:
            raise ValidationError(_("Say who tells this story and that it may be shown here."))

    def add_time(self) -> None:
        """Show one more row for a regular time, if there is room for it."""
        if len(self.sessions) < MOST_SESSIONS:
            self.sessions.append_entry()

    def drop_time(self, name: str) -> None:
        """Take a row away; one, at least, stays to be filled."""
        self.sessions.entries = [row for row in self.sessions.entries if row.name != name]
        if not self.sessions.entries:
            self.sessions.append_entry()

    def offer_priorities(self, priorities: list[PriorityVersion]) -> None:
        """Set the priorities to choose from."""
        choices = [SelectChoice(str(v.priority_id), v.title) for v in priorities]
        self.supports.choices = choices
        unsure = SelectChoice(NO_PRIORITY, _("None of them, or I am not sure"))
        self.main.choices = [*choices, unsure]


class SendForm(Form):
    """Where to hear back, of somebody without an account."""

    email = EmailField(
        _l("Your e-mail address"),
        filters=[one_line],
        validators=[
            DataRequired(WRONG_ADDRESS),
            Email(WRONG_ADDRESS),
            Length(max=320, message=WRONG_ADDRESS),
        ],
    )


class EditForm(WhatForm, WhereForm, MoreForm):
    """All of an entry on one page, for somebody who comes back to one thing in it."""

    version = HiddenField()
    seen_revision = HiddenField()
    photo_id = HiddenField()
