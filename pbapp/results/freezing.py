"""From a round's sealed configuration and its ballots to one .pb file: what is counted, no more.

The only place that knows how rounds and ballots keep what is frozen here.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

from pbapp.ballots import queries as box
from pbapp.ballots.paper import queries as paper
from pbapp.ballots.paper.reading import rows_of_totals
from pbapp.ballots.rules import BallotPot, Rules, rules_of
from pbapp.ballots.vote import Vote, ticked
from pbapp.refusal import N_, Refused
from pbapp.results import sealed
from pbapp.results.models import FrozenProfile
from pbapp.results.sealed import BallotLine
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase
from pbapp.tally import (
    Ballot,
    Election,
    Instance,
    Profile,
    Project,
    VoteType,
    election_of,
    parse_pabulib,
    sha256,
    write_pabulib,
)
from pbapp.tally.pabulib_write import format_amount

PENCE = 2
NO_FIFTH = "unknown"


def election_for(round: Round, votes: Iterable[Vote]) -> Election:
    """The sealed projects with these ballots, every pot together; raises ValueError on an unknown
    project. Where a round has several pots, `elections_by_pot` parts them for the count."""
    rules = rules_of(round.config or {})
    projects = tuple(
        Project(line.key, line.cost, line.title, minimum=line.minimum, meta=_about(line, rules))
        for line in sealed.ballot_lines(round)
    )
    instance = Instance(budget=rules.budget_pence, projects=projects, exponent=PENCE)
    index = instance.index
    try:
        cast = [Ballot(tuple(index[id] for id in vote.choices), vote.points) for vote in votes]
    except KeyError as error:
        raise ValueError(f"a ballot names {error.args[0]}, which is not on the ballot") from error
    guards = _guards(rules, rules.pots)
    longest = int(guards["max_length"]) if rules.is_ranking else None
    profile = Profile.of(VoteType(rules.vote_type), cast, max_length=longest)
    return election_of(instance, profile, {**_meta(round), **guards}.items())


def elections_by_pot(round: Round, election: Election) -> dict[str, Election]:
    """One election a pot, by the pot's id on the ballot, in the order money left over is carried.

    `election` is a round's whole one in pence, as made here or as `read` gives it. Each part
    has the money and the projects of its pot, and what each ballot says about them; a ballot that
    left the pot out is not in it. A pot that nobody asks money from has no election. A round with
    one pot comes back whole.
    """
    rules = rules_of(round.config or {})
    if not rules.has_pots:
        return {}
    asked = [pot for pot in rules.pots if rules.in_pot(pot.id)]
    return {pot.id: _part(election, rules, pot) for pot in asked}


def _part(election: Election, rules: Rules, pot: BallotPot) -> Election:
    whole = election.instance
    mine = {option.id for option in rules.in_pot(pot.id)}
    there = [n for n, project in enumerate(whole.projects) if project.id in mine]
    place = {n: at for at, n in enumerate(there)}
    projects = tuple(whole.projects[n] for n in there)
    instance = replace(whole, budget=pot.budget_pence, projects=projects)
    guards = _guards(rules, (pot,))
    profile = Profile.of(
        election.profile.vote_type,
        [part for ballot in election.profile if (part := _ballot_in(ballot, place)).choices],
        points_scale=election.profile.points_scale,
        max_length=int(guards["max_length"]) if rules.is_ranking else None,
    )
    meta = {**election.meta, **guards, "subunit": pot.name}
    return election_of(instance, profile, meta.items())


def _ballot_in(ballot: Ballot, place: Mapping[int, int]) -> Ballot:
    kept = [at for at, choice in enumerate(ballot.choices) if choice in place]
    points = ballot.points
    return replace(
        ballot,
        choices=tuple(place[ballot.choices[at]] for at in kept),
        points=None if points is None else tuple(points[at] for at in kept),
    )


def _guards(rules: Rules, pots: Sequence[BallotPot]) -> dict[str, str]:
    """What a ballot could say in one of these pots, in Pabulib's words."""
    most = max((rules.most_in(each.id) for each in pots), default=0)
    if rules.is_choose_one:
        return {}
    guards = {}
    if rules.min_choices:
        guards["min_length"] = str(rules.min_choices)
    if rules.max_choices or rules.is_ranking:
        guards["max_length"] = str(most if rules.is_ranking else rules.max_choices)
    if rules.has_points:
        guards["max_points"] = str(rules.point_cap)
        if rules.points_each is not None:
            guards["max_sum_points"] = str(rules.points_each)
    if rules.is_held_to_money:
        money = max((each.budget_pence for each in pots), default=0)
        guards["max_sum_cost"] = format_amount(money, PENCE)
    return guards


def _about(line: BallotLine, rules: Rules) -> Mapping[str, str]:
    proposal = line.proposal
    about = {
        "category": proposal.priority.slug if proposal and proposal.priority else "",
        "district": proposal.area.name if proposal and proposal.area else "",
    }
    return MappingProxyType({**about, "pot": line.pot} if rules.has_pots else about)


def _meta(round: Round) -> dict[str, str]:
    config = round.config or {}
    voting = find_phase(round, PhaseKind.VOTING)
    meta = {
        "description": round.title,
        "unit": round.board.place_name if round.board else "",
        "instance": round.slug,
        "num_projects": "",
        "num_votes": "",
        "budget": "",
        "vote_type": "",
        "rule": str(config["rule"].get("name", "")),
        "date_begin": f"{voting.starts_at:%d.%m.%Y}" if voting else "",
        "date_end": "",
        "currency": round.currency,
        "language": round.language,
        "config_sha256": round.config_hash or "",
    }
    if voting and voting.ends_at:
        meta["date_end"] = f"{voting.ends_at - timedelta(seconds=1):%d.%m.%Y}"
    if round.is_example:
        meta["comment"] = "#1: Example: this round is made up."
    of_totals = sum(batch.papers for batch in paper.declared_totals(round))
    if of_totals:
        meta["comment"] = (
            f"#1: {of_totals} of these rows stand for papers of which only totals were kept. They "
            "add up to those totals. Nobody cast these very rows."
        )
    return meta


# --- the file ------------------------------------------------------------------------------------


def pack(election: Election) -> tuple[bytes, str]:
    """The file as kept (gzip, the same bytes every time) and the SHA-256 of the file itself.

    Only what is counted is written: the rows hold choices in a fixed order of their content, so
    neither the order in which people voted nor anything about them is in it.
    """
    text = write_pabulib(replace(election, vote_lines=(), vote_fields=_plain_fields(election)))
    data = text.encode("utf-8")
    return gzip.compress(data, 9, mtime=0), sha256(data)


def _plain_fields(election: Election) -> tuple[str, ...]:
    points = election.profile.vote_type.has_points
    return ("voter_id", "vote", "points") if points else ("voter_id", "vote")


def unpack(profile: FrozenProfile) -> bytes:
    """The frozen file; raises `Refused` if it is not, byte for byte, what was frozen."""
    data = gzip.decompress(profile.pabulib_gz)
    if sha256(data) != profile.digest:
        raise Refused(N_("The frozen ballots were changed after they were frozen. We stopped."))
    return data


def read(profile: FrozenProfile) -> Election:
    """The frozen file as an election, its amounts in the profile's minor units."""
    return _as_counted(unpack(profile), profile.exponent)


def as_if_frozen(election: Election) -> Election:
    """What reading the frozen file of an election made here would give."""
    packed, _digest = pack(election)
    return _as_counted(gzip.decompress(packed), election.instance.exponent)


def _as_counted(data: bytes, exponent: int) -> Election:
    election = parse_pabulib(data.decode("utf-8"))
    return replace(election, instance=election.instance.rescaled(exponent))


# --- the ballot box ------------------------------------------------------------------------------


def live_votes(round: Round, min_assurance: int = 1) -> list[Vote]:
    """What everybody chose, without who; raises `box.BoxOpen` while votes may still come in.

    `min_assurance` leaves out the ballots of people who showed less of who they are.

    Of papers counted on signed sheets, and of a partner's vote, only totals were kept. They stand
    here as one row a paper with those totals together; nobody cast these rows, and they are taken
    only where the sealed rule adds votes up (greedy), so that no other reading of them can matter.
    """
    votes = box.live_ballots(round, min_assurance) + _rows_of_totals(round)
    return sorted(votes, key=lambda vote: vote.content)


def _rows_of_totals(round: Round) -> list[Vote]:
    declared = paper.declared_totals(round)
    if declared and not paper.takes_totals(round):
        raise Refused(N_("Totals of papers cannot be counted by this round's rule."))
    return [ticked(row) for batch in declared for row in rows_of_totals(batch.totals, batch.papers)]


def people_by_channel(round: Round) -> dict[str, int]:
    """How many ballots count, by the way they came in."""
    people = {channel.value: number for channel, number in box.ballots_by_channel(round).items()}
    for batch in paper.declared_totals(round):
        key = "partner" if batch.channel == "partner" else "sheets"
        people[key] = people.get(key, 0) + batch.papers
    return people


def people_by_ward(round: Round, keys: Path) -> dict[str, int]:
    """How many people voted, by the GSS code of the ward that connects them; every ward named."""
    people = box.turnout_by_ward(round, keys)
    codes = {item.area_id: item.area.gss_code for item in round.round_areas}
    return {code: people.get(area_id, 0) for area_id, code in codes.items()}


def people_by_fifth(round: Round, keys: Path) -> dict[str, int]:
    """How many people voted, by the fifth of the index where their postcode lies, 1 to 5, and
    `NO_FIFTH` for those whose fifth is not known; empty where no index is."""
    people = box.turnout_by_fifth(round, keys)
    if not any(people):
        return {}
    found = {str(fifth): people.get(fifth, 0) for fifth in range(1, 6)}
    return {**found, NO_FIFTH: people[None]} if people.get(None) else found
