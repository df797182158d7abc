"""What an officer types about one time people were listened to."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from pbapp.boards.models import Board
from pbapp.engagement.models import Engagement, EngagementKind, SeldomHeard, Voice
from pbapp.engagement.services import Heard
from pbapp.engagement.words import GROUP, KIND, VOICE
from pbapp.places.models import Area
from pbapp.plans.models import Priority
from pbapp.web.forms import Form, SelectChoice, at_most, plain_text, web_address

MOST_PEOPLE = 1_000_000


class EngagementForm(Form):
    """One record; wards and priorities are the board's own."""

    kind = RadioField(
        _l("What was it?"),
        choices=[SelectChoice(kind.value, label) for kind, label in KIND.items()],
        validators=[InputRequired(_l("Pick what it was."))],
    )
    title = StringField(
        _l("What was it called?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Give it a name.")), at_most(160)],
    )
    held_on = DateField(_l("Which day was it?"), validators=[InputRequired(_l("Enter the day."))])
    place = StringField(_l("Where was it?"), filters=[plain_text], validators=[at_most(160)])
    area = SelectField(_l("Which ward was it about?"))
    voice = SelectField(
        _l("Whose voice was it?"),
        choices=[SelectChoice(voice.value, label) for voice, label in VOICE.items()],
        default=Voice.RESIDENTS.value,
    )
    people = StringField(_l("How many people were reached?"), filters=[plain_text])
    groups = SelectMultipleField(
        _l("Who among them?"),
        choices=[SelectChoice(group.value, label) for group, label in GROUP.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    priorities = SelectMultipleField(
        _l("Which priorities was it about?"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    heard = TextAreaField(
        _l("What did people say?"),
        filters=[plain_text],
        validators=[DataRequired(_l("Write down what people said.")), at_most(4000)],
    )
    changed = TextAreaField(
        _l("What changed because of it?"), filters=[plain_text], validators=[at_most(2000)]
    )
    source = StringField(
        _l("Web address of the write-up"),
        filters=[plain_text],
        validators=[web_address, at_most(300)],
    )

    def __init__(self, board: Board, priorities: list[Priority], kept: Engagement | None) -> None:
        super().__init__(data=_values(kept) if kept else None)
        self.wards: dict[str, Area] = {
            item.area.gss_code: item.area
            for item in sorted(board.board_areas, key=lambda item: item.area.name)
        }
        if kept and kept.area:  # it may be a ward that is no more
            self.wards.setdefault(kept.area.gss_code, kept.area)
        self.choosable = {priority.id: priority for priority in priorities}
        self.area.choices = [
            SelectChoice("", _("The whole area")),
            *(SelectChoice(code, ward.name) for code, ward in self.wards.items()),
        ]
        self.priorities.choices = [SelectChoice(p.id, p.name) for p in priorities]

    def validate_people(self, field: Any) -> None:
        typed = (field.data or "").replace(",", "")
        plain = typed.isascii() and typed.isdigit() and len(typed) <= 9
        if typed and not (plain and 0 < int(typed) <= MOST_PEOPLE):
            raise ValidationError(_("Enter a whole number in digits, like 45, or leave it empty."))

    @property
    def told(self) -> Heard:
        """What was typed, once it is valid."""
        return Heard(
            kind=EngagementKind(self.kind.data),
            voice=Voice(self.voice.data),
            title=self.title.data or "",
            held_on=self.held_on.data,  # type: ignore[arg-type]  # a valid form has one
            place=self.place.data or "",
            area=self.wards.get(self.area.data or ""),
            people=int(self.people.data.replace(",", "")) if self.people.data else None,
            groups=[SeldomHeard(group) for group in self.groups.data or []],
            priorities=[self.choosable[id] for id in self.priorities.data or []],
            heard=self.heard.data or "",
            changed=self.changed.data or "",
            source=self.source.data or "",
        )


def _values(kept: Engagement) -> dict[str, Any]:
    return {
        "kind": kept.kind.value,
        "voice": kept.voice.value,
        "title": kept.title,
        "held_on": kept.held_on,
        "place": kept.place,
        "area": kept.area.gss_code if kept.area else "",
        "people": "" if kept.people is None else str(kept.people),
        "groups": list(kept.groups),
        "priorities": [priority.id for priority in kept.priorities],
        "heard": kept.heard,
        "changed": kept.changed,
        "source": kept.source,
    }
