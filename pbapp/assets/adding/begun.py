"""A half-made entry: what was typed so far, kept as a draft whose link goes on with it anywhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request, url_for
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList

from pbapp.accounts.models import Account
from pbapp.accounts.viewer import the_account
from pbapp.assets.adding import devices, own, photos
from pbapp.assets.adding.forms import MoreForm, WhatForm, WhereForm
from pbapp.assets.adding.typed import entry_from, where_fields
from pbapp.assets.blueprint import chosen_board
from pbapp.assets.entry import Entry, place
from pbapp.assets.gifts.bare import check_bare
from pbapp.assets.models import AssetKind
from pbapp.boards.models import Board
from pbapp.boards.queries import list_wards
from pbapp.organisations.queries import is_member
from pbapp.plans import queries as plans
from pbapp.refusal import Refused
from pbapp.web import drafts
from pbapp.web.forms import Form

DRAFT = "asset"
FORMS = {"what": WhatForm, "where": WhereForm, "more": MoreForm}
ENDPOINTS = {
    "what": "assets.new",
    "where": "assets.new_where",
    "more": "assets.new_more",
    "check": "assets.new_check",
    "prove": "assets.new_prove",
    "saved": "assets.new_saved",
    "sent": "assets.new_sent",
}
LONGEST_KEPT, MOST_VALUES = 20_000, 50  # far beyond what any field takes
OF_A_GIFT = ("name", "summary", "description", "opening")  # its texts
NOT_KEPT = ("csrf_token", "photo", "drop_photo")


@dataclass
class Begun:
    """What was typed so far, by field. `sent`, `email`, `proven`, `group`, `looked_at_first` and
    `by_` a step, the device that saved it, are ours, not a form's.
    """

    token: str | None
    fields: dict[str, list[str]]
    board: Board

    def first(self, name: str) -> str | None:
        return next(iter(self.fields.get(name, ())), None)

    @property
    def photo_id(self) -> UUID | None:
        return photos.read_id(self.first("photo_id"))

    @property
    def kind(self) -> str | None:
        return self.first("kind")

    @property
    def is_individual(self) -> bool:
        return self.kind == AssetKind.INDIVIDUAL

    @property
    def sent_id(self) -> UUID | None:
        """The entry it has become."""
        return photos.read_id(self.first("sent"))

    @property
    def asked_group_id(self) -> UUID | None:
        """The group it was begun for. A person's gift is theirs, and no group sees its ward."""
        return None if self.is_individual else photos.read_id(self.first("group"))

    @property
    def may_show(self) -> bool:
        """Whether it may show unchecked; a copy of what an officer has not let stand may not."""
        return self.first("looked_at_first") is None

    def group_of(self, by: Account | None) -> UUID | None:
        """The group whose entry it will be, if whoever sends it in is one of its members."""
        group_id = self.asked_group_id
        return group_id if by and is_member(by.id, group_id) else None

    def keep(self) -> str:
        """Save it; a new one gets its link here."""
        self.fields["board"] = [self.board.slug]
        account = the_account()
        if self.token is None and account is not None:
            self.token = own.begin(account=account, kind=DRAFT, fields=self.fields)
        else:
            is_new = self.token is None
            self.token = drafts.save(kind=DRAFT, fields=self.fields, token=self.token)
            if is_new:
                own.remember_here(self.token)
        photos.keep_waiting(self.photo_id)
        return self.token

    def become(self, asset_id: UUID) -> None:
        """It has been sent: what was typed is forgotten, and its link leads to what it became."""
        self.fields = {"sent": [str(asset_id)]}
        self.keep()
        own.forget_here(self.token)

    def url(self, step: str, **more: Any) -> str:
        first = {} if self.token else {name: request.args.get(name) for name in ("board", "group")}
        values: dict[str, Any] = {"draft": self.token, **first, **more}
        return url_for(ENDPOINTS[step], **values)

    def remember(self, form: Form, but: Collection[str] = ()) -> None:
        """Keep what this request says for a form, whether it is right or not; of `but`, nothing."""
        names = [name for name in names_of(form) if name not in NOT_KEPT]
        names = [name for name in names if name.split("-")[0] not in but]
        tops = {name.split("-")[0] for name in names}
        for name in [kept for kept in self.fields if kept.split("-")[0] in tops]:
            del self.fields[name]
        for name in names:
            typed = request.form.getlist(name)[:MOST_VALUES]
            self.fields[name] = [value[:LONGEST_KEPT] for value in typed]

    def merge(self, step: str, form: Form) -> tuple[list[str], list[str]]:
        """Remember a step. What another device saved of it meanwhile stays where it was left alone.

        The labels of what stayed, and of what was changed on both: there this request's stands.
        """
        saver, kept = self.first(f"by_{step}"), self.form(step)
        stays: set[str] = set()
        both: set[str] = set()
        if saver not in (None, devices.this_device()):
            stays, both = devices.changed_elsewhere(form, kept)
        self.remember(form, but=stays)
        self.fields[f"by_{step}"] = [devices.this_device()]
        return (
            [str(kept[name].label.text) for name in sorted(stays)],
            [_with_words(kept[name]) for name in sorted(both)],
        )

    def form(self, step: str) -> Form:
        """A step as its author left it, to show or to check; its token comes with the page."""
        typed = MultiDict((name, value) for name, values in self.fields.items() for value in values)
        form = FORMS[step](meta={"csrf": False}, formdata=None)
        if any(name.split("-")[0] in self.fields for name in form._fields):
            form = FORMS[step](meta={"csrf": False}, formdata=typed)
        self.offer(form)
        return form

    def offer(self, form: Form) -> None:
        """Set what can be chosen on this board."""
        if isinstance(form, WhereForm):
            form.offer_wards(list_wards(self.board), self.board.place_name)
        elif isinstance(form, MoreForm):
            form.offer_priorities(plans.list_priorities(self.board.id))

    def refusal(self, form: Form) -> Refused | None:
        """What only the whole entry could tell, said at the step that asks."""
        kind = AssetKind(self.kind) if self.kind in set(AssetKind) else AssetKind.PLACE
        try:
            if isinstance(form, WhereForm):
                place(Entry(kind=kind, name="", **where_fields(form)), self.board)
            elif self.is_individual:
                check_bare({name: form[name].data or "" for name in OF_A_GIFT if name in form})
            elif isinstance(form, MoreForm):
                photos.check_described(form, self.photo_id)
        except Refused as refused:
            return refused
        return None

    def read(self) -> tuple[Entry | None, str]:
        """The entry, or the first step that has something to put right."""
        forms = {step: self.form(step) for step in FORMS}
        for step, form in forms.items():
            if not (form.validate() and self.refusal(form) is None):
                return None, step
        what, where, more = forms.values()
        return entry_from(what, where, more, self.photo_id), ""


def _with_words(field: Field) -> str:
    """A field by its label, with what it says, to be typed again if need be."""
    label, said = str(field.label.text), field.data
    return f"{label} “{said[:200]}”" if isinstance(said, str) and said else label


def open_draft(token: str | None) -> Begun:
    """The draft with this token, or an empty beginning."""
    fields = drafts.load(token, DRAFT)
    if fields is None:
        group = photos.read_id(request.args.get("group"))
        return Begun(None, {"group": [str(group)]} if group else {}, chosen_board())
    return Begun(token, fields, chosen_board(next(iter(fields.get("board", ())), None)))


def names_of(form: Any) -> Iterator[str]:
    """The names of a form's fields in the request, those of its rows among them."""
    for field in form:
        if isinstance(field, FieldList):
            for row in field:
                yield from names_of(row.form)
        else:
            yield field.name
