"""How the rooms' pages name kinds, states, people's parts and fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pbapp.assets.adding.personal import looks_personal
from pbapp.assets.history import BOUNDARIES, POSTCODES, Edit, is_by_itself
from pbapp.assets.models import (
    Asset,
    AssetKind,
    AssetState,
    Confirmer,
    Cost,
    JoinBy,
    Precision,
    Status,
    Vocabulary,
)
from pbapp.assets.vocabulary import TERMS
from pbapp.audit.models import Revision
from pbapp.audit.words import told as tell_edits
from pbapp.web.babel import day

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
    AssetState.ENDED: _l("Its time is over"),
    AssetState.DUPLICATE: _l("The same as another entry"),
}
PART = {
    Confirmer.GROUP: _l("the group"),
    Confirmer.SUBMITTER: _l("the person who added it"),
    Confirmer.OFFICER: _l("an officer"),
    Confirmer.VISITOR: _l("a visitor"),
}
STATUS = {
    Status.ACTIVE: _l("Running"),
    Status.PAUSED: _l("Closed for now"),
    Status.CLOSED: _l("Closed for good"),
}
COST = {
    Cost.FREE: _l("Free"),
    Cost.DONATION: _l("By donation"),
    Cost.PAID: _l("There is a charge"),
    Cost.VARIES: _l("It depends"),
}
JOIN_BY = {
    JoinBy.DROP_IN: _l("Just come along"),
    JoinBy.BOOKING: _l("Book first"),
    JoinBy.REFERRAL: _l("Somebody has to refer you"),
}
SHOWN_AS = {
    Precision.EXACT: _l("The exact place"),
    Precision.STREET: _l("About the street"),
    Precision.POSTCODE: _l("The middle of its postcode"),
    Precision.WARD: _l("The ward only"),
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
    "picture": _l("Photo"),
    "exact_place": _l("The exact place, for officers and its keepers"),
    "sessions": _l("Regular times"),
    "access_terms": _l("Access"),
    "shown_as": _l("How exactly the place shows"),
    "serves": _l("Wards it serves"),
    "cost": _l("Cost"),
    "cost_words": _l("About the cost"),
    "ages": _l("Ages"),
    "eligibility": _l("Who can come"),
    "join_by": _l("How to join"),
    "audience": _l("Who it is for"),
    "themes": _l("Themes of the Place Standard"),
    "story": _l("Its story"),
    "story_rights": _l("Who tells the story"),
    "contact": _l("Whom to ask"),
    "status": _l("Open or closed"),
    "alert": _l("Why"),
    "alert_until": _l("Until"),
}


def part(value: str) -> str:
    """Somebody's part, as the history has it: "by an officer"; or what moved it by itself."""
    cause, _space, name = value.partition(" ")
    if cause == BOUNDARIES:
        return _("because ward boundaries changed: “%(name)s”", name=name)
    if cause == POSTCODES:
        return _("because the list of postcodes changed")
    return _("by %(who)s", who=PART[Confirmer(value)]) if value in set(Confirmer) else ""


def told(edits: Iterable[Edit | Revision]) -> list[dict[str, Any]]:
    """Edits for the page's `history` macro; `by_itself` where nobody can undo one alone."""
    edits = list(edits)
    lines = tell_edits(edits, fields=FIELD, value=shown_value, who=part)
    for line, edit in zip(lines, edits, strict=True):
        line["by_itself"] = is_by_itself(edit.by)
    return lines


def term(vocabulary: Vocabulary, slug: str) -> str:
    """A term in the reader's language; its slug where the list has lost it."""
    words = TERMS[vocabulary].get(slug)
    return _(words) if words else slug


def offered(vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Slugs and words of a vocabulary, for a form."""
    return [(slug, _(words)) for slug, words in TERMS[vocabulary].items()]


CODED: dict[str, dict[str, Any]] = {
    "kind": {kind.value: words for kind, words in KIND.items()},
    "cost": {cost.value: words for cost, words in COST.items()},
    "join_by": {way.value: words for way, words in JOIN_BY.items()},
    "shown_as": {how.value: words for how, words in SHOWN_AS.items()},
    "contact": {"yes": _l("Given"), "changed": _l("Changed")},
    "picture": {"changed": _l("Another one")},
    "exact_place": {"changed": _l("Changed")},
    "status": {status.value: words for status, words in STATUS.items()},
}
MARKED = {
    "access_terms": Vocabulary.ACCESS,
    "audience": Vocabulary.AUDIENCE,
    "themes": Vocabulary.THEME,
}


def shown_value(name: str, value: Any) -> str:
    """A value of `readable` in the reader's language."""
    if name in MARKED:
        return ", ".join(term(MARKED[name], slug) for slug in str(value or "").split(", ") if slug)
    if name == "alert_until" and value:
        return day(value)
    return str(CODED.get(name, {}).get(value, value or ""))


LEADS_TO = {
    "phone": _l("a phone number"),
    "email": _l("an e-mail address"),
}
FREE_TEXT = ("name", "summary", "description", "opening", "access", "where_words", "eligibility")


def personal_notes(asset: Asset) -> list[tuple[str, str]]:
    """Fields of an entry whose words look as if they led to a person, and to what of theirs."""
    contact = asset.contact
    texts = {name: getattr(asset, name) for name in (*FREE_TEXT, "cost_words", "story")}
    allowed = (contact.phone, contact.email) if contact else ()
    found = looks_personal(texts, allowed)
    return [(str(FIELD[name]), str(LEADS_TO[kind])) for name, kind in found.items()]
