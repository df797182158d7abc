"""What people type to set a group up, to ask others in, and to hand over."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    EmailField,
    RadioField,
    StringField,
    TextAreaField,
    URLField,
    ValidationError,
)
from wtforms.validators import DataRequired, Email, InputRequired, Optional

from pbapp.web.forms import WRONG_ADDRESS, Form, SelectChoice, at_most, plain_text, web_address

MEMBER, LEAD_TOO = "member", "lead"
LIKE_A_HOST = re.compile(r"www\.|\w\.\w{2,}")  # what mail programs make a link of


def no_address(_form: Any, field: Any) -> None:
    """A name goes into e-mails to people we do not know: it must not carry a link."""
    text = (field.data or "").lower()
    if "://" in text or "@" in text or LIKE_A_HOST.search(text):
        raise ValidationError(
            _("A name has no web or e-mail address in it. After a full stop, put a space.")
        )


class DescribeForm(Form):
    """What a group says of itself."""

    description = TextAreaField(
        _l("What does your group do?"), filters=[plain_text], validators=[at_most(2000)]
    )
    website = URLField(_l("Website"), filters=[plain_text], validators=[at_most(500), web_address])
    email = EmailField(
        _l("E-mail address of the group"),
        filters=[plain_text],
        validators=[Optional(), Email(WRONG_ADDRESS), at_most(320)],
    )


class BeginForm(DescribeForm):
    """A new group, and who leads it."""

    name = StringField(
        _l("Name of the group"),
        filters=[plain_text],
        validators=[DataRequired(_l("Enter the name of the group.")), at_most(200), no_address],
    )
    own_name = StringField(
        _l("Your own name"), filters=[plain_text], validators=[at_most(120), no_address]
    )


class InviteForm(Form):
    """Whom to ask in."""

    email = EmailField(
        _l("Their e-mail address"),
        filters=[plain_text],
        validators=[DataRequired(WRONG_ADDRESS), Email(WRONG_ADDRESS), at_most(320)],
    )


class JoinForm(Form):
    """Somebody says yes; `name` only where the account has none."""

    name = StringField(_l("Your name"), filters=[plain_text], validators=[at_most(120), no_address])


class LeadForm(Form):
    """Who is asked to lead, and what becomes of who asks."""

    member = RadioField(
        _l("Who should lead the group?"),
        validators=[InputRequired(_l("Choose somebody."))],
        coerce=int,
    )
    then = RadioField(
        _l("When they accept"),
        choices=[
            SelectChoice(MEMBER, _l("I become a member")),
            SelectChoice(LEAD_TOO, _l("I stay a lead too")),
        ],
        validators=[InputRequired(_l("Say what you will be."))],
    )
