"""What officers offer, and what groups answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from pbapp.appraisal.merging.services import Draft
from pbapp.proposals.content import Cost
from pbapp.proposals.models import Proposal
from pbapp.web.forms import MISSING, Form, PoundsField, SelectChoice, plain_text

MOST_LINES = 30
SPARE_LINES = 2


def _needed(label: Any, most: int, *, area: bool = True) -> Any:
    kind = TextAreaField if area else StringField
    return kind(
        label,
        filters=[plain_text],
        validators=[
            DataRequired(MISSING),
            Length(max=most, message=_l("Use at most %(most)s characters here.", most=most)),
        ],
    )


class MergeForm(Form):
    """The whole as it would be; made by `merge_form`, which adds a row for each line of costs."""

    title = _needed(_l("Title"), 120, area=False)
    summary = _needed(_l("In one line"), 250)
    what = _needed(_l("What will happen"), 4000)
    who_benefits = _needed(_l("Who gains"), 2000)
    how_it_helps = _needed(_l("How it helps"), 2000)
    why = _needed(_l("Why should these be one?"), 1000)
    rows: int = 0

    @property
    def draft(self) -> Draft:
        return Draft(
            title=self.title.data or "",
            summary=self.summary.data or "",
            what=self.what.data or "",
            who_benefits=self.who_benefits.data or "",
            how_it_helps=self.how_it_helps.data or "",
            costs=[
                Cost(self[f"cost_what_{row}"].data, self[f"cost_pence_{row}"].data)
                for row in range(1, self.rows + 1)
                if self[f"cost_what_{row}"].data
            ],
        )

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        for row in range(1, self.rows + 1):
            what, pence = self[f"cost_what_{row}"], self[f"cost_pence_{row}"]
            if not what.data and pence.data:
                what.errors = [*what.errors, _("Say what this pays for.")]
            elif what.data and not pence.data and not pence.errors:
                pence.errors = [*pence.errors, _("Enter what this costs.")]
            fine = fine and not what.errors and not pence.errors
        return fine


def merge_form(bids: Sequence[Proposal]) -> MergeForm:
    """The first bid's words, and every bid's costs, to be worked into one."""
    lines = [line for bid in bids for line in bid.cost_lines][:MOST_LINES]
    fields: dict[str, Any] = {"rows": len(lines) + SPARE_LINES}
    data: dict[str, Any] = {}
    for row in range(1, fields["rows"] + 1):
        fields[f"cost_what_{row}"] = StringField(
            _("What it pays for"),
            filters=[plain_text],
            validators=[Length(max=200, message=_("Use at most 200 characters."))],
        )
        fields[f"cost_pence_{row}"] = PoundsField(_("How much"))
    for row, line in enumerate(lines, 1):
        data[f"cost_what_{row}"] = line.description
        data[f"cost_pence_{row}"] = line.amount_pence
    whole = bids[0]
    data |= {"title": whole.title, "summary": whole.summary}
    for part in ("what", "who_benefits", "how_it_helps"):
        data[part] = "\n\n".join(getattr(bid, part) for bid in bids if getattr(bid, part))
    form: MergeForm = type("BidsMergeForm", (MergeForm,), fields)(data=data)
    return form


class MergeAnswerForm(Form):
    """Yes or no to being one with the others."""

    agrees = RadioField(
        _l("Do you want this?"),
        choices=[
            SelectChoice("yes", _l("Yes, make them one")),
            SelectChoice("no", _l("No, keep ours as it is")),
        ],
        validators=[InputRequired(_l("Choose one."))],
    )
    words = TextAreaField(
        _l("Anything you want to tell us?"),
        filters=[plain_text],
        validators=[Length(max=1000, message=_l("Use at most 1,000 characters here."))],
    )
