"""Check that the migrations build an empty database that equals the models."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Upgrade a new SQLite database to the head and compare; exit status 1 on a difference."""
    with tempfile.TemporaryDirectory(prefix="pbapp-migrations-") as folder:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PBAPP_")
        } | {
            "DATABASE_URL": f"sqlite:///{folder}/check.sqlite",
            "PBAPP_INSTANCE": f"{folder}/instance",
            "PBAPP_KEYS": f"{folder}/keys",
            "PBAPP_DEMO": "1",
        }
        for command in ("upgrade", "check"):
            done = subprocess.run(
                [sys.executable, "-m", "flask", "--app", "pbapp.migrating", "db", command],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            if done.returncode:
                print(done.stdout.strip(), file=sys.stderr)
                print(f"\nThe migrations failed at `flask db {command}`.", file=sys.stderr)
                return 1
    print("Migrations: the head equals the models.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
