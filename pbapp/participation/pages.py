"""What the templates of this room are given: pictures that are tables, and the file of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.engagement import words as listening
from pbapp.participation import words
from pbapp.participation.measures import Part, overall, share
from pbapp.participation.queries import Portrait
from pbapp.participation.questions import QUESTIONS, STATEMENTS, Kind
from pbapp.participation.sentences import not_heard
from pbapp.results.fifths import fifth_name
from pbapp.results.opendata.columns import NUMBER, TEXT, WHOLE, YES_NO, Column, Table

Row = dict[str, Any]
FROM_FORMS = "the voluntary forms"

TABLE = Table(
    "participation",
    "Who took part. Small numbers are held back: under ten people who voted, under five answers.",
    (
        Column("by", TEXT, "ward, fifth, or the question of the voluntary form.", "this file"),
        Column("key", TEXT, "The ward's GSS code, the fifth, or the answer.", "this file"),
        Column("name", TEXT, "The same in words.", "this file"),
        Column("people", WHOLE, "People who voted, or gave this answer.", FROM_FORMS, "people"),
        Column("held_back", YES_NO, "Whether the number is left out on purpose.", "this file"),
        Column("live_there", WHOLE, "People who live there, where known.", "the index", "people"),
        Column("per_1000", NUMBER, "People who voted of each 1,000 who live there.", "both"),
    ),
)


def whole(portrait: Portrait) -> Row:
    """The page: sentences first, then each picture with its table."""
    return {
        "portrait": portrait,
        "not_heard": not_heard(portrait),
        "wards": rate_rows(portrait.wards, by_name=True),
        "fifths": rate_rows(portrait.fifths, by_name=False),
        "about": [
            {"name": words.ABOUT[question.name], "rows": answer_rows(portrait, question.name)}
            for question in QUESTIONS[Kind.ABOUT]
            if question.name in portrait.answers
        ],
        "trust": trust_rows(portrait),
        "events": [
            {
                "event": event,
                "kind": listening.KIND[event.kind],
                "groups": [listening.GROUP[group] for group in event.groups],
            }
            for event in portrait.events
        ],
    }


def rate_rows(parts: Sequence[Part], *, by_name: bool) -> list[Row]:
    """People who voted of each thousand who live there; without people to compare, none."""
    if overall(parts) is None:
        return []
    rows = []
    for part in parts:
        if part.living is None and part.people is None:
            continue
        rate = part.per_1000
        rows.append(
            {
                "label": part.name if by_name else fifth_name(part.key),
                "value": rate or 0,
                "text": _("not shown") if rate is None else f"{rate:.1f}",
                "note": _lived(part),
                "is_held": part.people is None,
            }
        )
    return rows


def _lived(part: Part) -> str:
    if part.living is None:
        return _("how many live there is not known")
    lives = ngettext(
        "%(people)s person lives there",
        "%(people)s people live there",
        part.living,
        people=f"{part.living:,}",
    )
    if part.people is None:
        return lives
    voted = ngettext("%(people)s voted", "%(people)s voted", part.people, people=f"{part.people:,}")
    return f"{voted}, {lives}"


def answer_rows(portrait: Portrait, name: str) -> list[Row]:
    """The answers to one question, beside the share of everybody who lives here."""
    told = portrait.answers[name]
    known = portrait.community.shares.get(name, {}) if portrait.community else {}
    rows = []
    for answer, label in words.answers_of(name).items():
        number = told[answer]
        note = ""
        if answer in known:
            note = _("%(share)s in 100 people who live here", share=round(known[answer]))
        rows.append(
            {
                "label": label,
                "value": number or 0,
                "text": _("not shown") if number is None else f"{number:,}",
                "note": note,
                "is_held": number is None,
            }
        )
    return rows


def trust_rows(portrait: Portrait) -> list[Row]:
    """Each statement with who agreed before the round and after it, where enough told."""
    rows = []
    for name in STATEMENTS:
        sides = {
            kind.value: _agreed(portrait, f"{kind.value}_{name}")
            for kind in (Kind.BEFORE, Kind.AFTER)
        }
        if any(sides.values()):
            rows.append({"statement": words.ASK[name], **sides})
    return rows


def _agreed(portrait: Portrait, name: str) -> str:
    """ "24 of 40 (60 in 100)"; empty where too few answered or the number is held back."""
    agreed = portrait.answers.get(name, {}).get("agree")
    if agreed is None:
        return ""
    everybody = portrait.answered[name]
    return _(
        "%(some)s of %(all)s (%(share)s in 100)",
        some=agreed,
        all=everybody,
        share=share(agreed, everybody),
    )


def file_rows(portrait: Portrait) -> Iterator[list[Any]]:
    """`TABLE`."""
    for by, parts in (("ward", portrait.wards), ("fifth", portrait.fifths)):
        for part in parts:
            rate = part.per_1000
            name = part.name if by == "ward" else fifth_name(part.key)
            yield [
                by,
                part.key,
                name,
                part.people,
                part.people is None,
                part.living,
                None if rate is None else round(rate, 1),
            ]
    for question, told in portrait.answers.items():
        for answer, people in told.items():
            name = str(words.answers_of(question)[answer])
            yield [question, answer, name, people, people is None, None, None]
