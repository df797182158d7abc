"""What people tick and press to vote, and to look at a receipt."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import DataRequired

from pbapp.ballots.roll.forms import AddressForm
from pbapp.web.forms import Form, plain_text


class ChooseForm(Form):
    """Step 3. The ticks are read as they come, so that none is dropped without a word."""


class SendForm(Form):
    """Step 4: what is sent is what the page showed."""

    key = HiddenField()


class ReceiptForm(Form):
    """Look up a ballot by its receipt."""

    receipt = StringField(
        _l("Your receipt"),
        filters=[plain_text],
        validators=[DataRequired(_l("Enter the 16 letters and digits of your receipt."))],
    )


class TellMeForm(AddressForm):
    """An address to tell the result to, and later what came of it."""

    later = BooleanField(_l("Tell me later too what came of the money: half-way, and at the end"))
