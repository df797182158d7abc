"""The pages of one draft: which there are, their forms, what they say together, what is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from pbapp.db import db
from pbapp.proposals import checks, queries
from pbapp.proposals.content import MORE_FROM, Content, Paper
from pbapp.proposals.writing import forms
from pbapp.proposals.writing.models import ProposalDraft
from pbapp.refusal import Refused
from pbapp.rounds.models import Round
from pbapp.web.babel import say
from pbapp.web.models import Upload

PAGES = ("idea", "where", "money", "more")
FIELDS = {
    "idea": forms.IdeaForm,
    "where": forms.WhereForm,
    "money": forms.MoneyForm,
}
# Where the refusals of `checks` belong that no page's own form names.
ELSEWHERE = {"documents": "more", "supports": "more"}
NOT_KEPT = frozenset({"seen", "csrf_token", "photo", "document", "act", "add"})


def title_of(page: str) -> str:
    return {
        "idea": _("Your idea"),
        "where": _("Why, and where"),
        "money": _("What it costs"),
        "more": _("A little more"),
    }[page]


def formdata_of(typed: Mapping[str, Iterable[str]]) -> MultiDict[str, str]:
    return MultiDict([(name, value) for name, values in typed.items() for value in values])


def total_of(draft: ProposalDraft) -> int:
    """What the readable costs of a draft add up to."""
    form = forms.MoneyForm(formdata=formdata_of(draft.fields), meta={"csrf": False})
    return form.total_pence


def pages_of(draft: ProposalDraft) -> list[str]:
    """The pages this draft has: the last one only where the amount or the round asks for more."""
    total = total_of(draft)
    asked = any(one.is_asked(total) for one in draft.round.questions)
    return list(PAGES) if total >= MORE_FROM or asked else list(PAGES[:-1])


def form_for(
    draft: ProposalDraft, page: str, data: MultiDict[str, str] | None = None, *, csrf: bool = True
) -> Any:
    """A page's form with what is typed (`data`), or with what the draft keeps."""
    typed = formdata_of(draft.fields) if data is None else data
    made = _more_form(draft) if page == "more" else FIELDS[page]
    form = made(formdata=typed, meta={"csrf": csrf})
    if page == "where":
        form.offer(_priorities(draft.round), _wards(draft.round))
    if data is None:
        form.seen.data = str(draft.version)
    return form


def _more_form(draft: ProposalDraft) -> type[forms.MoreForm]:
    total = total_of(draft)
    main = (draft.fields.get("priority") or [""])[0]
    return forms.more_form(
        [one for one in draft.round.questions if one.is_asked(total)],
        [(key, name) for key, name in _priorities(draft.round) if str(key) != main],
        is_short=total < MORE_FROM,
    )


def _priorities(round: Round) -> list[tuple[int, str]]:
    return [(one.priority_id, one.title) for one in queries.list_priorities(round)]


def _wards(round: Round) -> list[tuple[int, str]]:
    wards = sorted((item.area for item in round.round_areas), key=lambda area: area.name)
    return [(ward.id, ward.name) for ward in wards]


def names_of(form: Any) -> set[str]:
    """The fields of a page that a draft keeps."""
    return {field.short_name for field in form if field.short_name not in NOT_KEPT}


def pictures_of(draft: ProposalDraft) -> list[Upload]:
    found = (db.session.get(Upload, UUID(one)) for one in draft.pictures)
    return [one for one in found if one is not None]


@dataclass(frozen=True)
class Left:
    """Something still to fill in or to mend: what, on which page, at which field."""

    text: str
    page: str = ""
    field: str = ""


@dataclass(frozen=True)
class Whole:
    """A draft read through: the form of each page, what they say so far, and what is left."""

    forms: dict[str, Any]
    content: Content
    left: list[Left]


def read(draft: ProposalDraft) -> Whole:
    """Read all pages of a draft as sending it in would."""
    forms = {page: form_for(draft, page, csrf=False) for page in pages_of(draft)}
    said: dict[str, Any] = {}
    left: list[Left] = []
    for page, form in forms.items():
        fits = form.validate()
        left += [Left(text, page, anchor) for anchor, text in problems(form)]
        if fits or page != "more":  # whose choices cannot be read where they are none of ours
            said |= form.read()
    content = _content(draft, said)
    if not left:
        try:
            checks.check(draft.round, content)
        except Refused as refused:
            left = [_left_of(refused)]
    return Whole(forms, content, left)


def _content(draft: ProposalDraft, said: Mapping[str, Any]) -> Content:
    pictures = [UUID(one) for one in draft.pictures]
    return Content(
        **said,
        photo_id=pictures[0] if pictures else None,
        more_photo_ids=tuple(pictures[1:]),
        documents=tuple(Paper(UUID(id), title) for id, title in draft.documents),
    )


def _left_of(refused: Refused) -> Left:
    field = refused.field or ""
    page = ELSEWHERE.get(field, "")
    for one, made in FIELDS.items():
        if hasattr(made, field):
            page = one
    if not page and field:
        page = "more"
    return Left(say(refused), page, field)


def problems(form: Any) -> list[tuple[str, str]]:
    """(id of a field, sentence) for everything wrong with a form, in its order."""
    found: list[tuple[str, str]] = [("", str(error)) for error in form.form_errors]
    for field in form:
        found += _problems_of(field)
    return found


def _problems_of(field: Any) -> list[tuple[str, str]]:
    if field.type == "FormField":
        return [pair for part in field.form for pair in _problems_of(part)]
    if field.type == "FieldList":
        own = [(field.id, str(e)) for e in field.errors if not isinstance(e, dict | list)]
        return own + [pair for entry in field for pair in _problems_of(entry)]
    chosen = getattr(field, "option_widget", None) is not None
    anchor = f"{field.id}-0" if chosen else field.id
    return [(anchor, str(error)) for error in field.errors]
