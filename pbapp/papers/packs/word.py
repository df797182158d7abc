"""A document as a Word file: real headings, header rows, words for pictures, its language.

python-docx is imported when a file is made and at no other time: only the worker makes them.
"""

from __future__ import annotations

import io
from typing import Any

from flask_babel import gettext as _

from pbapp.papers.packs.document import Block, Cell, words_of
from pbapp.papers.packs.pictures import picture_of

WIDEST = 6.3  # inches between the margins of A4


def word_file(document: Block, *, language: str, prints: list[tuple[str, str]]) -> bytes:
    """The whole document; `prints` are the fingerprints that stand at its end."""
    from docx import Document

    paper = Document()
    _set_up(paper, document["title"], language)
    paper.add_heading(document["title"], level=0)
    for line in document["about"]:
        paper.add_paragraph(line)
    for section in document["sections"]:
        paper.add_heading(section["heading"], level=1)
        for block in section["blocks"]:
            _WRITERS[block["kind"]](paper, block)
    for name, value in prints:
        line = paper.add_paragraph(style="Source")
        line.add_run(f"{name}: ").bold = True
        line.add_run(value)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _set_up(paper: Any, title: str, language: str) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    paper.core_properties.title = title
    paper.core_properties.language = language
    paper.core_properties.author = ""
    paper.core_properties.comments = ""
    page = paper.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(22)
    usual = paper.styles["Normal"]
    usual.font.name, usual.font.size = "Arial", Pt(12)
    for element in paper.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), language)
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:val"), language)
    usual.element.get_or_add_rPr().append(spoken)
    for name in ("Title", "Heading 1", "Heading 2", "Caption"):
        style = paper.styles[name]
        style.font.name, style.font.color.rgb = "Arial", RGBColor(0, 0, 0)
        fonts = style.element.rPr.rFonts
        for key in [key for key in fonts.attrib if "Theme" in key]:
            del fonts.attrib[key]
    source = paper.styles.add_style("Source", WD_STYLE_TYPE.PARAGRAPH)
    source.base_style, source.font.size = usual, Pt(10)


def _text(paper: Any, block: Block) -> None:
    paper.add_paragraph(block["text"])


def _source(paper: Any, block: Block) -> None:
    paper.add_paragraph(block["text"], style="Source")


def _heading(paper: Any, block: Block) -> None:
    paper.add_heading(block["text"], level=2)


def _list(paper: Any, block: Block) -> None:
    style = "List Number" if block["numbered"] else "List Bullet"
    for item in block["items"]:
        paper.add_paragraph(item, style=style)


def _table(paper: Any, block: Block) -> None:
    _rows(paper, block["caption"], block["head"], block["rows"], block["foot"], block["numbers"])


def _rows(
    paper: Any,
    caption: str,
    head: list[str],
    rows: list[list[Cell]],
    foot: list[Cell] | None,
    numbers: list[int],
) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    _above(paper, caption)
    table = paper.add_table(rows=0, cols=len(head), style="Table Grid")
    described = OxmlElement("w:tblCaption")
    described.set(qn("w:val"), caption)
    table._tbl.tblPr.append(described)
    written: list[list[Cell]] = [list(head), *rows, *([foot] if foot else [])]
    for place, row in enumerate(written):
        added = table.add_row()
        rules = added._tr.get_or_add_trPr()
        rules.append(OxmlElement("w:cantSplit"))
        if place == 0:
            rules.append(OxmlElement("w:tblHeader"))
        for column, (box, value) in enumerate(zip(added.cells, row, strict=True)):
            paragraph = box.paragraphs[0]
            run = paragraph.add_run(words_of(value))
            run.bold = place == 0 or column == 0
            if column in numbers:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paper.add_paragraph()


def _above(paper: Any, caption: str) -> None:
    paper.add_paragraph(caption, style="Caption").paragraph_format.keep_with_next = True


def _bars(paper: Any, block: Block) -> None:
    said = "; ".join(f"{row['label']}: {row['text']}" for row in block["rows"])
    _above(paper, block["caption"])
    _picture(paper, block, f"{block['caption']}. {said}.")
    rows: list[list[Cell]] = [[row["label"], row["text"]] for row in block["rows"]]
    caption = _("%(chart)s, in figures", chart=block["caption"])
    _rows(paper, caption, [block["label"], block["value"]], rows, None, [1])


def _map(paper: Any, block: Block) -> None:
    _above(paper, block["caption"])
    _picture(paper, block, f"{block['caption']}. {block['words']}")
    for number, words in enumerate(block.get("numbered", ()), 1):
        paper.add_paragraph(f"{number}. {words}")
    paper.add_paragraph(block["source"], style="Source")


def _picture(paper: Any, block: Block, words: str) -> None:
    from docx.shared import Inches

    shape = paper.add_picture(io.BytesIO(picture_of(block)), width=Inches(WIDEST))
    about = shape._inline.docPr
    about.set("descr", words)
    about.set("title", block["caption"])


_WRITERS = {
    "text": _text,
    "source": _source,
    "heading": _heading,
    "list": _list,
    "table": _table,
    "bars": _bars,
    "map": _map,
}
