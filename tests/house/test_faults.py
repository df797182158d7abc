"""Every fault of the ballot box's list has a test, and the document names it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.house.source import ROOT

ROW = re.compile(r"^\| (\d+) \|.*\| `(test_\w+)` \| (quick|long) \|$", re.MULTILINE)
MARKS = {"faults": "quick", "faults_long": "long"}


def marked() -> Iterator[tuple[int, str, str]]:
    """Number, test and speed of every marker in the tests."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        source = path.read_text(encoding="utf-8")
        if "mark.faults" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute):
                        speed = MARKS.get(mark.func.attr)
                        if speed:
                            yield ast.literal_eval(mark.args[0]), node.name, speed


def test_the_document_names_a_test_of_every_fault_that_is_marked_so() -> None:
    document = (ROOT / "docs" / "engineers" / "ballot-box.md").read_text(encoding="utf-8")
    named = {(int(number), test, speed) for number, test, speed in ROW.findall(document)}
    assert named <= set(marked())
    assert {number for number, *_ in named} == set(range(1, 28))
    assert {number for number, *_ in marked()} == set(range(1, 28))
