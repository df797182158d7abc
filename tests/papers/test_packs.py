"""The board pack: one press, four ways to read it, frozen and hashed, the old ones unchanged."""

from __future__ import annotations

import csv
import io
import json
from hashlib import sha256
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from sqlalchemy import func, select

from pbapp.audit.models import Event
from pbapp.boards.models import Role
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.jobs.models import Job
from pbapp.jobs.worker import load_jobs
from pbapp.papers.meetings.models import Meeting
from pbapp.papers.packs import document as d
from pbapp.papers.packs import making, queries, services
from pbapp.papers.packs.models import Pack
from pbapp.papers.packs.pictures import picture_of
from pbapp.papers.packs.spreadsheet import csv_file
from pbapp.results import importing
from pbapp.tally import parse_pabulib_bytes
from pbapp.web.pdf import NoPdf
from tests import pdf
from tests.assets.factories import make_official_boundaries
from tests.client import Browser, Page, QueryCounter
from tests.desk.test_decide import token_of
from tests.papers.factories import a_meeting, give
from tests.results.factories import counted_round
from tests.world import World

PATH = "/boards/coatbridge/meetings"
BIG = "Poland_Wieliczka_2023_Green_Budget.pb"  # 64 projects, 6,586 ballots


@pytest.fixture
def clerk(second_officer: Browser, world: World) -> Browser:
    give(world.second_officer, world.board, Role.CLERK)
    return second_officer


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are not what a test is about: they are written in no time."""
    monkeypatch.setattr(making, "render_pdf", lambda html: b"%PDF-" + html.encode())
    monkeypatch.setattr(making, "word_file", lambda *_a, **_k: b"a Word file")


def press(clerk: Browser, meeting: Meeting) -> Page:
    """Press the button and let the worker do it; the page that says how far it is."""
    load_jobs()
    sent = clerk.submit(clerk.get(f"{PATH}/{meeting.id}"), form=0)
    assert "Waiting for its turn" in clerk.follow(sent).text
    jobs.run_due()
    db.session.expire_all()
    return clerk.follow(sent)


def packs() -> list[Pack]:
    return list(db.session.scalars(select(Pack).order_by(Pack.version)))


def read(browser: Browser, path: str) -> bytes:
    with browser.get(path).response as response:
        return response.data


@pytest.mark.shared
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # it writes files
def test_a_pack_for_a_real_election_in_every_format(
    clerk: Browser, board_member: Browser, world: World, shared: Path, monkeypatch
) -> None:
    source = (shared / "pabulib" / "dev" / BIG).read_bytes()
    counted = importing.prepare(election=parse_pabulib_bytes(source), source=source)
    importing.import_pabulib(counted=counted, actor="test", slug="real", board=world.board)
    make_official_boundaries(world)
    meeting = a_meeting(world, agenda=[{"title": "Dates", "asks": "agree the next dates."}])
    seen: list[str] = []
    report = making.report
    monkeypatch.setattr(
        making, "report", lambda id, **how: (seen.append(str(how.get("step"))), report(id, **how))
    )
    for path in ("/boards/coatbridge", "/boards/coatbridge/papers/real", "/rounds/real/results"):
        assert "Wieliczka" in clerk.get(path).text
    assert "Version 1 of the pack is ready" in press(clerk, meeting).text
    assert list(dict.fromkeys(seen))[:3] == [making.READING, making.WRITING, making.KEEPING]

    start = f"{PATH}/{meeting.id}/packs/1"
    page = board_member.get(start)
    text = page.text
    assert text.index("agree the next dates;") < text.index("note that 6,586 people voted")
    assert text.index("note that 6,586") < text.index("Zakup 10 fotopułapek") < text.index("PLN600")
    found = pdf.read(read(board_member, f"{start}/files/0.pdf"))
    assert pdf.faults_of(found) == []
    assert found.language == "en-GB"
    assert found.headings[1] == (2, "1. What the board is asked for")
    assert len([row for table in found.root.find("Table") for row in table.find("TR")]) > 64
    assert packs()[0].digest in found.text
    assert {figure.alt.split(".")[0] for figure in found.root.find("Figure")} >= {
        "Entries on the map for every 1,000 people"
    }
    _word_is_in_order(read(board_member, f"{start}/files/0.docx"))
    table = read(board_member, f"{start}/files/0.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    money = [row for row in rows if row["column"] == "Gets" and row["row"] == "Together"]
    assert [(row["words"], row["figure"]) for row in money] == [("PLN998,997", "99899700")]


def _word_is_in_order(data: bytes) -> None:
    """Headings are headings, tables have header rows, pictures have words, the language is set."""
    paper = Document(io.BytesIO(data))
    styles = [p.style.name for p in paper.paragraphs if p.style.name.startswith(("Title", "Head"))]
    assert styles[:2] == ["Title", "Heading 1"]
    assert styles.count("Heading 1") >= 8
    assert paper.core_properties.title.startswith("Board pack: Coatbridge")
    assert paper.core_properties.language == "en-GB"
    languages = {e.get(qn("w:val")) for e in paper.styles.element.iter(qn("w:lang"))}
    assert languages == {"en-GB"}
    for table in paper.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
    assert paper.inline_shapes
    for shape in paper.inline_shapes:
        assert len(shape._inline.docPr.get("descr")) > 20


@pytest.mark.usefixtures("quick")
def test_one_press_is_one_pack_and_the_same_facts_make_no_second(
    clerk: Browser, world: World
) -> None:
    counted_round(world)
    meeting = a_meeting(world)
    page = clerk.get(f"{PATH}/{meeting.id}")
    first = clerk.submit(page, form=0)
    assert clerk.submit(page, form=0).location == first.location
    assert "A pack is being made" in clerk.get(f"{PATH}/{meeting.id}").text
    query = select(func.count()).where(Job.kind == queries.PACK_JOB)
    assert db.session.scalar(query) == 1
    load_jobs()
    jobs.run_due()
    assert "Nothing has changed since version 1" in press(clerk, meeting).text
    assert len(packs()) == 1


@pytest.mark.usefixtures("quick")
def test_an_old_pack_never_changes_and_a_new_one_is_a_new_version(
    clerk: Browser, world: World
) -> None:
    count = counted_round(world)
    meeting = a_meeting(world)
    press(clerk, meeting)
    start = f"{PATH}/{meeting.id}/packs/1"
    paths = ("", "/files/0.pdf", "/files/0.docx", "/files/0.csv", "/facts.json", "/reports/1")
    before = {path: read(clerk, start + path) for path in paths[1:5]}
    words = [clerk.get(start + path).text for path in ("", "/reports/1")]
    count.round.title = "Renamed grants"
    next(iter(count.allocations)).title = "Renamed project"
    world.board.name = "Renamed board"
    meeting.agenda = [{"title": "New", "asks": "agree something new"}]
    db.session.commit()
    assert "Version 2 of the pack is ready" in press(clerk, meeting).text
    assert {path: read(clerk, start + path) for path in paths[1:5]} == before
    for said, path in zip(words, ("", "/reports/1"), strict=True):
        kept = clerk.get(start + path).text
        assert (
            said.split("Fingerprints of this version")[0].split("Download")[1:]
            == (kept.split("Fingerprints of this version")[0].split("Download")[1:])
        )
    new = clerk.get(f"{PATH}/{meeting.id}/packs/2").text
    assert "Renamed project" in new
    assert "agree something new" in new
    listed = clerk.get(f"{PATH}/{meeting.id}").text
    assert listed.index("version 2") < listed.index("version 1")


@pytest.mark.usefixtures("quick")
def test_the_facts_are_hashed_with_the_head_of_the_officers_log(
    clerk: Browser, world: World
) -> None:
    counted_round(world)
    press(clerk, a_meeting(world))
    pack = packs()[0]
    start = f"{PATH}/{pack.meeting_id}/packs/1"
    kept = read(clerk, f"{start}/facts.json")
    assert sha256(kept).hexdigest() == pack.digest
    facts = json.loads(kept)
    assert d.canonical(facts).encode() == kept
    entry = db.session.get(Event, facts["log"]["number"])
    assert entry is not None
    assert facts["log"]["head"] == entry.hash == pack.log_head
    made = db.session.scalars(select(Event).where(Event.verb == "pack.made")).one()
    assert made.facts == {"version": 1, "digest": pack.digest}
    assert made.number > entry.number
    page = clerk.get(start).text
    assert pack.digest in page
    assert pack.log_head in page


@pytest.mark.usefixtures("quick")
def test_the_pack_says_what_is_asked_then_the_result_then_how_it_goes(
    clerk: Browser, world: World, count_queries: QueryCounter
) -> None:
    round = counted_round(world).round
    round.assessment, round.conditions = "Nobody is worse off.", "A bank account\nPVG"
    counted_round(world, slug="more", title="More grants", published=False)
    a_meeting(world, days=-50)
    meeting = a_meeting(world)
    press(clerk, meeting)
    text = clerk.get(f"{PATH}/{meeting.id}/packs/1").text
    parts = (
        "1. What the board is asked for",
        "note that 65 people voted in Small grants, and that 3 projects won £10,000",
        "2. Result of Small grants",
        "Walking football Example Canal Friends",
        "Money: spent against awarded",
        "Steps: late, done and coming",
        "Work together on Poverty.",
        "Coatbridge North 31",
        "Who we did not hear from",
        "What is here, and what is missing",
        "Coatbridge North has nothing for Poverty.",
        "Entries that are on after six, from Monday to Friday",
        "Only £3,000 was left at its turn.",
    )
    assert [part for part in parts if part not in text] == []
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "More grants" not in text  # its result is not out
    report = clerk.get(f"{PATH}/{meeting.id}/packs/1/reports/1").text
    for words in (
        "Report to The council's communities committee",
        "3 of 5 projects are funded",
        "No award waits for approval today.",
        "A bank account",
        "Nobody is worse off.",
        "Community pot £10,000 £0",
    ):
        assert words in report
    count_queries.reset()
    clerk.get(f"{PATH}/{meeting.id}/packs/1")
    assert count_queries.number <= 15, count_queries.statements


@pytest.mark.usefixtures("quick")
def test_a_board_without_anything_has_a_pack_that_says_so(clerk: Browser, world: World) -> None:
    press(clerk, a_meeting(world))
    text = clerk.get(f"{PATH}/{packs()[0].meeting_id}/packs/1").text
    for words in (
        "The board is asked to decide nothing at this meeting.",
        "No result has come out since the board last met.",
        "No money has been offered yet.",
        "No step is late.",
        "No vote has ended since the board last met.",
    ):
        assert words in text


@pytest.mark.usefixtures("quick")
def test_the_board_reads_a_pack_before_everybody_does(
    clerk: Browser, board_member: Browser, stranger: Browser, world: World
) -> None:
    meeting = a_meeting(world)
    press(clerk, meeting)
    start = f"{PATH}/{meeting.id}/packs/1"
    assert "For the board only" in board_member.get(start).text
    for path in ("", "/facts.json", "/files/0.csv", "/files/0.pdf"):
        stranger.get(start + path, status=404)
    assert "version 1" not in stranger.get(f"{PATH}/{meeting.id}").text
    page = clerk.get(start)
    for _press in range(2):
        clerk.submit(page, form=0)
    assert "Board pack" in stranger.get(start).text
    assert "Read the board pack" in stranger.get(PATH).text
    for path in ("/packs/2", "/packs/1/reports/1", "/packs/1/reports/0", "/packs/1/files/9.csv"):
        stranger.get(f"{PATH}/{meeting.id}{path}", status=404)
    stranger.get(f"/boards/airdrie/meetings/{meeting.id}/packs/1", status=404)


@pytest.mark.usefixtures("quick")
def test_a_moved_meeting_keeps_its_packs_and_a_cancelled_one_gets_none(
    clerk: Browser, world: World
) -> None:
    meeting = a_meeting(world)
    press(clerk, meeting)
    clerk.submit(clerk.get(f"{PATH}/{meeting.id}/move"), {"place": "The library"})
    assert "version 1" in clerk.get(f"{PATH}/{meeting.id}").text
    clerk.submit(clerk.get(f"{PATH}/{meeting.id}/cancel"), {"reason": "Snow"})
    page = clerk.get(f"{PATH}/{meeting.id}")
    assert "version 1" in page.text
    assert "Make a new version" not in page.text


@pytest.mark.usefixtures("quick")
def test_only_the_clerk_and_the_chair_press(
    world: World, stranger: Browser, request: pytest.FixtureRequest
) -> None:
    meeting = a_meeting(world)
    path = f"{PATH}/{meeting.id}/pack"
    assert "sign-in" in (stranger.get(path, status=303).location or "")
    for persona in ("resident", "group_member", "officer", "officer_elsewhere", "board_member"):
        browser: Browser = request.getfixturevalue(persona)
        token = {"csrf_token": token_of(browser.get("/rounds"))}
        browser.get(path, status=403)
        browser.post(path, token, status=403)
        for act in ("publish", "files"):
            browser.post(f"{PATH}/{meeting.id}/packs/1/{act}", token, status=403)
    assert not db.session.scalars(select(Job)).all()


def test_without_the_libraries_there_is_a_page_and_a_word_file(
    clerk: Browser, world: World, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    def none(_html: str) -> bytes:
        raise NoPdf

    monkeypatch.setattr(making, "render_pdf", none)
    page = press(clerk, a_meeting(world))
    assert "cannot make PDF files yet" in page.text
    pack = packs()[0]
    assert [file.ending for file in pack.files] == ["docx"]
    digest = pack.digest
    monkeypatch.setattr(making, "render_pdf", lambda _html: b"%PDF-")
    path = f"{PATH}/{pack.meeting_id}/packs/1"
    page = clerk.get(path)
    for _press in range(2):
        clerk.submit(page, form=1)
    jobs.run_due()
    db.session.expire_all()
    assert [file.ending for file in packs()[0].files] == ["docx", "pdf"]
    assert packs()[0].digest == digest
    assert "Write the files" not in clerk.get(path).text


@pytest.mark.usefixtures("quick")
def test_a_worker_that_died_makes_the_pack_once(clerk: Browser, world: World) -> None:
    meeting = a_meeting(world)
    press(clerk, meeting)
    job = queries.find_job(meeting.id)
    assert job is not None
    making.make(job_id=job.id, meeting_id=meeting.id, asked_by=str(world.second_officer.id))
    assert len(packs()) == 1


# --- documents: pure ------------------------------------------------------------------------


@pytest.fixture
def chart() -> d.Block:
    rows = [d.bar("A", "£3 of £4", 4, (d.SOLID, 3), (d.STRIPES, 0), (d.EMPTY, 1))]
    return d.bars("Money", "Round", "Money", rows, legend=[(d.SOLID, "Spent")])


def test_the_same_facts_have_the_same_digest_whatever_their_order() -> None:
    assert d.canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'
    assert d.digest_of(d.canonical({"a": 1, "b": 2})) == d.digest_of(d.canonical({"b": 2, "a": 1}))


def test_a_number_that_is_not_shown_is_not_in_the_table_either() -> None:
    rows = [d.bar("North", "not shown", None), d.bar("South", "31", 31)]
    made = d.document("T", [], [d.section("a", "A", d.bars("Voters", "Ward", "People", rows))])
    lines = csv_file(made).decode("utf-8-sig").splitlines()
    assert lines[1:] == ["1. A,Voters,North,People,not shown,", "1. A,Voters,South,People,31,31"]


def test_sections_are_numbered_and_empty_ones_left_out() -> None:
    made = d.document("T", [], [d.section("a", "A", d.text("x")), None, d.section("b", "B", None)])
    assert [one["heading"] for one in made["sections"]] == ["1. A"]


def test_charts_and_maps_are_pictures_in_black_and_white(chart: d.Block) -> None:
    from PIL import Image

    path = "M10 10L90 10L50 90Z"
    area = {"name": "W", "figure": "1", "fill": "cross", "path": path, "x": 50, "y": 40}
    drawn = d.area_map("Map", 100, 100, [area], [("cross", "1")], "W: 1")
    assert list(d.outlines(path)) == [[(10.0, 10.0), (90.0, 10.0), (50.0, 90.0)]]
    for block in (chart, drawn):
        picture = Image.open(io.BytesIO(picture_of(block)))
        assert picture.mode == "L"
        assert set(picture.getextrema()) == {0, 255}


def test_a_press_is_refused_to_others(world: World) -> None:
    from pbapp.refusal import Refused

    with pytest.raises(Refused, match="clerk or the chair"):
        services.press(meeting=a_meeting(world), by=world.officer)
