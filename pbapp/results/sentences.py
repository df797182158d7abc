"""The facts of a count in sentences that a twelve-year-old can follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from pbapp.proposals.models import ProposalState
from pbapp.results import rule_sentences, sealed, shares_sentences
from pbapp.results.amounts import Amount, amounts_of
from pbapp.results.models import Allocation, Count
from pbapp.results.privacy import LEAST, explains_too_few
from pbapp.tally import EqualShares, Reason


@dataclass(frozen=True)
class Story:
    """One count and its rows; every sentence about them is made here."""

    count: Count
    rows: list[Allocation]

    @cached_property
    def amount(self) -> Amount:
        return amounts_of(self.count)

    @cached_property
    def titles(self) -> Mapping[str, str]:
        return {row.project_key: row.title for row in self.rows}

    @cached_property
    def pot(self) -> str:
        """The pot's name where the round has several; otherwise empty."""
        return sealed.pot_name(self.count.round, self.count.pot)

    @cached_property
    def has_points(self) -> bool:
        """Whether people gave points, or ranked, and points were counted."""
        return any(row.facts.get("points") is not None for row in self.rows)

    @property
    def has_reserve(self) -> bool:
        """Whether anybody moves up; rounds sealed before they could say so had a list."""
        round = self.count.round
        return not round.is_imported and (round.config or {}).get("has_reserve", True) is not False

    @cached_property
    def reserve(self) -> list[Allocation]:
        """Who moves up if a project that won drops out, in order; nobody in others' elections, or
        where the sealed rules have no reserve list."""
        if not self.has_reserve:
            return []
        waiting = [row for row in self.rows if row.facts.get("reserve")]
        return sorted(waiting, key=lambda row: row.facts["reserve"])

    @cached_property
    def funded(self) -> list[Allocation]:
        return [row for row in self.rows if row.is_funded]

    @cached_property
    def not_funded(self) -> list[Allocation]:
        return [row for row in self.rows if not row.is_funded]

    @property
    def left(self) -> int:
        return self.count.budget - self.count.total_cost

    def is_withheld(self, row: Allocation) -> bool:
        """Whether more would say too much about fewer than ten people."""
        return explains_too_few(row.votes, is_imported=self.count.round.is_imported)

    # -- support --------------------------------------------------------------------------------

    def support(self, row: Allocation) -> str:
        """ "312 votes", or "1,240 points" where people gave points."""
        points = row.facts.get("points")
        if points is None:
            return ngettext("%(votes)s vote", "%(votes)s votes", row.votes, votes=f"{row.votes:,}")
        number = points if isinstance(points, int) else 2  # one and a half are points too
        return ngettext("%(points)s point", "%(points)s points", number, points=f"{points:,}")

    def what_was_counted(self) -> str:
        """The head of a column of numbers of support."""
        return _("Points") if self.has_points else _("Votes")

    def number(self, row: Allocation) -> str:
        """The number that was counted: 312, or 1,240 where people gave points."""
        points = row.facts.get("points")
        return f"{row.votes if points is None else points:,}"

    def share(self, row: Allocation) -> str:
        """ "312 of the 1,200 people who voted chose it." """
        votes, ballots = f"{row.votes:,}", f"{self.count.profile.ballots:,}"
        said = _("%(votes)s of the %(all)s people who voted chose it.", votes=votes, all=ballots)
        if self.pot:
            said = _(
                "%(votes)s of the %(all)s people who chose a project of “%(pot)s” chose it.",
                votes=votes,
                all=ballots,
                pot=self.pot,
            )
        points = row.facts.get("points")
        if points is None:
            return said
        return f"{said} " + _("Together they gave it %(points)s points.", points=f"{points:,}")

    # -- why ------------------------------------------------------------------------------------

    def short_why(self, row: Allocation) -> str:
        """One line for a list."""
        reason, detail = Reason(row.facts["reason"]), row.facts.get("detail") or {}
        if reason == Reason.DID_NOT_FIT:
            return _("Only %(left)s was left at its turn.", left=self.amount(detail["left"]))
        return {
            Reason.FUNDED: _("It fitted in what was left when its turn came."),
            Reason.PART_FUNDED: _("There was not enough left for all of it."),
            Reason.STOPPED: _("The count had stopped before its turn."),
            Reason.TOO_FEW_VOTES: _("It did not reach the least number of points.")
            if self.has_points
            else _("It did not reach the least number of votes."),
            Reason.NO_VOTES: _("Nobody voted for it."),
            Reason.GROUP: _("Another project of its group had won."),
            Reason.CAP: _("The share it could draw on was used up."),
            Reason.WITHDRAWN: self.why_it_could_not_win(row),
            Reason.SUPPORTERS_SHORT: _("Its supporters did not have enough money left."),
            Reason.COMPARISON: _("More people preferred the other way of counting."),
        }.get(reason) or _("It was not funded.")

    def why_it_could_not_win(self, row: Allocation) -> str:
        """Its group took it back, or two people set it aside in a correction of the result."""
        proposal = row.proposal
        if proposal is None or proposal.state is ProposalState.WITHDRAWN:
            return _("It was withdrawn after the ballot was sealed.")
        return _("It was set aside in a correction of this result, which says why.")

    def stays_listed(self) -> str:
        return _("It stays on the list, and it cannot be funded.")

    def why(self, row: Allocation) -> list[str]:
        """Why it was funded or not, step by step."""
        said = [self.share(row)] if row.votes else []
        said += self._turn(row)
        said += self._offer(row)
        if not row.is_funded:
            said += self._what_would_have_changed(row)
        return said

    def quoted(self, key: str) -> str:
        return _("“%(title)s”", title=self.titles.get(key, key))

    def _turn(self, row: Allocation) -> list[str]:
        if self.count.rule == EqualShares.name:
            return shares_sentences.why(self, row)
        facts, detail = row.facts, row.facts.get("detail") or {}
        reason, cost = Reason(facts["reason"]), self.amount(row.cost)
        turn, left = detail.get("turn") or 0, detail.get("left") or 0
        place = _("Only one project had more support, so its turn came second.")
        if turn != 2:
            place = _("That put it in place %(turn)s of the line.", turn=turn)
        if turn == 1:
            place = _("No project had more support, so its turn came first.")
        if reason is Reason.FUNDED and turn:
            return [
                place,
                _(
                    "%(left)s was in the pot when its turn came. It cost %(cost)s, so it was "
                    "funded, and %(after)s stayed for the others.",
                    left=self.amount(left),
                    cost=cost,
                    after=self.amount(left - row.cost),
                ),
            ]
        if reason in (Reason.DID_NOT_FIT, Reason.PART_FUNDED):
            return [place, self._did_not_fit(row, left)]
        return [place, self._other(row, detail)] if turn else [self._other(row, detail)]

    def _did_not_fit(self, row: Allocation, left: int) -> str:
        needed = _(
            "It needed %(cost)s, and only %(left)s was left when its turn came.",
            cost=self.amount(row.cost),
            left=self.amount(left),
        )
        if row.cost > self.count.budget:
            needed = _(
                "It needed %(cost)s, which is more than the whole pot of %(pot)s.",
                cost=self.amount(row.cost),
                pot=self.amount(self.count.budget),
            )
        elif left == 0:
            needed = _(
                "It needed %(cost)s, and nothing was left when its turn came.",
                cost=self.amount(row.cost),
            )
        if self.count.parameters.get("on_unaffordable") == "stop":
            return needed + " " + _("By the published rule the count stopped there.")
        return needed + " " + _("So it was passed over and the next one was tried.")

    def _other(self, row: Allocation, detail: Mapping[str, Any]) -> str:
        reason = Reason(row.facts["reason"])
        if reason is Reason.NO_VOTES:
            return _("Nobody voted for it, and a project without votes is not funded.")
        if reason is Reason.STOPPED:
            return _(
                "The count had stopped at a project before it that did not fit. By the published "
                "rule nothing after that is funded."
            )
        if reason is Reason.TOO_FEW_VOTES and detail.get("needed"):
            return _(
                "The published rule asks for at least %(needed)s, and it got %(got)s.",
                needed=f"{detail['needed']:,}",
                got=self.support(row),
            )
        if reason is Reason.GROUP and detail.get("group_winner"):
            return _(
                "Only one project of its group can be funded, and “%(winner)s” was before it.",
                winner=self.titles.get(detail["group_winner"], detail["group_winner"]),
            )
        if reason is Reason.CAP and detail.get("cap"):
            return _(
                "It cost %(cost)s, and %(left)s was left of the share for %(name)s.",
                cost=self.amount(row.cost),
                left=self.amount(detail.get("cap_left") or 0),
                name=detail["cap"],
            )
        if reason is Reason.WITHDRAWN:
            return self.why_it_could_not_win(row) + " " + self.stays_listed()
        return self.short_why(row)

    def _offer(self, row: Allocation) -> list[str]:
        offer = self.count.facts.get("part_funded") or {}
        if offer.get("project") != row.project_key:
            return []
        return [
            _(
                "Its group said it can work with less. It is next in line, so it is offered the "
                "%(amount)s that is left.",
                amount=self.amount(offer["amount"]),
            )
        ]

    def _what_would_have_changed(self, row: Allocation) -> list[str]:
        change = row.facts.get("change") or {}
        cheaper, more = change.get("cheaper_by"), change.get("more_votes")
        said = []
        sure = change.get("scope", "count") == "count"
        if self.is_withheld(row):
            said.append(
                _(
                    "Fewer than ten people chose it, so we say no more than this: nobody should "
                    "be able to work out who they were."
                )
            )
        elif shares_sentences.compared_with_greedy(self):
            can_win = row.facts["reason"] in (Reason.SUPPORTERS_SHORT, Reason.COMPARISON)
            said += can_win * [
                _(
                    "What would have changed that cannot be said for sure: each of the two counts "
                    "would have come out in another way."
                )
            ]
        elif self.count.rule == EqualShares.name and self.has_points:
            said += shares_sentences.change_in_points(self, cheaper, more)
        elif sure:
            said += self._sure_change(row, cheaper, more)
        elif cheaper and more:
            said.append(
                ngettext(
                    "Had it cost %(less)s less, or had %(num)s more person chosen it, it could "
                    "have been funded.",
                    "Had it cost %(less)s less, or had %(num)s more people chosen it, it could "
                    "have been funded.",
                    more,
                    less=self.amount(cheaper),
                )
            )
        place = row.facts.get("reserve")
        if place and self.has_reserve:
            said.append(
                _(
                    "It is number %(place)s on the reserve list: if a project that won drops out, "
                    "the first one on that list that fits takes its place.",
                    place=place,
                )
            )
        return said

    def _sure_change(self, row: Allocation, cheaper: int | None, more: int | None) -> list[str]:
        said = []
        if cheaper:
            less = self.amount(cheaper)
            said.append(_("Had it cost %(less)s less, it would have been funded.", less=less))
        if more and row.facts.get("points") is None:
            said.append(
                ngettext(
                    "With %(num)s more vote it would have been funded.",
                    "With %(num)s more votes it would have been funded.",
                    more,
                )
            )
        elif more:
            said.append(
                ngettext(
                    "With %(num)s more point it would have been funded.",
                    "With %(num)s more points it would have been funded.",
                    more,
                )
            )
        return said

    # -- ties -----------------------------------------------------------------------------------

    def ties(self) -> list[str]:
        """Every tie that made a difference; the others only changed the order of the line."""
        return [self.tie(tie) for tie in self.count.ties if tie["decisive"]]

    @property
    def decisive_ties(self) -> list[str]:
        """The same, for a template that adds several pots' ties up."""
        return self.ties()

    def ties_of(self, row: Allocation) -> list[str]:
        return [self.tie(tie) for tie in self.count.ties if row.project_key in tie["between"]]

    def tie(self, tie: Mapping[str, Any]) -> str:
        first = self.titles.get(tie["chosen"], tie["chosen"])
        others = [self.titles.get(key, key) for key in tie["between"] if key != tie["chosen"]]
        met = _("%(projects)s had the same support.", projects=listed([first, *others]))
        by = {
            "cost": _("“%(first)s” costs less, so it came first.", first=first),
            "votes": _("“%(first)s” had more votes, so it came first.", first=first),
            "lot": _(
                "They cost the same too, so the lot drawn before voting opened decided: "
                "“%(first)s” came first.",
                first=first,
            ),
            "id": _("“%(first)s” comes first by its number.", first=first),
        }[tie["by"]]
        if tie["by"] == "lot" and self.count.round.is_imported:
            by = _(
                "They cost the same too, so the one listed first in the file came first: "
                "“%(first)s”.",
                first=first,
            )
        effect = (
            _("That decided which of them was funded.")
            if tie["decisive"]
            else _("It made no difference to what was funded.")
        )
        return f"{met} {by} {effect}"

    # -- the whole ------------------------------------------------------------------------------

    def in_short(self) -> str:
        """The answer in one sentence."""
        return ngettext(
            "%(num)s of %(all)s projects is funded, for %(spent)s of the %(pot)s in the pot.",
            "%(num)s of %(all)s projects are funded, for %(spent)s of the %(pot)s in the pot.",
            len(self.funded),
            all=len(self.rows),
            spent=self.amount(self.count.total_cost),
            pot=self.amount(self.count.budget),
        )

    def who_got_something(self) -> str:
        """How many people chose at least one project that won; empty where that says too much."""
        ballots, served = self.count.profile.ballots, self.count.facts.get("with_a_winner")
        if not served or not ballots:
            return ""
        few = any(0 < number < LEAST for number in (served, ballots - served))
        if few and not self.count.round.is_imported:
            return ""
        return ngettext(
            "%(people)s of them (%(share)s in 100) chose at least one project that is funded.",
            "%(people)s of them (%(share)s in 100) chose at least one project that is funded.",
            served,
            people=f"{served:,}",
            share=100 * served // ballots,
        )

    def payers(self) -> list[str]:
        """Beside `funded`: who paid for each, in a few words; empty where the pot itself pays."""
        said = [shares_sentences.who_paid(self, row) for row in self.funded]
        return said if any(said) else []

    def how_it_was_counted(self) -> list[str]:
        """The rule, told with this round's own figures."""
        return rule_sentences.how_it_was_counted(self)

    def people(self) -> str:
        return rule_sentences.people(self)

    def about_what_is_left(self) -> str:
        return rule_sentences.about_what_is_left(self)

    def listed(self, titles: list[str]) -> str:
        return listed(titles)


def listed(titles: list[str]) -> str:
    """“A”, “B” and “C”."""
    quoted = [_("“%(title)s”", title=title) for title in titles]
    if len(quoted) == 1:
        return quoted[0]
    return _("%(some)s and %(last)s", some=", ".join(quoted[:-1]), last=quoted[-1])
