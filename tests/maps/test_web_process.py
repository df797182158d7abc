"""A web process serves maps without ever loading what draws them, and stays small."""

import os
import subprocess
import sys
from pathlib import Path

from bench.memory import measure
from tests.demos import copy_demo, environment_of

ROOT = Path(__file__).parents[2]
# Resident, at the peak: 152 where it was last measured; kernels with larger pages count more. Each
# room adds a little: what is needed once a day is imported then.
MOST_MEGABYTES = 170
HEAVY = "folium geopandas shapely numpy pandas pyproj pyogrio branca PIL matplotlib rapidfuzz"
PROGRAM = f"""
import gc, gzip, sys
from pbapp import serving
from pbapp.db import Base, db, write_transaction
from pbapp.maps import queries, services
from pbapp.places import queries as places
from tests.world import build_world

looks = []
gc.callbacks.append(lambda phase, _: looks.append(phase))
app = serving.lasting_app()
assert looks == [], "the collector looked through what was being loaded"
assert gc.isenabled() and gc.get_freeze_count() > 100_000
with app.app_context(), write_transaction():
    Base.metadata.create_all(db.engine)
with app.app_context(), write_transaction():
    world = build_world()
    services.keep_part(
        subject=queries.board_subject(world.board.id),
        language="en",
        digest="abc",
        script_gz=gzip.compress(b"1;"),
        attribution="Us",
        is_schematic=True,
    )
    db.session.commit()
visitor = app.test_client()
assert visitor.get("/maps/abc.js").status_code == 200
for page in ("/", "/boards/coatbridge", "/assets", "/assets/new"):
    visitor.get(page)
with app.app_context():
    assert places.find_ward_by_point(55.86, -4.03) is None
print(*sorted(set("{HEAVY}".split()) & set(sys.modules)))
"""


def test_no_page_loads_what_draws(tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        cwd=ROOT,
        env={
            **os.environ,
            "PBAPP_MODE": "testing",
            "PBAPP_INSTANCE": str(tmp_path / "instance"),
            "PBAPP_KEYS": str(tmp_path / "keys"),
            "DATABASE_URL": "",
        },
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "", f"loaded: {done.stdout}"


def test_a_web_process_stays_small_whatever_people_look_at(loaded_demo: Path, tmp_path: Path):
    found = measure(environment_of(copy_demo(loaded_demo, tmp_path)))
    assert found.wrong == [], "linked to, and answers with an error"
    assert found.pages > 60
    assert found.heavy == []
    assert found.megabytes < MOST_MEGABYTES
