"""A past or a made-up election under the rules a board thinks about, so that it chooses informed.

Nothing is stored but the job: what it was asked, and what came out. Both are forgotten after a day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from babel.numbers import get_currency_precision
from sqlalchemy import delete

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.db import db, write_transaction
from pbapp.desk import simulating
from pbapp.desk.simulating import Pretend
from pbapp.jobs import parcels
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job
from pbapp.jobs.services import job, report
from pbapp.refusal import N_, Refused
from pbapp.results import freezing
from pbapp.results.importing import NO_CURRENCY, currency_of
from pbapp.results.models import FrozenProfile
from pbapp.results.privacy import LEAST
from pbapp.tally import (
    Completion,
    Election,
    EqualShares,
    Greedy,
    OnUnaffordable,
    Outcome,
    PabulibError,
    PartFund,
    Rule,
    count,
    parse_pabulib,
    spread,
)

WHAT_IF_JOB = "desk.what_if"
KEPT_FOR = timedelta(days=1)
MOST_BYTES = 5_000_000
MOST_PROBLEMS = 10
FEWEST, MOST = 2, 3

LEAST_VOTES = "greedy-least"
SETTINGS: Mapping[str, str] = {
    "greedy-skip": N_("Most votes first: skip what does not fit"),
    "greedy-stop": N_("Most votes first: stop at what does not fit"),
    LEAST_VOTES: N_("Most votes first: with a least number of votes"),
    "greedy-part": N_("Most votes first: part-fund the next in line"),
    "shares-none": N_("Equal shares: leave what is left"),
    "shares-add1": N_("Equal shares: more for everybody, step by step"),
    "shares-add1u": N_("Equal shares: step by step, then most votes first"),
}


class BadFile(Exception):
    """A .pb file that cannot be counted; `problems` name the lines."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def check_file(data: bytes) -> None:
    """Raise `Refused` for a file that is empty, too large or no text, `BadFile` for one that
    cannot be counted."""
    if not data:
        raise Refused(N_("This file is empty."))
    if len(data) > MOST_BYTES:
        raise Refused(N_("This file is larger than 5 MB. Ask the people who run this service."))
    try:
        _parse(data)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused(N_("Line %(line)s: this is not UTF-8 text."), line=line) from None
    except PabulibError as error:
        raise BadFile([str(problem) for problem in error.problems[:MOST_PROBLEMS]]) from None


def ask(
    *,
    by: Account,
    title: str,
    settings: Sequence[str],
    least: int,
    profile_id: int | None = None,
    data: bytes = b"",
    pretend: Pretend | None = None,
) -> Job:
    """Ask the worker to count an election of ours, a file already checked, or a made-up one, in
    several ways."""
    packed = parcels.pack(data) if data else ""
    arguments = {
        "account_id": str(by.id),
        "title": title,
        "settings": list(settings),
        "least": least,
        "profile_id": profile_id,
        "file": packed,
        "pretend": pretend.as_dict() if pretend else None,
    }
    return jobs.ask(kind=WHAT_IF_JOB, arguments=arguments)


def find(job_id: UUID, account: Account) -> Job | None:
    """What this officer asked for, and nobody else's."""
    asked = db.session.get(Job, job_id)
    mine = asked is not None and asked.arguments.get("account_id") == str(account.id)
    return asked if asked is not None and asked.kind == WHAT_IF_JOB and mine else None


def forget_old() -> None:
    """Delete what was asked more than a day ago, with its file."""
    over = clock.now() - KEPT_FOR
    db.session.execute(delete(Job).where(Job.kind == WHAT_IF_JOB, Job.asked_at < over))


@job(WHAT_IF_JOB)
def run(
    *,
    job_id: UUID,
    settings: list[str],
    least: int,
    profile_id: int | None,
    file: str,
    pretend: dict[str, Any] | None = None,
    **_about: Any,
) -> None:
    """Count once for each setting and keep what came out with the job."""
    if pretend:
        election, currency, is_ours = _make_up(job_id, pretend, len(settings)), "GBP", False
    else:
        election, currency, is_ours = _load(profile_id, file)
    db.session.rollback()
    outcomes = []
    for place, name in enumerate(settings):
        report(job_id, done=place, total=len(settings), step=SETTINGS[name])
        rule = rule_of(name, exponent=election.instance.exponent, least=least)
        outcomes.append(count(election.instance, election.profile, rule, explain=False))
    found = {**_facts(election, settings, outcomes, is_ours=is_ours), "currency": currency}
    with write_transaction():
        jobs.answer(job_id, found)
        db.session.commit()
    report(job_id, done=len(settings), total=len(settings))


def _make_up(job_id: UUID, pretend: dict[str, Any], total: int) -> Election:
    """Draw the votes, and say how many are drawn."""
    return simulating.election(
        Pretend.from_dict(pretend),
        tell=lambda drawn: report(job_id, done=0, total=total, step=N_("Making up the votes")),
    )


def _load(profile_id: int | None, file: str) -> tuple[Election, str, bool]:
    """The election, its currency, and whether it was held here."""
    if profile_id is not None:
        profile = db.session.get_one(FrozenProfile, profile_id)
        round = profile.round
        return freezing.read(profile), round.currency, not round.is_imported
    election = _parse(parcels.unpack(file))
    currency = currency_of(election)
    finest = 0 if currency == NO_CURRENCY else get_currency_precision(currency)
    instance = election.instance
    instance = instance.rescaled(max(instance.exponent, finest))
    return replace(election, instance=instance), currency, False


def _parse(data: bytes) -> Election:
    return parse_pabulib(data.decode("utf-8-sig"))


def rule_of(name: str, *, exponent: int, least: int) -> Rule:
    """One of `SETTINGS` as a rule; a step of equal shares is one unit of the currency."""
    kind, _, way = name.partition("-")
    if kind == "shares":
        return EqualShares(completion=Completion(way), step=Fraction(10**exponent))
    return {
        "skip": Greedy(),
        "stop": Greedy(on_unaffordable=OnUnaffordable.STOP),
        "least": Greedy(min_votes=least),
        "part": Greedy(part_fund=PartFund.NEXT),
    }[way]


def _facts(
    election: Election, settings: Sequence[str], outcomes: Sequence[Outcome], *, is_ours: bool
) -> dict[str, Any]:
    instance, profile = election.instance, election.profile
    ballots = profile.ballots_cast
    runs = []
    for name, outcome in zip(settings, outcomes, strict=True):
        served = spread(instance, profile, outcome.winners).with_a_winner
        few = is_ours and any(0 < number < LEAST for number in (served, ballots - served))
        offer = outcome.part_funded
        runs.append(
            {
                "setting": name,
                "winners": len(outcome.winners),
                "total": outcome.total_cost,
                "served": None if few else served,
                "offered": {"project": offer.project, "amount": offer.amount} if offer else None,
            }
        )
    won = [set(outcome.winners) for outcome in outcomes]
    projects = [
        {
            "id": project.id,
            "title": project.name or project.id,
            "cost": project.cost,
            "votes": result.votes,
            "won": [project.id in winners for winners in won],
        }
        for project, result in zip(instance.projects, outcomes[0].projects, strict=True)
    ]
    projects.sort(key=lambda row: (-sum(row["won"]), -row["votes"]))  # type: ignore[call-overload,operator]
    return {
        "ballots": ballots,
        "budget": instance.budget,
        "exponent": instance.exponent,
        "runs": runs,
        "projects": projects,
    }
