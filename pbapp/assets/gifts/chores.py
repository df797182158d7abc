"""What happens to gifts by itself: their half year begins, ends and is over; wards are counted."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from pbapp import clock
from pbapp.assets.gifts import links, services
from pbapp.assets.gifts.models import Gift, GiftCount, GiftLetter
from pbapp.assets.gifts.queries import on_the_list
from pbapp.assets.gifts.totals import is_worth_a_recount
from pbapp.assets.models import Asset, AssetKind, AssetState
from pbapp.boards.queries import list_boards
from pbapp.db import db, flush
from pbapp.messages import services as messages

ASK_BEFORE = timedelta(days=14)
GRACE = timedelta(days=31)  # off the list, and can be put back
KEPT_FOR = timedelta(days=30)  # a letter that was passed on: it may have to be reported
UNPROVED = timedelta(days=1)
AT_ONCE = 200


def begin_lives() -> None:
    """Give every gift that came on the list its half year.

    One that was changed after its end, and approved again, begins anew.
    """
    changed = select(Asset.id).where(
        (Asset.kind != AssetKind.INDIVIDUAL)
        | Asset.state.not_in((AssetState.PUBLISHED, AssetState.ENDED))
    )
    over = delete(Gift).where(Gift.asset_id.in_(changed), Gift.ends_on <= clock.today())
    db.session.execute(over.execution_options(synchronize_session=False))
    fresh = (
        select(Asset)
        .outerjoin(Gift, Gift.asset_id == Asset.id)
        .where(
            Asset.kind == AssetKind.INDIVIDUAL,
            Asset.state == AssetState.PUBLISHED,
            Gift.asset_id.is_(None),
        )
    )
    for asset in db.session.scalars(fresh.limit(AT_ONCE)):
        services.begin(asset)


def remind() -> None:
    """Ask every giver two weeks before the end; nobody without an address can be asked."""
    query = _gifts(AssetState.PUBLISHED).where(
        Gift.ends_on <= clock.today() + ASK_BEFORE, Gift.reminded_on.is_(None)
    )
    for gift in db.session.scalars(query.limit(AT_ONCE)):
        gift.reminded_on = clock.today()
        _write(gift, "gift_ending")
    flush()


def end_lives() -> None:
    """What nobody renewed leaves the list; a month later it is deleted, address and all."""
    over = _gifts(AssetState.PUBLISHED).where(Gift.ends_on <= clock.today())
    for gift in db.session.scalars(over.limit(AT_ONCE)):
        gift.asset.state = AssetState.ENDED
        _write(gift, "gift_ended")
    flush()
    gone = _gifts(AssetState.ENDED).where(Gift.ends_on <= clock.today() - GRACE)
    for gift in db.session.scalars(gone.limit(AT_ONCE)).all():
        services.take_off(asset=gift.asset)


def recount() -> None:
    """Count the wards again once enough gifts came or went to hide each single one."""
    for board in list_boards():
        query = select(Asset.id, Asset.area_id).where(*on_the_list(board.id))
        here = {asset_id.hex: area_id for asset_id, area_id in db.session.execute(query)}
        row = db.session.get(GiftCount, board.id)
        if not is_worth_a_recount(row.counted if row else (), here):
            continue
        by_ward = Counter(str(area_id) for area_id in here.values() if area_id is not None)
        if row is None:
            row = GiftCount(board_id=board.id)
            db.session.add(row)
        row.counted_at, row.counted = clock.now(), sorted(here)
        row.by_ward = dict(by_ward)
        flush()


def forget_old() -> None:
    """Letters: a day for one that nobody proved, a month for one that was passed on."""
    now = clock.now()
    unproved = GiftLetter.sent_at.is_(None) & (GiftLetter.written_at < now - UNPROVED)
    db.session.execute(delete(GiftLetter).where(unproved | (GiftLetter.sent_at < now - KEPT_FOR)))


def _gifts(state: AssetState):  # type: ignore[no-untyped-def]
    return (
        select(Gift)
        .join(Gift.asset)
        .options(joinedload(Gift.asset).joinedload(Asset.board))
        .where(Asset.kind == AssetKind.INDIVIDUAL, Asset.state == state)
        .order_by(Gift.ends_on, Gift.asset_id)
        .with_for_update(of=Gift, skip_locked=True)  # not what its giver is just renewing
    )


def _write(gift: Gift, template: str) -> None:
    asset = gift.asset
    if not asset.submitter_email:
        return
    messages.write(
        key=f"{template} {asset.id} {gift.ends_on}",
        to=asset.submitter_email,
        template=template,
        context={
            "gift": asset.name,
            "ends_on": gift.ends_on.isoformat(),
            "gone_on": (gift.ends_on + GRACE).isoformat(),
            "url": links.gift_url(asset.id),
        },
        language=asset.language,
    )
