"""What people said, in the demo's words."""

from __future__ import annotations

from pbapp.demo.people import Cast
from pbapp.demo.reading import read
from pbapp.engagement import services
from pbapp.engagement.models import EngagementKind, SeldomHeard, Voice
from pbapp.engagement.services import Heard
from pbapp.plans.queries import list_priorities


def load_engagement(cast: Cast) -> None:
    """The records of Coatbridge's board."""
    board = cast.boards["coatbridge"]
    priorities = {v.priority.slug: v.priority for v in list_priorities(board.id)}
    for entry in read("engagement")["engagement"]:
        told = Heard(
            kind=EngagementKind(entry["kind"]),
            voice=Voice(entry["voice"]),
            title=entry["title"],
            held_on=cast.calendar.day(entry["day"]),
            place=entry["place"],
            area=cast.wards[entry["ward"]] if "ward" in entry else None,
            people=entry.get("people"),
            groups=[SeldomHeard(group) for group in entry["groups"]],
            priorities=[priorities[slug] for slug in entry["priorities"]],
            heard=entry["heard"],
            changed=entry["changed"],
        )
        services.record(board=board, told=told, by=None, is_example=True)
