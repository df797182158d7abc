"""A group's entries in one place, for its members and nobody else."""

from __future__ import annotations

from uuid import UUID, uuid5

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from pbapp import clock
from pbapp.accounts.viewer import me
from pbapp.assets import services as assets
from pbapp.assets.adding import own, photos
from pbapp.assets.adding.forms import one_line
from pbapp.assets.blueprint import bp
from pbapp.assets.links import fix_url
from pbapp.assets.managing import copying, queries, services
from pbapp.assets.managing.forms import CopiesForm, FindGroupForm, HandOverForm
from pbapp.assets.managing.models import Handover
from pbapp.assets.models import Asset, AssetKind, AssetState
from pbapp.assets.ties import queries as ties
from pbapp.assets.ties import words as tie_words
from pbapp.assets.times_words import said
from pbapp.assets.words import PART, STATE, STATUS
from pbapp.assets.writing import as_session
from pbapp.boards.site import use_board
from pbapp.db import db
from pbapp.organisations.access import a_lead, a_member, get_group, my_membership
from pbapp.organisations.models import MemberRole, Organisation
from pbapp.organisations.queries import find as find_group
from pbapp.refusal import Refused
from pbapp.web.access import access
from pbapp.web.acting import act
from pbapp.web.babel import say
from pbapp.web.forms import PressForm
from pbapp.web.limits import limited
from pbapp.web.refusals import blame

Page = str | Response | tuple[str, int]
MOST_COPIES = 80  # a longer address is refused on the way
A_FEW = 3
DRAFT = "asset"  # what adding an entry calls its drafts


@bp.get("/groups/<uuid:organisation_id>/entries")
@access(a_member)
def entries(organisation_id: UUID) -> str:
    """All entries of a group: where each stands, and what waits for its people."""
    group = get_group(organisation_id)
    mine = my_membership(group.id)
    return render_template(
        "assets/managing/entries.html",
        group=group,
        held=queries.list_held(group.id),
        all_ticked=request.args.get("tick") == "all",
        offers=queries.list_offered_to(group.id),
        asked=ties.list_asked_of(group.id),
        is_lead=mine is not None and mine.role is MemberRole.LEAD,
        label=tie_words.label,
        states=STATE,
        statuses=STATUS,
        part_words=PART,
        today=clock.today(),
        press=PressForm(formdata=None),
    )


def _chosen(group: Organisation, ids: list[str]) -> list[Asset]:
    """The entries of this group that are named; what is not theirs is left out."""
    named = {found for one in ids if (found := photos.read_id(one))}
    return queries.list_all(group.id, only=named)


@bp.post("/groups/<uuid:organisation_id>/entries")
@access(a_member)
@limited("entries of a group", tries=120, seconds=3600)
def do_with_entries(organisation_id: UUID) -> Response:
    """Still true, or copies for this year, of all that are ticked."""
    group = get_group(organisation_id)
    there = redirect(url_for(".entries", organisation_id=group.id), 303)
    chosen = _chosen(group, request.form.getlist("asset"))
    if not PressForm().validate_on_submit():
        return there
    if not chosen:
        flash(_("Tick at least one entry first."), "error")
        return there
    if request.form.get("do") == "copy":
        return _to_copies(group, chosen) or there
    number = services.confirm_all(entries=chosen)
    db.session.commit()
    if not number:
        words = _("Only what is on the map can be confirmed, and no gift of a person.")
        flash(words, "error")
        return there
    flash(
        ngettext(
            "Thank you. %(num)s entry now says that it was confirmed today.",
            "Thank you. %(num)s entries now say that they were confirmed today.",
            number,
        ),
        "success",
    )
    return there


def _to_copies(group: Organisation, chosen: list[Asset]) -> Response | None:
    """The page where copies are looked at; None, and why, for what cannot be copied."""
    ids = [asset.id for asset in chosen if asset.kind is not AssetKind.INDIVIDUAL]
    if not ids:
        flash(_("A gift of a person cannot be copied."), "error")
    elif len(ids) > MOST_COPIES:
        flash(_("Tick %(most)s entries at a time for copies.", most=MOST_COPIES), "error")
    else:
        return redirect(url_for(".copy_entries", organisation_id=group.id, asset=ids), 303)
    return None


# --- copies ----------------------------------------------------------------------------------


@bp.route("/groups/<uuid:organisation_id>/entries/copy", methods=["GET", "POST"])
@access(a_member)
@limited("copies", tries=30, seconds=3600)
def copy_entries(organisation_id: UUID) -> Page:
    """A last look at copies for this year, and sending them."""
    group = get_group(organisation_id)
    chosen = [
        asset
        for asset in _chosen(group, request.args.getlist("asset")[:MOST_COPIES])
        if asset.kind is not AssetKind.INDIVIDUAL
    ]
    if not chosen:
        abort(404)
    wrong: dict[UUID, str] = {}
    names = {asset.id: _name_of(asset) for asset in chosen}
    form = CopiesForm()
    if form.validate_on_submit():
        made = _copy(group, chosen, names, wrong, form.page.data or "")
        if not wrong:
            db.session.commit()
            if made:
                words = ngettext("%(num)s entry sent in.", "%(num)s entries sent in.", made)
            else:
                words = _("These copies have been sent in already.")
            flash(words, "success")
            return redirect(url_for(".entries", organisation_id=group.id), 303)
        db.session.rollback()
    html = render_template(
        "assets/managing/copy.html",
        group=group,
        rows=[(asset, names[asset.id], _times(asset)) for asset in chosen],
        ticked=request.form.getlist("copy") if request.form else [str(one.id) for one in chosen],
        wrong=wrong,
        form=form,
    )
    return html, 422 if wrong or form.errors else 200


def _name_of(asset: Asset) -> str:
    typed = request.form.get(f"name-{asset.id}")
    if typed is not None:
        return (one_line(typed) or "")[:120]
    return copying.next_year(asset.name, copying.years_of(asset))


def _times(asset: Asset) -> list[tuple[str, str]]:
    """Each dated time as it was and as it will be, in words."""
    return [
        (said(row), said(copying.later(as_session(row))))
        for row in asset.sessions
        if row.starts_on or row.until_on
    ]


def _copy(
    group: Organisation,
    chosen: list[Asset],
    names: dict[UUID, str],
    wrong: dict[UUID, str],
    page: str,
) -> int:
    """Send in what is ticked; what could not be goes into `wrong`, and then nothing is sent.

    How many are new. `page`: this very page's token, so that its second press is known.
    """
    ticked = set(request.form.getlist("copy"))
    todo = [asset for asset in chosen if str(asset.id) in ticked]
    made = 0
    for asset in todo:
        try:
            entry = copying.entry_for_a_copy(asset, names[asset.id])
            copy_id = uuid5(asset.id, f"{group.id} {page}")
            copy = services.copy(
                board=asset.board,
                entry=entry,
                group=group,
                by=me(),
                copy_id=copy_id,
                may_show=asset.state is AssetState.PUBLISHED,
            )
        except Refused as refused:
            wrong[asset.id] = say(refused)
            continue
        if copy is not None:
            made += 1
            if len(todo) <= A_FEW:  # sixty letters at once are none; the next page says the same
                assets.acknowledge(asset=copy, fix_url=fix_url(copy))
    if not todo:
        wrong[chosen[0].id] = _("Tick at least one entry first.")
    return made


def _load(group: Organisation, asset_id: UUID) -> Asset:
    found = queries.list_all(group.id, only=[asset_id])
    if not found:
        abort(404)
    use_board(found[0].board)
    return found[0]


@bp.post("/groups/<uuid:organisation_id>/entries/<uuid:asset_id>/copy")
@access(a_member)
@limited("copies", tries=30, seconds=3600)
def copy_entry(organisation_id: UUID, asset_id: UUID) -> Response:
    """A new entry that begins with all that this one says; nothing is sent yet."""
    group = get_group(organisation_id)
    asset = _load(group, asset_id)
    if not PressForm().validate_on_submit() or asset.kind is AssetKind.INDIVIDUAL:
        return redirect(url_for(".entries", organisation_id=group.id), 303)
    fields = copying.fields_for_a_copy(asset)
    fields.update(board=[asset.board.slug], group=[str(group.id)])
    if asset.state is not AssetState.PUBLISHED:
        fields["looked_at_first"] = ["yes"]  # an officer has not let these words stand
    token = own.begin(account=me(), kind=DRAFT, fields=fields)
    db.session.commit()
    flash(_("This is what the old entry says. Change what is different this year, then send it."))
    return redirect(url_for(".new", draft=token), 303)


# --- to another group, or to nobody ----------------------------------------------------------


@bp.route(
    "/groups/<uuid:organisation_id>/entries/<uuid:asset_id>/hand-over", methods=["GET", "POST"]
)
@access(a_lead)
@limited("handing over", tries=60, seconds=3600)
def hand_over(organisation_id: UUID, asset_id: UUID) -> Page:
    """Ask another group to look after an entry, or let go of it."""
    group = get_group(organisation_id)
    asset = _load(group, asset_id)
    find = FindGroupForm(formdata=request.args)
    found = queries.list_groups_named_like(find.q.data, group.id) if find.q.data else []
    form = HandOverForm()
    form.offer(found)
    if form.validate_on_submit():
        to = find_group(UUID(form.to.data)) or abort(404)
        try:
            url = url_for(".entries", organisation_id=to.id, _external=True)
            services.offer(asset=asset, group=group, to=to, by=me(), url=url)
        except Refused as refused:
            blame(form, refused)
        else:
            db.session.commit()
            flash(_("Thank you. It stays yours until they take it."), "success")
            return redirect(url_for(".entries", organisation_id=group.id), 303)
    handover = queries.find_handover(asset.id)
    html = render_template(
        "assets/managing/hand_over.html",
        group=group,
        asset=asset,
        find=find,
        found=found,
        most=queries.MOST_FOUND,
        form=form,
        handover=handover if handover and handover.is_live else None,
        press=PressForm(formdata=None),
    )
    return html, 422 if form.errors else 200


@bp.post("/groups/<uuid:organisation_id>/entries/<uuid:asset_id>/let-go")
@access(a_lead)
@limited("handing over", tries=60, seconds=3600)
def let_go(organisation_id: UUID, asset_id: UUID) -> Response:
    """Nobody's from now on."""
    group = get_group(organisation_id)
    asset = next(iter(queries.list_all(group.id, only=[asset_id])), None)
    there = url_for(".entries", organisation_id=group.id)
    if asset is None or not PressForm().validate_on_submit():
        return redirect(there, 303)
    return act(
        lambda: services.let_go(asset=asset, group=group, by=me()),
        thanks=_("Your group does not look after it any more. It stays on the map."),
        back=there,
    )


@bp.post("/groups/<uuid:organisation_id>/handovers/<uuid:asset_id>")
@access(a_lead)
@limited("handing over", tries=60, seconds=3600)
def answer_handover(organisation_id: UUID, asset_id: UUID) -> Response:
    """Take it, decline it, or as the group that offered it take it back."""
    group = get_group(organisation_id)
    handover = queries.find_handover(asset_id)
    there = url_for(".entries", organisation_id=group.id)
    if handover is None:
        flash(_("This has been answered already."), "info")
        return redirect(there, 303)
    if group.id not in (handover.from_id, handover.to_id):
        abort(404)
    if not PressForm().validate_on_submit():
        return redirect(there, 303)
    return act(lambda: _answer(handover, group), thanks=_("Saved."), back=there)


def _answer(handover: Handover, group: Organisation) -> None:
    if group.id == handover.from_id:
        services.take_back(handover=handover, by=me())
        return
    url = url_for(".detail", asset_id=handover.asset_id, _external=True)
    yes = request.form.get("answer") == "yes"
    services.answer(handover=handover, yes=yes, by=me(), url=url)
