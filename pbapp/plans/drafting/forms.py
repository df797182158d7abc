"""What officers type into a draft, a part at a time; `read()` gives what the draft keeps of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Optional

from pbapp import clock
from pbapp.plans.drafting.content import PARTS, TEXTS
from pbapp.plans.forms import NUMBER, SeenForm
from pbapp.plans.models import Direction, DriverKind
from pbapp.plans.progress import written
from pbapp.plans.words import BETTER, DRIVER
from pbapp.web.forms import SelectChoice, at_most, plain_text

KEY = re.compile(r"[0-9a-f]{8}", re.ASCII)
FILL = _l("Fill this in.")
Made = Callable[[], Any]


def _line(label: Any, most: int, *, needed: bool = True) -> StringField:
    checks = [DataRequired(FILL)] if needed else []
    return StringField(label, filters=[plain_text], validators=[*checks, at_most(most)])


def _words(label: Any, most: int, *, needed: bool = True) -> TextAreaField:
    checks = [DataRequired(FILL)] if needed else []
    return TextAreaField(label, filters=[plain_text], validators=[*checks, at_most(most)])


class AboutForm(SeenForm):
    """The plan itself. The day it begins is chosen when it is published."""

    title = _line(_l("What is the plan called?"), 200)
    introduction = _words(_l("What is it about?"), 2000, needed=False)
    source = _line(_l("Where is it published?"), 300)
    ends_on = DateField(
        _l("Which day does it run until?"), validators=[InputRequired(_l("Enter the day."))]
    )

    def validate_ends_on(self, field: Any) -> None:
        if field.data and field.data <= clock.today():
            raise ValidationError(_("Enter a day that is still to come."))

    @staticmethod
    def fill(its: dict[str, Any]) -> dict[str, Any]:
        return {**its, "ends_on": _day(its["ends_on"])}

    def read(self) -> dict[str, Any]:
        return {
            "title": self.title.data,
            "introduction": self.introduction.data or "",
            "source": self.source.data,
            "ends_on": _iso(self.ends_on.data),
        }


class PriorityForm(SeenForm):
    """What the next plan says of a priority."""

    title = _line(_l("What is it called?"), 120)
    summary = _line(_l("What is it about, in one line?"), 300)
    context = _words(_l("What did people say?"), 4000, needed=False)
    why = _words(_l("Why is it a priority?"), 4000)
    success = _words(_l("What does success look like?"), 4000)

    @staticmethod
    def fill(its: dict[str, Any]) -> dict[str, Any]:
        return its

    def read(self) -> dict[str, Any]:
        return {name: self[name].data or "" for name in TEXTS}


class NewPriorityForm(PriorityForm):
    """The same with its lasting address, made from its name where none is typed."""

    slug = StringField(
        _l("The end of its address"), filters=[plain_text], validators=[Optional(), at_most(60)]
    )

    @property
    def address(self) -> str:
        return self.slug.data or slug_of(self.title.data or "")


class EntryForm(SeenForm):
    """An entry of one of a priority's lists. Its key makes a second press the same entry."""

    key = HiddenField()

    def validate_key(self, field: Any) -> None:
        if not KEY.fullmatch(field.data or ""):
            raise ValidationError(_("Something went wrong with this form. Open it once more."))

    @staticmethod
    def fill(its: dict[str, Any]) -> dict[str, Any]:
        return its

    def read(self) -> dict[str, Any]:
        raise NotImplementedError


class AimForm(EntryForm):
    words = _words(_l("What are we trying to improve, in the plan's own words?"), 1000)
    plain = _words(_l("The same in plain words"), 500, needed=False)

    def read(self) -> dict[str, Any]:
        return {"words": self.words.data, "plain": self.plain.data or ""}


class ActionForm(EntryForm):
    words = _words(_l("We will…, in the plan's own words"), 1000)
    plain = _words(_l("The same in plain words"), 500, needed=False)
    lead = _line(_l("Which partner leads it?"), 200, needed=False)
    partners = _words(_l("Who helps?"), 1000, needed=False)
    due_on = DateField(_l("By which day?"), validators=[Optional()])
    continues = HiddenField()

    def validate_due_on(self, field: Any) -> None:
        if field.data and field.data < clock.today() and not self.continues.data:
            raise ValidationError(_("Enter a day that is still to come."))

    @staticmethod
    def fill(its: dict[str, Any]) -> dict[str, Any]:
        return {**its, "partners": "\n".join(its["partners"]), "due_on": _day(its["due_on"])}

    def read(self) -> dict[str, Any]:
        lines = (self.partners.data or "").splitlines()
        return {
            "words": self.words.data,
            "plain": self.plain.data or "",
            "lead": self.lead.data or "",
            "partners": [" ".join(line.split()) for line in lines if line.strip()],
            "due_on": _iso(self.due_on.data),
        }


class DriverForm(EntryForm):
    kind = RadioField(
        _l("What kind is it?"),
        choices=[SelectChoice(kind.value, label) for kind, label in DRIVER.items()],
        validators=[InputRequired(_l("Pick what it is."))],
    )
    name = _line(_l("Which law, strategy or programme?"), 300)
    reviewed_on = DateField(_l("When was it last looked at?"), validators=[Optional()])

    def validate_reviewed_on(self, field: Any) -> None:
        if field.data and field.data > clock.today():
            raise ValidationError(_("This day has not come yet."))

    @staticmethod
    def fill(its: dict[str, Any]) -> dict[str, Any]:
        return {**its, "reviewed_on": _day(its["reviewed_on"])}

    def read(self) -> dict[str, Any]:
        return {
            "kind": DriverKind(self.kind.data).value,
            "name": self.name.data,
            "reviewed_on": _iso(self.reviewed_on.data),
        }


class IndicatorForm(EntryForm):
    """A figure to watch. Once it has been published its decimal places stay as they are."""

    name = _line(_l("What is measured?"), 200)
    unit = _line(_l("In what?"), 40, needed=False)
    direction = RadioField(
        _l("Which way is better?"),
        choices=[SelectChoice(way.value, label) for way, label in BETTER.items()],
        validators=[InputRequired(_l("Pick which way is better."))],
    )
    source = _line(_l("Who measures it?"), 300)
    decimals = SelectField(
        _l("How many digits after the dot?"),
        choices=[SelectChoice(str(n), str(n)) for n in range(5)],
    )
    least = _line(_l("The least it can be"), 20, needed=False)
    most = _line(_l("The most it can be"), 20, needed=False)

    def validate_least(self, field: Any) -> None:
        self._bound(field)

    def validate_most(self, field: Any) -> None:
        most, least = self._bound(field), _whole(self.least.data, self.places)
        if most is not None and least is not None and most < least:
            raise ValidationError(_("This has to be more than the least it can be."))

    def _bound(self, field: Any) -> int | None:
        if not field.data:
            return None
        found = _whole(field.data, self.places)
        if found is None:
            raise ValidationError(
                _("Enter a number with at most %(n)s digits after the dot.", n=self.places)
            )
        return found

    @property
    def places(self) -> int:
        typed = str(self.decimals.data or "0")
        return int(typed) if typed in "01234" else 0

    @staticmethod
    def fill(its: dict[str, Any]) -> dict[str, Any]:
        bounds = {
            name: "" if its[name] is None else written(its[name], its["decimals"])
            for name in ("least", "most")
        }
        return {**its, **bounds, "decimals": str(its["decimals"])}

    def read(self) -> dict[str, Any]:
        return {
            "slug": slug_of(self.name.data or ""),
            "is_new": True,
            "name": self.name.data,
            "unit": self.unit.data or "",
            "direction": Direction(self.direction.data).value,
            "source": self.source.data,
            "decimals": self.places,
            "least": _whole(self.least.data, self.places),
            "most": _whole(self.most.data, self.places),
        }


class PublishForm(SeenForm):
    """From when the draft is the plan."""

    starts_on = DateField(
        _l("From which day is it the plan?"), validators=[InputRequired(_l("Enter the day."))]
    )

    @property
    def day(self) -> date:
        return self.starts_on.data or date.min


FORMS: dict[str, type[EntryForm]] = dict(
    zip(PARTS, (ActionForm, AimForm, DriverForm, IndicatorForm), strict=True)
)


def slug_of(title: str) -> str:
    """An address made of a title: Fuel poverty → fuel-poverty."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:60].strip("-")


def _whole(typed: str | None, decimals: int) -> int | None:
    """A number as typed, in whole 10^-decimals; None for nothing and for what is none."""
    found = NUMBER.fullmatch((typed or "").replace(",", ""))
    if found is None or len(found[3] or "") > decimals:
        return None
    value = int(found[2] + (found[3] or "").ljust(decimals, "0"))
    return -value if found[1] else value


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
