"""News for everybody: a page, feeds that are valid, and sheets for notice boards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import time_machine

from pbapp import clock
from pbapp.db import db
from pbapp.delivery import services as delivery
from pbapp.delivery.models import Report
from pbapp.news import atom
from pbapp.news.happenings import Item
from pbapp.news.models import LetterState, Newsletter
from pbapp.news.notice_board import ROOM, fitting
from pbapp.news.views import KEEP
from pbapp.proposals.models import Proposal
from pbapp.rounds.models import PhaseKind
from tests.ballots.factories import open_round
from tests.client import Browser, QueryCounter
from tests.results.factories import counted_round
from tests.rounds.factories import make_round
from tests.world import World

ATOM = "{http://www.w3.org/2005/Atom}"
FEED = "/boards/coatbridge/news.atom"


def sent(world: World, number: int, title: str = "Twelve ideas", **more: str) -> Newsletter:
    letter = Newsletter(
        board_id=world.board.id,
        audience=more.get("audience", f"board {world.board.id}"),
        title=title,
        text=more.get("text", "Vote until Friday."),
        state=LetterState.SENT,
        number=number,
        changed_at=clock.now(),
        send_at=clock.now(),
        sent_at=clock.now(),
    )
    db.session.add(letter)
    db.session.commit()
    return letter


def entries(browser: Browser, path: str = FEED) -> list[dict[str, str]]:
    feed = ElementTree.fromstring(browser.get(path).response.data)
    assert feed.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated", f"author/{ATOM}name"):
        assert (feed.findtext(ATOM + name) or "").strip()
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == f"http://127.0.0.1:8000{path}"
    found = [
        {
            "id": entry.findtext(f"{ATOM}id") or "",
            "title": entry.findtext(f"{ATOM}title") or "",
            "updated": entry.findtext(f"{ATOM}updated") or "",
            "link": entry.find(f"{ATOM}link").get("href") or "",
            "summary": entry.findtext(f"{ATOM}summary") or "",
        }
        for entry in feed.findall(f"{ATOM}entry")
    ]
    assert len({one["id"] for one in found}) == len(found)
    assert all(one["link"].startswith("http://127.0.0.1:8000/") for one in found)
    assert [one["updated"] for one in found] == sorted(
        (one["updated"] for one in found), reverse=True
    )
    return found


def test_a_feed_has_newsletters_rounds_results_and_reports_with_whole_addresses(
    stranger: Browser, world: World
) -> None:
    assert entries(stranger) == []
    assert "There is no news yet." in stranger.get("/boards/coatbridge/news").text
    round = counted_round(world).round
    for proposal in db.session.query(Proposal):
        proposal.submitted_by_id = world.group_member.id
    (first, *_) = delivery.offer_all(round=round, by=world.officer, link=lambda n: f"/{n}")
    first.reports.append(
        Report(told_at=clock.now(), text="We opened.", spent_pence=1, is_final=False)
    )
    sent(world, 1, "Odd & <title>")
    open_round(world, slug="second", title="Second round")
    titles = [one["title"] for one in entries(stranger)]
    assert set(titles) == {
        "Odd & <title>",
        f"News from “{first.proposal.title}”",
        "The result of Small grants is out",
        "Voting is open: Small grants",
        "Small grants is open for proposals",
        "Voting is open: Second round",
        "Second round is open for proposals",
    }
    own = entries(stranger, f"/rounds/{round.slug}/news.atom")
    assert {one["title"] for one in own} == {
        title for title in titles if "Second" not in title and "Odd" not in title
    }
    page = stranger.get("/boards/coatbridge/news")
    assert all(title in page.text for title in titles)


def test_what_xml_cannot_hold_is_left_out_of_a_feed() -> None:
    item = Item("x", datetime(2026, 5, 1, tzinfo=UTC), "A\x0bB\x00", "/p", "\ufffe<&>")
    made = atom.write(
        title="T",
        author="A",
        site="https://pb.example.org",
        path="/f.atom",
        page="/p",
        items=[item],
        begun=item.at,
        language="en-GB",
    )
    (entry,) = ElementTree.fromstring(made).findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "AB"
    assert entry.findtext(f"{ATOM}summary") == "<&>"


def test_a_feed_that_has_not_changed_is_not_sent_again(stranger: Browser, world: World) -> None:
    sent(world, 1)
    first = stranger.get(FEED).response
    assert first.mimetype == "application/atom+xml"
    assert f"max-age={KEEP}" in first.headers["Cache-Control"]
    tag = {"If-None-Match": first.headers["ETag"]}
    assert stranger.get(FEED, status=304, headers=tag).response.data == b""
    sent(world, 2)
    stranger.get(FEED, headers=tag)


def test_what_is_not_public_is_in_no_feed(stranger: Browser, world: World) -> None:
    hidden = make_round(world, PhaseKind.SUBMISSION)
    hidden.is_public = False
    db.session.add(
        Newsletter(
            board_id=world.board.id,
            audience="board 1",
            title="Draft",
            text="Not yet.",
            changed_at=clock.now(),
        )
    )
    db.session.commit()
    assert entries(stranger) == []
    stranger.get("/rounds/small-grants/news.atom", status=404)
    stranger.get("/boards/nowhere/news.atom", status=404)


def test_the_cost_of_a_feed_does_not_grow_with_its_news(
    stranger: Browser, world: World, count_queries: QueryCounter
) -> None:
    sent(world, 1)
    make_round(world, PhaseKind.SUBMISSION)
    count_queries.reset()
    entries(stranger)
    few = count_queries.number
    for number in range(2, 6):
        sent(world, number)
        make_round(world, PhaseKind.SUBMISSION, slug=f"round-{number}")
    count_queries.reset()
    entries(stranger)
    assert count_queries.number <= few


def test_a_notice_board_says_what_is_open_and_what_to_do(stranger: Browser, world: World) -> None:
    page = stranger.get("/boards/coatbridge/notice-board")
    assert "Nothing is being decided just now." in page.text
    round = open_round(world)
    round.methods = [*round.methods, "table"]
    db.session.commit()
    page = stranger.get("/boards/coatbridge/notice-board")
    assert "Vote: until" in " ".join(page.text.split())
    assert "vote at a table" in page.text
    assert f"/rounds/{round.slug}/vote" in page.text
    assert page.html.count("QR code") == 2
    with time_machine.travel(clock.now() + timedelta(days=200)):
        assert "Nothing is being decided" in stranger.get("/boards/coatbridge/notice-board").text


def test_a_sheet_takes_what_fits_on_one_page(stranger: Browser, world: World) -> None:
    assert fitting([["Short."], ["Two", "lines"]]) == ([["Short."], ["Two", "lines"]], False)
    paragraphs = [["x" * 500]] * 9
    kept, is_cut = fitting(paragraphs)
    assert (len(kept), is_cut) == (2, True)
    (beginning,), is_cut = fitting([["word " * 900]])
    assert is_cut
    assert beginning[0].endswith("word …")
    assert len(beginning[0]) < ROOM + 5
    assert len(fitting([["a"]] * 90)[0]) < 20
    sent(world, 1, text="\n\n".join(["Some words. " * 40] * 5))
    page = stranger.get("/boards/coatbridge/news/1/print")
    assert "There is more: the code leads to it." in page.text
