"""A round in words: what it is doing, until when, and why nobody can vote just now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.rounds.models import Phase, PhaseKind, Round, Underspend
from pbapp.rounds.queries import RoundState, VotingGate, WhyNot, can_vote, state_of
from pbapp.web.babel import local_day, moment, time_of_day


def phase_name(kind: PhaseKind) -> str:
    return {
        PhaseKind.INTEREST: _("Groups tell us their idea in short"),
        PhaseKind.SUBMISSION: _("Groups send in proposals"),
        PhaseKind.REVIEW: _("Officers check the proposals"),
        PhaseKind.VOTING: _("Voting"),
        PhaseKind.COUNTING: _("The votes are counted"),
        PhaseKind.PUBLISHED: _("The result is published"),
    }[kind]


def underspend_name(what: Underspend) -> str:
    """What becomes of money that a project does not need."""
    return {
        Underspend.FUNDER: _("It goes back to who gave it"),
        Underspend.GROUP: _("The group keeps it and spends it on the same purpose"),
        Underspend.NEXT_ROUND: _("It goes into the next round"),
    }[what]


def days_left(state: RoundState) -> int | None:
    """Days until the present phase ends, as people count them: 0 on its last day."""
    if state.current is None or state.current.ends_at is None:
        return None
    return (local_day(state.current.ends_at) - local_day(state.now)).days


def state_words(round: Round, now: datetime) -> str:
    """One line: "Voting is open, 9 days left"."""
    state = state_of(round, now)
    if state.kind is PhaseKind.VOTING and not can_vote(round, now):
        return _("Voting cannot open yet: the ballot has not been sealed")
    if state.kind is PhaseKind.PUBLISHED and round.waits_for_certificate:
        return _("Voting is over. Two people check the count before the result comes out")
    if state.current is not None:
        return _now_words(state, state.current)
    if state.next is not None:
        return _gap_words(state.next)
    return _("This round is over") if state.last else _("No dates have been set yet")


def _now_words(state: RoundState, current: Phase) -> str:
    text = {
        PhaseKind.INTEREST: _("Groups can tell us their idea in short"),
        PhaseKind.SUBMISSION: _("Groups can send in proposals"),
        PhaseKind.REVIEW: _("Proposals are being checked"),
        PhaseKind.VOTING: _("Voting is open"),
        PhaseKind.COUNTING: _("Votes are being counted"),
        PhaseKind.PUBLISHED: _("The result is out"),
    }[current.kind]
    if current.kind not in (PhaseKind.INTEREST, PhaseKind.SUBMISSION, PhaseKind.VOTING):
        return text
    left = time_left(state)
    return f"{text}, {left}" if left else text


def time_left(state: RoundState) -> str:
    """ "9 days left", or until when on the last two days; empty without an end."""
    days = days_left(state)
    ends_at = state.current.ends_at if state.current else None
    if days is None or ends_at is None:
        return ""
    if days == 0:
        return _("until %(time)s today", time=time_of_day(ends_at))
    if days == 1:
        return _("until %(time)s tomorrow", time=time_of_day(ends_at))
    return ngettext("%(num)d day left", "%(num)d days left", days)


def _gap_words(phase: Phase) -> str:
    when = moment(phase.starts_at)
    return {
        PhaseKind.INTEREST: _("Groups can tell us their idea from %(when)s", when=when),
        PhaseKind.SUBMISSION: _("Groups can send in proposals from %(when)s", when=when),
        PhaseKind.REVIEW: _("Officers check the proposals from %(when)s", when=when),
        PhaseKind.VOTING: _("Voting opens on %(when)s", when=when),
        PhaseKind.COUNTING: _("Voting has closed. The count begins on %(when)s", when=when),
        PhaseKind.PUBLISHED: _("The result comes out on %(when)s", when=when),
    }[phase.kind]


def why_not(gate: VotingGate) -> str:
    """Why nobody can vote just now, for people; empty when they can."""
    when = moment(gate.at) if gate.at else ""
    return {
        None: "",
        WhyNot.NOT_YET: _("Voting opens on %(when)s.", when=when),
        WhyNot.CLOSED: _("Voting closed on %(when)s.", when=when),
        WhyNot.NOT_SEALED: _(
            "The ballot has not been sealed yet. Two people have to seal the list of projects "
            "and the rules before anybody can vote."
        ),
        WhyNot.NO_VOTE: _("There is no vote in this round."),
    }[gate.why_not]


def timeline(round: Round, now: datetime) -> list[dict[str, Any]]:
    """A round's dates for the page's timeline."""
    state = state_of(round, now)
    return [
        {
            "name": phase_name(phase.kind),
            "when": _when(phase),
            "state": _stage(phase, now),
            "note": time_left(state) if phase is state.current else "",
        }
        for phase in round.phases
    ]


def _when(phase: Phase) -> str:
    if phase.ends_at is None:
        return _("From %(start)s", start=moment(phase.starts_at))
    return _("%(start)s to %(end)s", start=moment(phase.starts_at), end=moment(phase.ends_at))


def _stage(phase: Phase, now: datetime) -> str:
    if phase.starts_at > now:
        return "next"
    return "current" if phase.ends_at is None or phase.ends_at > now else "done"
