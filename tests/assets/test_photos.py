"""Pictures of forms nobody sent are forgotten; those in use stay."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import time_machine

from pbapp import clock
from pbapp.assets.adding import photos
from pbapp.db import db
from pbapp.web import drafts
from pbapp.web.context import settings
from pbapp.web.models import Upload
from tests.assets.test_add import at_more, jpeg, only_asset, step
from tests.client import Browser
from tests.world import World

LATER = drafts.KEPT_FOR + timedelta(days=2)


def files() -> list[Path]:
    return sorted(settings().uploads.glob("*.jpg"))


def test_a_photo_goes_with_the_draft_nobody_sent_and_a_used_one_stays(
    stranger: Browser, resident: Browser, world: World
) -> None:
    before = files()
    left = {"photo": (jpeg((41, 31)), "left.jpg"), "photo_alt": "Left behind"}
    page = at_more(stranger)
    stranger.submit(page, left)
    same = {"photo": (jpeg((41, 31)), "same.jpg"), "photo_alt": "The same, sent"}
    resident.submit(step(resident, at_more(resident), same))
    alone = {"photo": (jpeg((42, 32)), "alone.jpg"), "photo_alt": "Alone"}
    stranger.submit(at_more(stranger), alone)
    assert len(files()) == len(before) + 2  # two of the three are the same picture

    photos.forget_waiting()
    assert db.session.query(Upload).count() == 3
    with time_machine.travel(clock.now() + drafts.KEPT_FOR - timedelta(days=1)):
        stranger.submit(stranger.get(page.path), {"description": "Still at it"})
    with time_machine.travel(clock.now() + LATER):
        photos.forget_waiting()
        db.session.commit()
    assert {upload.alt for upload in db.session.query(Upload)} == {"Left behind", "The same, sent"}
    assert len(files()) == len(before) + 1

    with time_machine.travel(clock.now() + LATER * 3):
        photos.forget_waiting()
        db.session.commit()
    assert [upload.alt for upload in db.session.query(Upload)] == ["The same, sent"]
    assert len(files()) == len(before) + 1  # its picture is another's too
    photo = only_asset().photo
    assert photo is not None
    assert photo.digest in {file.stem for file in files()}
