"""What a group's people choose to do with their entries."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired

from pbapp.organisations.models import Organisation
from pbapp.web.forms import Form, at_most, options, plain_text


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
