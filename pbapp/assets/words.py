"""How the rooms' pages name kinds, states, people's parts and fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pbapp.assets.history import Edit
from pbapp.assets.models import AssetKind, AssetState, Confirmer
from pbapp.audit.models import Revision
from pbapp.audit.words import told as tell_edits

KIND = {
    AssetKind.PLACE: _l("A place or building"),
    AssetKind.ASSOCIATION: _l("A group or club"),
    AssetKind.INSTITUTION: _l("An organisation or service"),
    AssetKind.EXCHANGE: _l("Trading, swapping or sharing"),
    AssetKind.CULTURE: _l("Culture, heritage or stories"),
    AssetKind.INDIVIDUAL: _l("A person's skill or gift"),
}
KINDS = {
    AssetKind.PLACE: _l("Places and buildings"),
    AssetKind.ASSOCIATION: _l("Groups and clubs"),
    AssetKind.INSTITUTION: _l("Organisations and services"),
    AssetKind.EXCHANGE: _l("Trading and sharing"),
    AssetKind.CULTURE: _l("Culture and heritage"),
    AssetKind.INDIVIDUAL: _l("People's skills and gifts"),
}
KIND_HINT = {
    AssetKind.PLACE: _l("A hall, a park, a path, a room people can use"),
    AssetKind.ASSOCIATION: _l("People who do something together, with or without a constitution"),
    AssetKind.INSTITUTION: _l("A school, a library, a health centre, a charity, an advice service"),
    AssetKind.EXCHANGE: _l("A community shop, a market, a uniform swap, a tool library"),
    AssetKind.CULTURE: _l("A gala day, a tune, a monument, a story worth keeping"),
    AssetKind.INDIVIDUAL: _l(
        "Something one person can do and offers. It is never a point on the map. Do not name them."
    ),
}
STATE = {
    AssetState.WAITING: _l("Waiting to be checked"),
    AssetState.PUBLISHED: _l("On the map"),
    AssetState.RETURNED: _l("Sent back with a question"),
    AssetState.REFUSED: _l("Refused"),
}
PART = {
    Confirmer.GROUP: _l("the group"),
    Confirmer.SUBMITTER: _l("the person who added it"),
    Confirmer.OFFICER: _l("an officer"),
    Confirmer.VISITOR: _l("a visitor"),
}
FIELD = {
    "kind": _l("What kind of thing it is"),
    "name": _l("Name"),
    "summary": _l("In one line"),
    "description": _l("More about it"),
    "opening": _l("When"),
    "access": _l("Getting in and around"),
    "website": _l("Website"),
    "area": _l("Ward"),
    "where_words": _l("Where, in words"),
    "postcode": _l("Postcode"),
    "point": _l("Point on the map"),
    "main": _l("Helps most with"),
    "supports": _l("Also helps with"),
    "photo": _l("Photo"),
}


def part(value: str) -> str:
    """Somebody's part, as the history has it: "by an officer"."""
    return _("by %(who)s", who=PART[Confirmer(value)]) if value in set(Confirmer) else ""


def told(edits: Iterable[Edit | Revision]) -> list[dict[str, Any]]:
    """Edits for the page's `history` macro."""
    return tell_edits(edits, fields=FIELD, value=_value, who=part)


def _value(name: str, value: Any) -> str:
    if name == "kind" and value in set(AssetKind):
        return str(KIND[AssetKind(value)])
    return str(value or "")
