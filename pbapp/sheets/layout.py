"""The sizes a sheet comes in, and what they leave for its map. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from pbapp.gaps.drawing import Frame

FORM = "form"  # the subject of the form to fill in by hand; others are wards' codes
POINT = 0.3528  # millimetres
FOOT = 2.4  # the line under a map, in heights of its numbers
KM_IN_A_DEGREE = 111.2  # of latitude
BARS = (5000, 2000, 1000, 500, 200, 100)
BESIDE, LARGE_BESIDE = 46, 70  # millimetres that codes with their words take beside a map
CLEAR = 1.9  # how far the middles of two pins stand apart, in heights of their numbers


@dataclass(frozen=True)
class Layout:
    """A paper and a size of print; the map's room is in millimetres, its numbers in points."""

    paper: str
    is_large: bool
    map_width: float
    map_height: float
    number_points: float

    @property
    def variant(self) -> str:
        return f"{self.paper}-large" if self.is_large else self.paper

    def fit(self, frame: Frame) -> Fitted:
        """How a drawing goes onto the sheet, with a line for its scale under it."""
        letter = self.number_points * POINT
        foot = letter * FOOT
        unit = min(self.map_width / frame.width, (self.map_height - foot) / frame.height)
        metres, length = _scale_bar(frame)
        return Fitted(
            width=round(frame.width * unit, 1),
            height=round(frame.height * unit + foot, 1),
            frame_width=frame.width,
            frame_height=round(frame.height + foot / unit, 1),
            number=round(letter / unit, 2),
            bar_metres=metres,
            bar=length,
            has_room_beside=frame.width * unit
            <= self.map_width - (LARGE_BESIDE if self.is_large else BESIDE),
        )


@dataclass(frozen=True)
class Fitted:
    """A map on a sheet: its size in millimetres; then, in its own units, its size with the line
    under it, the height of its numbers, and the length of the bar that stands for `bar_metres`.

    `has_room_beside`: the codes that everybody may want to scan can stand on the first page.
    """

    width: float
    height: float
    frame_width: float
    frame_height: float
    number: float
    bar_metres: int
    bar: float
    has_room_beside: bool

    @property
    def near(self) -> float:
        """Pins closer than this share one."""
        return self.number * CLEAR


def _scale_bar(frame: Frame) -> tuple[int, float]:
    """The longest round distance that is at most a third of the drawing across."""
    kilometre = frame.scale / KM_IN_A_DEGREE
    metres = next((m for m in BARS if m / 1000 * kilometre <= frame.width / 3), BARS[-1])
    return metres, round(metres / 1000 * kilometre, 1)


LAYOUTS = {
    layout.variant: layout
    for layout in (
        Layout("a4", False, 178, 150, 9),
        Layout("a4", True, 178, 158, 18),
        Layout("a3", False, 265, 200, 12),
        Layout("a3", True, 265, 210, 18),
    )
}
