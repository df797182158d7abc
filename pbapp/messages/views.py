"""The development mailbox: what the demo would have e-mailed. It exists only in demo mode."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, render_template

from pbapp.messages import queries
from pbapp.messages.rendering import put_into_words
from pbapp.web.access import access
from pbapp.web.context import settings

bp = Blueprint("messages", __name__, url_prefix="/demo/mailbox")
blueprints = (bp,)


def in_demo(**_: object) -> bool:
    """Only where every address is made up."""
    return settings().is_demo or abort(404)


@bp.get("/")
@access(in_demo)
def index() -> str:
    letters = [(mail, put_into_words(mail)) for mail in queries.list_recent()]
    return render_template("messages/index.html", letters=letters)


@bp.get("/<uuid:mail_id>")
@access(in_demo)
def detail(mail_id: UUID) -> str:
    mail = queries.find(mail_id)
    if mail is None or mail.context is None:
        abort(404)
    return render_template("messages/detail.html", mail=mail, letter=put_into_words(mail))
