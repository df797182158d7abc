"""Somebody else's election as a round of ours: its ballots are frozen from the start."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from babel.numbers import get_currency_precision, list_currencies
from sqlalchemy import select

from pbapp import clock
from pbapp.audit import services as audit
from pbapp.boards.models import Board
from pbapp.db import db, flush
from pbapp.refusal import N_, Refused
from pbapp.results import services
from pbapp.results.models import Count, FrozenProfile
from pbapp.results.reckoning import About, reckoning_of, the_other
from pbapp.rounds.models import Phase, PhaseKind, Pot, Round, VoteType
from pbapp.tally import (
    Completion,
    Election,
    EqualShares,
    Greedy,
    Instance,
    Outcome,
    Project,
    Rule,
    count,
    sha256,
)

NO_CURRENCY = "XXX"  # ISO 4217's own word for none
LARGEST = 2**63 - 1
LONGEST_ID = 120  # as the database keeps it
_YEAR = re.compile(r"[0-9]{4}", re.ASCII)
_DAY = re.compile(r"([0-9]{1,2})[.]([0-9]{1,2})[.]([0-9]{4})", re.ASCII)


@dataclass(frozen=True)
class Counted:
    """An election read and counted, ready to be kept: the slow part, done before any writing."""

    election: Election
    source_digest: str
    rule: Rule
    outcome: Outcome
    other: Outcome | None


RULES = ("greedy", "equalshares", "equalshares/add1", "equalshares/add1u")


def rule_named(name: str, exponent: int) -> Rule:
    """One of `RULES` (Pabulib's spelling) with its usual parameters; steps of one currency unit."""
    if name == Greedy.name:
        return Greedy()
    completion = Completion(name.partition("/")[2] or "none")
    return EqualShares(completion=completion, step=Fraction(10**exponent))


def prepare(*, election: Election, source: bytes, rule: str = "greedy") -> Counted:
    """Count an election in the minor unit of its currency. Raises `Refused` for amounts too large.

    Where the file's amounts are finer than its currency's minor unit, nothing is rounded: the
    count keeps the finer unit.
    """
    _refuse_what_cannot_be_kept(election, source)
    exponent = max(election.instance.exponent, get_currency_precision(currency_of(election)))
    instance = election.instance.rescaled(exponent)
    if max([instance.budget, *(project.cost for project in instance.projects)]) > LARGEST:
        raise Refused(N_("An amount in this file is too large to keep."))
    election = replace(election, instance=instance)
    chosen = rule_named(rule, exponent)
    outcome = count(instance, election.profile, chosen)
    return Counted(election, sha256(source), chosen, outcome, _by_the_other(election, chosen))


def _by_the_other(election: Election, chosen: Rule) -> Outcome | None:
    """The same ballots under the other rule, where it may say something else."""
    one_each = election.profile.vote_type.value == VoteType.CHOOSE_ONE.value
    if one_each or not election.profile.ballots_cast:
        return None
    rule = the_other(chosen, election.instance.exponent)
    return count(election.instance, election.profile, rule)


def _refuse_what_cannot_be_kept(election: Election, source: bytes) -> None:
    if not election.instance.projects:
        raise Refused(N_("This file lists no projects, so there is nothing to count."))
    if b"\0" in source:
        line = source[: source.index(b"\0")].count(b"\n") + 1
        raise Refused(N_("Line %(line)s holds a NUL character: this is not plain text."), line=line)
    for project in election.instance.projects:
        if len(project.id) > LONGEST_ID:
            raise Refused(
                N_("The project id that begins “%(start)s” is longer than %(most)s characters."),
                start=project.id[:20],
                most=LONGEST_ID,
            )


def import_pabulib(
    *,
    counted: Counted,
    actor: str,
    slug: str | None = None,
    title: str | None = None,
    board: Board | None = None,
) -> Count:
    """A round from a counted election: imported, with its official count and the same ballots under
    the other rule; a board's only where it is said to be.

    Raises `Refused` if the same file was imported before or the address is taken.
    """
    _refuse_a_second_time(counted.source_digest)
    election = counted.election
    round = _round(counted, slug, title)
    round.board = board
    db.session.add(round)
    flush()
    audit.record(
        actor=actor,
        verb="round.imported",
        subject_type="round",
        subject_id=round.id,
        facts={"slug": round.slug, "source_digest": counted.source_digest},
    )
    profile = services.keep_profile(round, election, actor, source_digest=counted.source_digest)
    about = {project.id: _about(project) for project in election.instance.projects}
    reckoning = reckoning_of(election, counted.outcome, about)
    official = services.keep_count(profile=profile, reckoning=reckoning, actor=actor)
    if counted.other is not None:
        other = reckoning_of(election, counted.other, about)
        services.keep_other(official=official, reckoning=other, actor=actor)
    return official


def _refuse_a_second_time(source_digest: str) -> None:
    query = (
        select(Round.slug)
        .join(FrozenProfile, FrozenProfile.round_id == Round.id)
        .where(FrozenProfile.source_digest == source_digest)
    )
    slug = db.session.scalar(query)
    if slug is not None:
        raise Refused(
            N_("This file was imported before. Its results are at /rounds/%(slug)s/results."),
            slug=slug,
        )


def _round(counted: Counted, slug: str | None, title: str | None) -> Round:
    election, meta = counted.election, counted.election.meta
    title = (title or meta.get("description") or meta.get("unit") or "").strip()[:200]
    title = title or slug or "Imported election"
    return Round(
        slug=_checked(slug) if slug else _free_slug(title, meta.get("instance", "")),
        title=title,
        summary=_where(meta),
        description=meta.get("comment", ""),
        language=_language(meta.get("language", "")),
        currency=currency_of(election),
        vote_type=VoteType(election.profile.vote_type.value),
        within_pot=False,
        rule={"name": counted.rule.name, **counted.rule.as_dict()},
        is_imported=True,
        created_at=clock.now(),
        phases=_phases(meta),
        pots=_pots(election.instance, title, currency_of(election)),
    )


def _pots(instance: Instance, title: str, currency: str) -> list[Pot]:
    finer = 10 ** (instance.exponent - get_currency_precision(currency))
    whole = instance.budget // finer
    return [Pot(name=title[:120], budget_pence=whole)] if whole else []


def currency_of(election: Election) -> str:
    """The file's currency by its ISO code, or "XXX" where it names none that is known."""
    code = election.meta.get("currency", "").strip().upper()
    return code if code in list_currencies() else NO_CURRENCY


def _language(text: str) -> str:
    return text if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?", text, re.ASCII) else "und"


def _where(meta: Mapping[str, str]) -> str:
    parts = dict.fromkeys(meta.get(key, "") for key in ("subunit", "district", "unit", "country"))
    return ", ".join(part for part in parts if part)[:300]


def _phases(meta: Mapping[str, str]) -> list[Phase]:
    """The days of the vote where the file gives whole dates in the past; otherwise none."""
    begin, end = (_moment(meta.get(key, "")) for key in ("date_begin", "date_end"))
    if begin is None or end is None:
        return []
    closed = end + timedelta(days=1)
    if closed <= begin or closed > clock.now():
        return []
    return [
        Phase(kind=PhaseKind.VOTING, starts_at=begin, ends_at=closed),
        Phase(kind=PhaseKind.PUBLISHED, starts_at=closed),
    ]


def _moment(text: str) -> datetime | None:
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    day, month, year = map(int, found.groups())
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def _about(project: Project) -> About:
    facts: dict[str, object] = {}
    if project.categories:
        facts["categories"] = list(project.categories)
    point = _point(project.meta.get("latitude", ""), project.meta.get("longitude", ""))
    if point:
        facts["point"] = point
    return About(title=project.name or project.id, facts=facts)


def _point(lat: str, lon: str) -> list[float] | None:
    try:
        north, east = float(lat), float(lon)
    except ValueError:
        return None
    return [north, east] if -90 <= north <= 90 and -180 <= east <= 180 else None


# --- addresses -----------------------------------------------------------------------------------


def _checked(slug: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug, re.ASCII) or len(slug) > 80:
        raise Refused(
            N_("“%(slug)s” cannot be an address. Use small letters, digits and hyphens."),
            "slug",
            slug=slug,
        )
    return slug


def _free_slug(title: str, instance: str) -> str:
    """An address made of the title and the year, with a number behind it if it is taken."""
    base = _plain(title) or "election"
    if instance and _plain(instance) not in base:
        base = f"{base[:60]}-{_plain(instance)}"
    base = base[:72].strip("-")
    query = select(Round.slug).where(Round.slug.startswith(base, autoescape=True))
    taken = set(db.session.scalars(query))
    numbers = iter(range(2, len(taken) + 3))
    slug = base
    while slug in taken:
        slug = f"{base}-{next(numbers)}"
    return slug


def _plain(text: str) -> str:
    text = text.replace("ł", "l").replace("Ł", "L")
    spelled = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", spelled.lower()).strip("-")
