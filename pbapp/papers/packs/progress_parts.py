"""The parts of a pack that tell how it goes: money, steps, the plan, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from flask_babel import gettext as _

from pbapp.delivery.models import LIVE, Award, AwardState, Milestone
from pbapp.delivery.words import STATE
from pbapp.gaps import words as gap_words
from pbapp.gaps.measures import Cell as GapCell
from pbapp.gaps.queries import Gaps
from pbapp.gaps.shading import NO_DATA, NONE, scale_of
from pbapp.gaps.weak.queries import find_spots
from pbapp.papers.packs import document as d
from pbapp.papers.packs.document import Block, Cell, cell
from pbapp.papers.packs.matters import Matters, Progress
from pbapp.papers.packs.parts import FILLS, ward_map
from pbapp.plans.models import ActionStatus, Indicator
from pbapp.plans.progress import written
from pbapp.plans.words import BETTER, STATUS
from pbapp.web.babel import day, money

AHEAD = timedelta(weeks=6)
MOST_WEAK = 6


def spending(matters: Matters) -> Block:
    """Spend against award, project by project, and round by round as a chart."""
    live = [award for award in matters.awards if award.state in LIVE]
    if not live:
        nothing = _("No money has been offered yet.")
        return d.section("money", _("Money: spent against awarded"), d.text(nothing))
    rounds = {award.round_id: award.round.title for award in live}
    by_round = [
        (title, [award for award in live if award.round_id == id]) for id, title in rounds.items()
    ]
    chart = d.bars(
        _("Spent, paid and awarded, by round"),
        _("Round"),
        _("Money"),
        [_money_bar(title, awards) for title, awards in by_round],
        legend=[
            (d.SOLID, _("Spent, as groups told")),
            (d.STRIPES, _("Paid, not spent yet")),
            (d.EMPTY, _("Awarded, not paid yet")),
        ],
    )
    rows = [_award_row(award) for award in live]
    foot: list[Cell] = [_("Together"), "", *map(_pounds, _sums(live))]
    table = d.table(
        _("Every award"),
        [_("Project"), _("State"), _("Awarded"), _("Paid"), _("Spent")],
        rows,
        numbers=(2, 3, 4),
        foot=foot,
    )
    back = [(award, sum(r.amount_pence for r in award.repayments)) for award in live]
    repaid = d.table(
        _("Paid back"),
        [_("Project"), _("Amount")],
        [[award.proposal.title, _pounds(pence)] for award, pence in back if pence],
        numbers=(1,),
    )
    fallen = [award for award in matters.awards if award.state not in LIVE]
    not_paid = d.table(
        _("Not paid, or turned down by the group"),
        [_("Project"), _("State"), _("Why")],
        [
            [a.proposal.title, str(STATE[a.state]), a.condition or a.reason or _("not said")]
            for a in fallen
        ],
    )
    return d.section(
        "money",
        _("Money: spent against awarded"),
        chart,
        table,
        repaid if repaid["rows"] else None,
        not_paid if fallen else None,
        d.source(
            _(
                "Source: the record of awards on %(day)s. What is spent is what groups have told.",
                day=day(matters.today),
            )
        ),
    )


def _sums(awards: list[Award]) -> tuple[int, int, int]:
    """Awarded, paid and spent."""
    return (
        sum(award.amount_pence for award in awards),
        sum(award.paid_pence for award in awards),
        sum(award.spent_pence or 0 for award in awards),
    )


def _money_bar(title: str, awards: list[Award]) -> Block:
    awarded, paid, spent = _sums(awards)
    waiting = max(0, paid - spent)
    words = _(
        "%(spent)s spent, %(paid)s paid, of %(awarded)s",
        spent=money(spent),
        paid=money(paid),
        awarded=money(awarded),
    )
    rest = max(0, awarded - max(paid, spent))
    return d.bar(title, words, awarded, (d.SOLID, spent), (d.STRIPES, waiting), (d.EMPTY, rest))


def _award_row(award: Award) -> list[Cell]:
    spent = award.spent_pence
    return [
        award.proposal.title,
        str(STATE[award.state]),
        _pounds(award.amount_pence),
        _pounds(award.paid_pence),
        _("not told yet") if spent is None else _pounds(spent),
    ]


def _pounds(pence: int) -> Cell:
    return cell(money(pence), pence)


# --- steps ----------------------------------------------------------------------------------


def late_steps(matters: Matters) -> list[Milestone]:
    """Steps that are not done and were due before today, of projects that are under way."""
    return [
        step
        for award in matters.awards
        if award.state is AwardState.APPROVED
        for step in award.milestones
        if step.done_on is None and step.due_on < matters.today
    ]


def steps(matters: Matters) -> Block:
    """What is late, what was done since the last meeting, and what comes next."""
    under_way = [award for award in matters.awards if award.state in LIVE]
    found = [step for award in under_way for step in award.milestones]
    done = [step for step in found if step.done_on and step.done_on >= matters.since_day]
    coming = [
        step
        for step in found
        if step.done_on is None and matters.today <= step.due_on <= matters.today + AHEAD
    ]
    blocks = [
        _step_table(_("Late"), late_steps(matters), _("No step is late.")),
        _step_table(_("Done since the board last met"), done, _("No step was done since then.")),
        _step_table(
            _("Due in the next six weeks"), coming, _("No step is due in the next six weeks.")
        ),
    ]
    return d.section("steps", _("Steps: late, done and coming"), *blocks)


def _step_table(caption: str, steps: list[Milestone], none: str) -> Block:
    if not steps:
        return d.text(none)
    return d.table(
        caption,
        [_("Step"), _("Project"), _("Due"), _("Done")],
        [
            [
                step.name,
                step.award.proposal.title,
                day(step.due_on),
                day(step.done_on) if step.done_on else _("not yet"),
            ]
            for step in sorted(steps, key=lambda step: step.due_on)
        ],
    )


# --- what the board asked and set going -----------------------------------------------------


def followed_up(matters: Matters) -> Block | None:
    """Questions and their answers, and what services said they will do."""
    if not (matters.questions or matters.actions):
        return None
    questions = d.table(
        _("Questions of the board"),
        [_("Question"), _("Who answers"), _("Answer")],
        [[one.text, one.owner, one.answer or _("none yet")] for one in matters.questions],
    )
    actions = d.table(
        _("What services said they will do"),
        [_("Action"), _("Who does it"), _("Due"), _("How it goes")],
        [
            [
                one.text,
                one.owner,
                day(one.due_on),
                f"{STATUS[one.status]}. {one.progress}".rstrip(". ") + ".",
            ]
            for one in matters.actions
        ],
    )
    return d.section(
        "followed-up",
        _("What the board asked and set going"),
        questions if matters.questions else None,
        actions if matters.actions else None,
    )


# --- the plan -------------------------------------------------------------------------------


def plan(matters: Matters) -> Block:
    """Each priority's actions and figures."""
    if not matters.progress:
        none = _("This board has no plan yet.")
        return d.section("plan", _("The plan: actions and figures"), d.text(none))
    blocks: list[Block | None] = []
    for one in matters.progress:
        blocks.append(d.heading(one.version.title))
        blocks += [_actions(one, matters), _figures(one)]
    return d.section("plan", _("The plan: actions and figures"), *blocks)


def _actions(one: Progress, matters: Matters) -> Block:
    if not one.version.actions:
        return d.text(_("The plan names no action for it."))
    rows: list[list[Cell]] = []
    for action in one.version.actions:
        open_ = action.status in (ActionStatus.PLANNED, ActionStatus.UNDER_WAY)
        late = open_ and action.due_on is not None and action.due_on < matters.today
        state = str(STATUS[action.status]) + (f" ({_('late')})" if late else "")
        rows.append(
            [
                action.plain or action.text,
                action.lead or _("not said"),
                day(action.due_on) if action.due_on else _("not said"),
                f"{state}. {action.progress}".rstrip(". ") + ".",
            ]
        )
    caption = _("What we said we will do: %(priority)s", priority=one.version.title)
    return d.table(caption, [_("Action"), _("Who leads"), _("Due"), _("How it goes")], rows)


def _figures(one: Progress) -> Block | None:
    if not one.indicators:
        return None
    return d.table(
        _("Figures we watch: %(priority)s", priority=one.version.title),
        [_("Figure"), _("Now"), _("Before"), _("Better when"), _("Source")],
        [_figure_row(indicator) for indicator in one.indicators],
    )


def _figure_row(indicator: Indicator) -> list[Cell]:
    readings = indicator.readings
    cells = []
    for place in (-1, -2):
        if len(readings) < -place:
            cells.append(cell(_("none yet"), None))
            continue
        reading = readings[place]
        figure = written(reading.value, indicator.decimals)
        said = f"{figure} {indicator.unit}".strip() + f" ({day(reading.taken_on)})"
        cells.append(cell(said, figure.replace(",", "")))
    return [indicator.name, *cells, str(BETTER[indicator.direction]), indicator.source]


# --- what is missing ------------------------------------------------------------------------


def missing(matters: Matters) -> Block:
    """Entries for every 1,000 people, by ward: a map, and a table with every priority."""
    gaps = matters.gaps
    heading_ = _("What is here, and what is missing")
    if not gaps.wards:
        return d.section("gaps", heading_, d.text(_("This board has no wards yet.")))
    cells = {row.area_id: row.overall for row in gaps.rows}
    scale = scale_of([one.per_1000 for one in cells.values()])
    known = dict(zip(("1", "2", "3"), FILLS, strict=True)) | {NONE: "none", NO_DATA: "unknown"}
    fills = {area: known[scale.shade(one.per_1000)] for area, one in cells.items()}
    shades = {scale.shade(one.per_1000) for one in cells.values()}
    legend = [(known[step.shade], step.text) for step in gap_words.legend(scale, shades)]
    caption = _("Entries on the map for every 1,000 people")
    weakest = _weakest(gaps)
    figures = {area: gap_words.per_1000(one).figure for area, one in cells.items()}
    return d.section(
        "gaps",
        heading_,
        d.text(
            _(
                "What the map has for each priority, against how many people live there. A gap may "
                "be a thing that is missing, or a thing that nobody has added yet."
            )
        ),
        ward_map(matters, caption, figures, fills, legend) if matters.shapes else None,
        d.points(weakest) if weakest else None,
        *[_gaps(gaps, gap_words.MEASURES[which]) for which in ("how-much", "evenings", "weekends")],
        d.source(_("Source: published entries of the asset map on %(day)s.", day=day(gaps.as_of))),
        d.source(gap_words.source_told(gaps.source)) if gaps.source else None,
    )


def _weakest(gaps: Gaps) -> list[str]:
    """The worst weak spots in sentences, as the page of gaps has them."""
    return [
        gap_words.weak(spot.weak, spot.ward.name, spot.version.title)
        for spot in find_spots(gaps, [])[:MOST_WEAK]
    ]


def _gaps(gaps: Gaps, measure: gap_words.Measure) -> Block:
    """One figure by priority and ward, as the page of gaps has it."""

    def said(cells: Iterable[GapCell]) -> list[Cell]:
        told = [measure.say(one) for one in cells]
        return [cell(f"{t.figure} ({t.note})" if t.note else t.figure, t.value) for t in told]

    table: list[list[Cell]] = [
        [_("Priority"), *[ward.name for ward in gaps.wards]],
        [_("All entries"), *said(row.overall for row in gaps.rows)],
    ]
    table += [
        [version.title, *said(row.cells[version.priority_id] for row in gaps.rows)]
        for version in gaps.priorities
    ]
    if len(gaps.wards) > max(5, len(table)):  # no page is wide enough for so many
        table = [list(column) for column in zip(*table, strict=True)]
        table[0][0] = _("Ward")
    head = [str(one) for one in table[0]]
    return d.table(str(measure.caption), head, table[1:], numbers=range(1, len(head)))
