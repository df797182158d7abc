"""Who took part, and who was not heard, in sentences a board can read out."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.engagement.models import SeldomHeard
from pbapp.engagement.words import GROUP
from pbapp.participation.measures import LEAST_FORMS, SELDOM, Part, overall, seldom, share
from pbapp.participation.queries import Portrait
from pbapp.participation.questions import BY_AGE, Kind
from pbapp.results.fifths import fifth_name


def not_heard(portrait: Portrait) -> list[str]:
    """Everybody we did not hear from, or cannot say that we did; by place, then by group."""
    return [*_by_place(portrait), *_by_group(portrait)]


def _by_place(portrait: Portrait) -> list[str]:
    said = []
    for part in seldom(portrait.wards):
        said.append(
            _(
                "Fewer people of %(place)s voted: %(few)s of each 1,000 who live there, and "
                "%(all)s of each 1,000 over the whole area.",
                place=part.name,
                few=_rate(part.per_1000),
                all=_rate(overall(portrait.wards)),
            )
        )
    for part in seldom(portrait.fifths):
        said.append(
            _(
                "Fewer people voted in this fifth of the index: %(place)s. %(few)s of each 1,000 "
                "who live there did, and %(all)s of each 1,000 over the whole area.",
                place=fifth_name(part.key),
                few=_rate(part.per_1000),
                all=_rate(overall(portrait.fifths)),
            )
        )
    held = _held(portrait.wards)
    if held:
        said.append(
            _(
                "How many people voted in these wards we do not show, because they are few, or "
                "would tell how few others are: %(places)s.",
                places=", ".join(held),
            )
        )
    return said


def _held(parts: Sequence[Part]) -> list[str]:
    return [part.name for part in parts if part.people is None]


def _rate(rate: float | None) -> str:
    number = rate or 0
    return f"{number:.0f}" if number >= 10 else f"{number:.1f}"


def _by_group(portrait: Portrait) -> list[str]:
    if Kind.ABOUT not in portrait.closed:
        return [_("What people told us about themselves is shown once the result is out.")]
    if not portrait.answers.keys() & {"age", "groups"}:
        return [
            _(
                "Fewer than %(least)s people answered the voluntary questions, so we do not know "
                "which groups we heard from.",
                least=LEAST_FORMS,
            )
        ]
    return [sentence for group in SeldomHeard for sentence in _of_group(portrait, group)]


def _of_group(portrait: Portrait, group: SeldomHeard) -> list[str]:
    """Nothing where a group was heard as much as its share of the community."""
    question = "age" if group in BY_AGE else "groups"
    told = portrait.answers.get(question)
    if told is None:
        return []
    answers = BY_AGE.get(group, (group.value,))
    name = str(GROUP[group])
    heard_of = reached(portrait, group)
    numbers = [told[answer] for answer in answers]
    known = [number for number in numbers if number is not None]
    if not known:
        return [
            _(
                "%(group)s: we have no number that we may show. It is small, or would give a "
                "small one away.",
                group=name,
            )
            + f" {heard_of}"
        ]
    expected = _expected(portrait, question, answers)
    everybody = portrait.answered[question]
    if expected is None or len(known) < len(numbers) or not everybody:
        return []
    got = share(sum(known), everybody)
    if got >= SELDOM * expected:
        return []
    return [
        _(
            "%(group)s: %(got)s in 100 of those who told us about themselves, and %(all)s in 100 "
            "of the people who live here.",
            group=name,
            got=got,
            all=round(expected),
        )
        + f" {heard_of}"
    ]


def _expected(portrait: Portrait, question: str, answers: Sequence[str]) -> float | None:
    """Of a hundred people who live here; None where nobody entered it."""
    known = portrait.community.shares.get(question, {}) if portrait.community else {}
    numbers = [known[answer] for answer in answers if answer in known]
    return sum(numbers) if len(numbers) == len(answers) else None


def reached(portrait: Portrait, group: SeldomHeard) -> str:
    """How much of the listening beside the vote reached a group."""
    events = [one for one in portrait.events if group.value in one.groups]
    if not events:
        return _("No listening in that year says that it reached them.")
    return ngettext(
        "%(num)s time of listening in that year reached them: %(list)s.",
        "%(num)s times of listening in that year reached them: %(list)s.",
        len(events),
        list=", ".join(one.title for one in events),
    )
