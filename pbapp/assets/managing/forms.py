"""What a group's people choose to do with their entries."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from pbapp.organisations.models import Organisation
from pbapp.web.forms import Form, at_most, options, plain_text


class CopiesForm(Form):
    """Copies to be sent in. `page` is this one page's own, so that a second press is known."""

    page = HiddenField(
        default=lambda: secrets.token_hex(8),
        validators=[
            InputRequired(_l("Look at them once more.")),
            Length(max=32),
        ],
    )


class FindGroupForm(Form):
    """Words of a group's name; a search, so without a token."""

    class Meta:
        csrf = False

    q = StringField(_l("Name of the group"), filters=[plain_text], validators=[at_most(100)])


class HandOverForm(Form):
    """Which group is asked to take an entry over."""

    to = RadioField(_l("Which group?"), validators=[InputRequired(_l("Choose a group."))])

    def offer(self, groups: Sequence[Organisation]) -> None:
        self.to.choices = options(*((str(group.id), group.name) for group in groups))
