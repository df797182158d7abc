"""Awards as far as a test needs them."""

from __future__ import annotations

from pbapp import clock
from pbapp.db import db
from pbapp.delivery import queries, services
from pbapp.delivery.models import Award
from pbapp.rounds.models import Round
from tests.client import Page
from tests.world import World


def path_of(round: Round, number: int | None = None, then: str = "") -> str:
    start = f"/rounds/{round.slug}/awards"
    return start if number is None else f"{start}/{number}{then}"


def offered(round: Round, world: World) -> list[Award]:
    made = services.offer_all(
        round=round, by=world.officer, link=lambda n: f"https://pb.example.org/awards/{n}"
    )
    db.session.commit()
    return made


def accepted(round: Round, world: World, number: int = 1) -> Award:
    offered(round, world)
    award = queries.find_award(round, number)
    assert award is not None
    services.accept(award=award, by=world.group_member)
    db.session.commit()
    return award


def approved(round: Round, world: World, number: int = 1) -> Award:
    award = accepted(round, world, number)
    services.approve(
        award=award,
        decided_on=clock.today(),
        decided_by="Communities Committee",
        present="",
        conflicts="",
        spend_by=None,
        by=world.officer,
    )
    db.session.commit()
    return award


def page_form(page: Page, ending: str) -> int:
    """Which of the page's own forms leads to an address that ends so."""
    main = page.root.find(".//main")
    assert main is not None
    forms = [form.get("action") or "" for form in main.iter("form")]
    return next(place for place, action in enumerate(forms) if action.endswith(ending))
