"""What the ballot says of its rules and of what has been chosen so far, in people's words."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.ballots.marks import part_in
from pbapp.ballots.rules import BallotPot, Rules
from pbapp.ballots.vote import Vote
from pbapp.web.babel import money


def guard_words(rules: Rules, pot: BallotPot) -> str:
    """What a ballot may say in one pot: "Choose exactly 3 projects. The pot is £20,000."."""
    sentences = [_what_to_do(rules, pot.id)]
    budget = money(pot.budget_pence)
    if not rules.is_held_to_money:
        sentences.append(_("The pot is %(pot)s.", pot=budget))
    elif rules.most_in(pot.id) == 1:
        sentences.append(_("It may not cost more than the pot of %(pot)s.", pot=budget))
    else:
        sentences.append(_("Together they may not cost more than the pot of %(pot)s.", pot=budget))
    if not rules.has_points and not rules.is_ranking and not rules.is_choose_one:
        sentences.append(_("Every project you choose gets one vote."))
    return " ".join(sentences)


def _what_to_do(rules: Rules, pot_id: str) -> str:
    least, most = rules.least_in(pot_id), rules.max_choices
    if rules.has_points:
        return _points_words(rules)
    if rules.is_ranking:
        if most is None:
            return _("Put the projects you want in order, the best first.")
        return ngettext(
            "Choose your best project.",
            "Choose up to %(num)s projects and put them in order, the best first.",
            most,
        )
    if rules.is_choose_one:
        return _("Choose one project.")
    if most is not None and least == most:
        return ngettext("Choose exactly %(num)s project.", "Choose exactly %(num)s projects.", most)
    if most is not None and least > 1:
        return _("Choose at least %(least)s projects, and up to %(most)s.", least=least, most=most)
    if most is not None:
        return ngettext("Choose %(num)s project.", "Choose up to %(num)s projects.", most)
    if least > 1:
        return ngettext(
            "Choose at least %(num)s project.", "Choose at least %(num)s projects.", least
        )
    return _("Choose the projects you want.")


def _points_words(rules: Rules) -> str:
    if rules.points_each is None:
        return _("Give each project up to %(most)s points.", most=rules.point_cap)
    given = ngettext(
        "You have %(num)s point to give.",
        "You have %(num)s points. Give them to one project, or share them out.",
        rules.points_each,
    )
    if rules.point_cap >= rules.points_each:
        return given
    return f"{given} " + _("One project can get %(most)s at most.", most=rules.point_cap)


def status_words(rules: Rules, pot: BallotPot, part: Vote) -> str:
    """How far somebody has got in a pot: "You have chosen 4 projects for £37,500. £62,500 left"."""
    n = len(part.choices)
    if rules.has_points:
        given = sum(part.points or ())
        if rules.points_each is None:
            return _("Points given: %(n)s", n=given)
        left = rules.points_each - given
        if left < 0:
            return _(
                "Points given: %(n)s of %(each)s. That is %(over)s too many",
                n=given,
                each=rules.points_each,
                over=-left,
            )
        return _(
            "Points given: %(n)s of %(each)s. Left: %(left)s",
            n=given,
            each=rules.points_each,
            left=left,
        )
    if rules.is_held_to_money:
        return _money_words(rules, pot, part)
    if n and rules.max_choices and not rules.is_choose_one:
        return _("You have chosen %(n)s of %(most)s projects", n=n, most=rules.most_in(pot.id))
    if n == 0:
        return _("You have not chosen a project yet")
    return ngettext("You have chosen %(num)s project", "You have chosen %(num)s projects", n)


def _money_words(rules: Rules, pot: BallotPot, part: Vote) -> str:
    n, spent = len(part.choices), rules.cost(part.choices)
    if n == 0:
        return _("You have %(left)s to spend", left=money(pot.budget_pence))
    if spent > pot.budget_pence:
        return ngettext(
            "You have chosen %(num)s project for %(cost)s. That is %(over)s too much",
            "You have chosen %(num)s projects for %(cost)s. That is %(over)s too much",
            n,
            cost=money(spent),
            over=money(spent - pot.budget_pence),
        )
    return ngettext(
        "You have chosen %(num)s project for %(cost)s. %(left)s left",
        "You have chosen %(num)s projects for %(cost)s. %(left)s left",
        n,
        cost=money(spent),
        left=money(pot.budget_pence - spent),
    )


def share_used(rules: Rules, pot: BallotPot, part: Vote) -> float | None:
    """How full the bar is, in hundredths; None where nothing is used up."""
    if rules.has_points:
        whole, used = rules.points_each or 0, sum(part.points or ())
    elif rules.is_held_to_money:
        whole, used = pot.budget_pence, rules.cost(part.choices)
    else:
        return None
    return min(100.0, round(100 * used / whole, 1)) if whole else None


def keying_words(rules: Rules) -> str:
    """How a paper is keyed, and what makes one that cannot count."""
    if rules.has_points:
        how = _("Number = points, with blanks between, then Enter: 3=5 7=2.")
    elif rules.is_ranking:
        how = _("Numbers in the order of the paper, the best first, then Enter: 7 3 12.")
    else:
        how = _("Numbers with blanks between them, then Enter: 3 7 12.")
    if rules.has_pots:
        how += " " + _("Key the projects of every pot in one line.")
    spoilt = _("Key x for a paper that cannot count: %(why)s.", why=", ".join(_what_spoils(rules)))
    return f"{how} {spoilt}"


def _what_spoils(rules: Rules) -> list[str]:
    """What a paper may not have on it, in few words."""
    found = [_("nothing on it, or nobody can tell what it says")]
    if rules.has_points and rules.points_each is not None:
        found.append(_("more than %(n)s points", n=rules.points_each))
    if rules.has_points and rules.points_most:
        found.append(_("more than %(n)s points for one project", n=rules.points_most))
    if rules.is_ranking:
        found.append(_("one place given twice"))
    if rules.max_choices is not None:
        found.append(_("more than %(n)s chosen", n=rules.max_choices))
    if (rules.min_choices or 1) > 1:
        found.append(_("fewer than %(n)s chosen", n=rules.min_choices))
    if rules.is_held_to_money:
        found.append(_("more money than the pot has"))
    if rules.picks_a_pot:
        found.append(_("projects of two pots"))
    return found


def place_list(most: int) -> list[str]:
    return [place_words(place) for place in range(1, most + 1)]


def leftover_words(rules: Rules, vote: Vote) -> list[str]:
    """Points that somebody has not given yet, pot by pot; that is no fault."""
    found = []
    for pot_id in rules.pots_of(vote):
        pot, part = rules.find_pot(pot_id), part_in(vote, rules, pot_id)
        left = (rules.points_each or 0) - sum(part.points or ())
        if pot is None or part.points is None or left <= 0:
            continue
        where = f"{pot.name}: " if rules.has_pots else ""
        found.append(
            where
            + ngettext(
                "You have %(num)s point left. You do not have to give it.",
                "You have %(num)s points left. You do not have to give them.",
                left,
            )
        )
    return found


def place_words(place: int) -> str:
    """ "2nd choice"."""
    names = (
        _("1st choice"),
        _("2nd choice"),
        _("3rd choice"),
        _("4th choice"),
        _("5th choice"),
        _("6th choice"),
        _("7th choice"),
        _("8th choice"),
        _("9th choice"),
        _("10th choice"),
        _("11th choice"),
        _("12th choice"),
    )
    return names[place - 1] if place <= len(names) else _("Choice number %(place)s", place=place)
