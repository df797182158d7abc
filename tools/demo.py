"""Mark a new installation as the demo's, and remove one that is so marked.

`make run` marks the instance folder before anything is in it; `make demo-reset` removes
folders with that mark and no other, so it can never remove an installation in use.
"""

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MARK = "made-for-the-demo"
MARK_TEXT = "`make run` made this folder for the demo, and `make demo-reset` removes it.\n"


def folders() -> list[Path]:
    """The instance folder and the folder of the keys, as pbapp finds them."""
    instance = Path(os.environ.get("PBAPP_INSTANCE") or ROOT / "instance").absolute()
    keys = os.environ.get("PBAPP_KEYS") or instance.with_name(instance.name + "-keys")
    return [instance, Path(keys).absolute()]


def mark() -> int:
    """Mark the folders that are not there yet; one that is there stays as it is."""
    for folder in folders():
        if not folder.exists():
            folder.mkdir(parents=True, mode=0o700)
            (folder / MARK).write_text(MARK_TEXT)
    return 0


def reset() -> int:
    """Remove the marked folders; exit status 1 with a sentence if one has no mark."""
    if os.environ.get("DATABASE_URL"):
        return refuse("DATABASE_URL is set, and only the demo's own database may be removed")
    there = [folder for folder in folders() if folder.exists()]
    for folder in there:
        if folder.is_symlink() or not (folder / MARK).is_file():
            return refuse(f"{folder} was not made by `make run`, so it may hold real work")
    for folder in there:
        shutil.rmtree(folder)
        print(f"Removed {folder}")
    return 0


def refuse(reason: str) -> int:
    print(f"make demo-reset stopped: {reason}. Nothing was removed.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    acts = {"mark": mark, "reset": reset}
    if len(sys.argv) != 2 or sys.argv[1] not in acts:
        raise SystemExit("Usage: tools/demo.py mark | reset")
    raise SystemExit(acts[sys.argv[1]]())
