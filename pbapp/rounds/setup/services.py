"""Begin a round, change one part of it at a time, show it to everybody, invite people to it.

Every change names the version of the round its author saw. What somebody else changed in the
same part since then is never overwritten: the change is refused until it has been looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.accounts.queries import tidy_email
from pbapp.audit import services as audit
from pbapp.boards.queries import is_slug
from pbapp.db import db, flush
from pbapp.messages import services as messages
from pbapp.places.models import Area
from pbapp.plans.models import Plan
from pbapp.refusal import N_, Refused
from pbapp.rounds.models import (
    Connection,
    MayPropose,
    Method,
    Phase,
    PotsPerVoter,
    Profile,
    Round,
    RoundArea,
    RoundMember,
    RoundRole,
    VoteType,
)
from pbapp.rounds.services import (
    check_phases,
    check_rule,
    hold,
    log,
    must_lead_the_vote,
    refuse_if_sealed,
)
from pbapp.rounds.setup.calendar import Entry, EntryKind, first_in_the_way
from pbapp.rounds.setup.dates import Dates, dates_of, public_spans
from pbapp.rounds.setup.queries import SUBJECT, list_missing, list_revisions_since
from pbapp.rounds.setup.snapshot import PARTS, snapshot

# Which moment begins what another one ends.
BEGINS = {
    "opens": "interest",
    "closes": "opens",
    "checked": "closes",
    "vote_closes": "vote_opens",
    "result": "vote_closes",
}
RESERVED = frozenset({"new"})
CHANGED = N_(
    "Somebody else changed this part while you were working on it. Their changes are above. "
    "Press Save again to replace them with yours."
)


@contextmanager
def editing(round: Round, by: Account, seen: int, part: str) -> Iterator[None]:
    """Change one part of a round; what changed goes into its history.

    Raises `Refused` for anybody but a voting lead, after sealing, and when somebody else changed
    this part after version `seen`.
    """
    must_lead_the_vote(round, by)
    hold(round)
    db.session.expire_all()  # what was read before the lock may be old
    refuse_if_sealed(round)
    mine = set(PARTS[part])
    for revision in list_revisions_since(round, seen):
        if mine & set(revision.changes) and revision.by != by.actor:
            raise Refused(CHANGED)
    before = snapshot(round)
    yield
    flush()
    if part not in round.steps_done:
        round.steps_done = [*round.steps_done, part]
    keep(round, by, before)


def keep(round: Round, by: Account, before: dict[str, Any], note: str | None = None) -> None:
    """Write what changed into the round's history and give it the next version."""
    revision = audit.revise(
        subject_type=SUBJECT,
        subject_id=round.id,
        by=by.actor,
        before=before,
        after=snapshot(round),
        note=note,
    )
    if revision is not None:
        round.version = revision.number
        flush()
        log(round, by, "round.changed", {"fields": sorted(revision.changes)})
    else:
        flush()


def change_name(
    *,
    round: Round,
    by: Account,
    seen: int,
    title: str,
    slug: str,
    summary: str,
    description: str,
    profile: Profile,
    plan: Plan,
) -> None:
    """Its name, address, what it is about, how large it is, and the plan it serves."""
    with editing(round, by, seen, "name"):
        if not is_slug(slug) or slug in RESERVED:
            raise Refused(
                N_("Use small letters without accents, digits and hyphens, like small-grants."),
                "slug",
            )
        if round.is_public and slug != round.slug:
            raise Refused(N_("Everybody can see the round, so its address stays."), "slug")
        if plan.board_id != round.board_id:
            raise Refused(N_("This is the plan of another board."), "plan")
        round.title, round.slug = title, slug
        round.summary, round.description = summary, description
        round.profile, round.plan = profile, plan


def change_proposals(
    *,
    round: Round,
    by: Account,
    seen: int,
    may_propose: MayPropose,
    proposers: str,
    min_cost_pence: int | None,
    max_cost_pence: int | None,
    conditions: str,
    interest_words: str,
) -> None:
    """Who may propose, what a project may cost, and what a winner has to meet."""
    with editing(round, by, seen, "proposals"):
        if min_cost_pence and max_cost_pence and min_cost_pence > max_cost_pence:
            raise Refused(
                N_("The most a project can ask for has to be more than the least."), "max_cost"
            )
        largest = max(pot.budget_pence for pot in round.pots)
        if min_cost_pence and min_cost_pence > largest:
            raise Refused(N_("No pot holds as much as this."), "min_cost")
        round.may_propose, round.proposers = may_propose, proposers
        round.min_cost_pence, round.max_cost_pence = min_cost_pence, max_cost_pence
        round.conditions, round.interest_words = conditions, interest_words


def change_voters(
    *,
    round: Round,
    by: Account,
    seen: int,
    wards: Sequence[Area],
    connections: Sequence[Connection],
    methods: Sequence[Method],
    min_age: int | None,
    people_per_contact: int,
) -> None:
    """Who may vote, and how they show it."""
    with editing(round, by, seen, "voters"):
        if not wards:
            raise Refused(N_("Choose at least one ward whose people may vote."), "wards")
        if not connections:
            raise Refused(N_("Choose at least one connection to the place."), "connections")
        if not methods:
            raise Refused(N_("Choose at least one way to show who may vote."), "methods")
        wanted = {ward.id for ward in wards}
        for item in list(round.round_areas):
            if item.area_id not in wanted:
                db.session.delete(item)
        here = {item.area_id for item in round.round_areas}
        for ward in wards:
            if ward.id not in here:
                db.session.add(RoundArea(round=round, area=ward))
        flush()
        db.session.expire(round, ["round_areas"])
        round.connections = [connection.value for connection in connections]
        round.methods = [method.value for method in methods]
        round.min_age, round.people_per_contact = min_age, people_per_contact


def change_vote(
    *,
    round: Round,
    by: Account,
    seen: int,
    vote_type: VoteType,
    min_choices: int | None,
    max_choices: int | None,
    points_each: int | None,
    points_most: int | None,
    within_pot: bool,
    pots_per_voter: PotsPerVoter,
    rule_words: str | None,
) -> None:
    """How people vote, with its guards. Guards that another way of voting has are forgotten.

    `rule_words` is how the counting rule reads with it; None if somebody wrote their own words,
    which another way of voting may have made wrong: then they have to be looked at again.
    """
    with editing(round, by, seen, "vote"):
        if vote_type is VoteType.CHOOSE_ONE:
            min_choices = max_choices = 1
        if vote_type is VoteType.CUMULATIVE:
            _check_points(points_each, points_most, max_choices)
        else:
            points_each = points_most = None
        if min_choices and max_choices and min_choices > max_choices:
            raise Refused(N_("The most has to be at least the fewest."), "max_choices")
        if rule_words is not None:
            round.rule_words = rule_words
        elif vote_type is not round.vote_type:
            round.steps_done = [part for part in round.steps_done if part != "count"]
        round.vote_type = vote_type
        round.min_choices, round.max_choices = min_choices, max_choices
        round.points_each, round.points_most = points_each, points_most
        round.within_pot = within_pot and vote_type is VoteType.APPROVAL
        round.pots_per_voter = pots_per_voter
        if not fits(str(round.rule.get("name")), vote_type):
            raise Refused(
                N_("Equal shares needs people to choose several projects. Change the rule first."),
                "vote_type",
            )


def _check_points(each: int | None, most: int | None, choices: int | None) -> None:
    if each is None:
        raise Refused(N_("Say how many points each person has to give."), "points_each")
    if most is not None and most > each:
        raise Refused(N_("One project cannot get more points than a person has."), "points_most")
    if most is not None and choices is not None and most * choices < each:
        raise Refused(N_("With so few projects nobody could give all their points."), "points_most")


def fits(rule: str, vote_type: VoteType) -> bool:
    """Whether a counting rule makes sense of a way to vote."""
    return rule == "greedy" or vote_type is not VoteType.CHOOSE_ONE


def change_count(
    *, round: Round, by: Account, seen: int, rule: dict[str, Any], words: str, has_reserve: bool
) -> None:
    """The counting rule with all its parameters, in words too."""
    with editing(round, by, seen, "count"):
        if not fits(str(rule.get("name")), round.vote_type):
            raise Refused(
                N_("Equal shares needs people to choose several projects. Change the vote first."),
                "rule",
            )
        if round.profile is Profile.SMALL and rule.get("name") != "greedy":
            raise Refused(
                N_("A small round is counted by hand: most votes first. Change its size first."),
                "rule",
            )
        check_rule(rule, words)
        round.rule, round.rule_words, round.has_reserve = dict(rule), words.strip(), has_reserve


def change_dates(
    *,
    round: Round,
    by: Account,
    seen: int,
    dates: Dates,
    entries: Sequence[Entry],
    reason: str,
    zone: ZoneInfo,
) -> None:
    """When things happen. `entries`: the days to respect; `reason`: why not, in public."""
    with editing(round, by, seen, "dates"):
        dates = dates.keeping(dates_of(round))
        dates.check_order()
        _check_not_past(round, dates)
        blocked = first_in_the_way(entries, EntryKind.PRE_ELECTION, public_spans(dates, zone))
        if blocked is not None and not reason:
            raise Refused(
                N_(
                    "%(name)s falls into these dates. Nothing may be asked of the public or "
                    "announced then. Choose other dates, or say why it has to be."
                ),
                "reason",
                name=blocked.name,
            )
        set_phases(round, dates)
        round.calendar_reason = reason if blocked is not None else ""


def _check_not_past(round: Round, dates: Dates) -> None:
    """A moment that is over stays as it is; a new one lies ahead."""
    standing = dates_of(round)
    before = dict(standing.in_order) if standing else {}
    now = clock.now()
    for name, moment in dates.in_order:
        if moment == before.get(name):
            continue
        if round.is_public and name in before and before[name] <= now:
            raise Refused(N_("This has happened already, so it stays."), name)
        if moment <= now:
            raise Refused(N_("This is in the past. Choose a later day."), name)
        began = before.get(BEGINS.get(name, ""))
        if round.is_public and began is not None and began <= now:
            raise Refused(
                N_("This has begun. Give it more time on the page of the round at the desk."), name
            )
    begun = before.get("interest")
    if round.is_public and dates.interest is None and begun is not None and begun <= now:
        raise Refused(N_("This has happened already, so it stays."), "interest")


def set_phases(round: Round, dates: Dates) -> None:
    """Give a round these dates, keeping the phases it has."""
    wanted = {phase.kind: phase for phase in dates.phases()}
    check_phases(list(wanted.values()))
    for phase in list(round.phases):
        if phase.kind not in wanted:
            db.session.delete(phase)
    flush()
    standing = {phase.kind: phase for phase in round.phases}
    for kind, new in wanted.items():
        if kind in standing:
            standing[kind].starts_at, standing[kind].ends_at = new.starts_at, new.ends_at
        else:
            db.session.add(
                Phase(round=round, kind=kind, starts_at=new.starts_at, ends_at=new.ends_at)
            )
    flush()
    db.session.expire(round, ["phases"])


def change_fairness(
    *, round: Round, by: Account, seen: int, standards: str, assessment: str, arrangements: str
) -> None:
    """The assessment, and how people who need it differently take part."""
    with editing(round, by, seen, "fairness"):
        round.standards, round.assessment = standards, assessment
        round.arrangements = arrangements


def announce(*, round: Round, by: Account) -> None:
    """Show the round to everybody. A second click changes nothing."""
    must_lead_the_vote(round, by)
    hold(round)
    db.session.expire_all()
    if round.rehearses_id is not None:
        raise Refused(N_("A rehearsal is never shown to everybody."))
    if round.is_public:
        return
    if list_missing(round):
        raise Refused(N_("Some parts are not finished. The list says which."))
    round.is_public = True
    flush()
    log(round, by, "round.announced", {})


def invite(
    *, round: Round, by: Account, role: RoundRole, name: str, email: str, url: str
) -> RoundMember:
    """Ask somebody to join; they sign in with this address and see the round at once."""
    must_lead_the_vote(round, by)
    if round.rehearses_id is not None:
        raise Refused(N_("Invite people to the round itself, not to its rehearsal."))
    member = RoundMember(
        round=round, role=role, name=name, email=tidy_email(email), invited_at=clock.now()
    )
    db.session.add(member)
    flush()
    messages.write(
        key=f"round invitation {round.id} {role.value} {member.id}",
        to=member.email,
        template="round_invitation",
        context={"round": round.title, "name": name, "role": role.value, "url": url},
    )
    log(round, by, "round.invited", {"role": role.value})
    return member


def uninvite(*, member: RoundMember, by: Account) -> None:
    """Somebody is no longer part of it."""
    round = member.round
    must_lead_the_vote(round, by)
    db.session.delete(member)
    flush()
    log(round, by, "round.uninvited", {"role": member.role.value})
