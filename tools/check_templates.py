"""Check the templates: what the policy forbids, what escapes, what a fragment has to import.

Each rule keeps something that breaks only in a browser, or only in front of the wrong person:
- a template ends in .html, because others are not escaped (texts of e-mails may end in .txt);
- no inline style, script or event attribute, because the content security policy refuses them;
- no `|safe` and no switched-off escaping, outside the list below with its reasons;
- a macro is imported where it is used, because a fragment is also sent on its own;
- every word is marked for translation;
- every template compiles with the filters and tests that the application has.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, TemplateError, nodes
from jinja2.meta import find_undeclared_variables

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "templates"

# Where `|safe` is allowed: the template, and why nothing a person typed can be in it.
SAFE_ALLOWED: dict[str, str] = {}

JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TRANSLATED = re.compile(r"\{%-?\s*trans\b.*?\{%-?\s*endtrans\s*-?%\}", re.DOTALL)
# A macro that gives a word to the code, not to people, says so first: {#- not text -#}
NOT_TEXT = re.compile(
    r"\{%-?\s*macro\b[^%]*%\}\s*\{#-?\s*not text\b.*?\{%-?\s*endmacro\s*-?%\}", re.DOTALL
)
FORBIDDEN = {
    r"<style\b": "an inline stylesheet: put it in static/css",
    r"<script\b(?![^>]*\ssrc=)(?![^>]*type=\"application/(ld\+)?json\")": (
        "an inline script: put it in static/js"
    ),
    r"<[^<>]*\sstyle\s*=": "a style attribute: use a class",
    r"<[^<>]*\son[a-z]+\s*=": "an event attribute: listen in static/js",
    r"<[^<>]*\shx-on\b": "hx-on: listen in static/js, the policy forbids evaluating text",
    r"=\s*[\"']?\s*(javascript|js):": "a script in an attribute: put it in static/js",
}
TAG = re.compile(r"<!--.*?-->|<!doctype[^>]*>|</?[a-z][^<>]*>", re.DOTALL | re.IGNORECASE)
SILENT = re.compile(r"<(script|svg|code)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
SPOKEN = re.compile(r"\s(?:alt|title|placeholder|aria-label)=\"([^\"]*)\"", re.IGNORECASE)
ENTITY = re.compile(r"&[a-z0-9#]+;", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one template."""

    template: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"templates/{self.template}:{self.line}: {self.what}"


def main() -> int:
    """Print every fault; exit status 1 if there is one."""
    sources = read(FOLDER)
    faults = check(sources, application_environment())
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        return 1
    print(f"Templates: {len(sources)} checked.")
    return 0


def read(folder: Path) -> dict[str, str]:
    """Every file under the folder: its name there, and its text."""
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def application_environment() -> Environment:
    """The environment of the application itself, with its filters, tests and globals."""
    from pbapp import create_app
    from pbapp.config import from_environment

    with tempfile.TemporaryDirectory() as folder:
        instance = f"{folder}/instance"
        app = create_app(from_environment({"PBAPP_MODE": "testing", "PBAPP_INSTANCE": instance}))
        return app.jinja_env


def check(sources: dict[str, str], environment: Environment) -> list[Fault]:
    """Every fault in these templates (name: text), in the order of their names."""
    trees: dict[str, nodes.Template] = {}
    faults = [
        Fault(name, 1, "its name must end in .html: others are not escaped")
        for name in sources
        if not name.endswith(".html") and not re.match(r"emails/.*\.txt\Z", name)
    ]
    for name, source in sources.items():
        try:
            environment.compile(source, name, name)
            trees[name] = environment.parse(source)
        except TemplateError as error:
            faults.append(Fault(name, getattr(error, "lineno", 1) or 1, str(error)))
        if name.endswith(".html"):
            faults += forbidden(name, source)
            faults += untranslated(name, source)
    macros = {macro.name for tree in trees.values() for macro in tree.find_all(nodes.Macro)}
    for name, tree in trees.items():
        faults += unescaped(name, tree)
        faults += unimported(name, tree, macros - set(environment.globals))
    return sorted(faults, key=lambda fault: (fault.template, fault.line))


def forbidden(name: str, source: str) -> Iterator[Fault]:
    """What the content security policy would refuse in a browser."""
    plain = JINJA.sub(blank, source)
    for pattern, what in FORBIDDEN.items():
        for found in re.finditer(pattern, plain, re.IGNORECASE):
            yield Fault(name, line_of(plain, found.end() - 1), what)


def untranslated(name: str, source: str) -> Iterator[Fault]:
    """Words that stand in the page as they are."""
    plain = NOT_TEXT.sub(blank, TRANSLATED.sub(blank, source))
    plain = SILENT.sub(blank, JINJA.sub(blank, plain))
    for found in SPOKEN.finditer(plain):
        if WORD.search(found.group(1)):
            yield Fault(name, line_of(plain, found.start()), f"not translated: {found.group(1)}")
    text = ENTITY.sub(blank, TAG.sub(blank, plain))
    for number, line in enumerate(text.splitlines(), start=1):
        if WORD.search(line):
            yield Fault(name, number, f"not translated: {line.strip()}")


def unescaped(name: str, tree: nodes.Template) -> Iterator[Fault]:
    """Places where what a person typed could become part of the page's own code."""
    if name in SAFE_ALLOWED:
        return
    for marked in tree.find_all(nodes.Filter):
        if marked.name == "safe":
            yield Fault(name, marked.lineno, "|safe: give a reason in tools/check_templates.py")
    for switch in tree.find_all(nodes.EvalContextModifier):
        yield Fault(name, switch.lineno, "escaping is switched here: leave it on")


def unimported(name: str, tree: nodes.Template, macros: set[str]) -> Iterator[Fault]:
    """Macros that this template uses and neither has nor imports."""
    missing = (find_undeclared_variables(tree) & macros) - declared(tree)
    called = {
        call.node.name
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in missing
    }
    for macro in sorted(called):
        yield Fault(name, 1, f"the macro {macro} is used and not imported here")


def declared(tree: nodes.Template) -> set[str]:
    """Names that the template's own head imports, sets or defines: its blocks see them too."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, nodes.FromImport):
            names |= {name[1] if isinstance(name, tuple) else name for name in node.names}
        elif isinstance(node, nodes.Import):
            names.add(node.target)
        elif isinstance(node, nodes.Macro):
            names.add(node.name)
    return names


def blank(found: re.Match[str]) -> str:
    """As many lines as there were, with nothing on them, so that line numbers stay right."""
    return " " + "\n" * found.group().count("\n")


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


if __name__ == "__main__":
    raise SystemExit(main())
