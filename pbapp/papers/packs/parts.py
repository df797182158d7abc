"""The parts of a pack that follow a result: what won, where, and who took part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.engagement.words import KIND
from pbapp.gaps import drawing
from pbapp.papers.packs import document as d
from pbapp.papers.packs.document import Block, cell
from pbapp.papers.packs.matters import Matters, Result
from pbapp.papers.pages import asks as asks_of
from pbapp.papers.pages import priorities as money_by_priority
from pbapp.participation.pages import rate_rows
from pbapp.participation.queries import portrait_of
from pbapp.participation.sentences import not_heard
from pbapp.places.queries import attribution
from pbapp.results.models import Allocation, TurnoutKind
from pbapp.results.pages import together
from pbapp.results.pictures import turnout_rows, why_held
from pbapp.results.queries import list_turnout, money_by_ward
from pbapp.results.sentences import Story
from pbapp.web.babel import day, moment

FILLS = ("dots", "lines", "cross")


def results(matters: Matters) -> list[Block]:
    """A section for each result that came out since the board last met."""
    if matters.results:
        return [_result(matters, result) for result in matters.results]
    nothing = _("No result has come out since the board last met.")
    return [d.section("results", _("Results"), d.text(nothing))]


def asks_about(result: Result) -> list[str]:
    """What the board is asked to note of a result."""
    ballots = int(together(result.round, result.stories)["ballots"])
    return [ask.rstrip(".;") for ask in asks_of(result.stories, ballots)][:-1]


def _result(matters: Matters, result: Result) -> Block:
    round, story = result.round, result.first
    total = together(round, result.stories)
    blocks: list[Block | None] = [
        d.text(f"{total['in_short']} {total['served']}".strip()),
        *[d.text(line) for line in total.get("unused", [])],
    ]
    for one in result.stories:
        if one.pot:
            blocks.append(d.heading(one.pot))
        blocks.append(_funded(one))
    blocks.append(_by_priority(result))
    blocks += _where(matters, result)
    blocks.append(
        d.source(
            _(
                "Source: the official count, made on %(when)s from the frozen ballots.",
                when=moment(story.count.counted_at),
            )
        )
    )
    return d.section(f"result-{round.slug}", _("Result of %(round)s", round=round.title), *blocks)


def _funded(story: Story) -> Block:
    if not story.funded:
        return d.text(_("No project was funded."))
    groups = any(_group(row) for row in story.funded)
    rows: list[list[d.Cell]] = [
        [
            row.title,
            *([_group(row)] if groups else []),
            cell(story.number(row), row.votes),
            _money(story, row.awarded),
        ]
        for row in story.funded
    ]
    last = 3 if groups else 2
    return d.table(
        _("What is funded") + (f": {story.pot}" if story.pot else ""),
        [_("Project"), *([_("Group")] if groups else []), story.what_was_counted(), _("Gets")],
        rows,
        numbers=(last - 1, last),
        foot=[_("Together"), *[""] * (last - 1), _money(story, story.count.total_cost)],
    )


def not_funded(matters: Matters) -> Block | None:
    """The last pages: what is not funded, and why, of every result."""
    blocks: list[Block] = []
    for result in matters.results:
        for story in result.stories:
            if story.not_funded:
                name = result.round.title + (f", {story.pot}" if story.pot else "")
                blocks.append(_unfunded_table(name, story))
    return d.section("not-funded", _("What is not funded, and why"), *blocks) if blocks else None


def _unfunded_table(name: str, story: Story) -> Block:
    return d.table(
        _("Not funded in %(round)s", round=name),
        [_("Project"), _("Why not"), story.what_was_counted(), _("Asked for")],
        [
            [
                row.title,
                story.short_why(row),
                cell(story.number(row), row.votes),
                _money(story, row.cost),
            ]
            for row in story.not_funded
        ],
        numbers=(2, 3),
    )


def _by_priority(result: Result) -> Block | None:
    story = result.first
    rows = money_by_priority(result.round, [row for one in result.stories for row in one.rows])
    if not any(row["money"] for row in rows):
        return None
    return d.bars(
        _("Money by priority of the plan"),
        _("Priority"),
        _("Money"),
        [
            d.bar(
                row["title"],
                _(
                    "%(money)s, %(funded)s of %(all)s projects funded",
                    money=story.amount(row["money"]),
                    funded=row["funded"],
                    all=row["listed"],
                ),
                row["money"],
            )
            for row in rows
        ],
    )


def _where(matters: Matters, result: Result) -> list[Block]:
    """A map of the wards with the money that goes to each, and its table."""
    story = result.first
    rows = [row for one in result.stories for row in one.funded]
    money = money_by_ward(rows)
    if not matters.shapes or not any(money):
        return []
    listed = d.table(
        _("Money by ward"),
        [_("Ward"), _("Money")],
        [
            [ward or _("More than one ward, or none named"), _money(story, given)]
            for ward, given in money.items()
        ],
        numbers=(1,),
    )
    names = {link.area_id: link.area.name for link in matters.board.board_areas}
    if any(name and name not in names.values() for name in money):
        return [listed]  # decided with wards that are no more: the map of today is not theirs
    figures = {area: money.get(name, 0) for area, name in names.items()}
    shares = [figure for figure in figures.values() if figure]
    fills = dict(zip(sorted(set(shares)), _spread(len(set(shares))), strict=True))
    caption = _("Where the money goes")
    drawn = ward_map(
        matters,
        caption,
        {area: story.amount(figure) for area, figure in figures.items()},
        {area: fills.get(figure, "none") for area, figure in figures.items()},
        [("none", _("nothing")), *_steps(story, fills)],
    )
    return [drawn, listed]


def _steps(story: Story, fills: dict[int, str]) -> list[tuple[str, str]]:
    """What each fill means: the amounts drawn so, from the least to the most."""
    found = []
    for fill in FILLS:
        amounts = [figure for figure, its in fills.items() if its == fill]
        if amounts:
            ends = dict.fromkeys((story.amount(min(amounts)), story.amount(max(amounts))))
            found.append((fill, " – ".join(ends)))
    return found


def _spread(number: int) -> list[str]:
    """Fills from light to dark for so many different figures."""
    return [FILLS[min(2, place * 3 // max(number, 1))] for place in range(number)]


def ward_map(
    matters: Matters,
    caption: str,
    figures: dict[int, str],
    fills: dict[int, str],
    legend: Sequence[tuple[str, str]],
) -> Block:
    """The board's wards as lines, each with its name, its figure and its fill.

    Where names and figures would lie over each other, numbers stand for them.
    """
    frame = drawing.frame_of(matters.shapes)
    names = {shape.area_id: shape.area.name for shape in matters.shapes}
    wards = [
        (one, names[one.area_id], figures.get(one.area_id, ""))
        for one in sorted(
            drawing.draw(matters.shapes, frame), key=lambda drawn: names[drawn.area_id]
        )
    ]
    is_numbered = not drawing.have_room((one, (name, figure)) for one, name, figure in wards)
    areas = [
        {
            "name": str(number) if is_numbered else name,
            "figure": "" if is_numbered else figure,
            "fill": fills.get(one.area_id, "none"),
            "path": one.path,
            "x": one.x,
            "y": one.y,
        }
        for number, (one, name, figure) in enumerate(wards, 1)
    ]
    told = [f"{name}: {figure}" for _one, name, figure in wards]
    drawn = d.area_map(
        caption,
        frame.width,
        frame.height,
        areas,
        legend,
        _("Map of the wards. %(figures)s.", figures="; ".join(told)),
    )
    source = attribution(matters.shapes[0].boundary_set)
    return drawn | {"source": source, "numbered": told if is_numbered else []}


# --- who took part --------------------------------------------------------------------------


def people(matters: Matters) -> Block:
    """How many people voted, by ward and by way of voting, and when people were listened to."""
    blocks: list[Block] = []
    for result in matters.results:
        blocks += _turnout(result)
        blocks += _not_heard(result)
    if not matters.results:
        blocks.append(d.text(_("No vote has ended since the board last met.")))
    blocks.append(d.heading(_("When people were listened to")))
    if matters.heard:
        blocks.append(_listening(matters))
    else:
        blocks.append(d.text(_("Nothing is written down since the board last met.")))
    return d.section("people", _("Who took part"), *blocks)


def _turnout(result: Result) -> list[Block]:
    round = result.round
    ballots = int(together(round, result.stories)["ballots"])
    said = ngettext(
        "%(people)s person voted in %(round)s.",
        "%(people)s people voted in %(round)s.",
        ballots,
        people=f"{ballots:,}",
        round=round.title,
    )
    blocks = [d.text(said)]
    kept = list_turnout(round)
    held = False
    for kind, caption, label in (
        (TurnoutKind.WARD, _("People who voted, by ward"), _("Ward")),
        (TurnoutKind.CHANNEL, _("People who voted, by way of voting"), _("Way of voting")),
    ):
        rows = turnout_rows(kept, kind)
        held = held or any(row["is_held"] for row in rows)
        if rows:
            shown: list[Any] = [
                d.bar(row["label"], row["text"], None if row["is_held"] else row["value"])
                for row in rows
            ]
            blocks.append(d.bars(f"{caption}: {round.title}", label, _("People"), shown))
    if kept:
        frozen = moment(result.first.count.profile.frozen_at)
        source = _("Source: the voters' list, frozen on %(when)s.", when=frozen)
        blocks.append(d.source(f"{source} {why_held() if held else ''}".strip()))
    return blocks


def _not_heard(result: Result) -> list[Block]:
    """Voters against who lives there, and who we did not hear from, as the round's page says it."""
    if result.round.is_imported:
        return []
    portrait = portrait_of(result.round)
    blocks: list[Block] = []
    for caption, label, parts, by_name in (
        (_("Voters of each 1,000 people, by ward"), _("Ward"), portrait.wards, True),
        (
            _("Voters of each 1,000 people, by fifth of the index"),
            _("Fifth"),
            portrait.fifths,
            False,
        ),
    ):
        rows = rate_rows(parts, by_name=by_name)
        if rows:
            listed = [
                [
                    row["label"],
                    cell(row["text"], None if row["is_held"] else row["value"]),
                    row["note"],
                ]
                for row in rows
            ]
            head = [label, _("Of each 1,000"), _("Voted, and live there")]
            blocks.append(d.table(f"{caption}: {result.round.title}", head, listed, numbers=(1,)))
    said = not_heard(portrait)
    if said:
        blocks += [d.heading(_("Who we did not hear from")), d.points(said)]
    return blocks


def _listening(matters: Matters) -> Block:
    return d.table(
        _("Events and surveys since the board last met"),
        [_("What"), _("When"), _("Where"), _("People reached")],
        [
            [
                f"{one.title} ({KIND[one.kind]})",
                day(one.held_on),
                one.place or _("not said"),
                cell(f"{one.people:,}" if one.people else _("not counted"), one.people),
            ]
            for one in matters.heard
        ],
        numbers=(3,),
    )


def _group(row: Allocation) -> str:
    organisation = row.proposal.organisation if row.proposal else None
    return organisation.name if organisation else ""


def _money(story: Story, minor: int) -> d.Cell:
    return cell(story.amount(minor), minor)
