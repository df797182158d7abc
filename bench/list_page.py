"""Lists of the product beside a bare Flask page with the same rows: `python -m bench.list_page`.

One run, one process, one SQLite file; the two take turns, so whatever slows the machine slows both.
The bare page sends the same number of rows by plain SQL through a template of a few lines: no
accounts, no header, no filters. The ratio says what the house costs; the milliseconds depend on
the machine.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from flask import Flask, g, render_template_string

from pbapp import clock, create_app
from pbapp.assets.models import Asset, AssetKind, AssetState, Where
from pbapp.config import TESTING, Config
from pbapp.db import Base, db, write_transaction
from pbapp.proposals.models import Proposal, ProposalState
from pbapp.rounds import services as rounds
from pbapp.rounds.models import PhaseKind, Round
from pbapp.rounds.services import PhaseDates, PotTerms
from tests.world import World, build_world

SIZES = (20, 500)
TURNS = 60
ON_A_PAGE = 24

PROPOSALS = """
SELECT p.number, p.title, p.summary, p.cost_pence, r.name AS priority, a.name AS ward,
       o.name AS organisation, COUNT(*) OVER () AS number_of, SUM(p.cost_pence) OVER () AS asked
FROM proposal p
LEFT JOIN priority r ON r.id = p.priority_id
LEFT JOIN area a ON a.id = p.area_id
LEFT JOIN organisation o ON o.id = p.organisation_id
WHERE p.state = 'on_ballot'
ORDER BY p.number LIMIT :most
"""
ASSETS = """
SELECT s.name AS title, s.summary, s.kind AS priority, a.name AS ward, s.opening AS organisation,
       COUNT(*) OVER () AS number_of, 0 AS cost_pence, 0 AS asked, s.id AS number
FROM asset s LEFT JOIN area a ON a.id = s.area_id
WHERE s.state = 'published' ORDER BY s.name LIMIT :most
"""
PAGE = """<!doctype html><html lang="en"><head><title>List</title></head><body><h1>List</h1>
<p>{{ rows[0].number_of }} for {{ rows[0].asked }}</p><ul>
{% for row in rows %}<li><h2><a href="/{{ row.number }}">{{ row.title }}</a></h2>
<p>{{ row.summary }}</p><p>{{ row.priority }} {{ row.cost_pence }} {{ row.ward }}
{{ row.organisation }}</p></li>{% endfor %}</ul></body></html>"""


def main() -> None:
    print(f"{'list':<12}{'rows':>6}{'on page':>9}{'ours, ms':>10}{'bare, ms':>10}{'ratio':>8}")
    ours_by_size: dict[str, list[float]] = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            app = product(Path(folder), size)
            bare = bare_page(Path(folder) / "db.sqlite3")
            for name, ours, mark, theirs in (
                ("proposals", "/rounds/bench/proposals", b"pb_row", "/proposals"),
                ("what's here", "/assets", b"data-map-row", "/assets"),
            ):
                on_page = app.test_client().get(ours).data.count(mark)
                pair = take_turns(fetcher(app, ours), fetcher(bare, f"{theirs}/{on_page}"))
                ours_by_size.setdefault(name, []).append(pair[0])
                print(
                    f"{name:<12}{size:>6}{on_page:>9}{pair[0]:>10.1f}{pair[1]:>10.1f}"
                    f"{pair[0] / pair[1]:>7.1f}x"
                )
            with app.app_context():
                db.engine.dispose()
    for name, (few, many) in ours_by_size.items():
        print(f"{name}: {SIZES[1]} rows take {many / few:.2f} times as long as {SIZES[0]}")


def take_turns(*work: Callable[[], object]) -> list[float]:
    """The median milliseconds of each, one after the other again and again."""
    took: list[list[float]] = [[] for _ in work]
    for turn in range(TURNS + 5):
        for times, one in zip(took, work, strict=True):
            start = time.perf_counter()
            one()
            if turn >= 5:  # the first ones compile templates and statements
                times.append(1000 * (time.perf_counter() - start))
    return [statistics.median(times) for times in took]


def fetcher(app: Flask, path: str) -> Callable[[], object]:
    client = app.test_client()

    def fetch() -> None:
        answer = client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status}"

    return fetch


def bare_page(file: Path) -> Flask:
    """What one would write in an afternoon."""
    app = Flask("bare")

    @app.get("/<name>/<int:most>")
    def show(name: str, most: int) -> str:
        if "db" not in g:
            g.db = sqlite3.connect(file)
            g.db.row_factory = sqlite3.Row
        query = PROPOSALS if name == "proposals" else ASSETS
        rows = [dict(row) for row in g.db.execute(query, {"most": most})]
        return render_template_string(PAGE, rows=rows)

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        if "db" in g:
            g.pop("db").close()

    return app


def product(folder: Path, size: int) -> Flask:
    """The product with one round of `size` proposals on the ballot and as many entries."""
    config = Config(
        mode=TESTING,
        secret_key="only for a benchmark, and of a good length",
        database_url=f"sqlite:///{folder / 'db.sqlite3'}",
        instance=folder / "instance",
        keys=folder / "keys",
    )
    app = create_app(config)
    with app.app_context(), write_transaction():
        Base.metadata.create_all(db.engine)
    with app.app_context(), write_transaction():
        world = build_world()
        round = _round(world)
        for number in range(1, size + 1):
            db.session.add(_proposal(world, round, number))
            db.session.add(_asset(world, number))
        db.session.commit()
    return app


def _round(world: World) -> Round:
    now = clock.now()
    return rounds.set_up(
        board=world.board,
        plan=world.plan,
        slug="bench",
        title="Small grants",
        phases=[PhaseDates(PhaseKind.VOTING, now - timedelta(days=1), now + timedelta(days=9))],
        pots=[PotTerms("Small grants", 100_000_00, world.funder, "The committee")],
        wards=[world.wards[number] for number in (7, 10, 11)],
        rule={"name": "greedy"},
        rule_words="Most votes first.",
    )


def _proposal(world: World, round: Round, number: int) -> Proposal:
    now = clock.now()
    return Proposal(
        round_id=round.id,
        number=number,
        organisation_id=world.group.id,
        priority_id=list(world.priorities.values())[number % 3].id,
        area_id=list(world.wards.values())[number % 3].id,
        title=f"Warm space number {number}",
        summary="A hall with the heating on, soup, and somebody who knows about bills.",
        cost_pence=1_000_00 + number,
        state=ProposalState.ON_BALLOT,
        submitted_at=now,
        updated_at=now,
    )


def _asset(world: World, number: int) -> Asset:
    now = clock.now()
    return Asset(
        board_id=world.board.id,
        kind=AssetKind.PLACE,
        name=f"Example hall {number}",
        summary="A hall with a kitchen, for anybody who books it.",
        opening="Every day, 9am to 9pm",
        where_kind=Where.WARD,
        area_id=list(world.wards.values())[number % 3].id,
        state=AssetState.PUBLISHED,
        submitted_at=now,
        updated_at=now,
    )


if __name__ == "__main__":
    main()
