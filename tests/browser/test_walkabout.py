"""A walk without a connection: what is noted on the way is sent later, each once, with a report."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, Route, expect
from sqlalchemy import select

from pbapp.assets.models import Asset
from pbapp.concerns.models import Concern
from pbapp.db import db
from pbapp.messages.models import Mail
from tests.browser.harness import PHONE, NewPage, OwnSite, review

WALK = "/assets/walkabout/coatbridge/"
NO_ROOM_FOR_THE_PAGE = """
    const worker = Object.assign(new EventTarget(), { state: "installing" });
    ServiceWorkerContainer.prototype.register = async () => {
        setTimeout(() => {
            worker.state = "redundant";
            worker.dispatchEvent(new Event("statechange"));
        });
        return { installing: worker };
    };"""
KEEPS_NOTHING = """
    const refuse = () => { throw new DOMException("not here", "SecurityError"); };
    Object.defineProperty(window, "caches", { get: refuse });
    Object.defineProperty(window, "localStorage", { get: refuse });
    ServiceWorkerContainer.prototype.register = async () => refuse();"""


def note(page: Page, name: str, postcode: str = "ZZ7 1AA") -> None:
    form = page.locator("#note")
    form.get_by_label("What is it called?").fill(name)
    form.get_by_label("A place or building").check()
    form.get_by_label("Say in one line").fill("What it offers, in one line.")
    form.get_by_label("Postcode", exact=True).fill(postcode)
    page.get_by_role("button", name="Keep it on this device").click()
    expect(page.get_by_text(f"Kept on this device: {name}")).to_be_visible()


def held(page: Page, name: str) -> Locator:
    return page.locator("[data-list] > li").filter(has_text=name)


def latitudes_of(site: OwnSite, name: str) -> list[float | None]:
    """Of each entry of this name."""
    with site.app.app_context():
        return list(db.session.scalars(select(Asset.lat).where(Asset.name == name)))


def code_for(site: OwnSite) -> str:
    with site.app.app_context():
        mail = db.session.scalars(select(Mail).where(Mail.template == "walkabout_code")).one()
        return str((mail.context or {})["code"])


def test_a_walk_without_a_line_loses_nothing(own_demo: OwnSite, new_page: NewPage) -> None:
    page = new_page(PHONE, base=own_demo.address)
    page.goto(WALK)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    expect(page.get_by_text("Connected.")).to_be_visible()
    expect(page.get_by_text("Ready: this page opens here without")).to_be_visible()
    done = page.get_by_role("button", name="Done: take this page off this device")
    expect(done).to_be_visible()
    page.get_by_label("What is it called?").press_sequentially("H")
    expect(done).to_be_hidden()  # it would throw the letter away
    page.get_by_role("button", name="Empty the form").click()
    expect(done).to_be_visible()
    review(page)

    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 55.8671, "longitude": -4.0341})
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_text("No connection. Go on noting")).to_be_visible()
    page.get_by_role("button", name="Use where I am now").click()
    expect(page.get_by_text("Where you are is noted")).to_be_visible()
    note(page, "Example Bandstand")
    note(page, "Kilnhead Community Hall")  # the map has it
    note(page, "Example Well", postcode="K1A 0B1")
    page.get_by_label("What is it called?").fill("Half a na")
    page.reload()
    expect(page.get_by_label("What is it called?")).to_have_value("Half a na")
    expect(page.get_by_text("Waiting to be sent: 3")).to_be_visible()
    page.get_by_role("button", name="Send what I noted").click()
    expect(page.get_by_text("No connection. Go on noting")).to_be_visible()
    expect(page.get_by_text("Waiting to be sent: 3")).to_be_visible()
    page.get_by_role("button", name="Empty the form").click()

    page.context.set_offline(False)
    expect(page.get_by_text("Connected.")).to_be_visible()
    page.get_by_label("Your e-mail address").fill("walker@example.org")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_text("We have sent a code to walker@example.org.")).to_be_visible()

    # The first entry arrives and its answer is lost on the way: the next press sends it again.
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/coatbridge/entries", lose, times=1)
    page.get_by_label("The 6-digit code").fill(code_for(own_demo))
    page.get_by_role("button", name="This is the code").click()
    expect(page.get_by_text("No connection. Go on noting")).to_be_visible()
    expect(page.get_by_text("Waiting to be sent: 3")).to_be_visible()
    assert latitudes_of(own_demo, "Example Bandstand") == [55.8671]

    page.get_by_role("button", name="Send what I noted").dblclick()
    expect(page.get_by_text("Taken: 1. To look at: 2.")).to_be_visible()
    expect(held(page, "Example Bandstand")).to_contain_text("Taken. An officer checks it.")
    expect(held(page, "Kilnhead Community Hall")).to_contain_text("Perhaps it is here already")
    expect(held(page, "Example Well")).to_contain_text("Enter a full postcode")
    review(page)

    page.get_by_label("What is it called?").fill("Half a na")
    held(page, "Example Well").get_by_role("button", name="Change").click()
    expect(page.get_by_role("alert")).to_contain_text("You are writing something else.")
    expect(page.get_by_label("What is it called?")).to_have_value("Half a na")
    page.get_by_role("button", name="Empty the form").click()
    held(page, "Example Well").get_by_role("button", name="Drop it").click()
    sure = held(page, "Example Well").get_by_role("button", name="Press again to drop it for good")
    expect(sure).to_be_focused()
    held(page, "Example Well").get_by_role("button", name="Change").click()
    expect(page.get_by_label("Postcode", exact=True)).to_be_focused()
    note(page, "Example Well", postcode="K1A 0B1")

    # Changed while it was on its way, and refused: nothing was taken, and its new words wait.
    def change(route: Route) -> None:
        answer = route.fetch()
        page.evaluate(
            """() => {
            const name = "pbapp walkabout coatbridge";
            const all = JSON.parse(localStorage[name]);
            all.find((one) => one.name === "Example Well").pairs.push(["opening", "Always"]);
            localStorage[name] = JSON.stringify(all); }"""
        )
        route.fulfill(response=answer)

    page.route("**/coatbridge/entries", change, times=1)
    page.get_by_role("button", name="Send what I noted").click()
    expect(held(page, "Example Well")).to_contain_text("Not sent yet")
    held(page, "Example Well").get_by_role("button", name="Change").click()
    note(page, "Example Well")
    page.get_by_role("button", name="Send what I noted").click()
    expect(held(page, "Example Well")).to_contain_text("Taken. An officer checks it.")

    same = held(page, "Kilnhead Community Hall")
    same.get_by_label("What is different").fill("It opens at eight.")
    same.get_by_role("button", name="Send what is different").click()
    expect(same).to_contain_text("An officer reads what you said.")
    with own_demo.app.app_context():
        texts = db.session.scalars(select(Concern.text)).all()
    assert texts.count("It opens at eight.") == 1
    for name in ("Example Bandstand", "Example Well", "Kilnhead Community Hall"):
        assert len(latitudes_of(own_demo, name)) == 1

    page.get_by_role("button", name="Clear the list of what was sent").click()
    expect(page.get_by_text("You send as walker@example.org.")).to_have_count(1)
    done.click()
    page.wait_for_url("**/assets?board=coatbridge")
    told = page.evaluate(f"async () => (await (await fetch('{WALK}token')).json()).sender")
    assert told == ""
    assert page.evaluate("() => localStorage.length") == 0


def test_a_browser_that_keeps_nothing_says_so_and_loses_nothing_by_itself(
    new_page: NewPage,
) -> None:
    page = new_page(PHONE)
    page.add_init_script(NO_ROOM_FOR_THE_PAGE)
    page.goto(WALK)
    ready = page.locator("[data-ready]")
    expect(ready).to_contain_text("This browser cannot keep the page.")
    expect(ready).to_contain_text("stay on it and do not close it")
    note(page, "Example Well")
    page.get_by_role("button", name="Drop it").dblclick()
    expect(page.get_by_text("Nothing waits to be sent.")).to_be_visible()

    page.add_init_script(KEEPS_NOTHING)
    page.reload()
    expect(ready).to_contain_text("This browser has no room left, or keeps nothing.")
    page.get_by_label("What is it called?").fill("Example Well")
    page.get_by_role("button", name="Keep it on this device").click()
    alert = page.get_by_role("alert").filter(has_text="This browser has no room left")
    expect(alert).to_be_in_viewport()
    expect(page.get_by_label("What is it called?")).to_have_value("Example Well")
    page.get_by_role("button", name="Done: take this page off this device").click()
    page.wait_for_url("**/assets?board=coatbridge")
