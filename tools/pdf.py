"""The libraries that PDF files are made with: are they there, and if not, install them.

`make setup` runs it. WeasyPrint draws text with Pango, which pip does not bring. On a machine with
apt, root has it installed; elsewhere a sentence says what to do. Without it everything works but
PDF files, whose pages then offer the page to print.
"""

import os
import shutil
import subprocess
import sys

NEEDED = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
ADVICE = (
    "PDF files cannot be made on this machine yet, as Pango is missing; all else works. Install "
    "it (on Debian and Ubuntu: `apt install "
    + " ".join(NEEDED)
    + "`), then run `make setup` again."
)


def can_make() -> bool:
    """Whether this Python finds WeasyPrint and what it loads."""
    asked = subprocess.run([sys.executable, "-c", "import weasyprint"], capture_output=True)
    return not asked.returncode


def main() -> int:
    """Install what is missing where that is possible; never stops the set-up."""
    if can_make():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("==> Installing Pango for PDF files", flush=True)
        environment = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (
            ["update", "-qq"],
            ["install", "-qq", "--yes", "--no-install-recommends", *NEEDED],
        ):
            subprocess.run(["apt-get", *arguments], env=environment, stdout=subprocess.DEVNULL)
        if can_make():
            return 0
    print(f"\n{ADVICE}\n", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
