"""The passport in words: what each item is, and where it stands."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pbapp.organisations.passport.models import Item, ItemState

ITEM = {
    Item.CONSTITUTION: _l("Constitution or rules"),
    Item.BANK: _l("Bank account"),
    Item.INSURANCE: _l("Insurance"),
    Item.SAFEGUARDING: _l("Keeping children and adults safe"),
    Item.LAND: _l("The landowner's consent"),
    Item.ACCOUNTS: _l("Accounts"),
}
WHAT = {
    Item.CONSTITUTION: _l(
        "The rules your members agreed on, with a date and who is on the committee. A group "
        "without any can ask another organisation to be its host."
    ),
    Item.BANK: _l(
        "Two questions with yes or no. Never send us numbers: an officer asks you to show a "
        "statement, and we keep no copy of it."
    ),
    Item.INSURANCE: _l("Public liability insurance: who with, how much it covers, and until when."),
    Item.SAFEGUARDING: _l(
        "If you work with children, or with adults who may be at risk: your rules, who sees that "
        "they are kept, and that everybody who needs PVG membership has it. No names."
    ),
    Item.LAND: _l(
        "If you build, dig, plant or meet on land or in a building of somebody else: whose it is, "
        "and that they have said yes."
    ),
    Item.ACCOUNTS: _l(
        "Your last year's accounts. If you are too new to have any: what came in and went out so "
        "far."
    ),
}
STATE = {
    ItemState.NOT_GIVEN: _l("Not given"),
    ItemState.WAITING: _l("Waits to be checked"),
    ItemState.CHECKED: _l("Checked"),
    ItemState.NOT_ACCEPTED: _l("Not accepted"),
    ItemState.EXPIRED: _l("Out of date"),
}
TONE = {
    ItemState.NOT_GIVEN: "neutral",
    ItemState.WAITING: "info",
    ItemState.CHECKED: "good",
    ItemState.NOT_ACCEPTED: "warn",
    ItemState.EXPIRED: "warn",
}
