"""What bids say beyond their pitch: money from others, permissions, documents, ties; and ideas
told in short."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from pbapp.assets.models import Asset
from pbapp.db import db
from pbapp.demo.people import Cast
from pbapp.demo.reading import read
from pbapp.proposals.interest.models import InterestState, ShortIdea
from pbapp.proposals.models import (
    AssetTie,
    ExtraAnswer,
    FundingKind,
    FundingLine,
    Proposal,
    ProposalArea,
    ProposalDocument,
    SupportedPriority,
    TieKind,
)
from pbapp.proposals.writing.acts import FOLDER
from pbapp.rounds.models import (
    MayPropose,
    Phase,
    PhaseKind,
    QuestionKind,
    Round,
    RoundQuestion,
)
from pbapp.web import document_rows
from pbapp.web.context import settings


def load_bids(cast: Cast) -> None:
    """Beside the proposals that are loaded already."""
    assets = {
        entry["key"]: db.session.scalars(select(Asset.id).where(Asset.name == entry["name"])).one()
        for entry in read("assets")["assets"]
    }
    for entry in read("rounds")["rounds"]:
        found = _by_number(entry["slug"])
        for item in read(f"proposals/{entry['proposals']}")["proposals"]:
            _beside(cast, found[item["number"]], item, assets)
    facts = read("bids")
    round = db.session.scalars(select(Round).where(Round.slug == facts["round"])).one()
    _round(cast, round, facts)
    found = _by_number(round.slug)
    for bid in facts["bids"]:
        _bid(cast, found[bid["number"]], bid)
    for idea in facts["ideas"]:
        db.session.add(_idea(cast, round, idea))
    db.session.flush()


def _by_number(slug: str) -> dict[int, Proposal]:
    query = select(Proposal).join(Proposal.round).where(Round.slug == slug)
    return {one.number: one for one in db.session.scalars(query)}


def _beside(cast: Cast, proposal: Proposal, item: dict[str, Any], assets: dict[str, Any]) -> None:
    """The wards, the money from others and the ties that the proposals' own files name."""
    if len(item.get("wards", [])) > 1:
        proposal.more_areas = [ProposalArea(area_id=cast.wards[w].id) for w in item["wards"]]
    proposal.funding = [
        FundingLine(
            position=place,
            kind=FundingKind.OTHER,
            description=line["what"],
            amount_pence=line["pence"],
        )
        for place, line in enumerate(item.get("match", []), 1)
    ]
    proposal.ties = [
        AssetTie(position=place, kind=TieKind(tie["tie"]), asset_id=assets[tie["asset"]])
        for place, tie in enumerate(item.get("assets", []), 1)
    ]


def _round(cast: Cast, round: Round, facts: dict[str, Any]) -> None:
    round.may_propose = MayPropose(facts["may_propose"])
    round.proposers, round.interest_words = facts["proposers"], facts["interest_words"]
    opens = next(one.starts_at for one in round.phases if one.kind is PhaseKind.SUBMISSION)
    began = cast.calendar.moment(facts["interest"]["from"], "09:00")
    db.session.add(Phase(round=round, kind=PhaseKind.INTEREST, starts_at=began, ends_at=opens))
    for place, question in enumerate(facts["questions"], 1):
        db.session.add(
            RoundQuestion(
                round=round,
                position=place,
                kind=QuestionKind(question["kind"]),
                text=question["text"],
                hint=question["hint"],
                options=question.get("options", []),
                is_required=question["is_required"],
                from_pence=question.get("from_pence"),
            )
        )
    db.session.flush()


def _bid(cast: Cast, proposal: Proposal, bid: dict[str, Any]) -> None:
    proposal.starts_on = cast.calendar.day(bid["starts"])
    proposal.ends_on = cast.calendar.day(bid["ends"])
    proposal.running_costs = bid["running_costs"]
    proposal.permissions = dict(bid["permissions"])
    if "young_ages" in bid:
        proposal.is_for_young, proposal.has_safeguarding = True, True
        proposal.young_ages = bid["young_ages"]
    proposal.supports = [
        SupportedPriority(priority_id=cast.priorities[slug].id, how_it_helps=how)
        for slug, how in bid.get("supports", {}).items()
    ]
    questions = sorted(proposal.round.questions, key=lambda one: one.position)
    proposal.answers = [
        ExtraAnswer(question_id=question.id, answer=answer)
        for question, answer in zip(questions, bid["answers"], strict=False)
    ]
    proposal.documents = [
        ProposalDocument(document_id=_document(title), position=place, title=title)
        for place, title in enumerate(bid.get("documents", []), 1)
    ]


def _document(title: str) -> Any:
    """A PDF of one line."""
    import io

    stream = io.BytesIO(one_line_pdf(f"Example: {title}"))
    document = document_rows.keep(stream=stream, folder=settings().uploads / FOLDER)
    return document.id


def one_line_pdf(text: str) -> bytes:
    """The smallest PDF that a reader opens: one page, one line of plain letters."""
    line = f"BT /F1 18 Tf 72 760 Td ({text}) Tj ET".encode("ascii", "replace")
    parts = [
        b"<</Type/Catalog/Pages 2 0 R/Lang(en-GB)>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(line), line),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(parts) + 1
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\n"
        % (
            size,
            table,
            size,
        )
        + b"startxref\n%d\n%%%%EOF\n" % len(out)
    )


def _idea(cast: Cast, round: Round, idea: dict[str, Any]) -> ShortIdea:
    sent = cast.calendar.moment(idea["sent"], "11:00")
    state = InterestState(idea["state"])
    is_answered = state is not InterestState.WAITING
    group = cast.groups.get(idea.get("group", ""))
    return ShortIdea(
        round=round,
        organisation_id=group.id if group else None,
        account_id=cast.people[idea["by"]].id,
        priority_id=cast.priorities[idea["priority"]].id,
        title=idea["title"],
        summary=idea["summary"],
        about_pence=idea["about_pence"],
        state=state,
        reason=idea.get("reason", ""),
        elsewhere=idea.get("elsewhere", ""),
        sent_at=sent,
        answered_at=sent + timedelta(days=2) if is_answered else None,
        answered_by_id=cast.people["moderator"].id if is_answered else None,
        is_example=True,
    )
