"""Which paper, and which size of print."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from pbapp.web.forms import Form, SelectChoice

A4 = [SelectChoice("a4", _l("A4")), SelectChoice("a4-large", _l("A4, large print"))]
A3 = [
    SelectChoice("a3", _l("A3, for a notice board")),
    SelectChoice("a3-large", _l("A3, large print")),
]


class WritingForm(Form):
    """A PDF file to write on: of the size that people have."""

    variant = RadioField(
        _l("A file to print"),
        choices=A4,
        validators=[InputRequired(_l("Choose a size."))],
        default="a4",
    )


class SheetForm(WritingForm):
    """A PDF file to read, or to put up."""

    variant = RadioField(
        _l("A file to print"),
        choices=[*A4, *A3],
        validators=[InputRequired(_l("Choose a size."))],
        default="a4",
    )
