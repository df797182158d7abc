"""From a filled-in form to a complaint, on the public page and at the desk."""

from __future__ import annotations

from typing import Any

from pbapp.boards.models import Board
from pbapp.boards.site import the_board
from pbapp.complaints import links, services
from pbapp.complaints.forms import ComplaintForm
from pbapp.complaints.models import About, Complaint
from pbapp.refusal import N_, Refused
from pbapp.web.babel import page_language
from pbapp.web.forms import SelectChoice


def offer(form: ComplaintForm, boards: list[Board]) -> None:
    """The boards to choose from, the one of this page first."""
    here = the_board()
    form.board.choices = [SelectChoice(str(board.id), board.name) for board in boards]
    if form.board.data is None and here is not None:
        form.board.data = str(here.id)


def take(form: ComplaintForm, boards: list[Board], **more: Any) -> Complaint:
    """Keep what the form says, and tell them that we have it."""
    chosen = next((b for b in boards if str(b.id) == form.board.data), None)
    if chosen is None:
        raise Refused(N_("Choose a board."), "board")
    made = services.receive(
        board=chosen,
        about=About(form.about.data),
        text=form.text.data or "",
        wanted=form.wanted.data or "",
        name=form.name.data or "",
        email=(form.email.data or "").lower() or None,
        phone=form.phone.data or "",
        language=page_language(),
        **more,
    )
    services.acknowledge(complaint=made, url=links.url_of(made))
    return made
