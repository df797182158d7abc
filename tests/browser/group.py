"""The secretary of a group in a browser: writes a proposal and answers for the money."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from pbapp import clock
from tests.browser.roles import Person

NEXT_YEAR = clock.today().year + 1


class GroupMember(Person):
    """The secretary of a group."""

    email = "group-member@example.org"

    def submits_a_proposal(
        self,
        round_path: str,
        *,
        title: str,
        summary: str,
        priority: str,
        costs: Sequence[tuple[str, str]],
        total: str,
    ) -> None:
        """From the round's page, page by page, to a proposal that waits for an officer."""
        self.begins_a_proposal(round_path)
        self.tells_the_idea(title, summary)
        self.says_why_and_where(priority)
        self.adds_up(costs)
        self.presses("Save and go on")
        if self.page.get_by_role("heading", level=1).inner_text() == "A little more":
            self.says_a_little_more()
        self.sees(total, priority)
        self.presses("Send in our proposal")
        self.reads(title)
        self.sees("Being checked", total, priority)

    def begins_a_proposal(self, round_path: str) -> None:
        self.at(round_path)
        self.follows(re.compile("^Send in a proposal|^Put forward"))
        if self.page.get_by_label("Myself", exact=True).count():
            self.picks("Tea and Tunes")
        self.presses("Begin")

    def tells_the_idea(self, title: str, summary: str) -> None:
        self.reads("Your idea")
        self.fills(
            {
                "What is your idea called?": title,
                "Your idea in one line": summary,
                "What will happen?": "Every Friday in the winter, from two to five.",
                "Who gains from it?": "About 40 people who live near the hall.",
            }
        )
        self.picks("No")
        self.presses("Save and go on")

    def says_why_and_where(self, priority: str) -> None:
        self.reads("Why, and where")
        self.picks(priority, "The whole area")
        self.fills({"How does it help?": "People are warm, and hear of help that is there."})
        self.presses("Save and go on")

    def adds_up(self, costs: Sequence[tuple[str, str]]) -> None:
        self.reads("What it costs")
        for number, (what, amount) in enumerate(costs, start=1):
            row = self.page.get_by_role("group", name=f"Cost {number}", exact=True)
            row.get_by_label("What it pays for").fill(what)
            row.get_by_label("How much").fill(amount)

    def says_a_little_more(self) -> None:
        """What is asked from £1,000 on."""
        self.fills(
            {
                "When does it start?": f"{NEXT_YEAR}-10-01",
                "When is it finished?": f"{NEXT_YEAR + 1}-03-31",
                "Who pays for it after that?": "Nobody has to: it ends in spring.",
            }
        )
        self.presses("Save and go on")

    def opens_the_passport(self, group: str) -> None:
        self.at("/account/groups")
        self.follows(group)
        self.follows("Open the passport")

    def says_whose_land_it_is(self, group: str, words: str) -> None:
        """Fills in one item of the passport."""
        self.opens_the_passport(group)
        self.follows(re.compile("Fill it in.*landowner"))
        self.fills({"What do you have? If it does not concern you, say why.": words})
        self.presses("Save")
        self.sees("Saved. An officer will look at it.")

    def takes_the_money(self) -> str:
        """By the link in the e-mail that came after the vote; the path of the award's page."""
        self.at(self.link_in_mail("do you take the money"))
        self.presses("We take it")
        self.sees("The funder is asked to pay it now.")
        return urlsplit(self.page.url).path

    def reports_the_end_by_link(self, words: str, spent: str) -> None:
        """From a phone, by the link in the group's e-mail: a receipt, and the last word."""
        link = self.link_in_mail("Your link to report")
        self.at(link)
        self.follows("Send in a receipt")
        self.fills({"What was it for?": "Soup for a month", "How much?": "150"})
        self.page.get_by_label("The receipt", exact=True).set_input_files(
            {"name": "soup.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 soup"}
        )
        self.presses("Send")
        self.follows("Tell what you have done")
        self.fills({"What have you done?": words, "How much of the award is spent so far?": spent})
        self.picks("This is the last word: the project is finished")
        self.presses("Send")
        self.sees("Everybody can read it now.")

    def puts_it_back_on_the_map(self, award_path: str, name: str) -> None:
        self.at(award_path)
        self.follows("Put it on the map")
        self.picks("A group or club")
        self.fills({"What is it called?": name})
        self.presses("Send it in")
