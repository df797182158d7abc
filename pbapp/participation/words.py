"""How questions and answers of the voluntary forms are called."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from pbapp.engagement.words import GROUP
from pbapp.participation.questions import NONE, PREFER_NOT, TICKED

ASK = {
    "age": _l("How old are you?"),
    "groups": _l("Do any of these describe you?"),
    "language": _l("Which language do you speak most at home?"),
    "listen": _l("The council and its partners listen to people here."),
    "influence": _l("People like me can influence what is decided here."),
    "kept": _l("What was decided together is then done."),
}
ABOUT = {
    "age": _l("Age"),
    "groups": _l("Groups that are heard too seldom"),
    "language": _l("Language at home"),
}
_PREFER_NOT = {PREFER_NOT: _l("I prefer not to say")}
ANSWERS = {
    "age": {
        "under_16": _l("Under 16"),
        "16_17": _l("16 or 17"),
        "18_24": _l("18 to 24"),
        "25_34": _l("25 to 34"),
        "35_44": _l("35 to 44"),
        "45_54": _l("45 to 54"),
        "55_64": _l("55 to 64"),
        "65_74": _l("65 to 74"),
        "75": _l("75 or older"),
        **_PREFER_NOT,
    },
    "groups": {
        **{group.value: GROUP[group] for group in TICKED},
        NONE: _l("None of these"),
        **_PREFER_NOT,
    },
    "language": {
        "english": _l("English"),
        "scots": _l("Scots"),
        "gaelic": _l("Gaelic"),
        "polish": _l("Polish"),
        "urdu": _l("Urdu"),
        "chinese": _l("A Chinese language"),
        "bsl": _l("British Sign Language"),
        "other": _l("Another language"),
        **_PREFER_NOT,
    },
    "trust": {
        "agree": _l("I agree"),
        "neither": _l("Neither"),
        "disagree": _l("I disagree"),
        **_PREFER_NOT,
    },
}


def ask(question: str) -> Any:
    """The words of a question by its name: "before_listen" asks what "listen" does."""
    return ASK[question.rpartition("_")[2]]


def answers_of(question: str) -> dict[str, Any]:
    """The answers to a question with their words, in their order."""
    return dict(ANSWERS.get(question, ANSWERS["trust"]))
