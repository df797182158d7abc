"""The demo's entries as open data."""

from __future__ import annotations

import pytest
from flask import Flask

from pbapp.assets.oruk import checking as feed_check
from pbapp.assets.oruk import objects as oruk
from pbapp.assets.oruk.feed import Asked, Terms, list_entries, whole_service
from pbapp.db import db
from pbapp.demo.load import load
from tests.assets import oruk_schemas


@pytest.mark.shared
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_every_entry_of_the_demo_is_valid_open_referral_uk(app: Flask) -> None:
    load("Europe/London", tell=lambda _words: None)
    db.session.commit()
    terms = Terms()
    found = list_entries(Asked(), terms)
    assert found.total > 40
    wrong = []
    for asset in found.assets:
        whole = whole_service(asset, found, terms)
        wrong += oruk_schemas.faults("oruk", "service", whole)
        wrong += oruk_schemas.faults("hsds", "service", whole)
        line = oruk.service_line(asset, found.changed(asset))
        wrong += oruk_schemas.faults("oruk", "service_list", line)
    for term in terms.terms():
        wrong += oruk_schemas.faults("oruk", "taxonomy_term", term)
        wrong += oruk_schemas.faults("hsds", "taxonomy_term", term)
    assert not wrong
    assert feed_check.look() == ([], found.total)
