"""A ballot paper's rules in words, in the language it is printed in."""

from __future__ import annotations

from flask_babel import gettext as _

from pbapp.ballots.paper.sheet import PaperPot, Sheet
from pbapp.rounds.models import VoteType
from pbapp.web.babel import money


def pots_words(sheet: Sheet) -> str:
    """How many of several pots somebody may vote about; nothing where there is one."""
    if len(sheet.pots) < 2:
        return ""
    if sheet.one_pot:
        return _("Vote about one of the %(n)s pots below, and leave the others empty.", n=_n(sheet))
    return _("There are %(n)s pots. Vote about each, or leave out those you like.", n=_n(sheet))


def _n(sheet: Sheet) -> int:
    return len(sheet.pots)


def pot_words(sheet: Sheet, pot: PaperPot) -> list[str]:
    """What to do for one pot, a sentence at a time."""
    amount = money(pot.budget_pence, sheet.currency)
    words = [_("There is %(pot)s to share.", pot=amount), *_how(sheet)]
    if sheet.within_pot and sheet.vote_type is not VoteType.ORDINAL:
        words.append(_("Together the projects you choose may cost %(pot)s at most.", pot=amount))
    return words


def _how(sheet: Sheet) -> list[str]:
    if sheet.vote_type is VoteType.CUMULATIVE:
        words = [_("Write how many points you give beside each project you like.")]
        if sheet.points_each:
            words.append(_("You have %(n)s points in all.", n=sheet.points_each))
        if sheet.points_most:
            words.append(_("Give one project %(n)s points at most.", n=sheet.points_most))
        return words
    if sheet.vote_type is VoteType.ORDINAL:
        return [
            _("Write 1 beside the project you like best, 2 beside the next, and so on."),
            *_number(
                sheet,
                _("Number exactly %(n)s."),
                _("Number %(n)s at least."),
                _("Number %(n)s at most."),
                "",
            ),
        ]
    if sheet.max_choices == 1:
        return [_("Put a cross in one box.")]
    return _number(
        sheet,
        _("Put a cross in exactly %(n)s boxes."),
        _("Put a cross in at least %(n)s boxes."),
        _("Put a cross in up to %(n)s boxes."),
        _("Put a cross in as many boxes as you want."),
    )


def _number(sheet: Sheet, exactly: str, least: str, most: str, free: str) -> list[str]:
    low, high = sheet.min_choices, sheet.max_choices
    if low and low == high:
        return [exactly % {"n": low}]
    words = [least % {"n": low}] if low and low > 1 else []
    words += [most % {"n": high}] if high else []
    return words or ([free] if free else [])


def box_words(sheet: Sheet) -> str:
    """The heading over the empty boxes."""
    return {
        VoteType.CUMULATIVE: _("Your points"),
        VoteType.ORDINAL: _("Your order"),
    }.get(sheet.vote_type, _("Your cross"))
