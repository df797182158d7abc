"""Read the demo's files, and turn their days (counted from the day of loading) into moments."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pbapp import clock

FOLDER = Path(__file__).parent / "coatbridge"


@cache
def read(name: str) -> dict[str, Any]:
    """One of the demo's files, by its name without ending."""
    return tomllib.loads(path_of(name).read_text(encoding="utf-8"))


def path_of(name: str) -> Path:
    """Where one of the demo's files lies."""
    return FOLDER / f"{name}.toml"


@dataclass(frozen=True)
class Calendar:
    """Day 0 is the day the demo is loaded, where people live."""

    zone: ZoneInfo
    day_zero: date

    @classmethod
    def from_today(cls, timezone: str) -> Calendar:
        zone = ZoneInfo(timezone)
        return cls(zone, clock.now().astimezone(zone).date())

    def day(self, number: int) -> date:
        return self.day_zero + timedelta(days=number)

    def moment(self, number: int, at: str = "12:00") -> datetime:
        """That day at that local time."""
        return datetime.combine(self.day(number), time.fromisoformat(at), self.zone)

    def opens(self, when: dict[str, Any] | None) -> datetime | None:
        """A `{ day, time }` of the files."""
        return self.moment(when["day"], when["time"]) if when else None
