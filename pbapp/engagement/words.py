"""How kinds of listening, voices and groups are called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

from pbapp.audit.models import Revision
from pbapp.audit.words import an_officer
from pbapp.audit.words import told as tell_edits
from pbapp.engagement.models import EngagementKind, SeldomHeard, Voice

KIND = {
    EngagementKind.SURVEY: _l("Survey"),
    EngagementKind.LISTENING_EVENT: _l("Listening event"),
    EngagementKind.WORKSHOP: _l("Workshop"),
    EngagementKind.YOUTH: _l("Work with young people"),
    EngagementKind.STALL: _l("Street stall"),
    EngagementKind.MEETING: _l("Meeting"),
}
VOICE = {
    Voice.RESIDENTS: _l("People who live, work or study here"),
    Voice.COMMUNITY_COUNCIL: _l("A community council"),
    Voice.COMMUNITY_FORUM: _l("A community forum"),
    Voice.YOUTH_GROUP: _l("A youth voice group"),
    Voice.CARE_EXPERIENCED: _l("Care-experienced people"),
}
GROUP = {
    SeldomHeard.MINORITY_ETHNIC: _l("People from minority ethnic communities"),
    SeldomHeard.UNPAID_CARERS: _l("Unpaid carers"),
    SeldomHeard.LGBTI: _l("LGBTI people"),
    SeldomHeard.DISABLED: _l("Disabled people and people with long-term conditions"),
    SeldomHeard.OLDER: _l("Older people"),
    SeldomHeard.FAITH: _l("Faith communities"),
    SeldomHeard.LOW_INCOME: _l("People on low incomes"),
    SeldomHeard.YOUNG: _l("Children and young people"),
}
FIELD = {
    "kind": _l("Kind"),
    "voice": _l("Whose voice"),
    "title": _l("Name"),
    "held_on": _l("Day"),
    "place": _l("Place"),
    "area": _l("Ward"),
    "people": _l("People reached"),
    "groups": _l("Groups reached"),
    "heard": _l("What people said"),
    "changed": _l("What changed because of it"),
    "source": _l("Where it is written up"),
    "priorities": _l("Priorities"),
}


def told(revisions: Iterable[Revision]) -> list[dict[str, Any]]:
    """Edits of a record for the page's `history` macro."""
    return tell_edits(revisions, fields=FIELD, value=_value, who=an_officer)


def _value(name: str, value: Any) -> str:
    if name == "kind":
        return str(KIND[EngagementKind(value)])
    if name == "voice":
        return str(VOICE[Voice(value)])
    if name == "groups":
        return ", ".join(str(GROUP[SeldomHeard(group)]) for group in value)
    if name == "priorities":
        return ", ".join(value)
    return "" if value is None else str(value)
