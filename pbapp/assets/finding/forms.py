"""What a visitor may ask the list for."""

from __future__ import annotations

import re
from typing import Any

from babel.dates import get_day_names
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.widgets import CheckboxInput, ListWidget

from pbapp.assets.adding.forms import one_line
from pbapp.assets.finding.wanted import Part, Sort
from pbapp.assets.models import Vocabulary
from pbapp.assets.words import KINDS, offered
from pbapp.boards.queries import find_heir_named, ward_named
from pbapp.places.models import Area
from pbapp.places.queries import POSTCODE
from pbapp.plans.models import PriorityVersion
from pbapp.web.forms import Form, SelectChoice

NOW = "now"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# What people say, and metres.
RADII = {"half": 805, "1": 1609, "2": 3219, "5": 8047}
POSITION = re.compile(r"(-?[0-9]{1,2}\.[0-9]{1,9}),(-?[0-9]{1,3}\.[0-9]{1,9})", re.ASCII)
AGE = re.compile(r"[0-9]{1,3}", re.ASCII)
# A full postcode among other words, with or without its space.
AMONG_WORDS = re.compile(rf"\b{POSTCODE.pattern.replace(' ', ' ?')}\b", re.ASCII | re.IGNORECASE)
FINE = 3  # decimals of a degree that are kept of a position: about 100 metres
# What most people ask by; the rest folds away.
FIRST = ("q", "postcode", "near", "within", "ward", "kind", "sort")


class FilterForm(Form):
    """What to show. An address somebody changed by hand shows everything rather than an error.

    `odd_age` is what somebody typed for an age that is none, `odd_ward` for a ward that is not
    here, so that the page can say so.
    """

    odd_age = ""
    odd_ward = ""

    class Meta:
        csrf = False

    ward = SelectField(_l("Ward"), validate_choice=False)
    priority = SelectField(_l("Priority"), validate_choice=False)
    kind = SelectField(_l("Kind"), validate_choice=False)
    q = StringField(_l("Words or a place"), filters=[one_line])
    postcode = StringField(_l("Your postcode"), filters=[one_line])
    within = SelectField(_l("How far"), validate_choice=False)
    near = HiddenField()
    day = SelectField(_l("Day"), validate_choice=False)
    part = SelectField(_l("Time of day"), validate_choice=False)
    cost = SelectField(_l("Cost"), validate_choice=False)
    age = StringField(_l("Suits somebody aged"), filters=[one_line])
    audience = SelectField(_l("Who it is for"), validate_choice=False)
    theme = SelectField(_l("Theme"), validate_choice=False)
    based = BooleanField(_l("Only what is based there, not what comes there"))
    access = SelectMultipleField(
        _l("Access"),
        validate_choice=False,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    sort = HiddenField()

    def offer(self, wards: list[Area], priorities: list[PriorityVersion]) -> None:
        """Set what can be chosen; anything else in the address counts as nothing."""
        self._know_ward(wards)
        self._choose(self.ward, _("All wards"), [(ward.gss_code, ward.name) for ward in wards])
        known = [(version.priority.slug, version.title) for version in priorities]
        self._choose(self.priority, _("All priorities"), known)
        kinds = [(kind.value, str(words)) for kind, words in KINDS.items()]
        self._choose(self.kind, _("All kinds"), kinds)
        self._choose(self.within, _("In its ward"), _radii())
        self._choose(self.day, _("Any day"), [(NOW, _("Open now")), *_days()])
        self._choose(self.part, _("Any time"), _parts())
        self._choose(self.cost, _("Any cost"), _costs())
        self._choose(self.audience, _("Everybody"), offered(Vocabulary.AUDIENCE))
        self._choose(self.theme, _("All themes"), offered(Vocabulary.THEME))
        self._tick(offered(Vocabulary.ACCESS))
        self._tidy()

    def _know_ward(self, wards: list[Area]) -> None:
        """A ward may be asked for by its number or name too; links have its code."""
        typed = self.ward.data or ""
        ward = ward_named(typed, wards) or find_heir_named(typed, wards)
        self.ward.data = ward.gss_code if ward else ""
        self.odd_ward = "" if ward else (one_line(typed) or "")[:40]

    def _choose(self, field: SelectField, every: str, choices: list[tuple[str, str]]) -> None:
        field.choices = [SelectChoice(value, words) for value, words in [("", every), *choices]]
        if field.data not in dict(choices):
            field.data = ""

    def _tick(self, choices: list[tuple[str, str]]) -> None:
        self.access.choices = [SelectChoice(value, words) for value, words in choices]
        ticked = set(self.access.data or ())
        self.access.data = [value for value, _words in choices if value in ticked]

    def _tidy(self) -> None:
        self.q.data = (self.q.data or "")[:100]
        self.postcode.data = (self.postcode.data or "")[:40]
        self._take_postcode_from_words()
        typed = self.age.data or ""
        self.age.data = str(int(typed)) if AGE.fullmatch(typed) and int(typed) <= 120 else ""
        self.odd_age = "" if self.age.data else typed[:20]
        self.sort.data = self.sort.data if self.sort.data in set(Sort) else ""
        position = read_position(self.near.data)
        self.near.data = "" if position is None else f"{position[0]:.3f},{position[1]:.3f}"

    def _take_postcode_from_words(self) -> None:
        """A postcode in the words box is where to look from, if none was given for that."""
        words = self.q.data or ""
        found = AMONG_WORDS.search(words)
        if found and not self.postcode.data:
            self.postcode.data = found[0]
            rest = f"{words[: found.start()]} {words[found.end() :]}"
            self.q.data = " ".join(rest.split()).strip(" ,;")

    @property
    def rare(self) -> list[str]:
        """The names of filters in use that are folded away."""
        return [field.name for field in self if field.data and field.name not in FIRST]


def read_position(typed: str | None) -> tuple[float, float] | None:
    """A position from the address, rounded to some 100 metres whatever it said."""
    found = POSITION.fullmatch(typed or "")
    if found is None:
        return None
    lat, lon = round(float(found[1]), FINE), round(float(found[2]), FINE)
    return (lat, lon) if abs(lat) <= 85 and abs(lon) <= 180 else None


def _radii() -> list[tuple[str, str]]:
    words = (
        _("Within half a mile"),
        _("Within 1 mile"),
        _("Within 2 miles"),
        _("Within 5 miles"),
    )
    return list(zip(RADII, words, strict=True))


def _days() -> list[tuple[str, str]]:
    names = get_day_names("wide", locale=get_locale())
    return [(slug, names[number]) for number, slug in enumerate(DAYS)]


def _parts() -> list[tuple[str, str]]:
    return [
        (Part.MORNING.value, _("Morning")),
        (Part.AFTERNOON.value, _("Afternoon")),
        (Part.EVENING.value, _("Evening, after 6pm")),
    ]


def _costs() -> list[tuple[str, str]]:
    return [("free", _("Free")), ("donation", _("Free or by donation"))]


def choice_words(field: Any) -> dict[str, str]:
    """A field's values and what they are called."""
    return {choice.value: str(choice.label) for choice in field.choices}


def words_of(form: FilterForm) -> dict[str, list[tuple[str, str, Any]]]:
    """Each filter in use: its label, its value in words, and what is left of it without that."""
    found: dict[str, list[tuple[str, str, Any]]] = {}
    for field in form:
        if not field.data or field.name in ("sort", "near", "postcode", "within"):
            continue
        label = str(field.label.text)
        if field.name == "access":
            named = choice_words(field)
            found[field.name] = [
                (label, named[one], [other for other in field.data if other != one])
                for one in field.data
            ]
        elif isinstance(field, SelectField):
            found[field.name] = [(label, choice_words(field)[field.data], None)]
        else:
            found[field.name] = [(label, "" if field.data is True else str(field.data), None)]
    return found
