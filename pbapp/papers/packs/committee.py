"""The report to the committee or partner that funds a pot, from the same facts as the pack."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.delivery.models import LIVE, Award, AwardState
from pbapp.delivery.words import STATE
from pbapp.papers.packs import document as d
from pbapp.papers.packs.document import Block, Cell, cell
from pbapp.papers.packs.matters import Matters
from pbapp.results.pages import binding, stories_of
from pbapp.results.queries import is_public, list_official_counts
from pbapp.results.sentences import Story
from pbapp.rounds.models import Pot, Round
from pbapp.rounds.sealing import numbered_pots
from pbapp.web.babel import day, moment, money


@dataclass(frozen=True)
class Voted:
    """A pot with the count of it and the awards that came of it."""

    pot: Pot
    story: Story
    awards: list[Award]


def reports(matters: Matters) -> list[Block]:
    """One for each funder whose money has been voted on and is not all dealt with."""
    by_funder: dict[tuple[str, str], list[Voted]] = {}
    for voted in _voted(matters):
        pot = voted.pot
        name = pot.funder.name if pot.funder else _("the funder")
        by_funder.setdefault((name, pot.payment_approver), []).append(voted)
    return [
        _report(matters, funder, approver, pots) for (funder, approver), pots in by_funder.items()
    ]


def _voted(matters: Matters) -> Iterable[Voted]:
    open_ = {
        a.round_id for a in matters.awards if a.state in (AwardState.OFFERED, AwardState.ACCEPTED)
    }
    new = {result.round.id for result in matters.results}
    rounds = {result.round.id: result.round for result in matters.results}
    rounds |= {award.round_id: award.round for award in matters.awards}
    told = {result.round.id: result.stories for result in matters.results}
    for id in sorted(open_ | new):
        round = rounds[id]
        if round.is_imported or not is_public(round, matters.now):
            continue
        stories = told.get(id) or stories_of(list_official_counts(round))
        for story in stories:
            pot = _pot_of(round, story)
            if pot is not None:
                mine = [a for a in matters.awards if a.allocation_id in {r.id for r in story.rows}]
                yield Voted(pot, story, mine)


def _pot_of(round: Round, story: Story) -> Pot | None:
    """The pot a count shared out; the only one there is where the round has one."""
    if not story.count.pot:
        return round.pots[0] if round.pots else None
    return numbered_pots(round).get(story.count.pot)


def _report(matters: Matters, funder: str, approver: str, pots: list[Voted]) -> Block:
    who = approver or funder
    report = d.document(
        _("Report to %(who)s", who=who),
        [
            _("From the %(board)s. Funder: %(funder)s.", board=matters.board.name, funder=funder),
            _("Made for the board meeting on %(when)s.", when=moment(matters.meeting.starts_at)),
        ],
        [
            _asked(who, pots),
            _what_was_voted(pots),
            _conditions(pots),
            _sums(pots),
            _equality(pots),
            _next(pots),
        ],
    )
    # What a decision on this report can be about.
    return report | {"approver": who, "awards": [award.id for award in _waiting(pots)]}


def _waiting(pots: list[Voted]) -> list[Award]:
    return [a for voted in pots for a in voted.awards if a.state is AwardState.ACCEPTED]


def _asked(who: str, pots: list[Voted]) -> Block:
    waiting = _waiting(pots)
    total = sum(a.amount_pence for a in waiting)
    heading = _("What approval is asked for")
    if not waiting:
        said = _("No award waits for approval today. This report is for information.")
        return d.section("asks", heading, d.text(said))
    said = ngettext(
        "%(who)s is asked to approve paying %(num)s award of %(money)s, or to name the published "
        "condition that it does not meet.",
        "%(who)s is asked to approve paying %(num)s awards of %(money)s together, or to name for "
        "each the published condition that it does not meet.",
        len(waiting),
        who=who,
        money=money(total),
    )
    rows: list[list[Cell]] = [
        [a.proposal.title, _group(a), cell(money(a.amount_pence), a.amount_pence)] for a in waiting
    ]
    foot: list[Cell] = [_("Together"), "", cell(money(total), total)]
    return d.section(
        "asks",
        heading,
        d.text(said),
        d.table(
            _("Awards to approve"),
            [_("Project"), _("Group"), _("Amount")],
            rows,
            numbers=(2,),
            foot=foot,
        ),
    )


def _what_was_voted(pots: list[Voted]) -> Block:
    blocks = []
    for voted in pots:
        story = voted.story
        name = f"{voted.pot.round.title}, {voted.pot.name}"
        blocks.append(d.heading(name))
        blocks.append(d.text(story.in_short()))
        blocks.append(d.text(binding(voted.pot.is_binding)))
        if story.funded:
            blocks.append(
                d.table(
                    _("What people voted to fund: %(pot)s", pot=name),
                    [_("Project"), story.what_was_counted(), _("Gets")],
                    [
                        [
                            row.title,
                            cell(story.number(row), row.votes),
                            cell(story.amount(row.awarded), row.awarded),
                        ]
                        for row in story.funded
                    ],
                    numbers=(1, 2),
                )
            )
        counted = moment(story.count.counted_at)
        blocks.append(d.source(_("Source: the official count, made on %(when)s.", when=counted)))
    return d.section("voted", _("What was voted"), *blocks)


def _rounds(pots: list[Voted]) -> list[Round]:
    return list({voted.pot.round_id: voted.pot.round for voted in pots}.values())


def _conditions(pots: list[Voted]) -> Block:
    blocks = []
    for round in _rounds(pots):
        lines = [line.strip() for line in round.conditions.splitlines() if line.strip()]
        blocks.append(d.heading(round.title))
        blocks.append(d.points(lines) if lines else d.text(_("No conditions were published.")))
    return d.section("conditions", _("Conditions published before the vote"), *blocks)


def _sums(pots: list[Voted]) -> Block:
    rows: list[list[Cell]] = []
    for voted in pots:
        live = [a for a in voted.awards if a.state in LIVE]
        decided = [a for a in live if a.state in (AwardState.APPROVED, AwardState.FINISHED)]
        figures = (
            voted.pot.budget_pence,
            sum(a.amount_pence for a in live),
            sum(a.amount_pence for a in decided),
            sum(a.paid_pence for a in live),
            sum(a.spent_pence or 0 for a in live),
        )
        rows.append([voted.pot.name, *(cell(money(figure), figure) for figure in figures)])
    head = [_("Pot"), _("In the pot"), _("Offered"), _("Approved"), _("Paid"), _("Spent")]
    dealt = [a for voted in pots for a in voted.awards if a.decided_on]
    return d.section(
        "money",
        _("The money in short"),
        d.table(_("The money, pot by pot"), head, rows, numbers=range(1, 6)),
        _decided(dealt) if dealt else None,
    )


def _decided(awards: list[Award]) -> Block:
    return d.table(
        _("Decided so far"),
        [_("Project"), _("Decision"), _("When"), _("By whom"), _("Interests declared")],
        [
            [
                a.proposal.title,
                str(STATE[a.state]) + (f": {a.condition}" if a.condition else ""),
                day(a.decided_on) if a.decided_on else "",
                a.decided_by,
                a.conflicts or _("none"),
            ]
            for a in awards
        ],
    )


def _equality(pots: list[Voted]) -> Block:
    blocks = []
    for round in _rounds(pots):
        said = round.assessment or _("No equality assessment is recorded for this round.")
        blocks += [d.heading(round.title), d.text(said)]
        if round.arrangements:
            blocks.append(d.text(round.arrangements))
    return d.section("equality", _("Equality assessment"), *blocks)


def _next(pots: list[Voted]) -> Block | None:
    """Who moves up if an award is not paid."""
    items = [
        f"{voted.pot.name}: " + ", ".join(row.title for row in voted.story.reserve[:5])
        for voted in pots
        if voted.story.reserve
    ]
    if not items:
        return None
    said = _(
        "If an award is not paid, the next on the list that fits in what is left is offered it:"
    )
    return d.section("reserve", _("The reserve list"), d.text(said), d.points(items))


def _group(award: Award) -> str:
    organisation = award.proposal.organisation
    return organisation.name if organisation else "–"
