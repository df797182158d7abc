"""What the templates of this room are given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp import clock
from pbapp.ballots.roll import voids
from pbapp.boards.access import is_officer_of
from pbapp.boards.models import Role
from pbapp.jobs.models import JobState
from pbapp.jobs.services import is_at_work
from pbapp.maps.shown import map_of
from pbapp.refusal import Refused
from pbapp.results import (
    assurance,
    checks,
    fifth_pictures,
    publishing,
    queries,
    sealed,
    services,
)
from pbapp.results.access import Sight
from pbapp.results.models import Allocation, Count, TurnoutKind
from pbapp.results.pictures import (
    pot_then,
    segments,
    share_rows,
    turnout_rows,
    ward_rows,
    why_held,
)
from pbapp.results.sentences import Story
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase
from pbapp.web.babel import moment

Row = dict[str, Any]


def stories_of(counts: Iterable[Count]) -> list[Story]:
    """Every pot's count with its rows, in the order counted."""
    return [Story(count, queries.list_allocations(count)) for count in counts]


def whole(round: Round, stories: list[Story]) -> Row:
    """The results page: one pot as one story; several each under a heading of their own."""
    people = queries.list_turnout(round)
    rows = [row for story in stories for row in story.rows]
    story = stories[0]
    return {
        "round": round,
        "story": story,
        "count": story.count,
        "pots": [pot(story) for story in stories],
        "marks": {row.id: place for place, row in enumerate(rows, start=1)},
        "shares": share_rows(round, story, rows),
        "ward_money": ward_rows(story, rows),
        "fifths": fifth_pictures.picture(round, story, rows),
        "by_ward": turnout_rows(people, TurnoutKind.WARD),
        "by_channel": turnout_rows(people, TurnoutKind.CHANNEL),
        "by_fifth": turnout_rows(people, TurnoutKind.FIFTH),
        "why_held": why_held(),
        "steps": what_happens_next(round),
        "sturdiness": assurance.find(round),
        "set_aside": voids.set_aside(round),
        "map_kinds": [("funded", _("Funded")), ("not-funded", _("Not funded"))],
        **together(round, stories),
        **the_map(round, rows),
    }


def pot(story: Story) -> Row:
    """One pot of a result: its story, its bar, and what its count is checked with."""
    return {
        "story": story,
        "name": story.pot,
        "id": f"pot-{story.count.pot}" if story.count.pot else "pot",
        "segments": segments(story),
        "has_comparison": queries.find_comparison(story.count) is not None,
        **checks.digests(story),
    }


def together(round: Round, stories: list[Story]) -> Row:
    """The result in one sentence, whatever the number of pots, and how many people voted."""
    if len(stories) == 1 and not sealed.has_several(round):
        story = stories[0]
        return {
            "in_short": story.in_short(),
            "ballots": story.count.profile.ballots,
            "served": story.who_got_something(),
            "several": False,
        }
    profile = queries.find_profile(round.id)
    return {
        "in_short": total_line(round, stories),
        "ballots": profile.ballots if profile else 0,
        "served": "",
        "several": True,
        "unused": [unused_line(pot, stories[0]) for pot in sealed.unused_pots(round)],
    }


def total_line(round: Round, stories: list[Story]) -> str:
    """All pots in one sentence."""
    funded = sum(len(story.funded) for story in stories)
    amount = stories[0].amount
    return ngettext(
        "%(num)s of %(all)s projects is funded, for %(spent)s of the %(pot)s in %(pots)s pots.",
        "%(num)s of %(all)s projects are funded, for %(spent)s of the %(pot)s in %(pots)s pots.",
        funded,
        all=sum(len(story.rows) for story in stories),
        spent=amount(sum(story.count.total_cost for story in stories)),
        pot=amount(sum(one.budget for one in sealed.pots(round))),
        pots=len(sealed.pots(round)),
    )


def unused_line(pot: sealed.SealedPot, story: Story) -> str:
    return _(
        "Nobody asked for money from “%(pot)s” (%(money)s), so there was nothing to count in it.",
        pot=pot.name,
        money=story.amount(pot.budget),
    )


def one(round: Round, story: Story, row: Allocation) -> Row:
    """One project's own story."""
    place = row.position - 1
    rows = story.rows
    return {
        "round": round,
        "story": story,
        "row": row,
        "pot_then": pot_then(story, row),
        "before": rows[place - 1] if place else None,
        "after": rows[place + 1] if place + 1 < len(rows) else None,
        "proposal_url": proposal_url(round, row),
    }


def read_out(round: Round, stories: list[Story]) -> Row:
    """What is read aloud in the hall, pot by pot."""
    people = turnout_rows(queries.list_turnout(round), TurnoutKind.CHANNEL)
    return {
        "round": round,
        "stories": stories,
        "by_channel": [row for row in people if not row["is_held"] and row["value"]],
        "steps": publishing.steps_of(round),
        **together(round, stories),
    }


def checking(round: Round, stories: list[Story]) -> Row:
    """The page with the files."""
    return {
        "round": round,
        "pots": [pot(story) for story in stories],
        "several": sealed.has_several(round),
        **checks.of_whole(round, [story.count for story in stories]),
    }


def not_yet(round: Round, seen: Sight) -> Row:
    """Why there is nothing to see, and when there will be."""
    voting, published = (find_phase(round, k) for k in (PhaseKind.VOTING, PhaseKind.PUBLISHED))
    now = clock.now()
    said = []
    if voting is not None and now < voting.starts_at:
        said.append(_("Voting opens on %(when)s.", when=moment(voting.starts_at)))
    elif voting is not None and voting.ends_at is not None:
        words = (
            _("People are voting until %(when)s.", when=moment(voting.ends_at))
            if now < voting.ends_at
            else _("Voting closed on %(when)s.", when=moment(voting.ends_at))
        )
        said.append(words)
    if seen.is_counted and round.waits_for_certificate:
        said.append(_("The votes are counted. Two people are checking the count."))
    if published is not None and now < published.starts_at:
        said.append(_("The result comes out on %(when)s.", when=moment(published.starts_at)))
    elif published is not None and seen.is_counted:
        said.append(_("We publish the result as soon as both have certified it."))
    elif published is not None:
        said.append(_("The count is taking longer than planned. We publish it once it is checked."))
    return {"round": round, "said": said, "seen": seen}


# --- the parts -----------------------------------------------------------------------------------


def project_url(round: Round, key: str) -> str:
    return f"{url_for('results.detail', slug=round.slug)}/{quote(key)}"


def proposal_url(round: Round, row: Allocation) -> str | None:
    return f"/rounds/{round.slug}/proposals/{row.proposal.number}" if row.proposal else None


def what_happens_next(round: Round) -> list[str]:
    """What follows the result, each in one sentence, with its day where there is one."""
    if round.board is None:
        return []
    said = []
    published = find_phase(round, PhaseKind.PUBLISHED)
    if published is not None and published.starts_at <= clock.now():
        said.append(_("The result was published on %(when)s.", when=moment(published.starts_at)))
    elif published is not None:
        said.append(_("The result is published on %(when)s.", when=moment(published.starts_at)))
    said.append(
        _("The %(board)s notes the result at a meeting and follows it up.", board=round.board.name)
    )
    for pot in round.pots:
        if pot.payment_approver:
            who = pot.payment_approver
            said.append(_("%(who)s approves payment.", who=who) + " " + binding(pot.is_binding))
    said.append(_("Groups whose projects won start work, and tell everybody how it goes."))
    return list(dict.fromkeys(said))  # pots may share who approves


def binding(is_binding: bool) -> str:
    if is_binding:
        return _(
            "The vote is binding: what won is paid, unless one of the published conditions is "
            "not met."
        )
    return _("The vote is advice: the funder decides, and says in public why.")


# --- the map -------------------------------------------------------------------------------------


def point(row: Allocation) -> tuple[float, float] | None:
    """Where a project is, if it is in one place."""
    if row.proposal is not None and row.proposal.lat is not None:
        return row.proposal.lat, row.proposal.lon or 0.0
    given = row.facts.get("point")
    return (given[0], given[1]) if given else None


def feature(round: Round, row: Allocation, mark: int) -> Row:
    """A point for `static/js/map.js`; `mark` is what the row in the list goes by."""
    lat, lon = point(row) or (0.0, 0.0)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {
            "id": mark,
            "name": row.title,
            "kind": "funded" if row.is_funded else "not-funded",
            "ward": row.area.name if row.area else "",
            "url": project_url(round, row.project_key),
        },
    }


def the_map(round: Round, rows: Iterable[Allocation]) -> Row:
    """The board's map with the projects that have a place of their own; nothing without a board."""
    if round.board_id is None or not any(point(row) for row in rows):
        return {"map": None, "has_map": False}
    return {"map": map_of(round.board_id), "has_map": True}


# --- the count -----------------------------------------------------------------------------------


def counting(round: Round, *, may_count: bool) -> Row:
    """The voting lead's page: ready, waiting, at work, done, or gone wrong."""
    job = queries.find_count_job(round)
    why_not = None
    try:
        services.may_be_counted(round)
    except Refused as refused:
        why_not = refused
    counted = queries.find_official_count(round)
    frozen = queries.find_profile(round.id) if counted else None
    state = "ready" if may_count and why_not is None else "not_yet"
    if counted is not None:
        state = "done"
    elif is_at_work(job):
        state = "running"
    elif job is not None and job.state is JobState.FAILED:
        state = "failed"
    return {
        "round": round,
        "job": job,
        "state": state,
        "why_not": why_not,
        "may_count": may_count,
        "ballots": frozen.ballots if frozen else None,
        "steps": publishing.steps_of(round),
        "publishes": is_officer_of(round.board_id, Role.VOTING_LEAD),
        "closes": find_phase(round, PhaseKind.VOTING),
    }
