"""Four questions for an idea in short, and an officer's answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, ValidationError
from wtforms.validators import DataRequired

from pbapp.organisations.models import Organisation
from pbapp.proposals.interest.models import InterestState
from pbapp.proposals.writing.forms import values
from pbapp.proposals.writing.starting import StartForm
from pbapp.rounds.models import Round
from pbapp.web.forms import Form, PoundsField, options, text


class InterestForm(StartForm):
    """Who, and the idea in short."""

    title = text(_l("What is your idea called?"), 120, required=_l("Give your idea a title."))
    summary = text(
        _l("Your idea in one line"),
        250,
        required=_l("Say in one line what your idea is."),
        long=True,
    )
    about = PoundsField(_l("About how much would you ask for?"))
    priority = RadioField(
        _l("Which priority does it help most?"),
        validators=[DataRequired(_l("Choose the priority your idea helps most."))],
        validate_choice=False,
    )

    def offer_all(
        self, round: Round, groups: Iterable[Organisation], priorities: Iterable[tuple[int, str]]
    ) -> None:
        """Offer who may propose, and the priorities of the plan."""
        self.offer(round, groups, is_officer=False)
        self.priority.choices = options(*((str(key), name) for key, name in priorities))

    def validate_about(self, field: Any) -> None:
        if field.data is None:
            raise ValidationError(_("Enter about how much you would ask for."))
        if field.data <= 0:
            raise ValidationError(_("Enter an amount above nothing."))

    @property
    def priority_id(self) -> int | None:
        chosen = self.priority.data or ""
        return int(chosen) if chosen in values(self.priority) else None


class AnswerForm(Form):
    """Go on, or not for this round."""

    version = HiddenField()
    state = RadioField(
        _l("What do you answer?"), validators=[DataRequired(_l("Choose an answer."))]
    )
    reason = text(_l("Why not?"), 2000, long=True)
    elsewhere = text(_l("Where else could they turn?"), 1000, long=True)

    def offer(self) -> None:
        self.state.choices = options(
            (InterestState.GO_ON.value, _l("Go on: write the full proposal")),
            (InterestState.NOT_NOW.value, _l("Not for this round")),
        )

    @property
    def seen(self) -> int:
        typed = self.version.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
