"""What a member is called, and what each may do."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pbapp.organisations.models import MemberRole

ROLE = {MemberRole.LEAD: _l("Lead"), MemberRole.MEMBER: _l("Member")}
MAY = {
    MemberRole.MEMBER: _l(
        "can send in and change proposals for the group, change its entries on the map, say yes to "
        "money it is offered and tell how it was used, and see everything on these pages."
    ),
    MemberRole.LEAD: _l(
        "can do all that and also invite and remove people, fill in the group's passport, ask "
        "another organisation to be its host, change what the group says of itself, and hand the "
        "lead to somebody else. A group always has at least one lead."
    ),
}
