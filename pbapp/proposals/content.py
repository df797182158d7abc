"""What somebody says of their idea, as it goes from a form to a proposal and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from pbapp.proposals.models import (
    FundingKind,
    Permission,
    Proposal,
    Standing,
    TieKind,
)

# From this amount on a proposal says more; below, ten questions are enough.
MORE_FROM = 1_000_00


@dataclass(frozen=True)
class Cost:
    """One thing the money buys."""

    what: str
    pence: int


@dataclass(frozen=True)
class Funding:
    """Something the project has from elsewhere; in kind: what it is worth."""

    kind: FundingKind
    what: str
    pence: int


@dataclass(frozen=True)
class Support:
    """Another priority, and how the idea helps it."""

    priority_id: int
    how_it_helps: str


@dataclass(frozen=True)
class Tie:
    """What the idea does with an asset; `words` names one that is not on the map."""

    kind: TieKind
    asset_id: UUID | None = None
    words: str = ""


@dataclass(frozen=True)
class Paper:
    """A document and what it is."""

    document_id: UUID
    title: str


@dataclass(frozen=True)
class Content:
    """Everything a proposal says. `area_id` None is the whole area of the board.

    `area_ids` names several wards instead (one or none of them means the same as `area_id`).
    `answers` maps the numbers of the round's own questions to what was answered.
    """

    title: str
    summary: str
    what: str
    who_benefits: str
    priority_id: int | None
    how_it_helps: str
    costs: Sequence[Cost]
    area_id: int | None = None
    area_ids: Sequence[int] = ()
    where_words: str = ""
    lat: float | None = None
    lon: float | None = None
    minimum_pence: int | None = None
    photo_id: UUID | None = None
    more_photo_ids: Sequence[UUID] = ()
    language: str = "en"
    supports: Sequence[Support] = ()
    funding: Sequence[Funding] = ()
    running_costs: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    permissions: Mapping[Permission, Standing] = field(default_factory=dict)
    documents: Sequence[Paper] = ()
    ties: Sequence[Tie] = ()
    answers: Mapping[int, str] = field(default_factory=dict)
    is_for_young: bool = False
    young_ages: str = ""
    has_safeguarding: bool | None = None

    @property
    def total_pence(self) -> int:
        """What it asks for."""
        return sum(cost.pence for cost in self.costs)

    @property
    def wards(self) -> list[int]:
        """The wards it names, each once; none for the whole area."""
        named = list(dict.fromkeys(self.area_ids))
        return named or ([] if self.area_id is None else [self.area_id])

    @property
    def one_ward(self) -> int | None:
        return self.wards[0] if len(self.wards) == 1 else None


def content_of(proposal: Proposal) -> Content:
    """What a proposal says now."""
    return Content(
        title=proposal.title,
        summary=proposal.summary,
        what=proposal.what,
        who_benefits=proposal.who_benefits,
        priority_id=proposal.priority_id,
        how_it_helps=proposal.how_it_helps,
        costs=tuple(Cost(line.description, line.amount_pence) for line in proposal.cost_lines),
        area_id=proposal.area_id,
        area_ids=tuple(one.area_id for one in proposal.more_areas),
        where_words=proposal.where_words,
        lat=proposal.lat,
        lon=proposal.lon,
        minimum_pence=proposal.minimum_pence,
        photo_id=proposal.photo_id,
        more_photo_ids=tuple(one.upload_id for one in proposal.more_pictures),
        language=proposal.language,
        supports=tuple(Support(s.priority_id, s.how_it_helps) for s in proposal.supports),
        funding=tuple(Funding(f.kind, f.description, f.amount_pence) for f in proposal.funding),
        running_costs=proposal.running_costs,
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
        permissions={Permission(k): Standing(v) for k, v in proposal.permissions.items()},
        documents=tuple(Paper(d.document_id, d.title) for d in proposal.documents),
        ties=tuple(Tie(t.kind, t.asset_id, t.words) for t in proposal.ties),
        answers={one.question_id: one.answer for one in proposal.answers},
        is_for_young=proposal.is_for_young,
        young_ages=proposal.young_ages,
        has_safeguarding=proposal.has_safeguarding,
    )
