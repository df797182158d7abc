"""A counting rule in plain words, made from its parameters; officers may change the words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.rounds.models import Leftover, Round, VoteType
from pbapp.web.babel import money


def propose(rule: Mapping[str, Any], vote_type: VoteType, currency: str = "GBP") -> str:
    """The sentences that say what a rule does, ties and part-funding included."""
    points = vote_type is VoteType.CUMULATIVE
    if rule.get("name") == "equalshares":
        said = _shares(rule, currency)
    else:
        said = _greedy(rule, points, currency)
    return " ".join([*said, _ties()])


def _greedy(rule: Mapping[str, Any], points: bool, currency: str) -> list[str]:
    most = _("the most points") if points else _("the most votes")
    said = [_("The project with %(most)s is funded first, then the next, and so on.", most=most)]
    if rule.get("on_unaffordable") == "stop":
        said.append(_("The count stops at the first project that costs more than the money left."))
    else:
        said.append(
            _("A project that costs more than the money left is skipped, and the next is tried.")
        )
    least = int(rule.get("min_votes") or 0)
    if least > 1 and points:
        said.append(_("A project needs at least %(num)s points.", num=least))
    elif least > 1:
        said.append(_("A project needs at least %(num)s votes.", num=least))
    else:
        said.append(_("A project that nobody voted for is not funded."))
    said += _groups(rule) + _caps(rule, currency)
    if rule.get("part_fund") == "next":
        said.append(
            _(
                "If money is left, the next project in line gets what is left, if that is at "
                "least the smallest amount it can work with."
            )
        )
    return said


def _groups(rule: Mapping[str, Any]) -> list[str]:
    return [
        _("Only one of the projects %(numbers)s can be funded.", numbers=", ".join(group))
        for group in rule.get("groups") or []
    ]


def _caps(rule: Mapping[str, Any], currency: str) -> list[str]:
    return [_cap(cap, money(int(cap["limit"]), currency)) for cap in rule.get("caps") or []]


def _cap(cap: Mapping[str, Any], limit: str) -> str:
    name = cap["name"]
    if cap.get("projects"):
        return _(
            "%(name)s: together the projects %(numbers)s get at most %(limit)s.",
            name=name,
            numbers=", ".join(map(str, cap["projects"])),
            limit=limit,
        )
    if cap.get("ward"):
        return _(
            "%(name)s: together the projects in this ward get at most %(limit)s.",
            name=name,
            limit=limit,
        )
    return _(
        "%(name)s: together the projects for this priority get at most %(limit)s.",
        name=name,
        limit=limit,
    )


def _shares(rule: Mapping[str, Any], currency: str) -> list[str]:
    said = [
        _(
            "Everybody who votes has the same share of the money. People who chose the same "
            "project pay for it together. The project that costs each of its supporters least "
            "is funded first, then the next, until no project can be paid for."
        )
    ]
    completion = rule.get("completion", "add1u")
    step = money(int(float(str(rule.get("step", "100")))), currency)
    if completion in ("add1", "add1u"):
        said.append(
            _(
                "If money is left, everybody gets %(step)s more and we count again, as long as "
                "what is funded still fits the money.",
                step=step,
            )
        )
    if completion == "add1u":
        said.append(
            _("What is left after that goes to the project with most votes that still fits.")
        )
    return said


def _ties() -> str:
    return _(
        "If two projects stand the same, the one that costs less comes first. If they cost the "
        "same too, a lot decides. It is drawn and published before voting opens."
    )


def after_the_count(round: Round) -> list[str]:
    """What happens to money that is left, and when a winner drops out."""
    left = {
        Leftover.FUNDER: _("Money that is left goes back to who gave it."),
        Leftover.CARRY: _("Money that is left in one pot goes to the next, in the order shown."),
        Leftover.NEXT_YEAR: _("Money that is left is kept for the next round."),
    }[round.leftover]
    reserve = _("If a project drops out, the next one that fits takes its place.")
    return [left, reserve] if round.has_reserve else [left]


def guards(round: Round) -> list[str]:
    """How many projects or points a person gives, in words."""
    kind, fewest, most = round.vote_type, round.min_choices, round.max_choices
    said = []
    if kind is VoteType.CHOOSE_ONE:
        said.append(_("You choose one project."))
    elif kind is VoteType.ORDINAL:
        said.append(
            ngettext(
                "You put up to %(num)d project in order.",
                "You put up to %(num)d projects in order.",
                most,
            )
            if most
            else _("You put the projects in your order.")
        )
    elif kind is VoteType.CUMULATIVE and round.points_each:
        said.append(_("You have %(num)s points to give.", num=round.points_each))
        if round.points_most:
            said.append(_("One project can get %(num)s of them at most.", num=round.points_most))
    elif most and fewest == most:
        said.append(
            ngettext(
                "You choose exactly %(num)d project.", "You choose exactly %(num)d projects.", most
            )
        )
    elif most:
        said.append(
            ngettext(
                "You can choose %(num)d project.", "You can choose up to %(num)d projects.", most
            )
        )
    if fewest and fewest > 1 and fewest != most:
        said.append(_("Choose at least %(num)s.", num=fewest))
    return said
