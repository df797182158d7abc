"""What `proposals/_bid.html` shows of a proposal, in words."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from pbapp.proposals import words
from pbapp.proposals.models import ExtraAnswer, FundingKind, Permission, Proposal, Standing, TieKind
from pbapp.rounds.models import QuestionKind
from pbapp.web.babel import day
from pbapp.web.document_rows import ENDINGS
from pbapp.web.models import Document


@dataclass(frozen=True)
class Bid:
    """The words for one proposal. `is_mine`: the reader sent it in and may invite co-authors."""

    proposal: Proposal
    is_mine: bool = False

    @property
    def days(self) -> str:
        first, last = self.proposal.starts_on, self.proposal.ends_on
        if first and last:
            return _("%(first)s to %(last)s", first=day(first), last=day(last))
        return _("From %(first)s", first=day(first)) if first else day(last) if last else ""

    @property
    def permissions(self) -> list[tuple[str, str]]:
        """(whose, how far), in the form's order; what is not needed is left out."""
        kept = self.proposal.permissions
        return [
            (words.permission_name(one), words.standing_name(Standing(kept[one.value])))
            for one in Permission
            if kept.get(one.value, Standing.NOT_NEEDED) != Standing.NOT_NEEDED
        ]

    def answer(self, answer: ExtraAnswer) -> str:
        if answer.question.kind is QuestionKind.YES_NO:
            return _("Yes") if answer.answer == "yes" else _("No")
        return answer.answer

    def funding_name(self, kind: FundingKind) -> str:
        return words.funding_name(kind)

    def tie_name(self, kind: TieKind) -> str:
        return words.tie_name(kind)

    def kind_of(self, document: Document) -> str:
        """PDF, 120 KB."""
        size = max(1, round(document.size / 1024))
        kind = ENDINGS.get(document.media_type, "").upper()
        return _("%(kind)s, %(size)s KB", kind=kind, size=size)
