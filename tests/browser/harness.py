"""What browser tests stand on: a served site, pages that are watched, and checks of a page.

A page made here is watched from its first request. When the test ends it fails if the browser
complained about anything: a script error, something the content security policy refused, a
file that is missing, an answer of 500, or a request to any other host.
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    WebError,
    expect,
    sync_playwright,
)
from waitress import wasyncore
from waitress.server import create_server

from pbapp import create_app
from pbapp.config import from_environment
from pbapp.db import db
from pbapp.jobs import services as jobs
from pbapp.jobs.worker import load_jobs
from pbapp.serving import SUPERVISED
from pbapp.upkeep import chores
from tests.demos import environment_of, settings_of
from tools.chromium import find_chromium

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SCREENS = ROOT / "test-results" / "screens"

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}

# The browser's own calls home are switched off, so that what is left is what pages ask for; and
# no name but this machine's can be looked up, so a page that asks another host never gets there.
ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--js-flags=--no-opt --no-maglev",  # pages and axe run too shortly to be worth compiling well
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)

# A slow machine is not a wrong page: what is waited for comes at once or, at worst, this late.
PATIENCE = 120.0
expect.set_options(timeout=PATIENCE * 1000)

# The browser says it on the page; the console message alone lacks what was refused and where.
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", event => console.error(
  `Content security policy: ${event.violatedDirective} refused ${event.blockedURI}` +
  ` at ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
"""


# --- the browser and the site ---------------------------------------------------------------------


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    executable = find_chromium()
    if not executable:
        raise RuntimeError("No browser for the browser tests: run `make test`, which installs one.")
    # Chromium refuses to run as root with its sandbox.
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=[*ARGUMENTS, *sandbox], chromium_sandbox=not sandbox
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application with waitress in a thread, as `pbapp serve` does; yields its address."""
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, name="site", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # The loop ends when nothing is left to wait for; only its own thread may close things.
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
        thread.join(timeout=10)
        server.task_dispatcher.shutdown()


@contextmanager
def demo_site(folder: Path) -> Iterator[str]:
    """Serve a loaded demo, with a worker beside it, as `make run` does; yields its address.

    The pages are served from this process, so a test may stop its clock with `time_machine`; the
    worker is a process of its own and goes by the real one. A test that moves the clock and needs
    the worker wants an `OwnSite`.
    """
    with (folder / "worker.log").open("w") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "pbapp", "worker"],
            cwd=ROOT,
            env={**environment_of(folder), SUPERVISED: "1"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            with own_site(folder) as site:
                yield site.address
        finally:
            worker.send_signal(signal.SIGINT)
            try:
                worker.wait(timeout=20)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()


@dataclass(frozen=True)
class OwnSite:
    """A served demo without a worker: its jobs are done in this process, by this process's clock.

    So a test can walk through months: `with time_machine.travel(later): site.do_jobs()`.
    """

    address: str
    app: Flask

    def do_jobs(self) -> int:
        """Do every job that is due, as the worker would; returns how many."""
        load_jobs()
        with self.app.app_context():
            return jobs.run_due()

    def do_chores(self) -> None:
        """Do what the worker does every minute whether or not anybody asked."""
        with self.app.app_context():
            chores()


@contextmanager
def own_site(folder: Path) -> Iterator[OwnSite]:
    """Serve a loaded demo without a worker."""
    app = create_app(from_environment(settings_of(folder)))
    try:
        with served(app) as address:
            yield OwnSite(address, app)
    finally:
        with app.app_context():
            db.engine.dispose()


# --- watched pages --------------------------------------------------------------------------------


@dataclass
class Watch:
    """What a browser complained about while it showed the pages of one site."""

    host: str
    complaints: list[str] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._web_error)
        context.on("request", self._request)
        context.on("response", self._response)

    def check(self) -> None:
        """Fail if there was anything."""
        found = list(dict.fromkeys(self.complaints))
        assert not found, "The browser complained:\n- " + "\n- ".join(found)

    def _console(self, message: ConsoleMessage) -> None:
        # A missing file or an error page is judged by its answer, in `_response`.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"{message.text} (on {message.page and message.page.url})")

    def _web_error(self, error: WebError) -> None:
        self.complaints.append(f"Script error: {error.error}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob", "about") and address.netloc != self.host:
            self.complaints.append(f"Request to another host: {request.url}")

    def _response(self, response: Response) -> None:
        # A page or a fragment may well be a 404 or a 422; a stylesheet or a picture may not.
        is_page = response.request.resource_type in ("document", "fetch", "xhr")
        if response.status >= (500 if is_page else 400):
            self.complaints.append(f"{response.status} for {response.url}")


class NewPage(Protocol):
    """Opens a page of its own, with its own cookies: one for each person in a test.

    `size` is PHONE or DESKTOP; without `javascript` the browser runs no script; `base` is the
    address that `page.goto("/…")` starts from; other options go to the browser's context.
    """

    def __call__(
        self,
        size: dict[str, int] = ...,
        *,
        javascript: bool = True,
        base: str | None = None,
        **options: Any,
    ) -> Page: ...


@contextmanager
def watched_pages(browser: Browser, default_base: Callable[[], str]) -> Iterator[NewPage]:
    """Yields the function that opens pages; at the end fails if one of them complained.

    `default_base` is called only for a page that names no base.
    """
    watches: list[Watch] = []
    with ExitStack() as contexts:

        def new_page(
            size: dict[str, int] = DESKTOP,
            *,
            javascript: bool = True,
            base: str | None = None,
            **options: Any,
        ) -> Page:
            base = base or default_base()
            context = browser.new_context(
                base_url=base,
                viewport=size,
                java_script_enabled=javascript,
                locale="en-GB",
                timezone_id="Europe/London",
                reduced_motion="reduce",
                **options,
            )
            contexts.callback(context.close)
            context.set_default_timeout(PATIENCE * 1000)
            context.add_init_script(TELL_VIOLATIONS)
            watch = Watch(urlsplit(base).netloc)
            watch.listen(context)
            watches.append(watch)
            return context.new_page()

        yield new_page
    for watch in watches:
        watch.check()


# --- checks of a page -----------------------------------------------------------------------------


def review(page: Page) -> None:
    """Fail unless the page is fit to be seen: axe finds nothing, and the frame of it is right.

    Every rule of axe is on, best practice and the target sizes of WCAG 2.2 too. The frame: one
    h1, named in the title; ids that are unique; nothing that makes the page scroll sideways.
    """
    shape = _shape(page)
    faults = _frame(page)
    if not _reviews.holds(shape):
        faults += _axe(page)
    _fail_with(page, faults)
    _reviews.keep(shape)


def review_frame(page: Page) -> None:
    """The quick half of `review`, for a page that axe sees in another visit."""
    page.wait_for_load_state()
    _fail_with(page, _frame(page))


def _fail_with(page: Page, faults: list[str]) -> None:
    assert not faults, f"{page.url} at {_width(page)} px:\n" + "\n".join(faults)


@dataclass
class Reviews:
    """The shapes of the pages that axe has found fit; see docs/decisions/0187.

    With a folder that all processes of a run share, each knows of the others' too.
    """

    folder: Path | None = None
    shapes: set[str] = field(default_factory=set)

    def holds(self, shape: str) -> bool:
        return shape in self.shapes or (self.folder is not None and (self.folder / shape).exists())

    def keep(self, shape: str) -> None:
        self.shapes.add(shape)
        if self.folder is not None:
            (self.folder / shape).touch()


_reviews = Reviews()


def share_reviews(folder: Path) -> None:
    """From now on what this process finds fit is known to others of the run, and theirs to it."""
    folder.mkdir(exist_ok=True)
    _reviews.folder = folder


# What axe can tell pages apart by; other words give it nothing to say. Every element with its
# attributes' names, its classes, role and type, and whether it has text, in its place. Of the
# neighbours in a list each pair that stands side by side counts once: thirty entries are as three.
# The width counts; whether script runs, where a stylesheet asks for it and something answers.
SHAPE = """() => {
    if (document.querySelector(".htmx-request")) return null;
    const shapes = new Map();
    const shape = (one) => {
        const pairs = new Set();
        let before = "", hasText = false;
        for (const child of one.childNodes) {
            if (child.nodeType === Node.TEXT_NODE) hasText ||= /\\S/.test(child.data);
            if (child.nodeType !== Node.ELEMENT_NODE) continue;
            const [now, isWritten] = shape(child);
            hasText ||= isWritten;
            pairs.add(before + ">" + now);
            before = now;
        }
        const told = [one.tagName, one.getAttribute("class"), one.getAttribute("role"),
            one.getAttribute("type"), one.getAttributeNames(), hasText, ...pairs, before].join();
        if (!shapes.has(told)) shapes.set(told, shapes.size);
        return [shapes.get(told), hasText];
    };
    const asked = (rules) => [...rules].some((rule) => rule.media?.mediaText.includes("scripting")
        ? [...rule.cssRules].some((inner) => document.querySelector(inner.selectorText))
        : rule.media && asked(rule.cssRules));
    const runs = [...document.styleSheets].some((sheet) => asked(sheet.cssRules))
        && matchMedia("(scripting: enabled)").matches;
    shape(document.documentElement);
    return [innerWidth, runs, ...shapes.keys()].join("|");
}"""


def _shape(page: Page) -> str:
    """A page's shape in short, once it has come and nothing of it is being fetched anew."""
    page.wait_for_load_state()
    while (told := page.evaluate(SHAPE)) is None:
        page.wait_for_function("() => !document.querySelector('.htmx-request')")
    return hashlib.sha256(told.encode()).hexdigest()


def _axe(page: Page) -> list[str]:
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_axe_source())
    found = page.evaluate(
        """() => {
            // In a browser without script no timer goes off, and axe waits on them.
            if (matchMedia("(scripting: none)").matches)
                window.setTimeout = (done, _delay, ...given) => {
                    Promise.resolve().then(() => done(...given));
                    return 0;
                };
            return axe.run(document, {
                resultTypes: ["violations"], rules: {"target-size": {enabled: true}},
                elementRef: false, selectors: false,
            }).then(result => result.violations);
        }"""
    )
    return [
        f"- {violation['id']}: {violation['help']}\n    {node['html'][:300]}\n    "
        + re.sub(r"\s*\n\s*", " ", node["failureSummary"])
        for violation in found
        for node in violation["nodes"]
    ]


@cache
def _axe_source() -> str:
    return AXE.read_text(encoding="utf-8")


def _frame(page: Page) -> list[str]:
    frame = page.evaluate(
        """() => {
            const ids = [...document.querySelectorAll("[id]")].map(element => element.id);
            return {
                title: document.title,
                headings: [...document.querySelectorAll("h1")].map(h => h.textContent),
                twice: [...new Set(ids.filter((id, place) => ids.indexOf(id) !== place))],
                wide: document.documentElement.scrollWidth,
                seen: document.documentElement.clientWidth,
            };
        }"""
    )
    headings = [" ".join(heading.split()) for heading in frame["headings"]]
    faults = [f"- the id {name} is there twice" for name in frame["twice"]]
    if len(headings) != 1:
        faults.append(f"- one h1 is wanted, and there are: {headings}")
    elif not _named(headings[0], frame["title"]):
        faults.append(f"- the title “{frame['title']}” does not name the h1 “{headings[0]}”")
    if frame["wide"] > frame["seen"]:
        faults.append(f"- it scrolls sideways: {frame['wide']} px in {frame['seen']} px")
    return faults


def _named(heading: str, title: str) -> bool:
    """Whether the title's first part is in the heading (which may have a caption as well)."""
    return re.split(r" [–|] ", " ".join(title.split()))[0].removeprefix("Error: ") in heading


def _width(page: Page) -> int:
    return page.viewport_size["width"] if page.viewport_size else 0


@dataclass(frozen=True)
class Weight:
    """What a visit cost: bytes on the wire, headers too, and where they went."""

    parts: dict[str, int]

    @property
    def bytes(self) -> int:
        return sum(self.parts.values())

    @property
    def requests(self) -> int:
        return len(self.parts)

    def __str__(self) -> str:
        lines = [f"{size:>9,}  {address}" for address, size in self.parts.items()]
        return f"{self.bytes:,} bytes in {self.requests} requests\n" + "\n".join(lines)


def first_visit_weight(page: Page, path: str) -> Weight:
    """Open a path as somebody who was never here does, and weigh all that came.

    Bytes are what the browser received, compressed as it was sent.
    """
    page.context.clear_cookies()
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    addresses: dict[str, str] = {}
    parts: dict[str, int] = {}

    def sent(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = event["request"]["url"]

    def came(event: dict[str, Any]) -> None:
        address = addresses.get(event["requestId"], "")
        if urlsplit(address).scheme in ("http", "https"):
            parts[f"{event['requestId']} {address}"] = int(event["encodedDataLength"])

    devtools.on("Network.requestWillBeSent", sent)
    devtools.on("Network.loadingFinished", came)
    answer = page.goto(path, wait_until="networkidle")
    assert answer, path
    assert answer.ok, f"{path} answers {answer.status}"
    devtools.detach()
    return Weight(parts)


def screenshot(page: Page, name: str) -> None:
    """Keep the whole page as a picture, where `SCREENS=1 make test` asks for pictures."""
    if not os.environ.get("SCREENS"):
        return
    SCREENS.mkdir(parents=True, exist_ok=True)
    path = SCREENS / f"{name}-{_width(page)}.png"
    page.screenshot(path=path, full_page=True, animations="disabled")
