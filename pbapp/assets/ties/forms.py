"""What a keeper types to tie an entry to another."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired

from pbapp.assets.models import Asset
from pbapp.assets.ties.words import choices
from pbapp.web.forms import Form, at_most, options, plain_text, text


class FindForm(Form):
    """Words of the other entry's name; a search, so without a token."""

    class Meta:
        csrf = False

    q = StringField(_l("Name of the other entry"), filters=[plain_text], validators=[at_most(100)])


class TieForm(Form):
    """Which entry, what they have to do with each other, and a word to who answers."""

    other = RadioField(
        _l("Which entry?"), validators=[InputRequired(_l("Choose the other entry."))]
    )
    relation = RadioField(
        _l("What have they to do with each other?"),
        validators=[InputRequired(_l("Choose one."))],
    )
    says = text(_l("A word to who looks after it"), 300)

    def offer(self, found: Sequence[Asset]) -> None:
        """The entries to choose from, each with its ward to tell two of one name apart."""
        self.other.choices = options(
            *((str(one.id), _named(one)) for one in found),
        )
        self.relation.choices = options(*choices())


def _named(asset: Asset) -> str:
    return f"{asset.name}, {asset.area.name}" if asset.area else asset.name
