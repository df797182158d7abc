"""A council's colour: whether words in it can be read, and the shades the pages need. Pure.

Contrast after WCAG 2.2, 1.4.3: (L1 + 0.05) / (L2 + 0.05) of relative luminances.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pbapp.refusal import N_, Refused

HEX = re.compile(r"#[0-9a-f]{6}", re.ASCII)
READABLE = 4.5  # for words on white or on the wash
ON_DARK = 7.0  # for white words on the header
WHITE = (255, 255, 255)
BLACK = (0, 0, 0)

Rgb = tuple[int, int, int]


@dataclass(frozen=True)
class Shades:
    """The colour itself, a dark one to put white words on, and a wash to put words on."""

    accent: str
    dark: str
    wash: str


def shades_of(colour: str) -> Shades:
    """The shades of a colour like #00437e; raises `Refused` for one too light to read."""
    rgb = _parse(colour)
    found = contrast(rgb, WHITE)
    if found < READABLE:
        raise Refused(
            N_(
                "Words in this colour cannot be read on white: the contrast is %(found)s to 1 and "
                "has to be at least %(least)s to 1. Use a darker one."
            ),
            "colour",
            found=f"{found:.1f}",
            least=READABLE,
        )
    dark = next(one for one in _towards(rgb, BLACK) if contrast(one, WHITE) >= ON_DARK)
    light = _mix(rgb, WHITE, 0.9)
    wash = next(one for one in _towards(light, WHITE) if contrast(rgb, one) >= READABLE)
    return Shades(_hex(rgb), _hex(dark), _hex(wash))


def contrast(one: Rgb, other: Rgb) -> float:
    """From 1 (the same) to 21 (black on white)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(rgb: Rgb) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in rgb)
    )
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def _towards(rgb: Rgb, end: Rgb) -> list[Rgb]:
    """Steps from one colour to another, both included."""
    return [_mix(rgb, end, step / 20) for step in range(21)]


def _mix(rgb: Rgb, end: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(rgb, end, strict=True))
    return red, green, blue


def _parse(colour: str) -> Rgb:
    text = colour.strip().lower()
    if not HEX.fullmatch(text):
        raise Refused(N_("Write the colour as # and six digits, like #00437e."), "colour")
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _hex(rgb: Rgb) -> str:
    return "#" + "".join(f"{value:02x}" for value in rgb)
