"""The terms an entry can be marked with, in the order they are offered.

They are lists, not tables: a term has a word in every language of the catalogue, and what is kept
is its slug. The themes are those of the Place Standard (Scottish Government, 2022).
"""

from __future__ import annotations

from typing import Any

from pbapp.assets.models import Vocabulary
from pbapp.refusal import N_

ACCESS = {
    "step_free": N_("Step-free"),
    "toilet": N_("Accessible toilet"),
    "changing_place": N_("Changing Places toilet"),
    "hearing_loop": N_("Hearing loop"),
    "parking": N_("Accessible parking"),
    "bus": N_("Bus stop nearby"),
    "quiet": N_("Quiet room or quiet times"),
    "bsl": N_("British Sign Language"),
    "dogs": N_("Assistance dogs welcome"),
    "baby": N_("Baby changing"),
    "wifi": N_("Free wifi"),
}
AUDIENCE = {
    "children": N_("Children"),
    "young": N_("Young people"),
    "families": N_("Families"),
    "older": N_("Older people"),
    "carers": N_("Unpaid carers"),
    "disabled": N_("Disabled people and people with long-term conditions"),
    "minority_ethnic": N_("Minority ethnic people"),
    "lgbti": N_("LGBTI people"),
    "faith": N_("Faith communities"),
    "low_income": N_("People on a low income"),
    "women": N_("Women"),
    "men": N_("Men"),
}
THEME = {
    "moving": N_("Moving around"),
    "transport": N_("Public transport"),
    "traffic": N_("Traffic and parking"),
    "streets": N_("Streets and spaces"),
    "natural": N_("Natural space"),
    "play": N_("Play and recreation"),
    "facilities": N_("Facilities and amenities"),
    "work": N_("Work and local economy"),
    "housing": N_("Housing and community"),
    "contact": N_("Social contact"),
    "identity": N_("Identity and belonging"),
    "safe": N_("Feeling safe"),
    "care": N_("Care and maintenance"),
    "influence": N_("Influence and sense of control"),
}
TERMS: dict[Vocabulary, dict[str, Any]] = {
    Vocabulary.ACCESS: ACCESS,
    Vocabulary.AUDIENCE: AUDIENCE,
    Vocabulary.THEME: THEME,
}
