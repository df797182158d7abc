"""Charts and maps as pictures for a Word file, in black and white. Only the worker draws them."""

from __future__ import annotations

import io
from typing import Any

from pbapp.papers.packs.document import Block, outlines
from pbapp.web.static_files import STATIC

SCALE = 2
WIDTH = 680
ROW, BAR, LABEL, LONGEST = 34, 20, 230, 280
FONT = STATIC / "vendor" / "fonts" / "latin-400.woff"


def picture_of(block: Block) -> bytes:
    """A PNG of a chart or of a map."""
    drawn = _bars(block) if block["kind"] == "bars" else _map(block)
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()


def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(str(FONT), size * SCALE)


def _sheet(width: float, height: float) -> tuple[Any, Any]:
    from PIL import Image, ImageDraw

    sheet = Image.new("L", (int(width * SCALE), int(height * SCALE)), 255)
    return sheet, ImageDraw.Draw(sheet)


def _bars(block: Block) -> Any:
    legend = block["legend"]
    rows = block["rows"]
    sheet, pen = _sheet(WIDTH, ROW * (len(rows) + len(legend)) + 8)
    font = _font(13)
    for place, row in enumerate(rows):
        top = place * ROW + 6
        pen.text((0, top * SCALE), _cut(row["label"], font), fill=0, font=font)
        left = float(LABEL)
        for fill, value in row["parts"]:
            width = LONGEST * value / block["most"] if block["most"] else 0
            if width:
                _fill(sheet, [(left, top), (left + width, top + BAR)], fill)
                left += width
        pen.text(((left + 8) * SCALE, top * SCALE), row["text"], fill=0, font=font)
    for place, (fill, words) in enumerate(legend, len(rows)):
        top = place * ROW + 6
        _fill(sheet, [(LABEL, top), (LABEL + 28, top + BAR)], fill)
        pen.text(((LABEL + 38) * SCALE, top * SCALE), words, fill=0, font=font)
    return sheet


def _cut(words: str, font: Any) -> str:
    """A label that fits beside the bars."""
    room = (LABEL - 12) * SCALE
    if font.getlength(words) <= room:
        return words
    while words and font.getlength(words + "…") > room:
        words = words[:-1]
    return words.rstrip() + "…"


def _map(block: Block) -> Any:
    height = block["height"] + 30 * len(block["legend"]) + 10
    sheet, pen = _sheet(block["width"], height)
    for area in block["areas"]:
        for corners in outlines(area["path"]):
            _fill(sheet, corners, area["fill"])
    font = _font(15)
    for area in block["areas"]:
        lines = [words for words in (area["name"], area["figure"]) if words]
        _plate(pen, area["x"], area["y"], lines, font)
    for place, (fill, words) in enumerate(block["legend"]):
        top = block["height"] + 10 + 30 * place
        _fill(sheet, [(6, top), (34, top + 18)], fill)
        pen.text((44 * SCALE, (top - 1) * SCALE), words, fill=0, font=font)
    return sheet


def _plate(pen: Any, x: float, y: float, lines: list[str], font: Any) -> None:
    """Words on white, so that they can be read on any pattern."""
    width = max(font.getlength(line) for line in lines) / 2 + 6 * SCALE
    top = (y - 20) * SCALE
    box = (x * SCALE - width, top, x * SCALE + width, top + (4 + 20 * len(lines)) * SCALE)
    pen.rectangle(box, fill=255, outline=0)
    for place, line in enumerate(lines):
        pen.text((x * SCALE, top + (12 + 20 * place) * SCALE), line, fill=0, font=font, anchor="mm")


def _fill(sheet: Any, corners: list[tuple[float, float]], fill: str) -> None:
    """A shape with a black edge and a pattern that needs no colour; two corners are a box."""
    from PIL import Image, ImageDraw

    if len(corners) == 2:
        (left, top), (right, bottom) = corners
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    scaled = [(x * SCALE, y * SCALE) for x, y in corners]
    mask = Image.new("L", sheet.size, 0)
    ImageDraw.Draw(mask).polygon(scaled, fill=255)
    box = mask.getbbox()
    if box is None:
        return
    pattern = _pattern(fill, (box[2] - box[0], box[3] - box[1]))
    sheet.paste(pattern, box, mask.crop(box))
    ImageDraw.Draw(sheet).line([*scaled, scaled[0]], fill=0, width=SCALE)


def _pattern(fill: str, size: tuple[int, int]) -> Any:
    from PIL import Image, ImageDraw

    drawn = Image.new("L", size, 0 if fill == "solid" else 255)
    pen = ImageDraw.Draw(drawn)
    width, height = size
    step = 8 * SCALE
    if fill in ("lines", "stripes", "cross"):
        for start in range(-height, width + height, step):
            pen.line([(start, height), (start + height, 0)], fill=0, width=SCALE)
            if fill == "cross":
                pen.line([(start, 0), (start + height, height)], fill=0, width=SCALE)
    elif fill in ("dots", "unknown"):
        half = SCALE * (1 if fill == "dots" else 3) // 2 + 1
        for y in range(step // 2, height, step):
            for x in range(step // 2, width, step):
                if fill == "dots":
                    pen.ellipse((x - half, y - half, x + half, y + half), fill=0)
                else:
                    pen.line([(x - half, y), (x + half, y)], fill=128, width=SCALE)
    return drawn
