"""What the templates of this room are given."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any
from urllib.parse import quote

from flask import request, url_for
from flask_babel import gettext as _

from pbapp import clock
from pbapp.jobs.models import JobState
from pbapp.maps.queries import board_subject, find_part
from pbapp.refusal import Refused
from pbapp.results import queries, services
from pbapp.results.access import Sight
from pbapp.results.models import Allocation, Count, Turnout, TurnoutKind
from pbapp.results.privacy import LEAST, ballots_may_be_public, suppress
from pbapp.results.queries import Share
from pbapp.results.sentences import Story
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.queries import find_phase
from pbapp.web.babel import moment

Row = dict[str, Any]
RECOUNT = "/static/recount.py"  # one file, nothing to install


def whole(round: Round, story: Story) -> Row:
    """The results page."""
    people = queries.list_turnout(round)
    return {
        "round": round,
        "story": story,
        "count": story.count,
        "segments": segments(story),
        "shares": share_rows(round, story),
        "ward_money": ward_rows(story),
        "has_comparison": queries.find_comparison(story.count) is not None,
        "by_ward": turnout_rows(people, TurnoutKind.WARD),
        "by_channel": turnout_rows(people, TurnoutKind.CHANNEL),
        "why_held": why_held(),
        "steps": what_happens_next(round),
        "map_kinds": [("funded", _("Funded")), ("not-funded", _("Not funded"))],
        **the_map(round, story),
        **digests(story),
    }


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


def checking(story: Story) -> Row:
    """The page with the files."""
    return {"round": story.count.round, "story": story, **digests(story)}


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
    if published is not None and now < published.starts_at:
        said.append(_("The result comes out on %(when)s.", when=moment(published.starts_at)))
    elif published is not None:
        said.append(_("The count is taking longer than planned. We publish it once it is checked."))
    return {"round": round, "said": said, "seen": seen}


# --- the parts -----------------------------------------------------------------------------------


def project_url(round: Round, key: str) -> str:
    return f"{url_for('results.detail', slug=round.slug)}/{quote(key)}"


def proposal_url(round: Round, row: Allocation) -> str | None:
    return f"/rounds/{round.slug}/proposals/{row.proposal.number}" if row.proposal else None


def segments(story: Story) -> list[tuple[float, float]]:
    """The pot as a bar: where each funded project begins and how wide it is, in hundredths."""
    if not story.count.budget:
        return []
    found, start = [], 0
    for row in story.funded:
        width = 100 * row.awarded / story.count.budget
        found.append((round_(100 * start / story.count.budget), round_(max(width - 0.3, 0.2))))
        start += row.awarded
    return found


def round_(number: float) -> float:
    return float(f"{number:.2f}")


def pot_then(story: Story, row: Allocation) -> Row | None:
    """The pot when a project had its turn, as bars: what was left beside what it cost."""
    detail = row.facts.get("detail") or {}
    if not detail.get("turn"):
        return None
    left = detail.get("left") or 0
    spent = story.count.budget - left
    return {
        "bars": [
            {
                "label": _("Left in the pot then"),
                "value": left,
                "text": story.amount(left),
                "muted": True,
            },
            {"label": _("What it cost"), "value": row.cost, "text": story.amount(row.cost)},
        ],
        "note": _(
            "%(spent)s of the %(pot)s had gone to projects before it.",
            spent=story.amount(spent),
            pot=story.amount(story.count.budget),
        )
        if spent
        else _("Nothing had been given out before it."),
    }


def share_rows(round: Round, story: Story) -> list[Row]:
    """Money by priority of the plan; empty where no project names one."""
    shares = queries.shares(story.rows)
    if all(share.priority is None for share in shares):
        return []
    return [_share_row(round, story, share) for share in shares]


def _share_row(round: Round, story: Story, share: Share) -> Row:
    name, address = _("No priority named"), None
    if share.priority is not None and round.board is not None:
        name = share.priority.name
        address = f"/boards/{round.board.slug}/priorities/{share.priority.slug}"
    note = _("%(funded)s of %(all)s projects funded", funded=share.funded, all=share.listed)
    return {
        "label": name,
        "url": address,
        "value": share.money,
        "text": story.amount(share.money),
        "note": note,
        "share": share,
    }


def ward_rows(story: Story) -> list[Row]:
    """Money by ward; empty where no project names one."""
    money = queries.money_by_ward(story.rows)
    if not any(money):
        return []
    return [
        {"label": ward or _("More than one ward"), "value": given, "text": story.amount(given)}
        for ward, given in money.items()
    ]


def turnout_rows(people: Iterable[tuple[Turnout, str]], kind: TurnoutKind) -> list[Row]:
    """People who voted, small numbers held back."""
    kept = {row.key: row.people for row, _name in people if row.kind is kind}
    names = {row.key: name for row, name in people if row.kind is kind}
    rows = []
    for key, number in suppress(kept).items():
        held = number is None
        rows.append(
            {
                "label": channel_name(key) if kind is TurnoutKind.CHANNEL else names[key],
                "value": number or 0,
                "text": _("not shown") if held else f"{number:,}",
                "is_held": held,
            }
        )
    return rows


def channel_name(key: str) -> str:
    return {
        "online": _("Online"),
        "table": _("At a table"),
        "paper": _("On paper"),
        "sheets": _("On paper, counted on signed sheets"),
        "partner": _("In a partner's vote"),
    }.get(key, key)


def why_held() -> str:
    return _(
        "Numbers under %(least)s are not shown, nor any other that would give them away.",
        least=LEAST,
    )


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
    return said


def binding(is_binding: bool) -> str:
    if is_binding:
        return _(
            "The vote is binding: what won is paid, unless one of the published conditions is "
            "not met."
        )
    return _("The vote is advice: the funder decides, and says in public why.")


def digests(story: Story) -> Row:
    """What to count again with: files, their SHA-256, and the command."""
    count, round = story.count, story.count.round
    has_ballots = ballots_may_be_public(count.profile.ballots, is_imported=round.is_imported)
    name = f"{round.slug}.pb"

    def address(filename: str) -> str:
        return url_for("results.file", slug=round.slug, filename=filename)

    site, rule = request.host_url.removesuffix("/"), f"{round.slug}-rule.json"
    files = " ".join(f"-O {site}{path}" for path in (RECOUNT, address(name), address(rule)))
    return {
        "has_ballots": has_ballots,
        "ballots_url": address(name),
        "rule_url": address(rule),
        "table_url": address(f"{round.slug}-results.csv"),
        "recount_url": RECOUNT,
        "three_lines": "\n".join(
            (
                f"curl {files}",
                f"python3 recount.py {name} {rule}",
                f"pbapp tally {name} {flags(count)}",
            )
        ),
    }


def flags(count: Count) -> str:
    """The rule's parameters as flags of `pbapp tally`; what stands at its default is left out."""
    given = count.parameters
    said = [f"--rule {count.rule}"]
    if given.get("rank", "votes") != "votes":
        said.append(f"--rank {given['rank']}")
    if given.get("on_unaffordable"):
        said.append(f"--on-unaffordable {given['on_unaffordable']}")
    if given.get("min_votes"):
        said.append(f"--min-votes {given['min_votes']}")
    if given.get("completion"):
        said.append(f"--completion {given['completion']}")
    if given.get("completion", "none") != "none":
        step = Fraction(str(given["step"])) / 10 ** int(given.get("exponent") or 0)
        said.append(f"--step {step}")
    if given.get("stop_exhaustive") is False:
        said.append("--no-stop-exhaustive")
    if given.get("comparison"):
        said.append("--comparison")
    if given.get("tie_break", "cost") != "cost":
        said.append(f"--tie-break {given['tie_break']}")
    return " ".join(said)


# --- the map -------------------------------------------------------------------------------------


def point(row: Allocation) -> tuple[float, float] | None:
    """Where a project is, if it is in one place."""
    if row.proposal is not None and row.proposal.lat is not None:
        return row.proposal.lat, row.proposal.lon or 0.0
    given = row.facts.get("point")
    return (given[0], given[1]) if given else None


def feature(round: Round, story: Story, row: Allocation) -> Row:
    """A point for `static/js/map.js`."""
    lat, lon = point(row) or (0.0, 0.0)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {
            "id": row.position,
            "name": row.title,
            "kind": "funded" if row.is_funded else "not-funded",
            "ward": row.area.name if row.area else "",
            "url": project_url(round, row.project_key),
        },
    }


def the_map(round: Round, story: Story) -> Row:
    """The board's map with the projects that have a place of their own; nothing without a board."""
    if round.board_id is None or not any(point(row) for row in story.rows):
        return {"map": None, "has_map": False}
    return {"map": find_part(board_subject(round.board_id)), "has_map": True}


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
    state = "ready" if may_count and why_not is None else "not_yet"
    if counted is not None:
        state = "done"
    elif queries.is_counting(job):
        state = "running"
    elif job is not None and job.state is JobState.FAILED:
        state = "failed"
    return {
        "round": round,
        "job": job,
        "state": state,
        "why_not": why_not,
        "may_count": may_count,
        "ballots": counted.profile.ballots if counted else None,
        "closes": find_phase(round, PhaseKind.VOTING),
    }
