"""What people type to follow something, and to change what they get."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, SelectField
from wtforms.validators import DataRequired, Email, Length

from pbapp.web.context import settings
from pbapp.web.forms import WRONG_ADDRESS, Form, SelectChoice, plain_text

LANGUAGES = {"en": "English", "gd": "Gàidhlig", "pl": "Polski", "uk": "Українська", "ur": "اردو"}


class FollowForm(Form):
    """An address for news about one subject."""

    subject = HiddenField()
    email = EmailField(
        _l("Your e-mail address"),
        filters=[plain_text],
        validators=[DataRequired(WRONG_ADDRESS), Email(WRONG_ADDRESS), Length(max=320)],
    )


class LanguageForm(Form):
    """The language of our e-mails, one of those this installation has."""

    language = SelectField(_l("Language of our e-mails"))

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.language.choices = [
            SelectChoice(code, LANGUAGES.get(code, code)) for code in settings().languages
        ]
