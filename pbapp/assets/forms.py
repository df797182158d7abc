"""What people type about an asset: in three steps when it is new, on one page when it is edited."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from pbapp.assets.entry import Entry
from pbapp.assets.models import Asset, AssetKind, Where
from pbapp.assets.words import KIND
from pbapp.places.models import Area
from pbapp.plans.models import PriorityVersion
from pbapp.web.forms import Form, SelectChoice, at_most, plain_text, web_address

EVERYWHERE = "everywhere"
NO_PRIORITY = "0"
# Plain digits only: float() would also read "nan", "1_0" and digits of other scripts.
DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,15})?", re.ASCII)
WRONG_ADDRESS = _l("Enter an e-mail address, like name@example.org, or leave it empty.")


def one_line(value: str | None) -> str | None:
    """Plain text of one line: a line of its own would be a link in an e-mail."""
    value = plain_text(value)
    return " ".join(value.split()) if value else value


def web_address_typed(value: str | None) -> str | None:
    """People leave the https:// out; nobody means another scheme by "www.example.org"."""
    value = plain_text(value)
    if value and ":" not in value and "." in value.split("/")[0]:
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


class WhereForm(Form):
    """Where it is: a point, a postcode or a ward; one of them is enough."""

    lat = DegreesField(_l("Latitude (north)"), 90)
    lon = DegreesField(_l("Longitude (west is below zero)"), 180)
    postcode = StringField(_l("Postcode"), filters=[one_line], validators=[at_most(40)])
    ward = RadioField(_l("Ward"), validators=[Optional()], validate_choice=False)
    where_words = StringField(
        _l("Where is it, in words?"), filters=[one_line], validators=[at_most(200)]
    )

    def offer_wards(self, wards: list[Area], everywhere: str) -> None:
        """Set the wards to choose from; the last choice is "no one place"."""
        choices = [SelectChoice(ward.gss_code, ward.name) for ward in wards]
        self.ward.choices = [*choices, SelectChoice(EVERYWHERE, everywhere)]

    def validate_lon(self, field: Any) -> None:
        if bool(self.lat.data) != bool(field.data):
            raise ValidationError(_("Enter both numbers, or neither."))


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
    access = StringField(_l("Getting in and around"), filters=[one_line], validators=[at_most(300)])
    website = StringField(
        _l("Website"), filters=[web_address_typed], validators=[at_most(500), web_address]
    )
    main = RadioField(
        _l("Which priority does it help most?"), default=NO_PRIORITY, validators=[Optional()]
    )
    supports = SelectMultipleField(
        _l("Does it help others too?"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    photo = FileField(_l("A photo"))
    photo_alt = StringField(
        _l("Describe the photo for people who cannot see it"),
        filters=[one_line],
        validators=[at_most(300)],
    )
    drop_photo = BooleanField(_l("Take the photo away"))

    def offer_priorities(self, priorities: list[PriorityVersion]) -> None:
        """Set the priorities to choose from."""
        choices = [SelectChoice(str(v.priority_id), v.title) for v in priorities]
        self.supports.choices = choices
        unsure = SelectChoice(NO_PRIORITY, _("None of them, or I am not sure"))
        self.main.choices = [*choices, unsure]


class SendForm(Form):
    """Send it, and say where to hear back."""

    email = EmailField(
        _l("Your e-mail address"),
        filters=[one_line],
        validators=[Optional(), Email(WRONG_ADDRESS), Length(max=320, message=WRONG_ADDRESS)],
    )


class EditForm(WhatForm, WhereForm, MoreForm):
    """All of an entry on one page, for somebody who comes back to one thing in it."""

    version = HiddenField()
    photo_id = HiddenField()


def entry_from(what: WhatForm, where: WhereForm, more: MoreForm, photo_id: Any) -> Entry:
    """The three steps as one entry; `what`, `where` and `more` may be one and the same form."""
    main = int(more.main.data) if more.main.data not in (None, "", NO_PRIORITY) else None
    return Entry(
        kind=AssetKind(what.kind.data),
        name=what.name.data or "",
        summary=what.summary.data or "",
        description=more.description.data or "",
        opening=more.opening.data or "",
        access=more.access.data or "",
        website=more.website.data or None,
        **where_fields(where),
        main=main,
        supports=[int(value) for value in more.supports.data or () if int(value) != main],
        photo_id=photo_id,
    )


def where_fields(where: WhereForm) -> dict[str, Any]:
    """The answers of the second step, as an `Entry` names them."""
    return {
        "lat": where.lat.degrees,
        "lon": where.lon.degrees,
        "postcode": where.postcode.data or None,
        "ward_code": where.ward.data if where.ward.data not in (None, "", EVERYWHERE) else None,
        "everywhere": where.ward.data == EVERYWHERE,
        "where_words": where.where_words.data or "",
    }


def fields_of(asset: Asset) -> dict[str, Any]:
    """An entry as its form shows it, to be edited."""
    exact = asset.where_kind is Where.POINT
    lat = asset.lat if asset.exact_lat is None else asset.exact_lat
    lon = asset.lon if asset.exact_lon is None else asset.exact_lon
    ward = asset.area.gss_code if asset.area else None
    return {
        "kind": asset.kind.value,
        "name": asset.name,
        "summary": asset.summary,
        "lat": f"{lat:.5f}" if exact and lat is not None else None,
        "lon": f"{lon:.5f}" if exact and lon is not None else None,
        "postcode": asset.exact_postcode or asset.postcode,
        "ward": EVERYWHERE if asset.where_kind is Where.NOWHERE else ward,
        "where_words": asset.where_words,
        "description": asset.description,
        "opening": asset.opening,
        "access": asset.access,
        "website": asset.website,
        "main": next((str(p.priority_id) for p in asset.priorities if p.is_main), NO_PRIORITY),
        "supports": [str(p.priority_id) for p in asset.priorities if not p.is_main],
        "photo_alt": asset.photo.alt if asset.photo else "",
        "photo_id": str(asset.photo_id or ""),
        "version": str(asset.version),
    }
