"""For whom a new proposal is: oneself, a group, or somebody an officer types for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Email, Length
from wtforms.validators import Optional as Maybe

from pbapp.organisations.models import Organisation
from pbapp.proposals import checks
from pbapp.proposals.services import EnteredFor
from pbapp.rounds.models import Round
from pbapp.web.babel import say
from pbapp.web.forms import Form, options, plain_text

MYSELF, SOMEBODY = "myself", "somebody"


class StartForm(Form):
    """Only those are offered from whom the round takes proposals; `refusals` says why not."""

    whom = RadioField(
        _l("Who is it from?"),
        validators=[DataRequired(_l("Choose who it is from."))],
    )
    for_group = SelectField(_l("A group that is known here"), validators=[Maybe()])
    for_name = StringField(
        _l("Or their name, as everybody may read it"),
        filters=[plain_text],
        validators=[Length(max=120, message=_l("Use at most %(max)d characters."))],
    )
    for_email = StringField(
        _l("Their e-mail address, if they left one"),
        filters=[plain_text],
        validators=[
            Maybe(),
            Length(max=320, message=_l("Use at most %(max)d characters.")),
            Email(_l("Enter an e-mail address like name@example.org.")),
        ],
    )

    def offer(self, round: Round, groups: Iterable[Organisation], *, is_officer: bool) -> None:
        """Offer who may propose in this round."""
        self.round = round
        self.groups = {str(group.id): group for group in groups}
        self.known: dict[str, Organisation] = {}
        self.is_officer = is_officer
        self.refusals: list[str] = []
        choices = []
        for key, group in self.groups.items():
            refused = checks.why_not_propose(round, group, by_officer=False)
            if refused is None:
                choices.append((key, group.name))
            else:
                self.refusals.append(f"{group.name}: {say(refused)}")
        refused = checks.why_not_propose(round, None, by_officer=False)
        if refused is None:
            choices.append((MYSELF, _("Myself")))
        elif not choices and not self.refusals:
            self.refusals.append(say(refused))
        if is_officer:
            choices.append((SOMEBODY, _("Somebody I enter it for, as an officer")))
        self.whom.choices = options(*choices)
        self.for_group.choices = []
        if len(choices) == 1 and self.whom.data is None:
            self.whom.data = choices[0][0]

    def offer_groups(self, groups: Iterable[Organisation]) -> None:
        """The groups an officer may enter a proposal for."""
        self.known = {str(group.id): group for group in groups}
        self.for_group.choices = options(
            ("", _("None of these")), *((key, one.name) for key, one in self.known.items())
        )

    def validate_for_name(self, field: Any) -> None:
        if self.whom.data == SOMEBODY and not field.data and not self.for_group.data:
            raise ValidationError(_("Say for whom you enter it."))

    @property
    def organisation(self) -> Organisation | None:
        if self.whom.data == SOMEBODY:
            return self.known.get(self.for_group.data or "")
        return self.groups.get(self.whom.data or "")

    @property
    def entered_for(self) -> EnteredFor | None:
        if self.whom.data != SOMEBODY:
            return None
        group = self.organisation
        name = self.for_name.data or (group.name if group else "")
        return EnteredFor(name[:120], self.for_email.data or "")
