"""Check that the migrations build an empty database that equals the models.

Alembic compares tables, columns and the names of constraints. SQLite can lose more than that when
a migration rebuilds a table (the text of a CHECK, WITHOUT ROWID), so the schema of a migrated
database is also compared with one made from the models.
"""

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FROM_MODELS = """
from pbapp import db as database
from pbapp.db import Base, db
from pbapp.migrating import create_app
with create_app().app_context(), database.write_transaction(), db.engine.begin() as connection:
    Base.metadata.create_all(connection)
"""


def main() -> int:
    """Upgrade a new SQLite database to the head and compare; exit status 1 on a difference."""
    with tempfile.TemporaryDirectory(prefix="pbapp-migrations-") as folder:
        migrated, modelled = Path(folder, "migrated.sqlite"), Path(folder, "modelled.sqlite")
        flask = ["-m", "flask", "--app", "pbapp.migrating", "db"]
        if not (
            _ran([*flask, "upgrade"], migrated, "flask db upgrade")
            and _ran([*flask, "check"], migrated, "flask db check")
            and _ran(["-c", FROM_MODELS], modelled, "making the tables of the models")
        ):
            return 1
        differences = compare(migrated, modelled)
    for difference in differences:
        print(f"Migrations: {difference}", file=sys.stderr)
    if not differences:
        print("Migrations: the head equals the models.")
    return 1 if differences else 0


def _ran(arguments: list[str], file: Path, called: str) -> bool:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PBAPP_")
    } | {
        "DATABASE_URL": f"sqlite:///{file}",
        "PBAPP_INSTANCE": f"{file}.instance",
        "PBAPP_KEYS": f"{file}.keys",
        "PBAPP_DEMO": "1",
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        print(done.stdout.strip(), file=sys.stderr)
        print(f"\nThe migrations failed at `{called}`.", file=sys.stderr)
    return done.returncode == 0


def compare(migrated: Path, modelled: Path) -> list[str]:
    """What the schema of one SQLite file says otherwise than the other's, a line each."""
    ours, theirs = _parts(migrated), _parts(modelled)
    found = []
    for name in sorted(ours.keys() | theirs.keys()):
        for part in sorted(ours.get(name, set()) - theirs.get(name, set())):
            found.append(f"only the migrations give {name}: {part}")
        for part in sorted(theirs.get(name, set()) - ours.get(name, set())):
            found.append(f"only the models give {name}: {part}")
    return found


def _parts(file: Path) -> dict[str, set[str]]:
    """Each table's and index's lines, whatever their order: columns, constraints, options."""
    with sqlite3.connect(file) as connection:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> ?",
            ("alembic_version",),
        ).fetchall()
    connection.close()
    return {name: {_plain(line) for line in _lines(sql) if _plain(line)} for name, sql in rows}


def _lines(sql: str) -> list[str]:
    """One part of a table a line: SQLite writes an added column behind the one before it."""
    return [part for line in sql.splitlines() for part in re.split(r",\s+(?![^(]*\))", line)]


def _plain(line: str) -> str:
    text = re.sub(r"\s+", " ", line.replace('"', "").strip().rstrip(",").strip())
    # A table that SQLite had to write anew has its defaults in brackets: they say the same.
    text = re.sub(r"DEFAULT \(('[^']*')\)", r"DEFAULT \1", text)
    return re.sub(r"^CREATE TABLE .*|^\($", "", text)


if __name__ == "__main__":
    raise SystemExit(main())
