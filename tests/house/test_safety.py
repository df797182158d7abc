"""The list of bad inputs names tests that there are."""

from __future__ import annotations

import re

from tests.house.source import ROOT


def test_every_bad_input_has_its_test() -> None:
    document = (ROOT / "docs" / "engineers" / "safety.md").read_text(encoding="utf-8")
    rows = [line for line in document.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 25
    tests = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")
    )
    for row in rows:
        named = re.findall(r"`(test_\w+)`", row)
        assert named, f"no test: {row}"
        for name in named:
            assert f"def {name}(" in tests, f"{name} is gone"
