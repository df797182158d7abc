"""Closed for now, closed for good, open again: said on its own, shown at once."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.assets.keeping.confirming import OFF_THE_MAP, hold, note
from pbapp.assets.keeping.models import Said, StraightAway
from pbapp.assets.models import SUBJECT, Asset, AssetState, Confirmer, Method, Status
from pbapp.assets.writing import readable
from pbapp.audit import services as audit
from pbapp.audit.models import Revision
from pbapp.db import db, flush
from pbapp.refusal import N_, Refused

SAYS = {Status.ACTIVE: Said.OPEN, Status.PAUSED: Said.PAUSED, Status.CLOSED: Said.CLOSED}
VISITOR = "visitor"


def set_status(
    *,
    asset: Asset,
    status: Status,
    as_a: Confirmer,
    why: str = "",
    until: date | None = None,
    method: Method = Method.PAGE,
    by: Account | None = None,
    undoes: int | None = None,
) -> Revision | None:
    """Say whether it runs; None if it says so already. Raises `Refused` beside `until`.

    It shows at once, for somebody may be on their way. An officer looks at other people's words
    afterwards.
    """
    hold(asset)
    if asset.state is not AssetState.PUBLISHED:
        raise Refused(OFF_THE_MAP)
    if status is Status.PAUSED and until is None:
        raise Refused(N_("Say until when, as well as you know. You can change it later."), "until")
    if status is Status.PAUSED and until is not None and until < clock.today():
        raise Refused(N_("This day has passed. Give a later one."), "until")
    said = (status, "" if status is Status.ACTIVE else why.strip(), until)
    if status is not Status.PAUSED:
        said = (said[0], said[1], None)
    if (asset.status, asset.alert, asset.alert_until) == said:
        return None
    before, raw = readable(asset), raw_status(asset)
    asset.status, asset.alert, asset.alert_until = said
    asset.updated_at = clock.now()
    revision = audit.revise(
        subject_type=SUBJECT,
        subject_id=str(asset.id),
        by=as_a.value,
        before=before,
        after=readable(asset),
        note=asset.state.value,
        raw={"status": [raw, raw_status(asset)]},
        undoes=undoes,
    )
    note(asset, as_a, method, SAYS[status])
    if as_a is not Confirmer.OFFICER and said[1]:
        show_afterwards(asset, as_a, revision)
    audit.record(
        actor=by.actor if by else VISITOR,
        verb=f"{SUBJECT}.{SAYS[status]}",
        subject_type=SUBJECT,
        subject_id=str(asset.id),
        board_id=asset.board_id,
    )
    return revision


def show_afterwards(asset: Asset, as_a: Confirmer, revision: Revision | None) -> None:
    """Put it before an officer, who sees it when everybody does."""
    number = revision.number if revision else None
    db.session.add(
        StraightAway(asset_id=asset.id, by=as_a, at=clock.now(), revision=number),
    )
    flush()


def end_alerts() -> None:
    """What was closed until a day is open again on the next."""
    over = select(Asset).where(Asset.alert_until < clock.today()).limit(500)
    for asset in db.session.scalars(over):
        asset.alert, asset.alert_until = "", None
        if asset.status is Status.PAUSED:
            asset.status = Status.ACTIVE
    flush()


def raw_status(asset: Asset) -> list[str | None]:
    """Whether it runs, in plain JSON, to undo a change with."""
    until = asset.alert_until.isoformat() if asset.alert_until else None
    return [asset.status.value, asset.alert, until]
