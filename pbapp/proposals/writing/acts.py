"""What the buttons of a page do besides going on: a row more, a picture, something from the map."""

from __future__ import annotations

from uuid import UUID

from flask import request
from flask_babel import gettext as _

from pbapp.accounts.models import Account
from pbapp.assets import queries as assets
from pbapp.assets.models import Asset
from pbapp.assets.queries import Wanted
from pbapp.db import db
from pbapp.proposals.writing import forms, services
from pbapp.proposals.writing.models import ProposalDraft
from pbapp.refusal import Refused
from pbapp.web import document_rows, uploads
from pbapp.web.context import settings
from pbapp.web.forms import plain_text
from pbapp.web.refusals import blame

MOST_FOUND = 8
FOLDER = "proposals"  # of the uploads, for documents
TIE_PARTS = ("asset_id", "name", "kind")
# The lists to which a button adds a row, which begins with `what`.
ROWS = ("costs", "funding")


def typed_now() -> dict[str, list[str]]:
    """What this request sends, without hidden characters, with what its button adds to it."""
    typed = {
        name: [plain_text(value) or "" for value in values]
        for name, values in request.form.to_dict(flat=False).items()
        if name not in ("csrf_token", "act", "seen", "add")
    }
    act = request.form.get("act", "")
    if act in ROWS:
        _add_row(typed, act)
    if act == "tie":
        _add_ties(typed, request.form.getlist("add"))
    return _without_loose_ties(typed)


def anchor_of(act: str, typed: dict[str, list[str]]) -> str:
    """Where the page is to be looked at after a button that stays on it."""
    if act in ROWS:
        return f"{act}-{_rows(typed, act) - 1}-what"
    return {"find": "find", "tie": "ties", "photo": "pictures", "document": "documents"}.get(
        act.split(" ")[0], ""
    )


def _rows(typed: dict[str, list[str]], name: str) -> int:
    numbers = (part[1] for key in typed if (part := key.split("-"))[0] == name and len(part) > 2)
    return max((int(one) + 1 for one in numbers if one.isascii() and one.isdigit()), default=0)


def _add_row(typed: dict[str, list[str]], name: str) -> None:
    number = _rows(typed, name)
    if number < forms.MOST_ROWS:
        typed[f"{name}-{number}-what"] = [""]


def _add_ties(typed: dict[str, list[str]], chosen: list[str]) -> None:
    """The things that were ticked among those found, each once."""
    here = {values[0] for name, values in typed.items() if name.endswith("-asset_id")}
    number = _rows(typed, "ties")
    for asset in _known(chosen):
        if str(asset.id) in here or number >= forms.MOST_ROWS:
            continue
        typed[f"ties-{number}-asset_id"] = [str(asset.id)]
        typed[f"ties-{number}-name"] = [asset.name]
        typed[f"ties-{number}-kind"] = ["uses"]
        number += 1
    typed.pop("find", None)


def _known(chosen: list[str]) -> list[Asset]:
    found = []
    for one in chosen[:MOST_FOUND]:
        try:
            asset = db.session.get(Asset, UUID(one))
        except ValueError:
            continue
        if asset is not None:
            found.append(asset)
    return found


def _without_loose_ties(typed: dict[str, list[str]]) -> dict[str, list[str]]:
    """The ties that stay, numbered anew: what is taken off is gone at once."""
    kept = {name: values for name, values in typed.items() if not name.startswith("ties-")}
    numbers = sorted({name.split("-")[1] for name in typed if name.startswith("ties-")}, key=_int)
    place = 0
    for number in numbers:
        row = {part: typed.get(f"ties-{number}-{part}", [""]) for part in TIE_PARTS}
        if row["kind"] != [forms.TieRow.OFF] and row["asset_id"] != [""]:
            kept |= {f"ties-{place}-{part}": values for part, values in row.items()}
            place += 1
    return kept


def _int(number: str) -> int:
    return int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 99_999


def found_on_map(draft: ProposalDraft) -> list[Asset]:
    """What the search words of a draft find on the board's map; nothing without words."""
    words = (draft.fields.get("find") or [""])[0].strip()
    if not words or draft.round.board_id is None:
        return []
    wanted = Wanted(board_id=draft.round.board_id, words=words[:100], without_gifts=True)
    return assets.list_published(wanted).assets[:MOST_FOUND]


def keep_files(draft: ProposalDraft, form: forms.PageForm, by: Account) -> bool:
    """Keep what was sent along at once, so that another mistake does not lose it.

    False: it was refused, which the form then says.
    """
    act = request.form.get("act", "")
    try:
        if isinstance(form, forms.WhereForm):
            _keep_picture(draft, form, by, wanted=act == "photo")
        if isinstance(form, forms.MoreForm) and not form.IS_SHORT:
            _keep_document(draft, form, by, wanted=act == "document")
    except Refused as refused:
        blame(form, refused)
        return False
    return True


def _keep_picture(
    draft: ProposalDraft, form: forms.WhereForm, by: Account, *, wanted: bool
) -> None:
    sent = form.photo.data
    if not sent or not sent.filename:
        if wanted:
            raise Refused(_("Choose a picture first."), "photo")
        return
    upload = uploads.store_picture(
        stream=sent.stream, alt=form.photo_alt.data or "", folder=settings().uploads
    )
    services.add_picture(draft=draft, upload_id=upload.id, by=by)
    services.clear(draft=draft, name="photo_alt")
    db.session.commit()


def _keep_document(
    draft: ProposalDraft, form: forms.MoreForm, by: Account, *, wanted: bool
) -> None:
    sent = form.document.data
    if not sent or not sent.filename:
        if wanted:
            raise Refused(_("Choose a document first."), "document")
        return
    title = form.document_title.data or (plain_text(sent.filename) or "")[:120]
    if not title:
        raise Refused(_("Say what the document is."), "document_title")
    document = document_rows.keep(stream=sent.stream, folder=settings().uploads / FOLDER)
    services.add_document(draft=draft, document_id=document.id, title=title, by=by)
    services.clear(draft=draft, name="document_title")
    db.session.commit()


def take_off(draft: ProposalDraft, act: str, by: Account) -> None:
    """Take a picture or a document off: the button says which."""
    kind, _space, which = act.partition(" ")
    if kind == "photo-off":
        services.take_picture_off(draft=draft, upload_id=which, by=by)
    elif kind == "document-off":
        services.take_document_off(draft=draft, document_id=which, by=by)
