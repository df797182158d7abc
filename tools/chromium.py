"""The browser for the browser tests: find one, or install one. `make test` runs it.

A Chromium that is on the machine is used as it is. Where there is none, Debian's is installed
if this is root on a machine with apt; elsewhere Playwright downloads its own. That last way
could not be tried where it was written: such downloads were closed there.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome that starts, or None."""
    for name in NAMES:
        path = shutil.which(name)
        if path and starts(path):
            return path
    return find_playwrights_own()


def starts(path: str) -> bool:
    """Whether the browser can say its version: Ubuntu's `chromium` may be an empty shell."""
    try:
        return not subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False


def find_playwrights_own() -> str | None:
    """The path of the browser Playwright downloaded earlier, or None."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if path and starts(path) else None


def main() -> int:
    """Make sure there is a browser; exit status 1 with a sentence where that failed."""
    if find_chromium():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install_debians()
        if find_chromium():
            return 0
    say("Downloading Playwright's Chromium")
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
    if find_chromium():
        return 0
    print(
        "\nNo browser for the browser tests could be installed: install Chromium yourself (on "
        "Debian: `apt install chromium`), then run `make test` again.",
        file=sys.stderr,
    )
    return 1


def install_debians() -> None:
    """Chromium and a font with the usual widths, from Debian's packages."""
    say("Installing Debian's chromium for the browser tests (about 100 MB, once)")
    environment = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["install", "-qq", "--yes", "--no-install-recommends", "chromium", "fonts-liberation"]
    for arguments in (["update", "-qq"], install):
        done = subprocess.run(
            ["apt-get", *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            print("\n".join(done.stdout.strip().splitlines()[-10:]), file=sys.stderr)
            return


def say(text: str) -> None:
    print(f"==> {text}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
