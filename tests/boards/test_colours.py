"""A council's colour is its own as long as people can read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbapp.boards.colours import WHITE, _parse, contrast, shades_of
from pbapp.refusal import Refused

part = st.integers(0, 255)


def test_contrast_is_as_the_standard_has_it() -> None:
    assert round(contrast((0, 0, 0), WHITE), 2) == 21
    assert round(contrast((0x77, 0x77, 0x77), WHITE), 2) == 4.48
    assert contrast(WHITE, WHITE) == 1


@given(part, part, part)
def test_any_colour_gives_shades_that_can_be_read_or_is_refused(r: int, g: int, b: int) -> None:
    colour = f"#{r:02x}{g:02x}{b:02x}"
    if contrast((r, g, b), WHITE) < 4.5:
        with pytest.raises(Refused, match="cannot be read on white"):
            shades_of(colour)
        return
    shades = shades_of(colour)
    accent, dark, wash = (_parse(one) for one in (shades.accent, shades.dark, shades.wash))
    assert shades.accent == colour
    assert contrast(dark, WHITE) >= 7
    assert contrast(accent, wash) >= 4.5


@pytest.mark.parametrize("typed", ["", "blue", "#fff", "#12345g", "#1234567", "#١٢٣٤٥٦", "red;}"])
def test_what_is_no_colour_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="six digits"):
        shades_of(typed)
