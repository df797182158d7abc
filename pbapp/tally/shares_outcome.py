"""Outcomes of equal shares and of Phragmén's rule, with their facts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from pbapp.tally.model import (
    Change,
    Instance,
    Listen,
    Outcome,
    Profile,
    Progress,
    ProjectResult,
    Reason,
    Utility,
    mark_decisive,
    settled,
)
from pbapp.tally.phragmen import PhragmenCount
from pbapp.tally.shares import SharesCount
from pbapp.tally.shares_facts import Ledger
from pbapp.tally.shares_rule import EqualShares, Phragmen


@dataclass(frozen=True, slots=True)
class SharesRun:
    """The whole count. `endowment` is each voter's share in the deciding run, `first_endowment`
    the plain share of the pot, `step` how many steps of Add1 lie between. `exhaustive` says Add1
    stopped because nothing more fitted. The comparison's two numbers are the people who get more
    from each side."""

    endowment: Fraction
    first_endowment: Fraction
    step: int
    exhaustive: bool
    unspent: int
    prefer_greedy: int
    prefer_shares: int
    greedy_preferred: bool


@dataclass(frozen=True, slots=True)
class Load:
    """Phragmén's rule: the level of money per supporter at which a project was bought."""

    round: int | None
    level: Fraction | None


def count_equal_shares(
    instance: Instance,
    profile: Profile,
    rule: EqualShares,
    *,
    explain: bool = True,
    progress: Listen | None = None,
) -> Outcome:
    """Count once; raises ValueError if a parameter names a project that is not on the ballot."""
    count = SharesCount(instance, profile, rule, listen=progress)
    if progress is not None and explain:
        progress(Progress("explaining", count.search.step, count.lane.cost))
    ledger = Ledger(count) if explain else None
    ids = [project.id for project in instance.projects]
    winners = tuple(ids[place] for place in count.winners)
    cost = sum(instance.projects[place].cost for place in count.winners)
    points = _points(count)
    reserve = count.reserve()
    results = tuple(
        _shares_result(count, ledger, place, points, reserve) for place in range(len(ids))
    )
    detail = SharesRun(
        endowment=count.endowment,
        first_endowment=count.first,
        step=count.search.step,
        exhaustive=count.search.exhaustive,
        unspent=instance.budget - cost,
        prefer_greedy=count.prefer_greedy,
        prefer_shares=count.prefer_shares,
        greedy_preferred=count.greedy is not None,
    )
    return Outcome(
        rule=rule.name,
        parameters=settled(rule.as_dict(), instance, count.utility),
        winners=winners,
        total_cost=cost,
        ties=mark_decisive(count.ties(), winners),
        projects=results,
        reserve=tuple(ids[place] for place in reserve),
        detail=detail,
    )


def _points(count: SharesCount) -> list[Fraction] | None:
    if count.utility is not Utility.POINTS:
        return None
    profile = count.profile
    totals = profile.points_total(len(count.instance.projects), count.rule.ordinal)
    return [Fraction(total, profile.points_scale) for total in totals]


def _shares_result(
    count: SharesCount,
    ledger: Ledger | None,
    place: int,
    points: list[Fraction] | None,
    reserve: list[int],
) -> ProjectResult:
    project = count.instance.projects[place]
    won = place in count.winners
    able = place in count.supporters.able and bool(project.cost)
    change = None
    if ledger is not None and not won:
        change = ledger.change(place) if able and count.greedy is None else Change()
    return ProjectResult(
        id=project.id,
        cost=project.cost,
        votes=count.votes[place],
        points=None if points is None else points[place],
        won=won,
        reason=Reason.FUNDED if won else _why_not(count, place),
        position=count.winners.index(place) + 1 if won else None,
        awarded=project.cost if won else 0,
        reserve=reserve.index(place) + 1 if place in reserve else None,
        change=change,
        detail=ledger.share(place) if ledger is not None and able else None,
    )


def _why_not(count: SharesCount, place: int) -> Reason:
    if count.instance.projects[place].id in count.rule.withdrawn:
        return Reason.WITHDRAWN
    if place not in count.supporters.able:
        return Reason.NO_VOTES
    if count.greedy is not None and place in count.bought + count.filled:
        return Reason.COMPARISON
    return Reason.SUPPORTERS_SHORT


def count_phragmen(instance: Instance, profile: Profile, rule: Phragmen) -> Outcome:
    """Count once; raises ValueError if a parameter names a project that is not on the ballot."""
    for id in rule.withdrawn:
        if id not in instance.index:
            raise ValueError(f"the rule names project {id}, which is not on the ballot")
    count = PhragmenCount(instance, profile, rule)
    ids = [project.id for project in instance.projects]
    winners = tuple(ids[place] for place in count.winners)
    votes: list[int] = count.supporters.supported.tolist()
    results = []
    for place, project in enumerate(instance.projects):
        position = count.winners.index(place) + 1 if place in count.winners else None
        level = None if position is None else count.levels[position - 1]
        result = ProjectResult(
            id=project.id,
            cost=project.cost,
            votes=votes[place],
            points=None,
            won=position is not None,
            reason=Reason.SUPPORTERS_SHORT if position is None else Reason.FUNDED,
            position=position,
            awarded=0 if position is None else project.cost,
            detail=Load(position, level),
        )
        if project.id in rule.withdrawn:
            result = replace(result, reason=Reason.WITHDRAWN)
        elif not votes[place]:
            result = replace(result, reason=Reason.NO_VOTES)
        results.append(result)
    return Outcome(
        rule=rule.name,
        parameters=settled(rule.as_dict(), instance),
        winners=winners,
        total_cost=sum(instance.projects[place].cost for place in count.winners),
        ties=mark_decisive(count.ties, winners),
        projects=tuple(results),
    )
