"""How findings and kinds of corrections are called."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pbapp.results.corrections.models import CorrectionKind, Finding

FINDING = {
    Finding.STANDS: _l("The result stands"),
    Finding.CORRECTED: _l("The result was or will be corrected"),
    Finding.ELSEWHERE: _l("It is about something else, and went to those who look after it"),
}
KIND = {
    CorrectionKind.WORDS: _l("Something we said about it; the count stands"),
    CorrectionKind.COUNT: _l("The count: a project could not win, or could after all"),
}
