"""PDF files for people who hear them: tagged, with their language, and made of our files alone."""

from __future__ import annotations

import pytest

from pbapp.web.pdf import NoPdf, has_letters, render_pdf
from tests import pdf

PAGE = """<!doctype html><html lang="{lang}"><head><title>The hall</title>
<link rel="stylesheet" href="css/pdf.css"></head><body><h1>{heading}</h1>
<p>Zażółć gęślą jaźń. Àite-coinneachaidh.</p>
<figure><svg viewBox="0 0 9 9" width="20" height="20"><title>A key</title>
<path d="M0 0h5v5h-5z"/></svg></figure>
<h2>Stalls</h2><table><caption>Stalls</caption>
<thead><tr><th scope="col">Number</th><th scope="col">What</th></tr></thead>
<tbody><tr><td>1</td><th scope="row">Canal</th></tr></tbody></table></body></html>"""


@pytest.fixture(scope="module")
def made() -> bytes:
    return render_pdf(PAGE.format(lang="pl", heading="The hall"))


def test_a_page_becomes_a_tagged_file(made: bytes) -> None:
    found = pdf.read(made)
    assert pdf.faults_of(found) == []
    assert (found.title, found.language, found.pages) == ("The hall", "pl", 1)
    assert found.headings == [(1, "The hall"), (2, "Stalls")]
    assert "Zażółć gęślą jaźń. Àite-coinneachaidh." in found.text
    assert found.text.index("gęślą") < found.text.index("Stalls") < found.text.index("Canal")
    assert [tag.alt for tag in found.root.find("Figure")] == ["A key"]


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ("<h3>Deep</h3>", "jumps from level 1 to 3"),
        ("<table><tr><td>1</td></tr></table>", "no header cell"),
        ("<h2></h2>", "empty heading"),
    ],
)
def test_the_check_finds_what_is_wrong(wrong: str, fault: str) -> None:
    html = PAGE.format(lang="en", heading="The hall").replace("<p>", f"{wrong}<p>")
    assert fault in " ".join(pdf.faults_of(pdf.read(render_pdf(html))))


def test_a_picture_from_elsewhere_is_not_fetched(caplog: pytest.LogCaptureFixture) -> None:
    for address in ("file:///etc/hostname", "http://127.0.0.1:9/x.png", "../pyproject.toml"):
        render_pdf(PAGE.format(lang="en", heading=f'<img alt="x" src="{address}">'))
        assert "Only files of static/" in caplog.text
        caplog.clear()


def test_without_its_libraries_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real = builtins.__import__

    def missing(name: str, *rest: object) -> object:
        if name.startswith("weasyprint"):
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(NoPdf, match="pango"):
        render_pdf("<h1>x</h1>")


def test_a_language_without_letters_is_known() -> None:
    assert has_letters("gd")
    assert has_letters("ur-PK")
    assert not has_letters("xx")
