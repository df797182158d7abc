"""What an officer says of a list that they bring in."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import DataRequired

from pbapp.assets.adding.forms import one_line, web_address_typed
from pbapp.assets.lists.columns import COLUMNS
from pbapp.assets.lists.incoming import Choices, Exactness
from pbapp.assets.models import AssetKind
from pbapp.assets.words import KINDS
from pbapp.boards.models import Board
from pbapp.web.forms import Form, SelectChoice, at_most, web_address

NONE = ""


class ListForm(Form):
    """The file, and where it is from."""

    board = SelectField(_l("For which board?"))
    file = FileField(_l("The list, as a CSV file"))
    source = StringField(
        _l("Where is this list from?"),
        filters=[one_line],
        validators=[DataRequired(_l("Say where this list is from.")), at_most(200)],
    )
    source_url = StringField(
        _l("Its web address"),
        filters=[web_address_typed],
        validators=[at_most(500), web_address],
    )
    licence = StringField(_l("Its licence"), filters=[one_line], validators=[at_most(200)])

    def offer_boards(self, boards: list[Board]) -> None:
        self.board.choices = [SelectChoice(board.slug, board.name) for board in boards]


class ColumnsForm(Form):
    """Which column is what; a field without a column stays empty."""

    name = SelectField(_l("Name"), validators=[DataRequired(_l("Choose the column of names."))])
    kind = SelectField(_l("What kind of thing it is"))
    summary = SelectField(_l("In one line"))
    description = SelectField(_l("More about it"))
    opening = SelectField(_l("When"))
    access = SelectField(_l("Getting in and around"))
    website = SelectField(_l("Website"))
    where_words = SelectField(_l("Where, in words"))
    postcode = SelectField(_l("Postcode"))
    ward = SelectField(_l("Ward: its name or code"))
    sessions = SelectField(_l("Regular times"))
    cost = SelectField(_l("Cost"))
    cost_words = SelectField(_l("About the cost"))
    age_from = SelectField(_l("Youngest age"))
    age_to = SelectField(_l("Oldest age"))
    eligibility = SelectField(_l("Who can come"))
    join_by = SelectField(_l("How to join"))
    access_terms = SelectField(_l("Access features"))
    audience = SelectField(_l("Who it is for"))
    themes = SelectField(_l("Themes of the Place Standard"))
    main = SelectField(_l("Helps most with"))
    supports = SelectField(_l("Also helps with"))
    serves = SelectField(_l("Wards it serves"))
    status = SelectField(_l("Whether it is running"))
    alert = SelectField(_l("What people must know now"))
    alert_until = SelectField(_l("Until which day they must know it"))
    contact_name = SelectField(_l("Whom to ask: name"))
    contact_phone = SelectField(_l("Whom to ask: phone"))
    contact_email = SelectField(_l("Whom to ask: e-mail"))
    contact_consent = SelectField(_l("Whether they agree to be shown"))
    placed_by = SelectField(_l("How its place is known"))
    shown_as = SelectField(_l("How exactly the place shows"))
    lat = SelectField(_l("Latitude"))
    lon = SelectField(_l("Longitude"))
    source = SelectField(_l("Source of the row"))
    source_ref = SelectField(_l("Its number in the source"))
    source_url = SelectField(_l("Its page in the source"))
    licence = SelectField(_l("Licence of the row"))
    usual_kind = SelectField(_l("What kind are they, where the list does not say?"))
    exactness = RadioField(_l("How exactly may the map show them?"))

    @classmethod
    def labels(cls) -> dict[str, str]:
        """Field to how it is called."""
        form = cls(formdata=None)
        return {name: str(form[name].label.text) for name in COLUMNS}

    def offer(self, head: list[str]) -> None:
        columns = [SelectChoice(name, name) for name in head]
        for name in COLUMNS:
            self._fields[name].choices = [SelectChoice(NONE, _("Not in the list")), *columns]
        self.usual_kind.choices = [
            SelectChoice(kind.value, words)
            for kind, words in KINDS.items()
            if kind is not AssetKind.INDIVIDUAL
        ]
        self.exactness.choices = [
            SelectChoice(Exactness.WARD.value, _("Only their ward")),
            SelectChoice(Exactness.POSTCODE.value, _("The middle of their postcode")),
            SelectChoice(Exactness.POINT.value, _("Their exact place, by latitude and longitude")),
        ]

    @classmethod
    def fields_of(cls, choices: Choices) -> dict[str, Any]:
        return {
            **choices.columns,
            "usual_kind": choices.kind.value,
            "exactness": choices.exactness.value,
        }

    def chosen(self) -> Choices:
        columns = {name: self._fields[name].data for name in COLUMNS if self._fields[name].data}
        return Choices(columns, AssetKind(self.usual_kind.data), Exactness(self.exactness.data))


class BringForm(Form):
    """One press; the rows to bring in all the same are the page's own boxes."""
