"""Put what somebody says into a proposal's rows, leaving alone what stays as it was."""

from __future__ import annotations

from typing import Any

from pbapp import clock
from pbapp.db import flush
from pbapp.proposals.content import Content, content_of
from pbapp.proposals.models import (
    AssetTie,
    CostLine,
    ExtraAnswer,
    FundingLine,
    Proposal,
    ProposalArea,
    ProposalDocument,
    ProposalPicture,
    SupportedPriority,
)

# The lists a proposal holds, each with rows of its own.
ROWS = (
    "cost_lines",
    "more_areas",
    "supports",
    "funding",
    "more_pictures",
    "documents",
    "ties",
    "answers",
)
AS_IT_IS = (
    "what",
    "who_benefits",
    "how_it_helps",
    "priority_id",
    "where_words",
    "lat",
    "lon",
    "minimum_pence",
    "photo_id",
    "language",
    "running_costs",
    "starts_on",
    "ends_on",
    "is_for_young",
    "young_ages",
    "has_safeguarding",
)


def fill(proposal: Proposal, content: Content) -> None:
    """Make a proposal say this. Whether it may is asked before, in `checks`."""
    is_new = proposal.id is None
    before = {} if is_new else _parts(content_of(proposal))
    after = _parts(content)
    changed = [name for name in after if is_new or before[name] != after[name]]
    if not is_new:
        # Rows known by what they tie have to go before the new ones come.
        for name in changed:
            setattr(proposal, name, [])
        flush()
    rows = _rows(content)
    for name in changed:
        setattr(proposal, name, rows[name])
    proposal.title = content.title.strip()
    proposal.summary = content.summary.strip()
    proposal.area_id = content.one_ward
    proposal.permissions = {k.value: v.value for k, v in content.permissions.items()}
    proposal.cost_pence = content.total_pence
    for name in AS_IT_IS:
        setattr(proposal, name, getattr(content, name))
    proposal.updated_at = clock.now()


def _parts(content: Content) -> dict[str, Any]:
    """What each list of rows is made from, to see whether it changed."""
    several = content.wards if len(content.wards) > 1 else []
    return {
        "cost_lines": tuple(content.costs),
        "more_areas": sorted(several),
        "supports": sorted(content.supports, key=lambda one: one.priority_id),
        "funding": tuple(content.funding),
        "more_pictures": tuple(content.more_photo_ids),
        "documents": tuple(content.documents),
        "ties": tuple(content.ties),
        "answers": {key: text for key, text in content.answers.items() if text},
    }


def _rows(content: Content) -> dict[str, list[Any]]:
    parts = _parts(content)
    return {
        "cost_lines": [
            CostLine(position=place, description=cost.what, amount_pence=cost.pence)
            for place, cost in enumerate(content.costs, 1)
        ],
        "more_areas": [ProposalArea(area_id=area_id) for area_id in parts["more_areas"]],
        "supports": [
            SupportedPriority(priority_id=one.priority_id, how_it_helps=one.how_it_helps)
            for one in parts["supports"]
        ],
        "funding": [
            FundingLine(position=place, kind=f.kind, description=f.what, amount_pence=f.pence)
            for place, f in enumerate(content.funding, 1)
        ],
        "more_pictures": [
            ProposalPicture(position=place, upload_id=upload_id)
            for place, upload_id in enumerate(content.more_photo_ids, 1)
        ],
        "documents": [
            ProposalDocument(position=place, document_id=paper.document_id, title=paper.title)
            for place, paper in enumerate(content.documents, 1)
        ],
        "ties": [
            AssetTie(position=place, kind=tie.kind, asset_id=tie.asset_id, words=tie.words)
            for place, tie in enumerate(content.ties, 1)
        ],
        "answers": [
            ExtraAnswer(question_id=question_id, answer=text)
            for question_id, text in sorted(parts["answers"].items())
        ],
    }
