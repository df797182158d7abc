"""Documents are known by their bytes, kept unchanged, and refused with a reason."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest

from pbapp.refusal import Refused
from pbapp.web import documents
from pbapp.web.documents import MEDIA_TYPES, store_document
from tests.papers.factories import PDF, packed

ODT = MEDIA_TYPES["odt"]


@pytest.mark.parametrize(
    ("stream", "ending"),
    [
        (BytesIO(PDF), "pdf"),
        (packed("[Content_Types].xml", "word/document.xml"), "docx"),
        (packed("xl/workbook.xml"), "xlsx"),
        (packed("content.xml", mimetype=ODT), "odt"),
    ],
)
def test_a_document_is_kept_as_it_was_sent(stream: BytesIO, ending: str, tmp_path: Path) -> None:
    kept = store_document(stream=stream, folder=tmp_path)
    data = (tmp_path / kept.file_name).read_bytes()
    assert (kept.ending, kept.size, data) == (ending, len(data), stream.getvalue())
    assert kept.digest == sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        (BytesIO(b""), "empty"),
        (BytesIO(b"<html><script>"), "do not know this kind"),
        (BytesIO(b"PK\x03\x04 cut off"), "do not know this kind"),
        (packed("readme.txt"), "do not know this kind"),
        (packed("content.xml", mimetype="application/epub+zip"), "do not know this kind"),
        (packed("word/document.xml", "word/vbaProject.bin"), "macros"),
        (packed("word/document.xml", *(f"part{n}" for n in range(2001))), "do not know this kind"),
    ],
)
def test_anything_else_is_refused_beside_its_field(
    stream: BytesIO, said: str, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=said) as refused:
        store_document(stream=stream, folder=tmp_path, field="receipt")
    assert refused.value.field == "receipt"
    assert not list(tmp_path.iterdir())


def test_a_document_may_not_be_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "LARGEST", len(PDF))
    store_document(stream=BytesIO(PDF), folder=tmp_path)
    with pytest.raises(Refused, match="too large"):
        store_document(stream=BytesIO(PDF + b"."), folder=tmp_path)
