"""Gather the pages of the ballot box, and look up a receipt."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from pbapp.ballots import (  # noqa: F401 — steps 3, and 4 and 5, and the result by mail
    choosing,
    queries,
    sending,
    telling,
)
from pbapp.ballots.closing import views as closing_pages  # noqa: F401 — pages of `closing_bp`
from pbapp.ballots.closing.pages import bp as closing_bp
from pbapp.ballots.forms import ReceiptForm
from pbapp.ballots.log import queries as sealed
from pbapp.ballots.log import views as log_pages  # noqa: F401 — pages of `bp`
from pbapp.ballots.pages import Page, bp, get_whole, init_app
from pbapp.ballots.paper import (  # noqa: F401 — pages of `paper_bp`
    hall_pages,
    keying,
    pack_pages,
    table_pages,
)
from pbapp.ballots.paper import views as paper_pages  # noqa: F401
from pbapp.ballots.paper.counting_pages import bp as counting_bp
from pbapp.ballots.paper.pages import bp as paper_bp
from pbapp.ballots.roll import views as roll_pages  # noqa: F401 — steps 1 and 2
from pbapp.ballots.roll import voids
from pbapp.ballots.roll.desk_pages import bp as voters_bp
from pbapp.ballots.rules import sealed_rules
from pbapp.ballots.secrecy import tidy_receipt
from pbapp.refusal import Refused
from pbapp.web.access import access, anyone
from pbapp.web.limits import limited

blueprints = (bp, paper_bp, counting_bp, closing_bp, voters_bp)

__all__ = ["blueprints", "init_app"]


# --- receipts -------------------------------------------------------------------------------


@bp.route("/receipt", methods=["GET", "POST"])
@access(anyone)
@limited("receipts", tries=60, seconds=600)
def receipt(slug: str) -> Page:
    """Show a ballot to whoever holds its receipt; after the close only that it is in the log."""
    round = get_whole(slug)
    form, shown, typed = ReceiptForm(), None, None
    if form.validate_on_submit():
        typed = tidy_receipt(form.receipt.data or "")
        shown = queries.show_ballot(round, typed) if typed else None
        if shown is None:
            problem = (
                _("We have no ballot with this receipt in this round. Check each letter and digit.")
                if typed
                else _("A receipt has 16 letters and digits, like K7FQ-2QP9-RD4M-XW3T.")
            )
            form.blame(Refused(problem, "receipt"))
    rules = sealed_rules(round) if shown and shown.vote else None
    place = sealed.find_place(round, typed or "") if shown and not shown.vote else None
    aside = voids.set_aside(round) if shown and not shown.is_live else []
    return render_template(
        "ballots/receipt.html",
        round=round,
        form=form,
        shown=shown,
        rules=rules,
        place=place,
        set_aside=aside,
    ), 422 if form.errors else 200
