"""The ways to show that one may vote, each with its form: add one here and it is on the page.

A way by address sends a code and asks for it back; a listed way (a code, a card) is looked up
when the person is admitted. A table is not among them: officers let people in there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pbapp.accounts.queries import tidy_email
from pbapp.ballots.roll import terms
from pbapp.ballots.roll.forms import AddressForm, CardForm, IssuedCodeForm, MobileForm
from pbapp.ballots.roll.identity import tidy_mobile, tidy_number
from pbapp.ballots.roll.listed import tidy_code
from pbapp.messages.models import MailChannel
from pbapp.rounds.models import Method, Round
from pbapp.web.context import settings
from pbapp.web.forms import Form


@dataclass(frozen=True)
class Way:
    """One way online. `wrong_tries`: how often an hour one network may be wrong with it."""

    method: Method
    form: Callable[[], Form]
    field: str
    tidy: Callable[[str], str | None]
    channel: MailChannel | None = None
    wrong_tries: int | None = None

    def token(self, form: Form) -> str:
        """What was typed, in the form it is compared and kept in."""
        return self.tidy(form[self.field].data or "") or ""


WAYS = {
    way.method: way
    for way in (
        Way(Method.EMAIL, AddressForm, "email", tidy_email, channel=MailChannel.EMAIL),
        Way(Method.SMS, MobileForm, "mobile", tidy_mobile, channel=MailChannel.SMS),
        Way(Method.CODE, IssuedCodeForm, "token", tidy_code, wrong_tries=100),
        # Card numbers can be guessed, which codes of 60 bits cannot.
        Way(Method.CARD, CardForm, "token", tidy_number, wrong_tries=20),
    )
}


def ways_for(round: Round, age_band: str) -> list[Way]:
    """What somebody of this age group may choose from here."""
    return [
        WAYS[method]
        for method in terms.ways_online(round, age_band)
        if method is not Method.SMS or settings().sends_texts
    ]
