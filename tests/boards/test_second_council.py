"""Another council, set up from files alone: nothing of the first one is left in sight.

Stirling plans in four place-based partnerships; its wards here are made up in shape and number.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import click
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from PIL import Image
from sqlalchemy import select

from pbapp.accounts.models import Account
from pbapp.assets import services as entries
from pbapp.assets.entry import Entry
from pbapp.assets.models import Asset, AssetKind, AssetState
from pbapp.boards import commands as board_commands
from pbapp.boards import services as boards
from pbapp.boards.models import Board, Council, Membership
from pbapp.db import db
from pbapp.messages import following
from pbapp.messages.models import Mail
from pbapp.messages.rendering import put_into_words
from pbapp.plans.commands import plan
from pbapp.redrawing.commands import geodata
from pbapp.rounds.models import Round
from tests.assets.factories import make_asset
from tests.client import Browser
from tests.places.factories import square
from tests.world import World

CODE = "S12000030"
WARDS = {
    "S13009901": ("Forth and Endrick", 56.06, -4.35),
    "S13009902": ("Dunblane and Bridge of Allan", 56.18, -3.95),
    "S13009903": ("Castle", 56.12, -3.94),
    "S13009904": ("Bannockburn", 56.09, -3.91),
}
BOARDS = {
    "rural-south": ("Rural South Partnership", "S13009901"),
    "rural-north": ("Rural North Partnership", "S13009902"),
    "urban-north": ("Urban North Partnership", "S13009903"),
    "urban-south": ("Urban South Partnership", "S13009904"),
}
PRIORITIES = {"fair-work": "Fair work", "getting-around": "Getting around"}

# Pages of one kind: those of the first board, ward, priority and number stand for all.
SAME = re.compile(rf"{'|'.join([*BOARDS, *PRIORITIES, *WARDS])}|\d+|=[^&]*")

# What the first council is known by: no page, file or letter of the second may hold any of it.
FIRST = re.compile(
    r"coatbridge|lanarkshire|airdrie|monkland|dunbeth|fortissat|motherwell|wishaw|bellshill"
    r"|cumbernauld|S12000050|S130030\d\d|mental health|digital inclusion|\bpoverty\b",
    re.IGNORECASE,
)

COUNCIL = (
    f"""
[council]
gss_code = "{CODE}"
name = "Stirling Council"
area_name = "Stirling"
help_email = "help@stirling.example"
colour = "#5B2A86"
logo = "logo.png"
"""
    + "".join(
        f"""
[[boards]]
slug = "{slug}"
name = "{name}"
place_name = "the area of the {name}"
wards = ["{ward}"]
introduction = "People and services of {name} deciding together."

[[people]]
email = "lead@{slug}.example"
name = "Lead of {name}"
roles = [{{ board = "{slug}", role = "voting_lead" }}, {{ board = "{slug}", role = "moderator" }}]
"""
        for slug, (name, ward) in BOARDS.items()
    )
    + """
[[organisations]]
kind = "partner"
name = "NHS Forth Valley"
members = ["lead@rural-south.example"]
"""
)

PLAN = """
[plan]
title = "Plan of {name}"
starts_on = 2026-04-01
ends_on = 2036-03-31
source = "An example"
""" + "".join(
    f"""
[[priorities]]
slug = "{slug}"
title = "{title}"
summary = "{title} for everybody."
why = "People asked for it."
success = "It is there."

[[priorities.actions]]
words = "Ask people about {title}."
lead = "NHS Forth Valley"

[[priorities.indicators]]
slug = "asked"
name = "People asked about {title}"
direction = "up"
source = "A survey"
readings = [{{ on = 2026-05-01, value = 40 }}]
"""
    for slug, title in PRIORITIES.items()
)


@dataclass
class Operator:
    """Somebody at the command line, with a folder of files."""

    app: Flask
    folder: Path
    said: list[str] = field(default_factory=list)

    def write(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return path

    def run(self, group: click.Command, *arguments: Any, code: int = 0) -> Result:
        db.session.commit()
        result = CliRunner().invoke(group, [str(one) for one in arguments])
        db.session.expire_all()
        assert result.exit_code == code, result.output
        self.said.append(result.output)
        return result

    def set_up(self) -> None:
        """Every file there is, in the order of docs/operators/second-council.md."""
        features = [
            {
                "type": "Feature",
                "properties": {"ward_code": code, "ward_name": name, "council_code": CODE},
                "geometry": {"type": "Polygon", "coordinates": [square(lat, lon)]},
            }
            for code, (name, lat, lon) in WARDS.items()
        ]
        shapes = json.dumps({"type": "FeatureCollection", "features": features})
        Image.new("RGBA", (80, 40), "#5b2a86").save(self.folder / "logo.png")
        self.run(geodata, "import", self.write("wards.geojson", shapes), "--council", CODE)
        self.run(board_commands.council, "import", self.write("council.toml", COUNCIL))
        rows = [
            f"FK{n} 1AA,{code},{lat},{lon}" for n, (code, (_, lat, lon)) in enumerate(WARDS.items())
        ]
        table = "\n".join(["postcode,ward_code,latitude,longitude", *rows])
        self.run(geodata, "postcodes", self.write("postcodes.csv", table), "--council", CODE)
        for slug, (name, _ward) in BOARDS.items():
            file = self.write(f"{slug}.toml", PLAN.replace("{name}", name))
            self.run(plan, "import", file, "--board", slug)


@pytest.fixture
def operator(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Operator:
    monkeypatch.setattr("pbapp.create_app", lambda: app)
    return Operator(app, tmp_path)


def crawl(browser: Browser, starts: list[str], most: int) -> Iterator[tuple[str, str]]:
    """Every page and file that links lead to, each address once, its numbers and filters aside."""
    waiting, seen = list(starts), {SAME.sub("0", path) for path in starts}
    while waiting and most:
        path = waiting.pop(0)
        with browser.app.app_context():  # each request its own, as when it is served
            response = browser.client.get(path, buffered=True)
        assert response.status_code in (200, 301, 302, 303, 308, 403, 404), (path, response.status)
        text = _read(response)
        yield path, text + str(response.headers)
        most -= 1
        if response.mimetype != "text/html":
            continue
        for found in re.findall(r'href="(/[^"#]*)', text):
            address = found.replace("&amp;", "&")
            shape = SAME.sub("0", address)
            if shape not in seen and not address.startswith("/static/vendor"):
                seen.add(shape)
                waiting.append(address)


def _read(response: Any) -> str:
    """A file's words, those inside a zip too."""
    if response.mimetype == "application/zip":
        with ZipFile(io.BytesIO(response.data)) as parts:
            return "".join(parts.read(name).decode(errors="ignore") for name in parts.namelist())
    return str(response.get_data(as_text=True)) if not response.data.startswith(b"\xff") else ""


def test_nothing_of_the_first_council_is_left_in_sight(operator: Operator) -> None:
    operator.set_up()
    lead = db.session.scalars(
        select(Account).where(Account.email == "lead@rural-south.example")
    ).one()
    officer = Browser(operator.app, signed_in_as=lead)
    officer.submit(officer.get("/desk/rounds/new"), {"start": "small-grants"})
    round = db.session.scalars(select(Round)).one()
    round.is_public = True
    following.follow(subject=f"round {round.id}", address="someone@stirling.example")
    following.ask_to_confirm()
    board = db.session.scalars(select(Board).where(Board.slug == "rural-south")).one()
    boards.invite_counter(
        board=board,
        email="counter@stirling.example",
        name="A counter",
        url="https://stirling.example",
        by=lead,
    )
    entry = Entry(kind=AssetKind.PLACE, name="Example hall", everywhere=True)
    entries.submit(board=board, entry=entry).state = AssetState.PUBLISHED
    db.session.commit()

    seen = {}
    starts = ["/", *(f"/boards/{slug}" for slug in BOARDS), f"/rounds/{round.slug}"]
    # What pages say is the same on every database: the long walk is done on one.
    long = db.engine.dialect.name == "sqlite"
    seen |= dict(crawl(Browser(operator.app), starts, 80 if long else 12))
    seen |= dict(crawl(officer, ["/desk", f"/desk/rounds/{round.slug}/set-up"], 40 if long else 6))
    for path, text in seen.items():
        found = FIRST.search(text)
        assert found is None, f"{path}: {text[max(0, found.start() - 60) : found.end() + 60]}"  # type: ignore[union-attr]
    reached = {SAME.sub("0", path) for path in seen}
    for path in long * ("/assets.csv", "/boards/0/thread.json", "/boards/0/plan", "/desk/rounds"):
        assert any(one.startswith(path) for one in reached), f"{path}: {sorted(reached)}"
    mails = list(db.session.scalars(select(Mail)))
    assert len(mails) >= 2
    for mail in mails:
        letter = put_into_words(mail)
        assert not FIRST.search(f"{letter.subject} {letter.text} {letter.html}")
    assert not any(FIRST.search(said) for said in operator.said)
    assert board.council.name == "Stirling Council"


def test_the_look_comes_from_the_file(operator: Operator) -> None:
    operator.set_up()
    stranger = Browser(operator.app)
    page = stranger.get("/boards/urban-south")
    assert "Stirling Council" in page.text
    assert "Urban South Partnership" in page.text
    style = stranger.get("/look/5b2a86.css")
    assert style.html.startswith(":root{--accent:#5b2a86;")
    assert '<link rel="stylesheet" href="/look/5b2a86.css">' in page.html
    logo = re.search(r'class="pb_brand__logo" src="([^"]+)"', page.html)
    assert logo
    picture = stranger.get(logo[1]).response
    assert picture.mimetype == "image/jpeg"
    picture.close()
    home = stranger.get("/")
    assert home.links()["Urban South Partnership"] == "/boards/urban-south"
    stranger.get("/look/ffff00.css", 404)
    stranger.get("/look/red.css", 404)


def test_a_file_read_again_adds_what_is_new_and_removes_nothing(operator: Operator) -> None:
    operator.set_up()
    before = {table: db.session.query(table).count() for table in (Board, Membership, Account)}
    longer = (
        COUNCIL.replace("Stirling Council", "Council of Stirling")
        + """
[[people]]
email = "clerk@rural-south.example"
name = "A clerk"
roles = [{ board = "rural-south", role = "clerk" }]
"""
    )
    file = operator.write("council.toml", longer)
    done = operator.run(board_commands.council, "import", file, "--dry-run")
    assert "Nothing was kept" in done.output
    assert db.session.query(Account).count() == before[Account]
    done = operator.run(board_commands.council, "import", file)
    assert "New: 1 people, 1 roles, 0 organisations." in done.output
    operator.run(board_commands.council, "import", file)
    assert db.session.scalars(select(Council.name)).one() == "Council of Stirling"
    after = {table: db.session.query(table).count() for table in before}
    assert after == {Board: 4, Membership: before[Membership] + 1, Account: before[Account] + 1}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("[council]", "[councils]"), "[council] is missing."),
        (lambda text: text.replace("gss_code", "gss"), "council.gss is not known."),
        (lambda text: text.replace("#5B2A86", "#ffcc00"), "cannot be read on white"),
        (lambda text: text.replace("#5B2A86", "purple!"), "six digits"),
        (lambda text: text.replace("logo.png", "none.png"), "no file none.png"),
        (lambda text: text.replace('["S13009904"]', '["S13003048"]'), "which Stirling does not"),
        (
            lambda text: text.replace('["S13009904"]', '["S13009904"]\nparts = ["S13009904"]'),
            "ward S13009904 is in wards and in parts",
        ),
        (
            lambda text: text.replace('board = "rural-north"', 'board = "x"'),
            "the board x, which",
        ),
        (lambda text: text.replace('"voting_lead"', '"king"'), "role has to be one of: moderator"),
        (lambda text: text.replace("lead@rural-north.example", "lead"), "not an e-mail address"),
        (lambda text: text.replace('slug = "urban-north"', 'slug = "U N"'), "small letters"),
        (
            lambda text: text.replace('["lead@rural-south', '["no@rural-south'),
            "not among the",
        ),
        (lambda text: text + '[[wards]]\ncode="S1"\nname="W"\nlat=91', "lies between -90 and 90"),
        (lambda text: text + '[[wards]]\ncode="S1"\nname="W"\nlat=nan', "lies between -90 and 90"),
    ],
)
def test_a_fault_is_said_and_nothing_is_kept(
    operator: Operator, change: Callable[[str], str], said: str
) -> None:
    operator.set_up()
    people = db.session.query(Account).count()
    changed = change(COUNCIL)
    assert changed != COUNCIL
    db.session.commit()
    result = operator.run(
        board_commands.council, "import", operator.write("bad.toml", changed), code=2
    )
    assert said in " ".join(result.output.split()), result.output
    assert db.session.query(Account).count() == people


def test_a_second_council_is_not_set_up_over_the_first(world: World, operator: Operator) -> None:
    make_asset(world, "Food larder", main="poverty")
    file = operator.write("council.toml", COUNCIL.replace('wards = ["', 'parts = ["'))
    Image.new("RGB", (8, 8)).save(operator.folder / "logo.png")
    result = operator.run(board_commands.council, "import", file, code=2)
    assert "This installation serves North Lanarkshire Council already." in result.output
    assert db.session.query(Asset).count() == 1
