"""People who appraise, and dossiers, for tests."""

from __future__ import annotations

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.appraisal import queries, services
from pbapp.appraisal.models import Answer, Dossier, Sheet
from pbapp.appraisal.services import Checked, Figure
from pbapp.boards.models import Membership, Role
from pbapp.db import db
from pbapp.proposals.models import Proposal
from pbapp.rounds.models import Round, RoundMember, RoundRole
from tests.world import World

LINK = "https://pb.example.org/rounds/small-grants/proposals/1"


def person(name: str) -> Account:
    account = Account(email=f"{name.lower()}@example.org", name=name, created_at=clock.now())
    db.session.add(account)
    db.session.flush()
    return account


def an_appraiser(world: World, name: str = "Ada") -> Account:
    account = person(name)
    db.session.add(
        Membership(board=world.board, account_id=account.id, role=Role.APPRAISER, since=clock.now())
    )
    db.session.commit()
    return account


def invited(round: Round, role: RoundRole = RoundRole.REVIEWER, name: str = "Rae") -> Account:
    account = person(name)
    db.session.add(
        RoundMember(round=round, role=role, name=name, email=account.email, invited_at=clock.now())
    )
    db.session.commit()
    return account


def impartial(proposal: Proposal, *people: Account) -> None:
    """They say that they have no connection."""
    for one in people:
        services.declare(proposal=proposal, by=one, what="")
    db.session.commit()


def version_of(proposal: Proposal) -> int:
    found = queries.find_dossier(proposal.id)
    return found.version if found else 0


def checked(proposal: Proposal, by: Account, **answers: Checked) -> Dossier:
    """Every check is a yes but those given."""
    every = {key: Checked(Answer.YES) for key in queries.checks_of(proposal.round)}
    dossier = services.answer_checks(
        proposal=proposal,
        by=by,
        version=version_of(proposal),
        answers={**every, **answers},
        link=LINK,
    )
    db.session.commit()
    return dossier


def costed(proposal: Proposal, by: Account, *pence: int, reason: str = "A quote") -> Dossier:
    """The officer's figures, in the order of the lines."""
    lines = proposal.cost_lines
    figures = [
        Figure(given, reason if given != line.amount_pence else "")
        for given, line in zip(pence, lines, strict=True)
    ]
    dossier = services.check_costs(
        proposal=proposal, by=by, version=version_of(proposal), figures=figures, link=LINK
    )
    db.session.commit()
    return dossier


def scored(proposal: Proposal, by: Account, *points: int, comment: str = "") -> Sheet:
    """Points by the order of the criteria."""
    sheet = services.send_scores(
        proposal=proposal, by=by, points=dict(enumerate(points, 1)), comment=comment
    )
    db.session.commit()
    return sheet
