"""What somebody fills in who asks for another look."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from pbapp.web.forms import Form, plain_text


class AppealForm(Form):
    """Why somebody should look again."""

    reason = TextAreaField(
        _l("Why should somebody look at it again?"),
        filters=[plain_text],
        validators=[
            DataRequired(_l("Say why you ask for another look.")),
            Length(max=2000, message=_l("Use at most 2,000 characters here.")),
        ],
    )
