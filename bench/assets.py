"""The list of what's here with 200 entries and with 10,000: `python -m bench.assets`.

One process, one SQLite file of each size; the two take turns, so whatever slows the machine slows
both. What counts is the ratio. `--postgresql` measures on a PostgreSQL server of its own.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from bench.list_page import fetcher, take_turns
from pbapp import clock, create_app
from pbapp.assets.finding.models import Landmark
from pbapp.assets.models import (
    Asset,
    AssetKind,
    AssetSession,
    AssetState,
    AssetTerm,
    Cost,
    Vocabulary,
    Where,
)
from pbapp.assets.vocabulary import ACCESS
from pbapp.config import TESTING, Config
from pbapp.db import Base, db, write_transaction
from pbapp.organisations.models import Organisation, OrganisationKind
from tests.databases import fresh_database, postgresql_server
from tests.world import World, build_world

SIZES = (200, 10_000)
WORDS = """
    hall club choir garden library football walking lunch repair bank market gala canal park carers
    toddlers youth digital welfare advice pantry school church bowling tennis knitting
""".split()  # noqa: SIM905 — a list of words reads best as words
# Words as texts have them: few of them in most entries, most in few (the n-th by 1/n).
SYLLABLES = "ba den fer gal hin ker lo mun nes ra sti tor wen".split()  # noqa: SIM905 — as above
RARE = ["".join(three) for three in itertools.product(SYLLABLES, repeat=3)]
TEXT = [*WORDS, *RARE]
ODDS = [1 / (50 + n) for n in range(len(TEXT))]
LISTS = {
    "everything": "/assets",
    "table": "/assets?view=table",
    "last page": "/assets?page=500",
    "ward": "/assets?ward=S13003048",
    "half a mile": "/assets?postcode=ZZ7+1AA&within=half",
    "access, cost, age": "/assets?access=step_free&access=toilet&cost=free&age=40",
    "Tuesday evening": "/assets?day=tue&part=evening",
    "open now": "/assets?day=now",
    "a word": "/assets?q=library",
    "two words": "/assets?q=library+bank",
    "a rare word": "/assets?q=wenwenwen",
    "a mistyped word": "/assets?q=libary",
    "a word of no entry": "/assets?q=zzyyxx",
    "by freshness": "/assets?view=table&sort=fresh",
}


def main() -> None:
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(postgresql_server()) if "--postgresql" in sys.argv else ""
        urls = [stack.enter_context(fresh_database(server)) if server else "" for _ in SIZES]
        apps = [
            product(folder / str(size), size, url) for size, url in zip(SIZES, urls, strict=True)
        ]
        print(f"{'list':<20}{SIZES[0]:>9}{SIZES[1]:>9}   ratio   rows on the page   (milliseconds)")
        for name, path in LISTS.items():
            few, many = take_turns(*(fetcher(app, path) for app in apps))
            rows = " and ".join(str(_rows(app, path)) for app in apps)
            print(f"{name:<20}{few:>9.1f}{many:>9.1f}{many / few:>7.2f}x   {rows}")
        for app in apps:
            with app.app_context():
                db.engine.dispose()


def _rows(app: Flask, path: str) -> int:
    """How many entries the page shows: where they are not as many, the ratio says less."""
    page = app.test_client().get(path).data
    return page.count(b"data-map-row") + page.count(b'<th scope="row">')


def product(folder: Path, size: int, url: str = "") -> Flask:
    """The product with so many entries of every kind of thing that one can ask by."""
    folder.mkdir(parents=True)
    config = Config(
        mode=TESTING,
        secret_key="only for a benchmark, and of a good length",
        database_url=url or f"sqlite:///{folder}/db.sqlite3",
        instance=folder / "instance",
        keys=folder / "keys",
    )
    app = create_app(config)
    with app.app_context(), write_transaction():
        Base.metadata.create_all(db.engine)
    chance = random.Random(7)
    with app.app_context(), write_transaction():
        world = build_world()
        db.session.add_all(
            Landmark(
                board_id=world.board.id, name=f"Landmark {n}", lat=55.84 + n * 0.001, lon=-4.03
            )
            for n in range(50)
        )
        groups = [_group(number, chance) for number in range(size // 3)]
        db.session.add_all(groups)
        db.session.flush()
        db.session.add_all(_asset(world, number, chance, groups) for number in range(size))
        db.session.commit()
        db.session.execute(text("ANALYZE")) if url else None  # as its own chore does by and by
        db.session.commit()
    return app


def _group(number: int, chance: random.Random) -> Organisation:
    name = " ".join(chance.sample(RARE, 3)).title()
    kind = OrganisationKind.GROUP
    return Organisation(name=f"{name} {number}", kind=kind, created_at=clock.now())


def _asset(world: World, number: int, chance: random.Random, groups: list[Organisation]) -> Asset:
    added = clock.now() - timedelta(days=chance.randrange(900))
    has_point = number % 8 > 0
    words = chance.sample(WORDS, 6)
    asset = Asset(
        board_id=world.board.id,
        kind=list(AssetKind)[1 + number % 5],
        organisation_id=chance.choice(groups).id,
        name=f"{words[0].title()} {words[1]} {number}",
        summary=f"A {words[2]} with a {words[3]}, for anybody who comes.",
        description=" ".join(chance.choices(TEXT, ODDS, k=60)),
        opening="Every day, 9am to 9pm",
        where_kind=Where.POINT if has_point else Where.WARD,
        lat=55.83 + chance.random() * 0.06 if has_point else None,
        lon=-4.08 + chance.random() * 0.08 if has_point else None,
        area_id=list(world.wards.values())[number % 3].id,
        state=AssetState.PUBLISHED,
        cost=chance.choice([None, *Cost]),
        age_from=chance.choice([None, 16, 60]),
        submitted_at=added,
        updated_at=added,
        confirmed_at=added if number % 3 else None,
        reminder_stage=4 if number % 20 == 0 else 0,
    )
    asset.terms = [
        AssetTerm(vocabulary=Vocabulary.ACCESS, slug=slug)
        for slug in chance.sample(list(ACCESS), 3)
    ]
    opens = 60 * chance.randrange(8, 19)
    days = 1 << chance.randrange(7)
    asset.sessions = [AssetSession(days=days, opens=opens, closes=opens + 120)]
    return asset


if __name__ == "__main__":
    main()
