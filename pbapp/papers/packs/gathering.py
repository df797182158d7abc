"""Everything a pack says, put together when it is pressed and frozen from then on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.delivery.models import LIVE, AwardState
from pbapp.papers.meetings.models import Meeting
from pbapp.papers.meetings.words import name_of
from pbapp.papers.packs import committee, parts, progress_parts
from pbapp.papers.packs import document as d
from pbapp.papers.packs.document import Block
from pbapp.papers.packs.matters import Matters
from pbapp.papers.packs.queries import log_head
from pbapp.web.babel import day, moment, money

FORMAT = 1


def gather(meeting: Meeting, language: str, now: datetime | None = None) -> dict[str, Any]:
    """The frozen facts of a pack: its documents in words and numbers, and the log's head.

    `now` is for a demo alone, whose past is made up.
    """
    matters = Matters(meeting, now)
    number, head = log_head()
    return {
        "format": FORMAT,
        "language": language,
        "board": {"slug": matters.board.slug, "name": matters.board.name},
        "meeting": {"id": meeting.id, "starts_at": meeting.starts_at.isoformat()},
        "since": matters.since.isoformat() if matters.since else None,
        "made_at": matters.now.isoformat(),
        "log": {"number": number, "head": head},
        "documents": [the_pack(matters), *committee.reports(matters)],
    }


def the_pack(matters: Matters) -> Block:
    meeting = matters.meeting
    when = _("%(when)s, %(place)s", when=moment(meeting.starts_at), place=meeting.place)
    since = (
        _("It tells of what happened since the board met on %(day)s.", day=day(matters.since))
        if matters.since
        else _("It tells of everything so far: the board has not met here before.")
    )
    return d.document(
        _("Board pack: %(board)s", board=matters.board.name),
        [f"{name_of(meeting)}: {when}", since],
        [
            asks(matters),
            *parts.results(matters),
            progress_parts.spending(matters),
            progress_parts.steps(matters),
            progress_parts.followed_up(matters),
            progress_parts.plan(matters),
            parts.people(matters),
            progress_parts.missing(matters),
            parts.not_funded(matters),
            prints(matters),
        ],
        page_one=True,
    )


def asks(matters: Matters) -> Block:
    """Page one: what the board is asked to decide, and how things stand in a few figures."""
    said = [item["asks"].rstrip(".;") for item in matters.meeting.agenda if item["asks"]]
    for result in matters.results:
        said += parts.asks_about(result)
    said += _about_money(matters)
    blocks = (
        [d.text(_("The board is asked to:")), d.points([f"{one};" for one in said], numbered=True)]
        if said
        else [d.text(_("The board is asked to decide nothing at this meeting."))]
    )
    return d.section("asks", _("What the board is asked for"), *blocks, glance(matters))


def _about_money(matters: Matters) -> list[str]:
    said = []
    waiting = [a for a in matters.awards if a.state is AwardState.ACCEPTED]
    if waiting:
        said.append(
            ngettext(
                "note that %(num)s award of %(money)s waits for its funder to approve payment",
                "note that %(num)s awards of %(money)s together wait for their funders to approve "
                "payment",
                len(waiting),
                money=money(sum(a.amount_pence for a in waiting)),
            )
        )
    unanswered = [one for one in matters.questions if one.answered_on is None]
    if unanswered:
        said.append(
            ngettext(
                "ask for the answer to %(num)s question",
                "ask for the answers to %(num)s questions",
                len(unanswered),
            )
        )
    late = progress_parts.late_steps(matters)
    if late:
        said.append(
            ngettext(
                "ask what holds up %(num)s step that is late",
                "ask what holds up %(num)s steps that are late",
                len(late),
            )
        )
    return said


def glance(matters: Matters) -> Block:
    live = [a for a in matters.awards if a.state in LIVE]
    awarded = sum(a.amount_pence for a in live)
    spent = sum(a.spent_pence or 0 for a in live)
    late = len(progress_parts.late_steps(matters))
    rows: list[list[d.Cell]] = [
        [
            _("Results in this pack"),
            d.cell(str(len(matters.results)), len(matters.results)),
        ],
        [_("Awarded to projects in all"), d.cell(money(awarded), awarded)],
        [_("Spent, as groups told"), d.cell(money(spent), spent)],
        [_("Steps that are late"), d.cell(str(late), late)],
        [
            _("Times people were listened to since"),
            d.cell(str(len(matters.heard)), len(matters.heard)),
        ],
    ]
    return d.table(_("At a glance"), [_("What"), _("How much")], rows, numbers=(1,))


def prints(matters: Matters) -> Block:
    """What anybody can check: the fingerprints of every count in the pack."""
    found = []
    for result in matters.results:
        for story in result.stories:
            name = result.round.title + (f", {story.pot}" if story.pot else "")
            ballots = _("The ballots of %(round)s", round=name)
            rule = _("The rule of %(round)s", round=name)
            found += [
                f"{ballots}: {story.count.profile.digest}",
                f"{rule}: {story.count.parameters_digest}",
            ]
    checked = _(
        "The fingerprint of this pack (SHA-256 of its facts) and the head of the officers' log are "
        "on its page and at the end of each file. Anybody can download the facts there and check."
    )
    return d.section(
        "prints",
        _("How anybody can check this"),
        d.text(checked),
        d.points(found) if found else None,
    )
