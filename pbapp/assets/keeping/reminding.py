"""Ask those who look after entries whether they are right: three times, and then let go.

Safe to run twice, by two workers, after a long stop and after the clock went back: what was done
is a row, and the next step counts from that row and not from the due day. Where a letter has not
left, its stage is tried again and nothing lapses.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from pbapp import clock
from pbapp.accounts.models import Account
from pbapp.assets.claiming import services as claims
from pbapp.assets.keeping import links
from pbapp.assets.keeping.models import AssetReminder, NotAsked
from pbapp.assets.keeping.schedule import (
    ASKED,
    BETWEEN,
    LAPSED,
    STAYS_RIGHT,
    TOGETHER,
    due_after,
)
from pbapp.assets.models import Asset, AssetState, Status
from pbapp.db import advisory_lock, db, flush
from pbapp.messages import services as messages
from pbapp.messages.models import Bounce, Mail, MailState
from pbapp.organisations.queries import list_leads
from pbapp.web.context import settings

AT_ONCE = 300  # entries in one run; the next minute goes on
LISTED = 30  # entries in one mail
GRACE = timedelta(days=14)


@dataclass(frozen=True)
class Reader:
    """Somebody we write to. `account_id` only for a lead of a group."""

    address: str
    language: str
    account_id: UUID | None = None


def remind() -> int:
    """Take every entry that is due one step further; how many letters were written."""
    advisory_lock("asset reminders")
    _begin()
    steps: dict[tuple[str, int], list[Asset]] = defaultdict(list)
    for asset, last in _due(clock.today()):
        stage = _next_stage(asset, last)
        steps[_keeper_of(asset), stage].append(asset)
    return sum(_step(assets, stage) for (_, stage), assets in steps.items())


def _begin() -> None:
    """Entries from before there was a schedule get theirs, with two weeks' grace."""
    query = _kept_true().where(Asset.review_due_on.is_(None)).limit(AT_ONCE)
    soonest = clock.today() + GRACE
    for asset in db.session.scalars(query):
        due = due_after(asset.kind, (asset.confirmed_at or asset.submitted_at).date())
        asset.review_due_on = max(due or soonest, soonest)
    flush()


def _kept_true() -> Select[Asset]:
    return select(Asset).where(
        Asset.state == AssetState.PUBLISHED,
        Asset.status == Status.ACTIVE,
        Asset.kind.in_(STAYS_RIGHT),
    )


def _due(today: date) -> list[tuple[Asset, AssetReminder | None]]:
    """Entries whose next step is today, with the row of the step before.

    Held until the step is done: what somebody is just saying of one counts, and it is left out.
    """
    same = and_(
        AssetReminder.asset_id == Asset.id,
        AssetReminder.due_on == Asset.review_due_on,
        AssetReminder.stage == Asset.reminder_stage,
    )
    long_ago = clock.now() - BETWEEN
    never_asked = and_(
        AssetReminder.letter.is_(None), AssetReminder.at <= clock.now() - BETWEEN * ASKED
    )
    asked = and_(AssetReminder.letter.is_not(None), AssetReminder.at <= long_ago)
    query = (
        _kept_true()
        .outerjoin(AssetReminder, same)
        .add_columns(AssetReminder)
        .options(joinedload(Asset.board), joinedload(Asset.organisation))
        .where(
            Asset.reminder_stage < LAPSED,
            or_(
                and_(Asset.reminder_stage == 0, _soon(today)),
                and_(Asset.reminder_stage > 0, or_(asked, never_asked)),
            ),
        )
        .order_by(Asset.organisation_id, Asset.submitter_email, Asset.name, Asset.id)
        .limit(AT_ONCE)
        .with_for_update(of=Asset, skip_locked=True)
    )
    return [(asset, last) for asset, last in db.session.execute(query)]


def _soon(today: date) -> ColumnElement[bool]:
    """Due today; or soon, where the same group is asked about another one today anyway."""
    other = aliased(Asset)
    groups = select(other.organisation_id).where(
        other.state == AssetState.PUBLISHED,
        other.status == Status.ACTIVE,
        other.reminder_stage == 0,
        other.review_due_on <= today,
        other.organisation_id.is_not(None),
    )
    soon = and_(Asset.review_due_on <= today + TOGETHER, Asset.organisation_id.in_(groups))
    return or_(Asset.review_due_on <= today, soon)


def _next_stage(asset: Asset, last: AssetReminder | None) -> int:
    if last is None:
        return asset.reminder_stage + 1
    if last.letter is None:
        return LAPSED
    return last.stage + 1 if _has_left(last.letter) else last.stage


def _has_left(letter: UUID) -> bool:
    """Whether a letter reached a mail server, or each of its addresses refuses mail for good.

    An address that is gone is asked no better by trying again: its entry must not stay for ever as
    it is. While mail is down nobody was asked.
    """
    query = (
        select(Mail.state, Bounce.mail_id)
        .outerjoin(Bounce, Bounce.mail_id == Mail.id)
        .where(Mail.key.startswith(f"still right {letter.hex} "))
    )
    mails = db.session.execute(query).all()
    if any(state == MailState.SENT for state, _ in mails):
        return True
    return bool(mails) and all(refused is not None for _, refused in mails)


def _keeper_of(asset: Asset) -> str:
    if asset.organisation_id is not None:
        return str(asset.organisation_id)
    return f"{asset.board_id} {asset.submitter_email or ''}"


def _step(assets: list[Asset], stage: int) -> int:
    """One stage for the entries of one keeper; how many letters were written."""
    if stage == LAPSED:
        for asset in assets:
            _write_down(asset, LAPSED, None)
        claims.lapse(assets=assets, url=f"{settings().public_url}/assets")
        return 0
    letters: dict[Reader, list[Asset]] = defaultdict(list)
    letter = uuid4()
    for asset in assets:
        readers = _readers(asset)
        for reader in readers:
            letters[reader].append(asset)
        _write_down(asset, stage, letter if readers else None)
    return sum(_write(letter, reader, about, stage) for reader, about in letters.items())


def _readers(asset: Asset) -> list[Reader]:
    """The leads of its group who still want to be asked, else whoever sent it in."""
    if asset.organisation_id is None:
        address = asset.submitter_email
        return [Reader(address, asset.language)] if address else []
    unasked = set(
        db.session.scalars(select(NotAsked.account_id).where(NotAsked.asset_id == asset.id))
    )
    leads: list[Account] = list_leads(asset.organisation_id)
    return [Reader(one.email, one.language, one.id) for one in leads if one.id not in unasked]


def _write_down(asset: Asset, stage: int, letter: UUID | None) -> None:
    """The step as a row. A stage that is tried again keeps its row."""
    due = asset.review_due_on or clock.today()
    query = select(AssetReminder).where(
        AssetReminder.asset_id == asset.id,
        AssetReminder.due_on == due,
        AssetReminder.stage == stage,
    )
    row = db.session.scalar(query)
    if row is None:
        row = AssetReminder(asset_id=asset.id, due_on=due, stage=stage)
        db.session.add(row)
    row.at, row.letter = clock.now(), letter
    asset.reminder_stage = stage
    flush()


def _write(letter: UUID, reader: Reader, assets: list[Asset], stage: int) -> int:
    first = assets[0]
    base, group = settings().public_url, first.organisation
    # Without an account there is no page that lists the others.
    listed = assets[:LISTED] if group else assets
    entries = [
        {"name": asset.name, "url": links.confirm_url(asset, reader.account_id)} for asset in listed
    ]
    who = reader.account_id.hex if reader.account_id else f"author {reader.language}"
    mail = messages.write(
        key=f"still right {letter.hex} {who}",
        to=reader.address,
        template="asset_still_right",
        context={
            "stage": stage,
            "entries": entries,
            "more": len(assets) - len(listed),
            "group": group.name if group else "",
            "group_url": f"{base}/groups/{group.id}/entries" if group else "",
            "board": first.board.name,
            "stop_url": links.stop_url(letter, reader.account_id),
        },
        language=reader.language,
    )
    return int(mail is not None)


def stop_asking(*, letter: UUID, account_id: UUID | None) -> list[Asset]:
    """Nobody is asked any more about the entries of a letter they got; which those are."""
    assets = list_of_letter(letter)
    for asset in assets:
        if account_id is None:
            if asset.organisation_id is None:
                asset.submitter_email = None
        elif db.session.get(NotAsked, (asset.id, account_id)) is None:
            db.session.add(NotAsked(asset_id=asset.id, account_id=account_id))
    flush()
    return assets


def list_of_letter(letter: UUID) -> list[Asset]:
    """The entries that a letter asked about, by name."""
    query = (
        select(Asset)
        .join(AssetReminder, AssetReminder.asset_id == Asset.id)
        .where(AssetReminder.letter == letter)
        .order_by(func.lower(Asset.name), Asset.id)
    )
    return list(db.session.scalars(query))
