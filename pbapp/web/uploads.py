"""Pictures people send: opened with care, drawn again by us, stripped of everything hidden."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import IO

from sqlalchemy import ColumnElement, exists, select

from pbapp import clock
from pbapp.db import Base, advisory_lock, db, flush
from pbapp.refusal import N_, Refused
from pbapp.web.models import Upload

LONGEST_SIDE = 1600
MOST_PIXELS = 40_000_000
MOST_OF_A_JPEG = 64_000_000  # read at a part of its size; phones make 50 million
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


def store_picture(*, stream: IO[bytes], alt: str, folder: Path, language: str = "en") -> Upload:
    """Keep a picture as a JPEG of at most 1600 pixels a side.

    Raises `Refused` beside the field `photo` for what is not a picture we can read, and beside
    `alt` without a description. Location and camera data do not survive: it is drawn anew.
    """
    if not alt.strip():
        raise Refused(N_("Describe the picture for people who cannot see it."), "photo_alt")
    data, width, height = draw_again(stream)
    digest = hashlib.sha256(data).hexdigest()
    advisory_lock(f"picture {digest}")  # against `forget_waiting`
    write_whole(folder / f"{digest}.jpg", data)
    upload = Upload(
        digest=digest,
        media_type="image/jpeg",
        width=width,
        height=height,
        alt=alt.strip(),
        language=language,
        uploaded_at=clock.now(),
    )
    db.session.add(upload)
    flush()
    return upload


def forget_waiting(folder: Path) -> int:
    """Delete the pictures of forms nobody sent, and the files no other picture shares.

    Returns how many. One that anything refers to stays, whatever its form became.
    """
    query = select(Upload).where(Upload.waits_until < clock.now(), *_unused()).limit(500)
    gone = list(db.session.scalars(query))
    digests = {upload.digest for upload in gone}
    for digest in sorted(digests):
        advisory_lock(f"picture {digest}")
    for upload in gone:
        db.session.delete(upload)
    flush()
    shared = set(db.session.scalars(select(Upload.digest).where(Upload.digest.in_(digests))))
    for digest in digests - shared:
        (folder / f"{digest}.jpg").unlink(missing_ok=True)
    return len(gone)


def _unused() -> list[ColumnElement[bool]]:
    """No row of any room names it."""
    columns = [
        column
        for table in Base.metadata.tables.values()
        for column in table.columns
        if any(key.column.table.name == Upload.__tablename__ for key in column.foreign_keys)
    ]
    return [~exists().where(column == Upload.id) for column in columns]


def draw_again(stream: IO[bytes]) -> tuple[bytes, int, int]:
    """A picture as a JPEG with its width and height; raises `Refused` beside `photo`."""
    import warnings

    from PIL import Image  # loaded only when somebody sends a picture

    too_large = Refused(N_("This picture is too large. Use one of 40 megapixels or less."), "photo")
    refusal = Refused(N_("We could not read this picture. Use a JPEG, PNG or WebP file."), "photo")
    try:
        with warnings.catch_warnings():
            # Cameras and editors write hidden data badly; the picture itself is sound.
            warnings.simplefilter("ignore")
            picture = Image.open(stream, formats=FORMATS)
            if picture.width * picture.height > _most_pixels(picture):
                raise too_large
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG only; no others do it
            upright = _on_white(_upright(picture))
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except Image.DecompressionBombError as error:
        raise too_large from error
    except Refused:
        raise
    except Exception as error:  # whatever a broken file makes the decoder raise
        raise refusal from error
    upright.info.clear()  # a comment or a profile would be written again as it came
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue(), upright.width, upright.height


def _most_pixels(picture) -> int:  # type: ignore[no-untyped-def]
    """One that comes in ever finer layers is held whole while it is read."""
    in_part = picture.format in ("JPEG", "MPO") and "progressive" not in picture.info
    return MOST_OF_A_JPEG if in_part else MOST_PIXELS


def _upright(picture):  # type: ignore[no-untyped-def]
    """Turned as its hidden data says; as it comes where that is broken."""
    from PIL import ImageOps

    picture.load()
    try:
        return ImageOps.exif_transpose(picture) or picture
    except Exception:
        return picture


def _on_white(picture):  # type: ignore[no-untyped-def]
    from PIL import Image

    if picture.mode.startswith("I;16"):  # 16 bits of grey: the upper eight
        picture = picture.point(lambda value: value / 256).convert("L")
    if picture.mode in ("RGBA", "LA", "P"):
        clear = picture.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        paper.alpha_composite(clear)
        picture = paper
    return picture.convert("RGB")


def write_whole(path: Path, data: bytes) -> None:
    """All of it or nothing, and on the disk before the row that names it is committed."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
