"""The pages of adding: three steps and a last look, kept as a draft to come back to."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.queries import find_by_email
from pbapp.accounts.viewer import the_account
from pbapp.assets import queries, services
from pbapp.assets.adding import own, photos, proving
from pbapp.assets.adding.begun import DRAFT, FORMS, Begun, open_draft
from pbapp.assets.adding.devices import marks_of
from pbapp.assets.adding.doubles import list_likely
from pbapp.assets.adding.forms import EVERYWHERE, MoreForm, SendForm, WhereForm
from pbapp.assets.adding.rows import turn_rows
from pbapp.assets.adding.typed import place_fields_of
from pbapp.assets.blueprint import bp
from pbapp.assets.entry import Entry, place
from pbapp.assets.facts import facts_of_entry
from pbapp.assets.gifts.links import own_page
from pbapp.assets.links import fix_url
from pbapp.assets.models import Asset, AssetState
from pbapp.assets.words import KIND, KIND_HINT
from pbapp.db import advisory_lock, db
from pbapp.maps.shown import map_of
from pbapp.organisations import queries as organisations
from pbapp.organisations.models import Organisation
from pbapp.plans import queries as plans
from pbapp.refusal import Refused
from pbapp.web import drafts
from pbapp.web.access import access, anyone
from pbapp.web.babel import say
from pbapp.web.forms import Form, PressForm
from pbapp.web.limits import limited

Page = str | Response | tuple[str, int]
# Generous: at an event in a hall a whole room shares one network address.
STEPS_AN_HOUR, SENT_AN_HOUR = 600, 60


@bp.route("/assets/new", methods=["GET", "POST"])
@access(anyone)
@limited("steps of an entry", tries=STEPS_AN_HOUR, seconds=3600)
def new() -> Page:
    """What it is."""
    return _step("what", "where")


@bp.route("/assets/new/where", methods=["GET", "POST"])
@access(anyone)
@limited("steps of an entry", tries=STEPS_AN_HOUR, seconds=3600)
def new_where() -> Page:
    """Where it is."""
    return _step("where", "more")


@bp.route("/assets/new/more", methods=["GET", "POST"])
@access(anyone)
@limited("steps of an entry", tries=STEPS_AN_HOUR, seconds=3600)
def new_more() -> Page:
    """What else there is to say."""
    return _step("more", "check")


@bp.route("/assets/new/check", methods=["GET", "POST"])
@access(anyone)
@limited("entries sent", tries=SENT_AN_HOUR, seconds=3600)
def new_check() -> Page:
    """A last look, and sending it: at once by somebody signed in, else after the code."""
    begun = _open(request.args.get("draft"))
    if not isinstance(begun, Begun):
        return begun
    entry, wrong = begun.read()
    if entry is None:
        return redirect(begun.url(wrong, look="1"), 303)
    account = the_account()
    form = PressForm() if account else SendForm(data={"email": begun.first("email")})
    if form.validate_on_submit():
        try:
            if account is None and not proving.is_proven(begun, form):
                proving.ask(begun, form.email.data)
                db.session.commit()
                return redirect(begun.url("prove"), 303)
            return send(begun, entry, account.email if account else begun.first("proven"))
        except Refused as refused:
            db.session.commit()  # the try counts
            form.blame(refused)
    spot = place(entry, begun.board)
    page = render_template(
        "assets/new_check.html",
        form=form,
        begun=begun,
        entry=entry,
        spot=spot,
        facts=facts_of_entry(entry),
        all_over=begun.first("ward") == EVERYWHERE,
        priorities={v.priority_id: v.title for v in plans.list_priorities(begun.board.id)},
        likely=list_likely(begun.board, entry, spot),
        photo=photos.find(entry.photo_id),
        kind_words=KIND,
        account=account,
        group=_group_of(begun),
        at_once=begun.may_show
        and services.shows_when_sent(begun.board, entry, account, begun.group_of(account)),
    )
    return page, 422 if form.errors else 200


def _group_of(begun: Begun) -> Organisation | None:
    """The group it will be for. Without a sign-in, the one its draft was begun for."""
    account, group_id = the_account(), begun.asked_group_id
    is_ours = account is None or begun.group_of(account) is not None
    return organisations.find(group_id) if group_id and is_ours else None


@bp.route("/assets/new/prove", methods=["GET", "POST"])
@access(anyone)
@limited("entry codes", tries=SENT_AN_HOUR * 5, seconds=3600)
def new_prove() -> Page:
    """Is the address theirs? By the code that was sent, or by the link that came with it.

    Opening the link changes nothing: mail scanners follow links. A press does.
    """
    key = request.args.get("key")
    token = proving.draft_of(key)
    by_link = token is not None
    begun = _open(token or request.args.get("draft"))
    if not isinstance(begun, Begun):
        return begun
    address = begun.first("email")
    if by_link and not proving.went_to(key, address):
        return _no_draft()  # it went to an address that was mistyped: nothing opens
    if address is None:
        return redirect(begun.url("check"), 303)
    form = PressForm() if by_link else proving.CodeForm()
    if "again" in request.form:
        return _ask_again(begun, address)
    if form.validate_on_submit():
        try:
            if not by_link:
                proving.check(begun, form.code.data or "")
            begun.fields["proven"] = [address]
            begun.keep()
            return _send_proven(begun, address)
        except Refused as refused:
            db.session.commit()  # a wrong try counts
            form.blame(refused)
    return _prove_page(begun, form, address, by_link=by_link)


def _send_proven(begun: Begun, address: str) -> Response:
    """Send it, or lead to what has to be put right first: the code is not asked for twice."""
    entry, wrong = begun.read()
    if entry is not None:
        try:
            return send(begun, entry, address)
        except Refused as refused:
            flash(say(refused), "error")
    db.session.commit()
    return redirect(begun.url(wrong or "check", look="1"), 303)


def _prove_page(
    begun: Begun, form: Form, address: str, *, by_link: bool = False
) -> tuple[str, int]:
    page = render_template(
        "assets/new_prove.html",
        form=form,
        begun=begun,
        address=address,
        by_link=by_link,
        key=request.args.get("key"),
        until=clock.now() + drafts.KEPT_FOR,
    )
    return page, 422 if form.errors else 200


def _ask_again(begun: Begun, address: str) -> Page:
    try:
        proving.ask(begun, address)
    except Refused as refused:
        db.session.commit()
        form = proving.CodeForm(formdata=None)
        form.blame(refused)
        return _prove_page(begun, form, address)
    db.session.commit()
    flash(_("We have sent a new code. The one before no longer works."), "success")
    return redirect(begun.url("prove"), 303)


@bp.route("/assets/new/saved", methods=["GET", "POST"])
@access(anyone)
@limited("drafts mailed", tries=SENT_AN_HOUR, seconds=3600)
def new_saved() -> Page:
    """The link with which to go on later, to copy or to have sent."""
    begun = _open(request.args.get("draft"))
    if not isinstance(begun, Begun):
        return begun
    link = url_for("assets.new", draft=begun.token, _external=True)
    form = SendForm()
    if form.validate_on_submit():
        try:
            proving.send_link(begun, form.email.data, link)
            db.session.commit()
            flash(_("We have sent the link to %(address)s.", address=form.email.data), "success")
            return redirect(begun.url("saved"), 303)
        except Refused as refused:
            db.session.commit()
            form.blame(refused)
    page = render_template(
        "assets/new_saved.html",
        begun=begun,
        form=form,
        link=link,
        account=the_account(),
        until=clock.now() + drafts.KEPT_FOR,
    )
    return page, 422 if form.errors else 200


@bp.get("/assets/new/sent")
@access(anyone)
def new_sent() -> str:
    """What happens next; the same for a second press of the button or the link."""
    begun = open_draft(request.args.get("draft"))
    asset = queries.find(begun.sent_id) if begun.sent_id else None
    shown = asset is not None and asset.state is AssetState.PUBLISHED
    return render_template("assets/new_sent.html", begun=begun, shown=asset if shown else None)


def send(begun: Begun, entry: Entry, email: str | None) -> Response:
    """Make the entry of a draft; the caller holds the draft's lock."""
    # Whoever shows that an address is theirs is its account, signed in or not.
    by = the_account() or find_by_email(email or "")
    asset = services.submit(
        board=begun.board,
        entry=entry,
        by=by,
        email=email,
        organisation_id=begun.group_of(by),
        may_show=begun.may_show,
    )
    services.acknowledge(asset=asset, fix_url=fix_url(asset), gift_url=own_page(asset))
    begun.become(asset.id)
    db.session.commit()
    return redirect(begun.url("sent"), 303)


def _open(token: str | None) -> Begun | Response:
    """The draft, held while this request changes it; or where to go without one."""
    if request.method == "POST":
        advisory_lock(f"draft {token}")  # two presses are one entry
    begun = open_draft(token)
    if begun.token is None:
        return _no_draft()
    return redirect(begun.url("sent"), 303) if begun.sent_id else begun


def _step(step: str, following: str) -> Page:
    begun: Begun | Response
    if step == "what" and open_draft(request.args.get("draft")).token is None:
        begun = open_draft(None)
    else:
        begun = _open(request.args.get("draft"))
    if not isinstance(begun, Begun):
        return begun
    if request.method == "GET":
        form = begun.form(step)
        if "look" in request.args:  # sent back from the last look: say what is missing
            refusal = form.validate() and begun.refusal(form)
            if refusal:
                form.blame(refusal)
        return _show(step, form, begun)
    return _take(step, following, begun)


def _take(step: str, following: str, begun: Begun) -> Page:
    """Keep what was typed, right or wrong, and go on if it is right."""
    form = FORMS[step]()
    begun.offer(form)
    stayed, replaced = begun.merge(step, form)
    refusal = _photo_refusal(form, begun)
    begun.keep()
    db.session.commit()
    if stayed or replaced:
        return _show_both(step, begun, stayed, replaced)
    if isinstance(form, MoreForm) and turn_rows(form):
        begun.remember(form)  # without the row that was taken away
        begun.keep()
        db.session.commit()
        if refusal:
            form.blame(refusal)
        return _show(step, form, begun)
    if isinstance(form, WhereForm) and "use_place" in request.form:
        _use_place(begun)
        db.session.commit()
        return redirect(begun.url("where"), 303)
    if "later" in request.form and refusal is None:
        own.forget_here(begun.token)
        return redirect(begun.url("saved"), 303)
    valid = form.validate_on_submit()
    refusal = refusal or (begun.refusal(form) if valid else None)
    if refusal:
        form.blame(refusal)
    if valid and refusal is None:
        then = "check" if request.args.get("then") == "check" else following
        return redirect(begun.url(then), 303)
    return _show(step, form, begun)


def _show_both(step: str, begun: Begun, stayed: list[str], replaced: list[str]) -> Response:
    """Another device saved this step while it was open here: a look at both together."""
    if stayed:
        fields = "; ".join(stayed)
        flash(_("Saved on another device meanwhile, and kept: %(fields)s.", fields=fields))
    if replaced:
        fields = "; ".join(replaced)
        flash(
            _("Changed on another device too. Yours stands in place of: %(fields)s.", fields=fields)
        )
    return redirect(begun.url(step, then=request.args.get("then")), 303)


def _places(begun: Begun) -> list[Asset]:
    """Entries of the viewer's groups on this board, whose place may be used again."""
    account = the_account()
    if account is None or begun.is_individual:
        return []
    groups = [group.id for group in organisations.list_groups_of(account.id)]
    return own.list_places_of(begun.board.id, groups)


def _use_place(begun: Begun) -> None:
    chosen = next(
        (asset for asset in _places(begun) if str(asset.id) == request.form.get("same_as")), None
    )
    if chosen is not None:
        for name, value in place_fields_of(chosen).items():
            values = value if isinstance(value, list) else ["y" if value is True else value]
            begun.fields[name] = [str(one) for one in values if one]
        begun.keep()


def _no_draft() -> Response:
    flash(
        _(
            "There is nothing to go on with. If you came by a link, it has run out: start again "
            "here."
        ),
        "info",
    )
    return redirect(url_for(".new"), 303)


def _photo_refusal(form: Form, begun: Begun) -> Refused | None:
    """Keep the photo even when another answer has to be changed: nobody picks a file twice."""
    if not isinstance(form, MoreForm):
        return None
    try:
        photo_id: UUID | None = photos.take(form, begun.photo_id)
    except Refused as refused:
        return refused
    begun.fields["photo_id"] = [str(photo_id)] if photo_id else []
    return None


def _mine() -> list[own.Mine]:
    """What the viewer has begun and not sent."""
    account = the_account()
    return own.list_mine(account, DRAFT) if account else own.list_here(DRAFT)


def _show(step: str, form: Form, begun: Begun) -> tuple[str, int]:
    is_new = step == "what" and begun.token is None
    page = render_template(
        f"assets/new_{step}.html",
        form=form,
        begun=begun,
        here=begun.url(step, then=request.args.get("then")),
        seen=marks_of(form),
        kind_hints=KIND_HINT,
        mine=_mine() if is_new else [],
        places=_places(begun) if step == "where" else [],
        map=map_of(begun.board.id) if step == "where" and not begun.is_individual else None,
        photo=photos.find(begun.photo_id) if step == "more" else None,
    )
    return page, 422 if form.errors and request.method == "POST" else 200
