"""Pictures: read with care, drawn anew, never trusted."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from pbapp.refusal import Refused
from pbapp.web.uploads import draw_again, store_picture


def jpeg_with_gps() -> bytes:
    picture = Image.new("RGB", (2000, 1000), "navy")
    exif = Image.Exif()
    exif[0x0110] = "SecretCam"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (55.0, 51.0, 36.0)
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


def png_that_says_it_is(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * ((width // 8 + 2) * height), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_hidden_data_does_not_survive(app: Flask, tmp_path: Path) -> None:
    upload = store_picture(stream=io.BytesIO(jpeg_with_gps()), alt="A hall", folder=tmp_path)
    kept = (tmp_path / f"{upload.digest}.jpg").read_bytes()
    assert b"SecretCam" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()
    assert (upload.width, upload.height) == (1600, 800)


def test_of_a_polyglot_only_the_picture_stays(app: Flask, tmp_path: Path) -> None:
    programme = io.BytesIO()
    with zipfile.ZipFile(programme, "w") as packed:
        packed.writestr("x.class", "SecretProgramme")
    tail = b"<script>alert('SecretScript')</script>" + programme.getvalue()
    for data in (
        jpeg_with_gps() + tail,
        b"\xff\xd8\xff\xfe\x00\x20/*<script>SecretScript()//"
        + b" " * 3
        + jpeg_with_gps()[2:]
        + tail,
    ):
        upload = store_picture(stream=io.BytesIO(data), alt="A hall", folder=tmp_path)
        kept = (tmp_path / f"{upload.digest}.jpg").read_bytes()
        assert b"Secret" not in kept
        assert b"<script" not in kept
        assert not zipfile.is_zipfile(io.BytesIO(kept))


def test_a_picture_without_a_description_is_refused(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        store_picture(stream=io.BytesIO(jpeg_with_gps()), alt="  ", folder=tmp_path)
    assert refused.value.field == "photo_alt"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        jpeg_with_gps()[:200],
        png_that_says_it_is(9000, 9000),
    ],
    ids=["empty", "svg", "html", "cut short", "bomb"],
)
def test_what_is_no_picture_we_can_use_is_refused(app: Flask, tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        store_picture(stream=io.BytesIO(data), alt="x", folder=tmp_path)
    assert refused.value.field == "photo"
    assert list(tmp_path.glob("*.jpg")) == []


def drawn(picture: Image.Image, kind: str = "JPEG", **options: Any) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return Image.open(io.BytesIO(draw_again(io.BytesIO(out.getvalue()))[0]))


def test_a_phones_picture_is_turned_upright_whatever_its_hidden_data_is_like() -> None:
    picture = Image.new("RGB", (60, 40), "red")
    exif = Image.Exif()
    exif[0x0112] = 6
    assert drawn(picture, exif=exif).size == (40, 60)
    assert drawn(picture, exif=exif.tobytes()[:20]).size == (60, 40)
    out = io.BytesIO()
    picture.save(out, "MPO", save_all=True, append_images=[picture])
    broken = bytearray(out.getvalue())
    at = broken.index(b"MPF\0")
    broken[at + 12 : at + 44] = b"\xff" * 32
    assert draw_again(io.BytesIO(bytes(broken)))[1:] == (60, 40)


def test_pictures_of_every_colour_system_come_out_in_their_colours() -> None:
    red = Image.new("RGB", (20, 20), "red")
    for picture, kind in ((red.convert("CMYK"), "JPEG"), (red.quantize(4), "GIF")):
        assert drawn(picture, kind).getpixel((10, 10)) == (254, 0, 0)
    moving = drawn(red, "GIF", save_all=True, append_images=[Image.new("RGB", (20, 20), "blue")])
    assert moving.getpixel((10, 10)) == (254, 0, 0)
    grey = drawn(Image.new("I;16", (20, 20), 128 * 256), "PNG").getpixel((10, 10))
    assert grey == (128, 128, 128)


def test_a_picture_of_fifty_megapixels_is_read_at_a_part_of_its_size() -> None:
    big = Image.new("L", (8200, 6150))
    assert drawn(big).size == (1600, 1200)
    with pytest.raises(Refused, match="too large"):
        drawn(big, progressive=True)


def test_a_picture_one_can_see_through_gets_white_behind(app: Flask, tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    upload = store_picture(stream=io.BytesIO(out.getvalue()), alt="x", folder=tmp_path)
    kept = Image.open(tmp_path / f"{upload.digest}.jpg")
    assert min(kept.getpixel((5, 5))) > 250
