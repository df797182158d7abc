"""The thread in words: each step with its figure, its day, its source and where it leads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from pbapp.plans.models import Indicator, Reading
from pbapp.plans.progress import written
from pbapp.plans.words import BETTER
from pbapp.thread.queries import Stage, Strand, Thread
from pbapp.web.babel import day as written_day
from pbapp.web.babel import local_day, money

STAGE = {
    Stage.FINISHED: _l("Finished and reported"),
    Stage.REPORTED: _l("Under way and reported"),
    Stage.PAID: _l("Paid, not reported yet"),
    Stage.AWARDED: _l("Won, not paid yet"),
    Stage.RETURNED: _l("Not taken up or not paid"),
}


@dataclass(frozen=True)
class Step:
    """One link of the thread; without a `figure` it is missing, and `says` why that matters."""

    key: str
    title: str
    figure: str
    says: str
    url: str
    on: date | None = None
    source: str = ""

    @property
    def is_missing(self) -> bool:
        return not self.figure


def tell(thread: Thread) -> list[Step]:
    """The thread from left to right: what people said first, what changed last."""
    return [step(thread) for step in STEPS]


def _heard(thread: Thread) -> Step:
    url = url_for("engagement.index", slug=thread.board.slug, priority=thread.priority.slug)
    title = _("What people said")
    if not thread.heard:
        return Step("heard", title, "", _("Nothing is written down of what people said."), url)
    last = thread.heard[0]
    people = sum(record.people or 0 for record in thread.heard)
    return Step(
        "heard",
        title,
        ngettext("%(num)s record", "%(num)s records", len(thread.heard)),
        ngettext("%(n)s person reached", "%(n)s people reached", people, n=f"{people:,}")
        if people
        else "",
        url,
        last.held_on,
        last.title,
    )


def _gap(thread: Thread) -> Step:
    url = url_for("gaps.index", slug=thread.board.slug, priority=thread.priority.slug)
    title = _("What is here, and what is missing")
    known = [(ward, number) for ward, number in thread.entries_by_ward if number is not None]
    if not known:
        return Step("gap", title, "", _("What is here has not been compared by ward."), url)
    total = sum(number for _ward, number in known)
    bare = [ward.name for ward, number in known if not number]
    least = min(known, key=lambda pair: pair[1])
    return Step(
        "gap",
        title,
        ngettext("%(num)s entry in its wards helps", "%(num)s entries in its wards help", total),
        _("Nothing for this in %(wards)s", wards=", ".join(bare))
        if bare
        else _("Fewest in %(ward)s: %(n)s", ward=least[0].name, n=least[1]),
        url,
        local_day(thread.gaps.as_of),
        _("The map of what is here"),
    )


def _proposed(thread: Thread) -> Step:
    url, title = _on_page(thread, "proposals"), _("Proposals")
    if not thread.proposals:
        return Step("proposed", title, "", _("No proposal has been made for this."), url)
    newest = max(thread.proposals, key=lambda proposal: proposal.submitted_at)
    asked = _sums((p.round.currency, p.cost_pence) for p in thread.proposals)
    return Step(
        "proposed",
        title,
        ngettext("%(num)s proposal", "%(num)s proposals", len(thread.proposals)),
        _("They ask for %(money)s", money=asked),
        url,
        local_day(newest.submitted_at),
        newest.round.title,
    )


def _voted(thread: Thread) -> Step:
    title = _("The vote")
    if not thread.voted:
        missing = _("Nobody has voted on a project for this, or the result is not out.")
        return Step("voted", title, "", missing, url_for("rounds.index", board=thread.board.slug))
    last = thread.voted[0].count.round
    votes = sum(row.votes for row in thread.voted if row.count.round_id == last.id)
    return Step(
        "voted",
        title,
        ngettext("%(n)s choice", "%(n)s choices", votes, n=f"{votes:,}"),
        ngettext(
            "for %(num)s project",
            "for %(num)s projects",
            sum(row.count.round_id == last.id for row in thread.voted),
        ),
        url_for("results.detail", slug=last.slug),
        _day_of(thread.voted[0].count.counted_at),
        last.title,
    )


def _awarded(thread: Thread) -> Step:
    url, title = _on_page(thread, "money"), _("Money won")
    if not thread.alive:
        return Step("awarded", title, "", _("No project for this has won money yet."), url)
    won = _sums((one.round.currency, one.awarded) for one in thread.alive)
    return Step(
        "awarded",
        title,
        won,
        ngettext("%(num)s project", "%(num)s projects", len(thread.alive)),
        url,
        _day_of(thread.counted_at),
        thread.alive[0].round.title,
    )


def _spent(thread: Thread) -> Step:
    title, url = _("Money paid, or a service changed"), _on_page(thread, "money")
    paid = [(one.round.currency, one.paid) for one in thread.alive if one.paid]
    moving = _moving(thread)
    if paid:
        spent = [(one.round.currency, one.spent) for one in thread.alive if one.spent]
        says = [_("%(money)s spent so far", money=_sums(spent))] if spent else []
        figure, source = _("%(money)s paid", money=_sums(paid)), thread.alive[0].round.title
        said = "; ".join(says + moving)
        return Step("spent", title, figure, said, url, thread.money_on, source)
    if thread.services:
        url = url_for("meetings.actions", slug=thread.board.slug)
        newest = max(thread.services, key=lambda action: action.noted_at)
        on, source = local_day(newest.noted_at), newest.owner
        return Step("spent", title, moving[0], "; ".join(moving[1:]), url, on, source)
    if thread.changes:
        on = _day_of(thread.changed_at) or thread.version.plan.starts_on
        source = thread.version.plan.title
        return Step("spent", title, moving[0], "", _on_page(thread, "actions"), on, source)
    return Step(
        "spent", title, "", _("No money has been paid and no service has changed yet."), url
    )


def _moving(thread: Thread) -> list[str]:
    """What changes without a grant: in services because of a result, and by the plan's actions."""
    services, changes = len(thread.services), len(thread.changes)
    found = []
    if services:
        found.append(ngettext("%(num)s service changes", "%(num)s services change", services))
    if changes:
        found.append(ngettext("%(num)s action is moving", "%(num)s actions are moving", changes))
    return found


def _told(thread: Thread) -> Step:
    title = _("What groups report")
    if not thread.reports:
        missing = _("No group has reported what its project changed.")
        return Step(
            "told",
            title,
            "",
            missing,
            url_for("said_and_did.said_and_did", slug=thread.board.slug),
        )
    newest = thread.reports[0]
    award = newest.award
    says = newest.difference or newest.text
    return Step(
        "told",
        title,
        ngettext("%(num)s report", "%(num)s reports", len(thread.reports)),
        says if len(says) <= 120 else says[:119].rsplit(" ", 1)[0] + "…",
        url_for("delivery.detail", slug=award.round.slug, number=award.proposal.number),
        _day_of(newest.told_at),
        award.proposal.title,
    )


def _shown(thread: Thread) -> Step:
    url, title = _on_page(thread, "figures"), _("What the figures show")
    read = [(one, one.readings[-1]) for one in thread.indicators if one.readings]
    if not read:
        missing = (
            _("A figure is named, but nobody has read it yet.")
            if thread.indicators
            else _("No figure is kept that would show a change.")
        )
        return Step("shown", title, "", missing, url)
    indicator, last = max(read, key=lambda pair: pair[1].taken_on)
    return Step(
        "shown",
        title,
        _with_unit(indicator, last),
        _since(indicator),
        f"{url_for('plans.priority', slug=thread.board.slug, priority=thread.priority.slug)}"
        f"#figure-{indicator.slug}",
        last.taken_on,
        last.source or indicator.source,
    )


STEPS: tuple[Callable[[Thread], Step], ...] = (
    _heard,
    _gap,
    _proposed,
    _voted,
    _awarded,
    _spent,
    _told,
    _shown,
)


def _since(indicator: Indicator) -> str:
    """Which way a figure went, and which way is better."""
    name = indicator.name
    if len(indicator.readings) < 2:
        return name
    before = indicator.readings[-2]
    moved = indicator.readings[-1].value - before.value
    value, on = written(before.value, indicator.decimals), written_day(before.taken_on)
    better = BETTER[indicator.direction]
    if moved > 0:
        return _(
            "%(name)s: up from %(value)s on %(day)s; %(better)s",
            name=name,
            value=value,
            day=on,
            better=better,
        )
    if moved < 0:
        return _(
            "%(name)s: down from %(value)s on %(day)s; %(better)s",
            name=name,
            value=value,
            day=on,
            better=better,
        )
    return _("%(name)s: as on %(day)s; %(better)s", name=name, day=on, better=better)


def _with_unit(indicator: Indicator, reading: Reading) -> str:
    value = written(reading.value, indicator.decimals)
    return f"{value} {indicator.unit}" if indicator.unit else value


def _sums(amounts: Iterable[tuple[str, int | None]]) -> str:
    """Amounts added up, each currency by itself."""
    found: Counter[str] = Counter()
    for currency, amount in amounts:
        found[currency] += amount or 0
    return " + ".join(_written(found))


def _written(found: Counter[str]) -> Iterator[str]:
    for currency, amount in found.items():
        yield money(amount, currency)


def _on_page(thread: Thread, part: str) -> str:
    return url_for(
        "plans.priority", slug=thread.board.slug, priority=thread.priority.slug, _anchor=part
    )


def _day_of(moment: datetime | None) -> date | None:
    return local_day(moment) if moment else None


def ward_name(strand: Strand) -> str:
    return strand.ward.name if strand.ward else _("More than one ward")


def priority_name(strand: Strand) -> str:
    return strand.priority.name if strand.priority else _("No one priority")
