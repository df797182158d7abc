"""Collect the texts to translate into translations/messages.pot, or check that it is current.

The file carries no dates and no line numbers, so it changes only when a text does.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "translations" / "messages.pot"
EXTRACT = [
    *("--quiet", "extract", "--mapping-file", "pyproject.toml"),
    *("--keyword", "_", "--keyword", "_l", "--keyword", "ngettext:1,2", "--keyword", "N_"),
    *("--sort-output", "--no-location", "--width", "100", "--add-comments", "Translators:"),
    *("--project", "pbapp", "--version", "1", "--copyright-holder", "pbapp"),
]


def main() -> int:
    """Write the texts; with --check only compare, and exit with status 1 on a difference."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    check = parser.parse_args().check
    fresh = collect()
    if not check:
        TEMPLATE.parent.mkdir(exist_ok=True)
        TEMPLATE.write_text(fresh, encoding="utf-8")
    elif not TEMPLATE.exists() or TEMPLATE.read_text(encoding="utf-8") != fresh:
        print("translations/messages.pot is behind: run `make messages`.", file=sys.stderr)
        return 1
    print(f"Texts to translate: {fresh.count('msgid ') - 1}, in translations/messages.pot.")
    return 0


def collect() -> str:
    """Every text marked for translation, in order of the alphabet."""
    folders = [name for name in ("pbapp", "templates") if (ROOT / name).is_dir()]
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "messages.pot"
        subprocess.run(
            [
                sys.executable,
                "-m",
                "babel.messages.frontend",
                *EXTRACT,
                "-o",
                str(output),
                *folders,
            ],
            cwd=ROOT,
            check=True,
        )
        text = output.read_text(encoding="utf-8")
    text = re.sub(r"\A(#.*\n)+", "", text)
    return re.sub(r'^"(POT-Creation|PO-Revision)-Date: .*\n', "", text, flags=re.MULTILINE)


if __name__ == "__main__":
    raise SystemExit(main())
