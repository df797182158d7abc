"""The facts of an entry in words, in the order a page tells them: for its page, the last look and
the desk. Whatever is not known is left out."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from pbapp.assets.entry import Entry
from pbapp.assets.models import Asset, SessionUse, Status, Vocabulary
from pbapp.assets.times import is_over
from pbapp.assets.times_words import said, wall_clock, when_next
from pbapp.assets.words import COST, JOIN_BY, term

Facts = list[tuple[str, list[str]]]


def facts_of(asset: Asset) -> Facts:
    """What a kept entry says about when, who, what it costs and getting in."""
    terms = {v: [t.slug for t in asset.terms if t.vocabulary is v] for v in Vocabulary}
    return _facts(asset, terms)


def facts_of_entry(entry: Entry) -> Facts:
    """The same of one that somebody is typing; a time that is over may be a slip in its year."""
    terms = {v: list(entry.terms.get(v, ())) for v in Vocabulary}
    return _facts(entry, terms, with_past=True)


def next_of(asset: Asset) -> str:
    """Say whether it is on now, or when it is next; nothing of what is closed."""
    if asset.status is not Status.ACTIVE:
        return ""
    return when_next([row for row in asset.sessions if row.use is SessionUse.OPEN])


def has_times(asset: Asset) -> bool:
    """Whether it has a regular time that is not over."""
    today = wall_clock().date()
    return any(not is_over(row, today) for row in asset.sessions)


def _facts(
    thing: Asset | Entry, terms: dict[Vocabulary, list[str]], *, with_past: bool = False
) -> Facts:
    open_, free = (_times(thing, use, with_past) for use in (SessionUse.OPEN, SessionUse.FREE))
    marked = {v: [term(v, slug) for slug in slugs] for v, slugs in terms.items()}
    facts = [
        (_("When"), [*open_, thing.opening]),
        (_("Free for others to use"), free),
        (_("What it costs"), [_joined(str(COST[thing.cost]) if thing.cost else "", thing)]),
        (_("How to join in"), [str(JOIN_BY[thing.join_by])] if thing.join_by else []),
        (_("Ages"), [ages(thing.age_from, thing.age_to)]),
        (_("Who can come"), [thing.eligibility]),
        (_("For"), marked[Vocabulary.AUDIENCE]),
        (_("Getting in and around"), [*marked[Vocabulary.ACCESS], thing.access]),
        (_("Good for (Place Standard)"), marked[Vocabulary.THEME]),
    ]
    told = [(label, [line for line in lines if line]) for label, lines in facts]
    return [(label, lines) for label, lines in told if lines]


def _times(thing: Any, use: SessionUse, with_past: bool) -> list[str]:
    today = wall_clock().date()
    rows = [(row, is_over(row, today)) for row in thing.sessions if row.use == use]
    return [_with_note(row, past) for row, past in rows if with_past or not past]


def _with_note(row: Any, past: bool) -> str:
    notes = [row.note, _("this is over already") if past else ""]
    return " ".join([said(row), *(f"({note})" for note in notes if note)])


def _joined(cost: str, thing: Asset | Entry) -> str:
    return ": ".join(part for part in (cost, thing.cost_words) if part)


def ages(youngest: int | None, oldest: int | None) -> str:
    """Ages in words, or nothing where none are given."""
    if youngest is None and oldest is None:
        return ""
    if oldest is None:
        return _("%(age)s and over", age=youngest) if youngest else _("All ages")
    if youngest == oldest:
        return str(oldest)
    if youngest is None:
        return _("Up to %(age)s", age=oldest)
    return _("%(youngest)s to %(oldest)s", youngest=youngest, oldest=oldest)
