"""QR codes, drawn as one path."""

from __future__ import annotations

from dataclasses import dataclass

QUIET = 4  # modules left white round a QR code, as its standard asks for


@dataclass(frozen=True)
class Code:
    """A QR code as an SVG path in a square of `size` modules, its quiet zone included."""

    address: str
    path: str
    size: int


def qr_code(address: str) -> Code:
    import segno

    made = segno.make_qr(address, error="m")
    rows = [list(row) for row in made.matrix]
    path = []
    for y, row in enumerate(rows, QUIET):
        x = 0
        while x < len(row):
            length = 0
            while x + length < len(row) and row[x + length]:
                length += 1
            if length:
                path.append(f"M{x + QUIET} {y}h{length}v1h-{length}z")
            x += length or 1
    return Code(address, "".join(path), len(rows) + 2 * QUIET)
