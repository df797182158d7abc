"""What each page of the writing asks. Under £1,000 these are ten questions on three pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import wtforms
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from pbapp.proposals import words
from pbapp.proposals.content import Content, Cost, Funding, Support, Tie
from pbapp.proposals.models import FundingKind, Permission, Standing, TieKind
from pbapp.rounds.models import QuestionKind, RoundQuestion
from pbapp.web.fields import Day
from pbapp.web.forms import Form, PoundsField, options, plain_text, pounds, text, version_in

WHOLE_AREA = "whole"
ROWS_AT_FIRST = 4
MOST_ROWS = 20
FUNDING_ROWS = 1
Named = tuple[int, str]
NO, CHECKED, UNCHECKED = "no", "checked", "unchecked"


def values(field: Any) -> set[str]:
    """What a field of choices made by `options` offers."""
    return {choice.value for choice in field.choices or ()}


class PageForm(Form):
    """One page. `seen` is the version of the draft it was drawn from."""

    seen = HiddenField()

    @property
    def seen_version(self) -> int:
        return version_in(self.seen.data)

    def read(self) -> dict[str, Any]:
        """What this page adds to a `Content`."""
        return {}


class IdeaForm(PageForm):
    """Five of the ten questions."""

    title = text(_l("What is your idea called?"), 120, required=_l("Give your idea a title."))
    summary = text(
        _l("Your idea in one line"),
        250,
        required=_l("Say in one line what your idea is."),
        long=True,
    )
    what = text(_l("What will happen?"), 4000, required=_l("Say what will happen."), long=True)
    who_benefits = text(
        _l("Who gains from it?"), 2000, required=_l("Say who gains from it."), long=True
    )
    young = RadioField(
        _l("Do children or young people under 18 take part?"),
        validators=[DataRequired(_l("Say whether children or young people take part."))],
        choices=options(
            (NO, _l("No")),
            (CHECKED, _l("Yes, and the adults who work with them are checked (PVG) or will be")),
            (UNCHECKED, _l("Yes, and we would like help with these checks")),
        ),
        validate_choice=False,
    )
    young_ages = text(_l("If so, of which ages?"), 60)

    def validate_young(self, field: Any) -> None:
        if field.data not in (NO, CHECKED, UNCHECKED):
            raise ValidationError(_("Say whether children or young people take part."))

    def validate_young_ages(self, field: Any) -> None:
        if self.young.data in (CHECKED, UNCHECKED) and not field.data:
            raise ValidationError(_("Say of which ages, like 11 to 16."))

    def read(self) -> dict[str, Any]:
        young = self.young.data or NO
        return {
            "title": self.title.data or "",
            "summary": self.summary.data or "",
            "what": self.what.data or "",
            "who_benefits": self.who_benefits.data or "",
            "is_for_young": young != NO,
            "young_ages": (self.young_ages.data or "") if young != NO else "",
            "has_safeguarding": None if young == NO else young == CHECKED,
        }


class WhereForm(PageForm):
    """Why here: three questions and a picture."""

    priority = RadioField(
        _l("Which priority does it help most?"),
        validators=[DataRequired(_l("Choose the priority your idea helps most."))],
        validate_choice=False,
    )
    how_it_helps = text(
        _l("How does it help?"),
        2000,
        required=_l("Say how your idea helps that priority."),
        long=True,
    )
    ward = SelectMultipleField(
        _l("Where is it for?"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    where_words = text(_l("The place, if it has one"), 200)
    lat = HiddenField(validators=[Optional()])
    lon = HiddenField(validators=[Optional()])
    photo = FileField(_l("A picture"))
    photo_alt = text(_l("What can be seen in the picture?"), 300)

    def offer(self, priorities: Iterable[Named], wards: Iterable[Named]) -> None:
        self.priority.choices = options(*((str(key), name) for key, name in priorities))
        whole = [(WHOLE_AREA, _("The whole area"))]
        self.ward.choices = options(*whole, *((str(key), name) for key, name in wards))

    def validate_priority(self, field: Any) -> None:
        if field.data not in values(field):
            raise ValidationError(_("Choose the priority your idea helps most."))

    def validate_ward(self, field: Any) -> None:
        if not field.data or not values(field).issuperset(field.data):
            raise ValidationError(_("Choose one ward or more, or the whole area."))
        if WHOLE_AREA in field.data and len(field.data) > 1:
            raise ValidationError(_("Choose the whole area, or single wards: not both."))

    def validate_lat(self, field: Any) -> None:
        if self.point is None and (field.data or self.lon.data):
            raise ValidationError(_("We could not read the point. Put the pin again."))

    @property
    def point(self) -> tuple[float, float] | None:
        """The pin, if there is one and it is on this planet."""
        try:
            lat, lon = float(self.lat.data or ""), float(self.lon.data or "")
        except ValueError:
            return None
        return (lat, lon) if -90 <= lat <= 90 and -180 <= lon <= 180 else None

    def read(self) -> dict[str, Any]:
        lat, lon = self.point or (None, None)
        chosen = self.priority.data if self.priority.data in values(self.priority) else None
        wards = values(self.ward) - {WHOLE_AREA}
        return {
            "priority_id": int(chosen) if chosen else None,
            "how_it_helps": self.how_it_helps.data or "",
            "area_ids": tuple(int(one) for one in self.ward.data or [] if one in wards),
            "where_words": self.where_words.data or "",
            "lat": lat,
            "lon": lon,
        }


class CostRow(wtforms.Form):
    """One thing the money buys. An empty row is no row."""

    what = text(_l("What it pays for"), 200)
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


class FundingRow(CostRow):
    """What a project has from elsewhere."""

    what = text(_l("From whom, or what"), 200)
    amount = PoundsField(_l("How much, or what it is worth"))
    kind = SelectField(_l("What kind"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = options(*((one.value, words.funding_name(one)) for one in FundingKind))

    def validate_kind(self, field: Any) -> None:
        if not self.is_empty and field.data not in values(field):
            raise ValidationError(_("Choose what kind it is."))


class MoneyForm(PageForm):
    """The tenth question: what the money is for."""

    costs = FieldList(
        FormField(CostRow),
        label=_l("What is the money for?"),
        min_entries=ROWS_AT_FIRST,
        max_entries=MOST_ROWS,
    )

    @property
    def total_pence(self) -> int:
        """What the readable costs add up to so far."""
        amounts = (row.form.amount.data for row in self.costs)
        return sum(amount for amount in amounts if isinstance(amount, int))

    def validate_costs(self, field: Any) -> None:
        if all(row.form.is_empty for row in field):
            raise ValidationError(_("Add at least one cost above £0."))

    def read(self) -> dict[str, Any]:
        filled = [row.form for row in self.costs if not row.form.is_empty]
        return {"costs": tuple(Cost(row.what.data or "", row.amount.data or 0) for row in filled)}


class TieRow(wtforms.Form):
    """One thing from the board's map that was chosen; with `off` it is taken off again."""

    OFF = "off"
    asset_id = HiddenField()
    name = HiddenField()
    kind = SelectField(_l("What your idea does with it"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(k.value, words.tie_name(k)) for k in TieKind if k is not TieKind.CREATES]
        self.kind.choices = options(*kinds, (self.OFF, _("Take it off the list")))

    @property
    def asset(self) -> UUID | None:
        try:
            return UUID(self.asset_id.data or "")
        except ValueError:
            return None


class MoreForm(PageForm):
    """What is asked from £1,000 on; `more_form` adds the round's questions and priorities."""

    minimum = PoundsField(_l("The smallest amount you could work with"))
    funding = FieldList(
        FormField(FundingRow),
        label=_l("What do you have besides?"),
        min_entries=FUNDING_ROWS,
        max_entries=MOST_ROWS,
    )
    running_costs = text(
        _l("Who pays for it after that?"),
        1000,
        required=_l("Say who pays after that, or that nobody has to."),
        long=True,
    )
    starts_on = Day(_l("When does it start?"), validators=[InputRequired(_l("Enter the day."))])
    ends_on = Day(_l("When is it finished?"), validators=[InputRequired(_l("Enter the day."))])
    ties = FieldList(FormField(TieRow), label=_l("From the map"), max_entries=MOST_ROWS)
    creates = text(_l("Does it make something new for people here?"), 200)
    find = text(_l("Search what is here"), 100)
    document = FileField(_l("A document"))
    document_title = text(_l("What is the document?"), 120)

    # Set by `more_form`.
    QUESTIONS: tuple[RoundQuestion, ...] = ()
    PRIORITIES: tuple[tuple[int, str], ...] = ()
    IS_SHORT = False

    def validate_ends_on(self, field: Any) -> None:
        if self.starts_on.data and field.data and field.data < self.starts_on.data:
            raise ValidationError(_("It has to end after it starts."))

    def validate_minimum(self, field: Any) -> None:
        if field.data is not None and field.data <= 0:
            raise ValidationError(_("Enter an amount above nothing, or leave it empty."))

    @property
    def support_fields(self) -> list[Any]:
        return [self[f"support_{key}"] for key, _name in self.PRIORITIES]

    @property
    def permission_fields(self) -> list[Any]:
        return [self[f"permission_{one.value}"] for one in Permission]

    def read(self) -> dict[str, Any]:
        answers = {one.id: str(self[f"question_{one.id}"].data or "") for one in self.QUESTIONS}
        if self.IS_SHORT:
            return {"answers": answers}
        supports = {key: self[f"support_{key}"].data or "" for key, _name in self.PRIORITIES}
        standings = {one: self[f"permission_{one.value}"].data for one in Permission}
        rows = [row.form for row in self.funding if not row.form.is_empty]
        return {
            "answers": answers,
            "minimum_pence": self.minimum.data,
            "funding": tuple(
                Funding(FundingKind(row.kind.data), row.what.data or "", row.amount.data or 0)
                for row in rows
            ),
            "running_costs": self.running_costs.data or "",
            "starts_on": self.starts_on.data,
            "ends_on": self.ends_on.data,
            "permissions": {one: Standing(how) for one, how in standings.items() if how},
            "supports": tuple(Support(key, how) for key, how in supports.items() if how),
            "ties": self._ties(),
        }

    def _ties(self) -> tuple[Tie, ...]:
        found = [
            Tie(TieKind(row.form.kind.data), row.form.asset)
            for row in self.ties
            if row.form.asset is not None and row.form.kind.data != TieRow.OFF
        ]
        if self.creates.data:
            found.append(Tie(TieKind.CREATES, None, self.creates.data))
        return tuple(dict.fromkeys(found))


def more_form(
    questions: Iterable[RoundQuestion],
    priorities: Iterable[tuple[int, str]],
    *,
    is_short: bool,
) -> type[MoreForm]:
    """The last page for one draft: `is_short` has the round's own questions only.

    `priorities` are those it may help besides the main one.
    """
    questions, priorities = tuple(questions), tuple(priorities)
    made: dict[str, Any] = {
        "QUESTIONS": questions,
        "PRIORITIES": priorities,
        "IS_SHORT": is_short,
    }
    if is_short:
        for name in _LONG_ONLY:
            made[name] = None  # WTForms' way to leave an inherited field out
    else:
        for key, name in priorities:
            made[f"support_{key}"] = text(name, 1000, long=True)
        for permission in Permission:
            made[f"permission_{permission.value}"] = _permission_field(permission)
    for question in questions:
        made[f"question_{question.id}"] = _question_field(question)
    return type("MoreForm", (MoreForm,), made)


_LONG_ONLY = (
    "minimum",
    "funding",
    "running_costs",
    "starts_on",
    "ends_on",
    "ties",
    "creates",
    "find",
    "document",
    "document_title",
)


def _permission_field(permission: Permission) -> Any:
    return SelectField(
        words.permission_name(permission),
        choices=options(
            ("", _("We do not know")),
            *((one.value, words.standing_name(one)) for one in Standing),
        ),
        validators=[Optional()],
    )


def _question_field(question: RoundQuestion) -> Any:
    """A field for one of the round's own questions."""
    checks: list[Any] = (
        [DataRequired(_("Answer this question."))] if question.is_required else [Optional()]
    )
    if question.kind in (QuestionKind.TEXT, QuestionKind.LONG):
        most = 300 if question.kind is QuestionKind.TEXT else 3000
        kind = StringField if question.kind is QuestionKind.TEXT else TextAreaField
        checks.append(Length(max=most, message=_l("Use at most %(max)d characters.")))
        return kind(question.text, filters=[plain_text], validators=checks)
    if question.kind is QuestionKind.YES_NO:
        choices = options(("yes", _("Yes")), ("no", _("No")))
    else:
        choices = options(*((one, one) for one in question.options))
    return RadioField(question.text, choices=choices, validators=checks)


class CoAuthorForm(Form):
    """Whom to ask to write along."""

    name = text(_l("Their name"), 120, required=_l("Enter their name."))
    email = StringField(
        _l("Their e-mail address"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Enter an e-mail address like name@example.org.")),
            Length(max=320, message=_l("Use at most %(max)d characters.")),
            Email(_l("Enter an e-mail address like name@example.org.")),
        ],
    )


# --- from a proposal back to what somebody would have typed ---------------------------------------


def typed_of(content: Content, names: Mapping[UUID, str]) -> dict[str, list[str]]:
    """A proposal as its forms would hold it. `names` are those of the assets it is tied to."""
    young = NO
    if content.is_for_young:
        young = CHECKED if content.has_safeguarding else UNCHECKED
    typed: dict[str, Any] = {
        "title": content.title,
        "summary": content.summary,
        "what": content.what,
        "who_benefits": content.who_benefits,
        "young": young,
        "young_ages": content.young_ages,
        "priority": str(content.priority_id or ""),
        "how_it_helps": content.how_it_helps,
        "ward": [str(one) for one in content.wards] or [WHOLE_AREA],
        "where_words": content.where_words,
        "lat": "" if content.lat is None else f"{content.lat:.5f}",
        "lon": "" if content.lon is None else f"{content.lon:.5f}",
        "minimum": "" if content.minimum_pence is None else pounds(content.minimum_pence),
        "running_costs": content.running_costs,
        "starts_on": content.starts_on.isoformat() if content.starts_on else "",
        "ends_on": content.ends_on.isoformat() if content.ends_on else "",
    }
    for place, cost in enumerate(content.costs):
        typed[f"costs-{place}-what"] = cost.what
        typed[f"costs-{place}-amount"] = pounds(cost.pence)
    for place, line in enumerate(content.funding):
        typed[f"funding-{place}-kind"] = line.kind.value
        typed[f"funding-{place}-what"] = line.what
        typed[f"funding-{place}-amount"] = pounds(line.pence)
    on_map = [tie for tie in content.ties if tie.asset_id is not None]
    for place, tie in enumerate(on_map):
        typed[f"ties-{place}-asset_id"] = str(tie.asset_id)
        typed[f"ties-{place}-name"] = names.get(tie.asset_id, "") if tie.asset_id else ""
        typed[f"ties-{place}-kind"] = tie.kind.value
    made = [tie.words for tie in content.ties if tie.asset_id is None]
    typed["creates"] = "; ".join(made)[:200]
    for one in content.supports:
        typed[f"support_{one.priority_id}"] = one.how_it_helps
    for permission, how in content.permissions.items():
        typed[f"permission_{permission.value}"] = how.value
    for question_id, answer in content.answers.items():
        typed[f"question_{question_id}"] = answer
    return {
        name: value if isinstance(value, list) else [value]
        for name, value in typed.items()
        if value not in ("", None)
    }
