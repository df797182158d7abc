"""Where something really is leaves the service nowhere (decision 0149)."""

from __future__ import annotations

import re

from pbapp.config import ROOT

EXACT = re.compile(r"\bexact_(lat|lon|postcode)\b")
# The table, what writes it, and the form of those who look after an entry.
MAY_NAME_IT = {
    "pbapp/assets/models.py",
    "pbapp/assets/writing.py",
    "pbapp/assets/adding/typed.py",
    "pbapp/assets/snapshot.py",
}


def test_only_the_form_of_its_keepers_reads_where_an_entry_really_is() -> None:
    files = [
        *ROOT.glob("pbapp/**/*.py"),
        *ROOT.glob("templates/**/*.html"),
        *ROOT.glob("static/js/*.js"),
    ]
    naming = {
        path.relative_to(ROOT).as_posix() for path in files if EXACT.search(path.read_text("utf-8"))
    }
    assert naming == MAY_NAME_IT
