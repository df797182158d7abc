"""What a group fills in for its idea."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import wtforms
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import (
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, Optional

from pbapp.proposals import queries
from pbapp.proposals.filters import WHOLE_AREA
from pbapp.proposals.models import Proposal
from pbapp.proposals.services import Content, Cost
from pbapp.rounds.models import Round
from pbapp.web.forms import Form, PoundsField, plain_text

ROWS_AT_FIRST = 4
MOST_ROWS = 20


class CostRow(wtforms.Form):
    """One thing the money buys. An empty row is no row."""

    what = StringField(
        _l("What it pays for"),
        filters=[plain_text],
        validators=[Length(max=200, message=_l("Use at most 200 characters."))],
    )
    amount = PoundsField(_l("How much"))

    @property
    def is_empty(self) -> bool:
        return not self.what.data and not getattr(self.amount, "typed", "").strip()

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        fine = super().validate(extra_validators)
        if self.is_empty:
            return fine
        if not self.what.data:
            self.what.errors = [*self.what.errors, _("Say what this pays for.")]
            fine = False
        if self.amount.errors:
            return False
        if self.amount.data is None:
            self.amount.errors = [_("Enter what this costs.")]
        elif self.amount.data <= 0:
            self.amount.errors = [_("Each cost must be more than £0.")]
        return fine and not self.amount.errors


class ProposalForm(Form):
    """Ten questions; one more for those who ask for £1,000 or more."""

    title = StringField(
        _l("What is your idea called?"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Give your idea a title.")),
            Length(max=120, message=_l("Use at most 120 characters for the title.")),
        ],
    )
    summary = TextAreaField(
        _l("Your idea in one line"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Say in one line what your idea is.")),
            Length(max=250, message=_l("Use at most 250 characters for the one line.")),
        ],
    )
    what = TextAreaField(
        _l("What will happen?"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Say what will happen.")),
            Length(max=4000, message=_l("Use at most 4,000 characters here.")),
        ],
    )
    who_benefits = TextAreaField(
        _l("Who gains from it?"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Say who gains from it.")),
            Length(max=2000, message=_l("Use at most 2,000 characters here.")),
        ],
    )
    priority = RadioField(
        _l("Which priority does it help most?"),
        validators=[DataRequired(_l("Choose the priority your idea helps most."))],
        validate_choice=False,
    )
    how_it_helps = TextAreaField(
        _l("How does it help?"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Say how your idea helps that priority.")),
            Length(max=2000, message=_l("Use at most 2,000 characters here.")),
        ],
    )
    ward = SelectField(_l("Which ward is it for?"))
    where_words = StringField(
        _l("Where will it be?"),
        filters=[plain_text],
        validators=[Length(max=200, message=_l("Use at most 200 characters for the place."))],
    )
    lat = HiddenField(validators=[Optional()])
    lon = HiddenField(validators=[Optional()])
    costs = FieldList(
        FormField(CostRow),
        label=_l("What is the money for?"),
        min_entries=ROWS_AT_FIRST,
        max_entries=MOST_ROWS,
    )
    minimum = PoundsField(_l("The smallest amount you could work with"))
    photo = FileField(_l("A picture"))
    photo_alt = StringField(
        _l("What can be seen in the picture?"),
        filters=[plain_text],
        validators=[Length(max=300, message=_l("Use at most 300 characters."))],
    )
    photo_id = HiddenField()
    version = HiddenField()
    draft = HiddenField()

    def validate_lat(self, field: HiddenField) -> None:
        if self.point is None and (field.data or self.lon.data):
            raise wtforms.ValidationError(_("We could not read the point. Put the pin again."))

    @property
    def point(self) -> tuple[float, float] | None:
        """The pin, if there is one and it is on this planet."""
        try:
            lat, lon = float(self.lat.data or ""), float(self.lon.data or "")
        except ValueError:
            return None
        return (lat, lon) if -90 <= lat <= 90 and -180 <= lon <= 180 else None

    @property
    def priority_id(self) -> int | None:
        chosen = self.priority.data or ""
        offered = {str(choice[0]) for choice in self.priority.choices or ()}
        return int(chosen) if chosen in offered else None

    @property
    def photo_uuid(self) -> UUID | None:
        try:
            return UUID(self.photo_id.data or "")
        except ValueError:
            return None

    @property
    def total_pence(self) -> int:
        """What the readable costs add up to so far."""
        amounts = (row.form.amount.data for row in self.costs)
        return sum(amount for amount in amounts if isinstance(amount, int))

    def add_row(self) -> str:
        """One more row for a cost; returns the id of its first field."""
        if len(self.costs) < MOST_ROWS:
            self.costs.append_entry()
        last: str = self.costs[-1].form.what.id
        return last

    def content(self) -> Content:
        lat, lon = self.point or (None, None)
        ward = self.ward.data
        return Content(
            title=self.title.data or "",
            summary=self.summary.data or "",
            what=self.what.data or "",
            who_benefits=self.who_benefits.data or "",
            priority_id=self.priority_id,
            how_it_helps=self.how_it_helps.data or "",
            costs=tuple(
                Cost(row.form.what.data or "", row.form.amount.data)
                for row in self.costs
                if not row.form.is_empty
            ),
            area_id=None if ward == WHOLE_AREA else int(ward),
            where_words=self.where_words.data or "",
            lat=lat,
            lon=lon,
            minimum_pence=self.minimum.data,
            photo_id=self.photo_uuid,
        )


def blank(round: Round, typed: dict[str, list[str]] | None = None) -> ProposalForm:
    """The form for a new proposal: as sent, as saved in a draft, or empty."""
    if typed is None:
        form = ProposalForm()
    else:
        pairs = [(name, value) for name, values in typed.items() for value in values]
        form = ProposalForm(formdata=MultiDict(pairs))
    return _offer(form, round)


def filled(proposal: Proposal) -> ProposalForm:
    """The form with what a proposal says now, or with what was sent."""
    form = ProposalForm(
        data={
            "title": proposal.title,
            "summary": proposal.summary,
            "what": proposal.what,
            "who_benefits": proposal.who_benefits,
            "priority": str(proposal.priority_id or ""),
            "how_it_helps": proposal.how_it_helps,
            "ward": str(proposal.area_id or WHOLE_AREA),
            "where_words": proposal.where_words,
            "lat": "" if proposal.lat is None else f"{proposal.lat:.5f}",
            "lon": "" if proposal.lon is None else f"{proposal.lon:.5f}",
            "costs": [
                {"what": line.description, "amount": line.amount_pence}
                for line in proposal.cost_lines
            ],
            "minimum": proposal.minimum_pence,
            "photo_alt": proposal.photo.alt if proposal.photo else "",
            "photo_id": str(proposal.photo_id or ""),
            "version": str(proposal.version),
        }
    )
    return _offer(form, proposal.round)


def _offer(form: ProposalForm, round: Round) -> ProposalForm:
    versions = queries.list_priorities(round)
    form.priority.choices = [(str(v.priority_id), v.title) for v in versions]
    wards = sorted((item.area for item in round.round_areas), key=lambda area: area.name)
    whole = [(WHOLE_AREA, _("All of them, or more than one"))]
    form.ward.choices = whole + [(str(area.id), area.name) for area in wards]
    return form
