"""What a tagged PDF says to somebody who does not see it, and whether that is in order.

`read` gives the tags in reading order with their words; `faults_of` judges them. For every PDF file
that the product makes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject

HEADING = re.compile(r"H([1-6])")


@dataclass
class Tag:
    """One element of the structure: its kind, its words, and what is inside it."""

    kind: str
    words: str = ""
    alt: str = ""
    id: str = ""
    headers: tuple[str, ...] = ()
    children: list[Tag] = field(default_factory=list)

    def walk(self) -> Iterator[Tag]:
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def text(self) -> str:
        return " ".join(t.words for t in self.walk() if t.words).strip()

    def find(self, *kinds: str) -> list[Tag]:
        return [tag for tag in self.walk() if tag.kind in kinds]


@dataclass(frozen=True)
class Document:
    """A PDF as a screen reader gets it."""

    title: str
    language: str
    pages: int
    is_marked: bool
    shows_title: bool
    conforms: bool
    root: Tag
    untagged: int

    @property
    def text(self) -> str:
        return " ".join(self.root.text.split())

    @property
    def headings(self) -> list[tuple[int, str]]:
        return [
            (int(found[1]), tag.text)
            for tag in self.root.walk()
            if (found := HEADING.fullmatch(tag.kind))
        ]


def read(data: bytes) -> Document:
    """Read a PDF's structure. Fails where it has none."""
    reader = PdfReader(io.BytesIO(data))
    catalogue: Any = reader.trailer["/Root"]
    metadata = catalogue["/Metadata"].get_data().decode() if "/Metadata" in catalogue else ""
    marks: dict[tuple[int, int], str] = {}
    untagged = 0
    for page in reader.pages:
        words, loose = _marked_words(page, reader)
        untagged += loose
        number = page.indirect_reference.idnum if page.indirect_reference else 0
        marks.update({(number, mark): text for mark, text in words.items()})
    return Document(
        title=str((reader.metadata or {}).get("/Title", "")),
        language=str(catalogue.get("/Lang", "")),
        pages=len(reader.pages),
        is_marked=bool(catalogue.get("/MarkInfo", {}).get("/Marked")),
        shows_title=bool(catalogue.get("/ViewerPreferences", {}).get("/DisplayDocTitle")),
        conforms="pdfuaid" in metadata,
        root=_tag(catalogue["/StructTreeRoot"], marks, 0),
        untagged=untagged,
    )


def _marked_words(page: Any, reader: PdfReader) -> tuple[dict[int, str], int]:
    """The words of each marked stretch of a page, and how many stretches of text have no mark.

    Fonts are read with their own table of letters, as a screen reader does.
    """
    fonts = {
        name: _letters(font.get_object())
        for name, font in page.get("/Resources", {}).get("/Font", {}).items()
    }
    words: dict[int, str] = {}
    open_marks: list[int | None] = []
    loose = 0
    letters: dict[str, str] = {}
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator in (b"BDC", b"BMC"):
            is_artifact = operands[0] == "/Artifact"
            given = operands[1] if len(operands) > 1 else None
            mark = given.get("/MCID") if isinstance(given, DictionaryObject) else None
            open_marks.append(-1 if is_artifact else mark)
        elif operator == b"EMC":
            open_marks.pop()
        elif operator == b"Tf":
            letters = fonts.get(operands[0], {})
        elif operator in (b"Tj", b"TJ"):
            text = _text_of(operands[0], letters)
            mark = next((m for m in reversed(open_marks) if m is not None), None)
            if mark is None:
                loose += 1
            elif mark >= 0:
                words[mark] = words.get(mark, "") + text
    return words, loose


def _letters(font: Any) -> dict[str, str]:
    table = font.get("/ToUnicode")
    assert table is not None, "a font does not say which letters it has"
    text = table.get_object().get_data().decode("latin-1")
    pairs = re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>", text)
    return {
        code.lower(): bytes.fromhex(letter).decode("utf-16-be", "replace") for code, letter in pairs
    }


def _text_of(shown: Any, letters: dict[str, str]) -> str:
    parts = shown if isinstance(shown, ArrayObject) else [shown]
    text = ""
    for part in parts:
        raw = getattr(part, "original_bytes", None)
        if raw is None:
            continue
        code = raw.hex()
        text += "".join(letters.get(code[i : i + 4], "") for i in range(0, len(code), 4))
    return text


def _tag(node: Any, marks: dict[tuple[int, int], str], page: int) -> Tag:
    node = node.get_object()
    own = node.raw_get("/Pg").idnum if "/Pg" in node else page
    attributes = node["/A"].get_object() if "/A" in node else {}
    headers = [str(id) for id in attributes.get("/Headers", ())]
    tag = Tag(
        kind=str(node.get("/S", "/Root")).lstrip("/"),
        alt=str(node.get("/Alt", "")),
        id=str(node.get("/ID", "")),
        headers=tuple(headers),
    )
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        real = kid.get_object()
        if isinstance(real, int):
            tag.children.append(Tag("", marks.get((own, int(real)), "")))
        elif real.get("/Type") == "/MCR":
            at = real.raw_get("/Pg").idnum if "/Pg" in real else own
            tag.children.append(Tag("", marks.get((at, int(real["/MCID"])), "")))
        elif real.get("/Type") != "/OBJR":
            tag.children.append(_tag(real, marks, own))
    return tag


def faults_of(document: Document) -> list[str]:
    """What is wrong with a PDF for somebody who hears it; empty when all is well."""
    faults = []
    wanted = {
        "it is not marked as tagged": document.is_marked,
        "it does not claim PDF/UA": document.conforms,
        "it has no language": bool(document.language),
        "it has no title": bool(document.title),
        "it shows its file name for a title": document.shows_title,
        "some text is neither tagged nor an artifact": not document.untagged,
    }
    faults += [words for words, holds in wanted.items() if not holds]
    levels = [level for level, _text in document.headings]
    if levels[:1] != [1]:
        faults.append(f"its first heading is not of level 1: {document.headings[:1]}")
    jumps = [(a, b) for a, b in pairwise(levels) if b > a + 1]
    faults += [f"a heading jumps from level {a} to {b}" for a, b in jumps]
    faults += [f"an empty heading of level {n}" for n, text in document.headings if not text]
    for table in document.root.find("Table"):
        known = {head.id for head in table.find("TH")} - {""}
        if not all(cell.headers and known.issuperset(cell.headers) for cell in table.find("TD")):
            faults.append(f"a cell of a table has no header cell: {table.text[:60]}")
    faults += ["a figure has no words" for f in document.root.find("Figure") if not f.alt]
    return faults


def sizes(data: bytes) -> set[float]:
    """The sizes in points of the letters of a PDF's tagged text."""
    found: set[float] = set()
    for page in PdfReader(io.BytesIO(data)).pages:
        is_artifact = False
        size = scale = 1.0
        for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
            if operator == b"BMC" or operator == b"BDC":
                is_artifact = operands[0] == "/Artifact"
            elif operator == b"Tf":
                size = float(operands[1])
            elif operator == b"Tm":
                scale = abs(float(operands[3]))
            elif operator in (b"Tj", b"TJ") and not is_artifact:
                found.add(round(size * scale * 0.75, 1))
    return found
