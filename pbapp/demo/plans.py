"""How the example plan goes: a figure put right, two names shown, a next version begun."""

from __future__ import annotations

from sqlalchemy import select

from pbapp.boards import services as boards
from pbapp.db import db
from pbapp.demo.people import Cast
from pbapp.plans import progress
from pbapp.plans.drafting import services as drafting
from pbapp.plans.models import Indicator

NAMED = ("chair", "board-member")


def load_plan_progress(cast: Cast) -> None:
    """What officers and members of Coatbridge's board did with the pages of the plan."""
    board, lead = cast.boards["coatbridge"], cast.people["voting-lead"]
    for key in NAMED:
        boards.show_name(board=board, account=cast.people[key], is_shown=True)
    figure = db.session.scalars(
        select(Indicator).where(Indicator.slug == "someone-to-talk-to")
    ).one()
    wrong = next(one for one in figure.readings if one.taken_on.year == 2024)
    progress.correct_reading(
        reading=wrong,
        taken_on=wrong.taken_on,
        value=724,
        source=wrong.source,
        reason="Answers from two halls had been left out.",
        by=lead,
    )
    draft = drafting.begin(board=board, by=lead, title="")
    drafting.change_about(
        draft=draft,
        by=lead,
        seen=None,
        values={
            **draft.content["plan"],
            "title": "Coatbridge Local Outcome Improvement Plan from 2028 (example)",
            "ends_on": "2034-12-31",
        },
    )
