"""An entry as it is noted on the way: the fields of the paper form, in its order."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Email, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from pbapp.assets.adding.forms import PlaceForm, WhatForm, one_line
from pbapp.assets.adding.typed import place_fields
from pbapp.assets.entry import Contact, Entry
from pbapp.assets.models import AssetKind, Cost, Vocabulary
from pbapp.assets.words import COST, offered
from pbapp.boards.models import Board
from pbapp.boards.queries import list_wards
from pbapp.web.forms import WRONG_ADDRESS, Form, SelectChoice, at_most, plain_text


class NoteForm(WhatForm, PlaceForm):
    """One entry."""

    is_home = BooleanField(_l("Yes, it is a home"))
    opening = StringField(
        _l("When is it open, or when does it happen?"),
        filters=[one_line],
        validators=[at_most(300)],
    )
    cost = RadioField(
        _l("What does it cost?"),
        choices=[
            *(SelectChoice(cost.value, words) for cost, words in COST.items()),
            SelectChoice("", _l("I do not know")),
        ],
        default="",
        validators=[Optional()],
    )
    access_terms = SelectMultipleField(
        _l("Access: tick what there is"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    contact_name = StringField(
        _l("Whom can people ask? A name"), filters=[one_line], validators=[at_most(120)]
    )
    contact_phone = StringField(_l("Phone number"), filters=[one_line], validators=[at_most(30)])
    contact_email = StringField(
        _l("E-mail address"),
        filters=[one_line],
        validators=[Optional(), Email(WRONG_ADDRESS), at_most(320)],
    )
    contact_consent = BooleanField(_l("They agree to be shown on the public map"))
    description = TextAreaField(
        _l("Tell people more"), filters=[plain_text], validators=[at_most(3000)]
    )

    def offer(self, board: Board) -> None:
        """Set what there is to choose from."""
        self.offer_wards(list_wards(board), board.place_name)
        self.access_terms.choices = [
            SelectChoice(slug, words) for slug, words in offered(Vocabulary.ACCESS)
        ]

    def entry(self) -> Entry:
        """What was noted; only of a form that is valid."""
        where: dict[str, Any] = place_fields(self) | {"is_home": bool(self.is_home.data)}
        return Entry(
            kind=AssetKind(self.kind.data),
            name=self.name.data or "",
            summary=self.summary.data or "",
            description=self.description.data or "",
            opening=self.opening.data or "",
            cost=Cost(self.cost.data) if self.cost.data else None,
            terms={Vocabulary.ACCESS: self.access_terms.data or ()},
            contact=Contact(
                name=self.contact_name.data or "",
                phone=self.contact_phone.data or "",
                email=self.contact_email.data or "",
                has_consent=bool(self.contact_consent.data),
            ),
            **where,
        )


class SameForm(Form):
    """It is here already: what is different from what the map says."""

    text = TextAreaField(
        _l("What is different from what the map says?"),
        filters=[plain_text],
        validators=[at_most(2000)],
    )
