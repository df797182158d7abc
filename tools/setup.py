"""Make the environment: `.venv`, node_modules and static/vendor. `make setup` runs it.

It needs Python 3.11 or newer and nothing else: it runs before anything is installed, so it
uses the standard library only. Each step leaves a stamp, so a second run has nothing to do.
A step that fails ends in one sentence that says what to do.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
LOCK = ROOT / "requirements.lock"
NODE_LOCK = ROOT / "tools" / "node.lock"
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 18

NETWORK = (
    "If this machine is not on the network, or needs a proxy (HTTPS_PROXY) or an index of its "
    "own ({index}), put that right and run `make setup` again."
)


class Stopped(Exception):
    """The set-up cannot go on; the message says what to do."""


def main() -> int:
    """Run every step that is not done yet; exit status 1 with a sentence on a failure."""
    os.chdir(ROOT)
    try:
        done = [python_environment(), front_end()]
    except Stopped as stopped:
        print(f"\nmake setup stopped: {stopped}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nmake setup was interrupted; run it again to go on.", file=sys.stderr)
        return 130
    if any(done):
        say("Ready.")
    return 0


# Python


def python_environment() -> bool:
    """`.venv` with everything in the lock and the project itself; True if anything was done."""
    if VENV.is_symlink():
        return False  # It belongs to another checkout, which keeps it up to date.
    stamp = Stamp(VENV / ".setup-python", LOCK, ROOT / "pyproject.toml", words=[str(ROOT)])
    if stamp.holds() and has_python():
        return False
    if sys.version_info < OLDEST_PYTHON:
        raise Stopped(
            f"Python 3.11 or newer is needed and this is {sys.version.split()[0]}; install a "
            "newer one, or name it: `make setup PYTHON=/path/to/python3`."
        )
    if not has_python():
        make_venv()
    install_uv()
    say("Installing the Python packages in requirements.lock")
    uv_install("--requirements", str(LOCK), "--require-hashes")
    say("Installing pbapp itself")
    uv_install("--editable", ".", "--no-deps", "--no-build-isolation")
    subprocess.run([BIN / "python", ROOT / "tools" / "pdf.py"])  # it says what it cannot do
    stamp.set()
    return True


def has_python() -> bool:
    """Whether `.venv` holds a Python that starts, is new enough and has pip."""
    try:
        asked = subprocess.run(
            [BIN / "python", "-c", "import pip, sys; print(*sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return tuple(int(part) for part in asked.stdout.split()) >= OLDEST_PYTHON


def make_venv() -> None:
    """A new `.venv` from the Python that runs this."""
    say(f"Making .venv with Python {sys.version.split()[0]}")
    run(
        [sys.executable, "-m", "venv", "--clear", VENV],
        "Python could not make a virtual environment; on Debian and Ubuntu install it with "
        "`apt install python3-venv`, then run `make setup` again.",
    )


def install_uv() -> None:
    """The uv that the lock names, by pip, checked against the lock's hashes."""
    entry = lock_entry("uv")
    version = entry.split("==")[1].split()[0]
    try:
        asked = subprocess.run([BIN / "uv", "--version"], capture_output=True, text=True)
        if asked.stdout.split()[1:2] == [version]:
            return
    except OSError:
        pass
    say(f"Installing uv {version}")
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "uv.txt"
        wanted.write_text(entry)
        run(
            [
                *(BIN / "python", "-m", "pip", "install", "--quiet"),
                *("--disable-pip-version-check", "--require-hashes", "--requirement", wanted),
            ],
            "pip could not install uv. " + NETWORK.format(index="PIP_INDEX_URL"),
        )


def lock_entry(package: str) -> str:
    """The lines of the lock for one package, hashes and all."""
    found = re.search(
        rf"^{re.escape(package)}==.*?(?=^\S|\Z)", LOCK.read_text(), re.DOTALL | re.MULTILINE
    )
    if not found:
        raise Stopped(f"requirements.lock does not name {package}; make it anew with `make lock`.")
    return found.group()


def uv_install(*arguments: str) -> None:
    run(
        [BIN / "uv", "pip", "install", "--python", BIN / "python", *arguments],
        "uv could not install the Python packages. " + NETWORK.format(index="UV_INDEX_URL"),
        show=True,
    )


# Front end


def front_end() -> bool:
    """node_modules from npm and static/vendor from node_modules; True if anything was done."""
    if MODULES.is_symlink() or VENDOR.is_symlink():
        return False
    lists = [ROOT / "package.json", ROOT / "package-lock.json"]
    modules = Stamp(MODULES / ".setup-npm", *lists)
    vendor = Stamp(VENDOR / ".setup-vendor", *lists, ROOT / "tools" / "vendor.py")
    if modules.holds() and vendor.holds():
        return False
    if not modules.holds():
        npm, environment = find_npm()
        say("Installing the front-end files in package-lock.json")
        run(
            [npm, "ci"],
            "npm could not install the front-end files. "
            + NETWORK.format(index="npm config set registry"),
            environment=environment,
        )
        modules.set()
    say("Copying the front-end files into static/vendor")
    run(
        [BIN / "python", ROOT / "tools" / "vendor.py"],
        "a front-end file is missing; remove node_modules and run `make setup` again.",
    )
    vendor.set()
    return True


def find_npm() -> tuple[Path | str, dict[str, str]]:
    """npm and the environment to run it in: the machine's own, else one in `.venv`."""
    npm = shutil.which("npm")
    if npm and node_is_new_enough(shutil.which("node")):
        return npm, dict(os.environ)
    if not node_is_new_enough(BIN / "node"):
        if VENV.is_symlink():
            raise Stopped(
                f"Node.js {OLDEST_NODE} or newer is missing, and .venv is a link to another "
                "checkout: run `make setup` there first."
            )
        say(f"Installing Node.js into .venv, as this machine has none from {OLDEST_NODE} on")
        uv_install("--requirements", str(NODE_LOCK), "--require-hashes")
    # npm starts `node` by its name, so the one in .venv has to come first.
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])
    return BIN / "npm", dict(os.environ) | {"PATH": path}


def node_is_new_enough(node: Path | str | None) -> bool:
    """Whether this node starts and is not too old for npm."""
    if not node:
        return False
    try:
        asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    version = re.match(r"v(\d+)\.", asked.stdout)
    return bool(version) and int(version.group(1)) >= OLDEST_NODE


# Shared by the steps


class Stamp:
    """A file that remembers what a step was done with: the step is due when that changes."""

    def __init__(self, path: Path, *inputs: Path, words: list[str] | None = None) -> None:
        digest = hashlib.sha256("\n".join(words or []).encode())
        for file in inputs:
            digest.update(file.read_bytes())
        self.path = path
        self.digest = digest.hexdigest()

    def holds(self) -> bool:
        return self.path.is_file() and self.path.read_text() == self.digest

    def set(self) -> None:
        self.path.write_text(self.digest)


def say(text: str) -> None:
    print(f"==> {text}", flush=True)


def run(
    command: list[Path | str],
    advice: str,
    *,
    environment: dict[str, str] | None = None,
    show: bool = False,
) -> None:
    """Run a command; on failure stop with the last it said and the advice.

    `show` lets its own progress bars through to a person, for a step that may take long.
    """
    show = show and sys.stderr.isatty()
    output = None if show else subprocess.PIPE
    errors = None if show else subprocess.STDOUT
    try:
        done = subprocess.run(
            command, stdout=output, stderr=errors, text=True, env=environment, check=False
        )
    except OSError as error:
        raise Stopped(f"{command[0]} did not start ({error.strerror}). {advice}") from error
    if done.returncode:
        if done.stdout:
            print("\n".join(done.stdout.strip().splitlines()[-15:]), file=sys.stderr)
        raise Stopped(advice)


if __name__ == "__main__":
    raise SystemExit(main())
