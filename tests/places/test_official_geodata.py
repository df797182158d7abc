"""The real wards and postcodes of a council, from the reference shelf."""

import pytest

from pbapp.db import db
from pbapp.places import queries, services
from pbapp.places.importing import read_boundaries
from pbapp.places.postcode_file import read_postcodes
from tests.places.factories import COUNCIL, import_wards

pytestmark = pytest.mark.shared


def test_postcodes_fall_in_their_wards(world, shared):
    council = world.council.area
    import_wards(world, shared / "geodata/nl_wards_2022.geojson")
    codes = [ward.gss_code for ward in queries.list_wards(council)]
    path = shared / "geodata/nl_postcodes_ward_cpo2020-08.csv"
    read = read_postcodes(path, ward_codes=codes, council_code=COUNCIL)
    services.import_postcodes(council=council, rows=read.rows)
    db.session.commit()
    found = queries.check_agreement(council)
    assert (found.wards, found.postcodes) == (21, 7895)
    assert found.share >= 0.999


def test_the_official_file_is_read_whole(shared):
    read = read_boundaries(shared / "geodata/nl_wards_2022.geojson", council_code=COUNCIL)
    assert sum(ward.area_km2 for ward in read.wards) == pytest.approx(472.33, abs=0.2)
    assert {ward.number for ward in read.wards} == set(range(1, 22))
