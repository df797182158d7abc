"""People who use the product, by role, and what each of them does: one method an act.

An act goes from page to page as a person does: by links and buttons, by the labels of fields. Each
page on the way is reviewed (`harness.review`). All work with and without script.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import ClassVar
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.browser.harness import review, review_frame

PASSWORD = "example-password"
MAILBOX = "/demo/mailbox/"


class Person:
    """Somebody in a browser of their own. `at` is for a page that nothing on the way links to."""

    email: ClassVar[str] = ""

    def __init__(self, page: Page) -> None:
        self.page = page

    def at(self, path: str) -> None:
        answer = self.page.goto(path)
        assert answer, path
        assert answer.ok, f"{path} answers {answer.status}"
        self.looks_round()

    def looks_round(self) -> None:
        """Review the page, once what moves on it has come to rest.

        What anybody may see without script is reviewed in `test_every_page`, so here only the
        frame of it; officers' pages are seen by axe both with script and without.
        """
        if self.page.locator("[data-map]").count():
            self.page.wait_for_load_state("networkidle")
        if self.has_script or self.is_at_the_desk:
            review(self.page)
        else:
            review_frame(self.page)

    @property
    def has_script(self) -> bool:
        return self.page.evaluate("() => matchMedia('(scripting: enabled)').matches") is True

    @property
    def is_at_the_desk(self) -> bool:
        return urlsplit(self.page.url).path.startswith("/desk")

    def goes_by(self, control: Locator) -> None:
        """Presses what leads to another page, and looks round there."""
        with self.page.expect_navigation():
            control.click()
        self.looks_round()

    def follows(self, name: str | re.Pattern[str]) -> None:
        """A link in the page itself, not in its header or footer."""
        self.goes_by(self.main.get_by_role("link", name=name).first)

    def presses(self, name: str) -> None:
        self.goes_by(self.main.get_by_role("button", name=name, exact=True))

    def fills(self, answers: Mapping[str, str]) -> None:
        for label, text in answers.items():
            self.page.get_by_label(label, exact=True).fill(text)

    def picks(self, *labels: str) -> None:
        """Ticks boxes and picks options, each by its label."""
        for label in labels:
            self.page.get_by_label(label, exact=True).check()

    def sees(self, *texts: str) -> None:
        for text in texts:
            expect(self.main.get_by_text(text).first).to_be_visible()

    def reads(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def signs_in(self) -> None:
        """With the password that everybody in the demo has."""
        self.at("/account/password")
        self.fills({"Your e-mail address": self.email, "Your password": PASSWORD})
        self.presses("Sign in")

    def link_in_mail(self, subject: str) -> str:
        """The path of the first address in the newest e-mail that came to this person."""
        found = re.search(r"https?://[^/\s]+(/\S+)", self.newest_mail(self.email, subject))
        assert found, f"no link in the mail {subject}"
        return found[1]

    def newest_mail(self, to: str, subject: str) -> str:
        """The text of the newest e-mail to an address, read in the demo's mailbox."""
        mailbox = self.page.context.new_page()
        try:
            mailbox.goto(MAILBOX)
            row = mailbox.get_by_role("row").filter(has_text=to).filter(has_text=subject)
            row.first.get_by_role("link").click()
            return mailbox.locator("pre").inner_text()
        finally:
            mailbox.close()

    def code_for(self, to: str) -> str:
        found = re.search(r"\b\d{6}\b", self.newest_mail(to, "is your code"))
        assert found, f"no code in the mail to {to}"
        return found[0]


class Resident(Person):
    """Somebody who lives there, and signs in with a code."""

    email = "resident@example.org"

    def signs_in(self) -> None:
        self.at("/account/sign-in")
        self.fills({"Your e-mail address": self.email})
        self.presses("Send me a code")
        self.fills({"The 6-digit code from the e-mail": self.code_for(self.email)})
        self.presses("Sign in")

    def reads_the_plan(self, priority: str) -> None:
        """From home to the plan, and from there to one of its priorities."""
        self.at("/")
        self.follows("Read the plan")
        self.follows(priority)
        self.reads(priority)
        for part in ("Why it is a priority", "We will…", "What does success look like?"):
            self.sees(part)

    def adds_an_asset(
        self, *, name: str, kind: str, summary: str, ward: str, postcode: str, priority: str
    ) -> None:
        """From the map to an entry that waits for an officer.

        With script somebody puts a pin by the arrow keys and picks the ward, which a schematic map
        does not know; without, they type a postcode.
        """
        self.at("/assets")
        self.follows("Something missing? Add it")
        self.picks(kind)
        self.fills({"What is it called?": name, "Say in one line what it offers": summary})
        self.presses("Continue")
        if self.has_script:
            self.page.locator(".leaflet-container").focus()
            self.page.keyboard.press("ArrowUp")
            expect(self.page.locator("[data-locate-live]")).to_contain_text("Pin at 55.")
            self.page.get_by_role("radio", name=ward, exact=True).check()
        else:
            self.fills({"Postcode (optional)": postcode})
        self.presses("Continue")
        self.page.get_by_role("group", name="Which priority does it help most?").get_by_label(
            priority
        ).check()
        self.presses("Continue")
        self.sees(name, summary)
        self.presses("Send my entry")
        self.reads("Thank you")

    def finds_on_the_map(self, name: str, *, ward: str) -> None:
        """In the list beside the map, narrowed down to a ward; with script on the map as well."""
        self.at("/assets")
        self.page.get_by_label("Ward", exact=True).select_option(ward)
        self.searches(name)
        listed = self.page.locator("#results").get_by_role("link", name=name, exact=True)
        expect(listed).to_be_visible()
        expect(self.page).to_have_url(re.compile(r"ward=S130\d+"))
        if self.has_script:
            expect(self.page.locator(".map").get_by_label(re.compile(f"^{name},"))).to_be_visible()
        self.goes_by(listed)
        self.reads(name)

    def searches(self, words: str) -> None:
        """Without script by the button; with script the list follows what is typed."""
        self.page.get_by_label("Words").fill(words)
        if not self.has_script:
            self.page.locator("#filters").get_by_role("button").click()
        expect(self.page.locator("#results").get_by_text("1 entry")).to_be_visible()
        self.looks_round()

    def goes_to_vote(self, round_path: str) -> None:
        self.at(round_path)
        self.follows(re.compile("^Vote"))
        self.reads("Check you can vote")

    def shows_they_may_vote(self, *, postcode: str, name: str, age: str, email: str) -> None:
        """The first two of the five steps."""
        self.picks("I live here")
        self.page.get_by_label("Your age group").select_option(age)
        self.fills({"Postcode of that place": postcode, "Your full name": name})
        self.presses("Go on")
        self.fills({"Your e-mail address": email})
        self.presses("Send me a code")
        self.fills({"The 6-digit code from the e-mail": self.code_for(email)})
        self.presses("Go on")

    def chooses(self, *titles: str) -> None:
        """Exactly these projects, and on to the review."""
        boxes = self.page.locator("input[name=choice]")
        for number in range(boxes.count()):
            boxes.nth(number).uncheck()
        for title in titles:
            self.page.get_by_role("checkbox", name=title).check()
        if self.has_script:
            expect(self.page.locator("[data-ballot-text]")).to_contain_text(
                f"You have chosen {len(titles)} project"
            )
        self.looks_round()
        self.presses("Review my vote")
        self.sees(*titles)

    def sends_the_vote(self) -> str:
        """Returns the receipt."""
        self.presses("Send my vote")
        self.reads("Your vote is in the ballot box")
        return self.main.locator(".pb_receipt code").inner_text()

    def votes_for(self, *titles: str) -> str:
        """Steps three to five; returns the receipt."""
        self.chooses(*titles)
        return self.sends_the_vote()

    def changes_the_vote(self, *titles: str) -> str:
        """Returns the new receipt."""
        self.follows("Change my vote")
        receipt = self.votes_for(*titles)
        self.sees("It took the place of the vote you sent before.")
        return receipt

    def checks_a_receipt(self, round_path: str, receipt: str) -> None:
        self.at(f"{round_path}/receipt")
        self.fills({"Your receipt": receipt})
        self.presses("Check")

    def finishes_here(self) -> None:
        """On a computer that others use: nothing stays behind in the browser."""
        self.presses("Finish on this shared computer")
        self.reads("All clear on this computer")


class Officer(Person):
    """An officer who checks what comes in."""

    email = "moderator@example.org"

    def opens_from_the_desk(self, title: str) -> None:
        """On a page of its own, or on a wide screen with script beside the queue."""
        self.at("/desk")
        self.main.get_by_role("link", name=title).first.click()
        opened = self.page.locator("#pane-title, h1").filter(has_text=title)
        expect(opened).to_be_visible()
        self.looks_round()

    def checks_in_the_passport(self, group: str, item: str) -> None:
        """Says that one item counts until the day the form offers."""
        self.at("/desk/passports")
        self.follows(group)
        self.goes_by(
            self.page.locator(f"#{item}-check").get_by_role("button", name="I have checked it")
        )
        self.sees("Saved. The group has been told.")

    def puts_on_the_map(self, name: str) -> None:
        """Reads an entry at the desk and approves it."""
        self.opens_from_the_desk(name)
        self.approves(name)

    def puts_on_ballot(self, title: str) -> None:
        """Reads a proposal at the desk and puts it on the ballot."""
        self.opens_from_the_desk(title)
        self.approves(title)

    def approves(self, title: str) -> None:
        self.goes_by(self.page.locator("#decide button[value=approved]"))
        self.reads("The desk")
        self.sees(f"“{title}”")

    def agrees_to_refuse(self, title: str) -> None:
        """The second person, for what another officer asked to be refused."""
        self.at("/desk?what=refusal")
        self.follows(title)
        self.presses("Agree: refuse it")

    def answers_an_appeal(self, words: str) -> None:
        """Somebody who took no part in the decision: what was decided stands."""
        self.at("/desk?what=appeal")
        self.goes_by(self.main.locator(".pb_queue__what").get_by_role("link").first)
        self.fills({"Your answer": words})
        self.presses("Dismiss it")

    def sends_back(self, title: str, reason: str) -> None:
        self.opens_from_the_desk(title)
        self.fills({"What has to change?": reason})
        self.presses("Send it back with this reason")
        self.reads("The desk")


class VotingLead(Officer):
    """An officer who runs the vote."""

    email = "voting-lead@example.org"

    def opens_the_dashboard(self, round_title: str) -> None:
        self.at("/desk")
        self.follows(round_title)
        self.sees("Before voting can open")

    def asks_to_seal(self, round_title: str) -> None:
        self.opens_the_dashboard(round_title)
        self.presses("Ask for the ballot to be sealed")
        self.sees("Now a second voting lead")

    def begins_a_round(self, template: str) -> str:
        """From the desk to a round in set-up; its path at the desk."""
        self.at("/desk")
        self.follows("All rounds, and beginning a new one")
        self.follows("New round")
        self.picks(template)
        self.presses("Begin the round")
        self.reads("Set up the round")
        return urlsplit(self.page.url).path.removesuffix("/set-up")

    def sets_it_up(self, desk: str) -> None:
        """Every step in turn, what no template can know filled in; Back and typing lose nothing."""
        self.follows("The money and who gives it")
        self.main.get_by_role("list").last.get_by_role("link").click()
        name = "Or somebody new: their name (optional)"
        self.page.get_by_label(name, exact=True).first.fill("Example Trust")
        self.fills({"Who approves payment?": "The communities committee"})
        self.presses("Save the pot")
        self.at(f"{desk}/set-up")
        self.follows("What it is called and about")
        self.fills({"In one line": "Money for what young people want to do here."})
        for _step in ("name", "proposals", "voters", "vote", "count", "dates"):
            self.presses("Save and go on")
        self.reads("Fair for everybody")
        self.presses("Save and go on")
        self.sees("Say what the equality assessment found.")
        self.follows("Fair for everybody")
        self.fills({"What did the equality assessment find?": "Evening tables were added."})
        self.presses("Save and go on")
        self.sees("8 of 8 steps are finished.")

    def shows_it(self) -> None:
        self.presses("Show the round to everybody")
        self.sees("Everybody can see the round now.")

    def starts_the_count(self, round_title: str) -> None:
        self.opens_the_dashboard(round_title)
        self.follows(re.compile("[Cc]ount"))
        self.presses("Count the votes")

    def offers_the_money(self, round_path: str) -> None:
        self.at(f"{round_path}/awards")
        self.presses("Offer the money")
        self.sees("are offered their money.")

    def records_what_the_funder_decided(self, award_path: str, today: date, amount: str) -> None:
        """Approved, and paid the same day."""
        self.at(award_path)
        self.follows("Record what the funder decided")
        self.picks("Paying it was approved")
        self.fills({"Which day was it decided?": today.isoformat()})
        self.page.get_by_label("Who decided?").fill("Communities Committee")
        self.presses("Save and tell the group")
        self.follows("Record a payment")
        self.fills({"Paid on": today.isoformat(), "How much?": amount})
        self.presses("Save")
        self.presses("Send the group a new link")

    def certifies(self, round_title: str) -> None:
        self.opens_the_dashboard(round_title)
        self.follows("Certify the result")
        for look in ("The head above", "The numbers of ballots", "The papers add up"):
            self.main.get_by_label(re.compile(look)).check()
        self.presses("I confirm what is on this page")

    def sees_the_count_done(self) -> None:
        """The page follows the count by itself; without script somebody looks again."""
        self.at(urlsplit(self.page.url).path)
        self.sees("The votes are counted.")
        self.follows("See the result")


class SecondLead(VotingLead):
    """The second person: seals what the first asked for."""

    email = "second-lead@example.org"

    def seals(self, round_title: str) -> None:
        self.opens_the_dashboard(round_title)
        self.presses("Seal the ballot")
        self.sees("The ballot is sealed.")


class BoardMember(Person):
    """A member of the board, who reads the report."""

    email = "board-member@example.org"

    def reads_the_report(self, round_path: str, board_name: str) -> None:
        """From the result to the one-page report."""
        self.at(f"{round_path}/results")
        self.follows("The one-page report to the board")
        self.sees(f"Report to the {board_name}")


class Clerk(Officer):
    """Runs the board's meetings."""

    email = "clerk@example.org"

    def makes_the_board_pack(self, board_path: str) -> None:
        """For the next meeting."""
        self.at(f"{board_path}/meetings")
        self.goes_by(
            self.main.get_by_role("heading", name="The next meeting")
            .locator("..")
            .get_by_role("link")
        )
        self.presses("Make the board pack")

    def reads_the_board_pack(self) -> None:
        """The page follows the making by itself; somebody looks again."""
        self.at(urlsplit(self.page.url).path)
        self.follows(re.compile("[Pp]ack"))
