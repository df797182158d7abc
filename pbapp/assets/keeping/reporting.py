"""What visitors say is wrong with an entry, part by part, and who may put it right."""

from __future__ import annotations

import enum
from uuid import UUID

from sqlalchemy import select

from pbapp.accounts.models import Account
from pbapp.assets.models import SUBJECT, Asset
from pbapp.concerns import guards
from pbapp.concerns import services as concerns
from pbapp.concerns.models import Concern
from pbapp.concerns.services import Subject
from pbapp.db import db
from pbapp.messages import services as messages
from pbapp.organisations.queries import is_member, list_leads


class Part(enum.StrEnum):
    """The part of an entry that somebody says is wrong."""

    NAME = "name"
    WHAT = "what"
    WHERE = "where"
    WHEN = "when"
    CONTACT = "contact"
    ACCESS = "access"
    WEBSITE = "website"
    CLOSED = "closed"
    DUPLICATE = "duplicate"
    NOT_HERE = "not_here"
    OTHER = "other"


# Facts, which the group behind an entry knows best. The rest is for officers alone.
MENDABLE = tuple(part for part in Part if part not in (Part.DUPLICATE, Part.NOT_HERE, Part.OTHER))
REPORTED = "asset_reported"


def report(
    *,
    asset: Asset,
    part: Part,
    text: str,
    address: str | None,
    language: str,
    path: str,
    url: str,
) -> Concern:
    """Keep what somebody says is wrong. `url`: where the leads of its group see it.

    They get one letter a day at most, without the words: nobody writes to others through us.
    """
    about = Subject(SUBJECT, str(asset.id), asset.name, path, asset.board_id)
    made = concerns.raise_concern(
        about=about, text=text, address=address, language=language, part=part.value
    )
    if part in MENDABLE and asset.organisation_id is not None:
        for lead in list_leads(asset.organisation_id):
            messages.gather_daily(
                item={"id": asset.id.hex, "name": asset.name, "url": url},
                to=lead.email,
                template=REPORTED,
                language=lead.language,
            )
    return made


def answer(*, concern: Concern, asset: Asset, text: str, by: Account, url: str) -> None:
    """The group says what it did; no letter tells them of it any more once all is answered."""
    concerns.reply(concern=concern, text=text, by=by, url=url)
    if not list_for_group(asset):
        messages.take_out(template=REPORTED, id=asset.id.hex)


def list_for_group(asset: Asset) -> list[Concern]:
    """What waits and the group behind an entry may answer, oldest first."""
    query = select(Concern).where(
        Concern.subject_type == SUBJECT,
        Concern.subject_id == str(asset.id),
        Concern.answered_at.is_(None),
        Concern.part.in_([part.value for part in MENDABLE]),
    )
    return list(db.session.scalars(query.order_by(Concern.made_at, Concern.id)))


@guards.whose(SUBJECT)
def _is_own(subject_id: str, account: Account) -> bool:
    asset = db.session.get(Asset, UUID(subject_id))
    return asset is not None and (
        is_member(account.id, asset.organisation_id) or asset.submitted_by_id == account.id
    )


@guards.mends(SUBJECT)
def _may_mend(concern: Concern, account: Account) -> bool:
    asset = db.session.get(Asset, UUID(concern.subject_id))
    return (
        asset is not None
        and concern.part in set(MENDABLE)
        and is_member(account.id, asset.organisation_id)
    )
