"""The atlas: everybody who lives in the country is at one place of either era."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.registry import atlas, citizens, provinces, statistics
from app.registry import models as m
from tests.registry.country import TODAY


@pytest.mark.parametrize(("era", "places", "how_many"), [("2025", 3321, 34), ("2004", 10035, 63)])
def test_everybody_is_at_one_place_of_each_era(world, era, places, how_many):
    with world.session() as session:
        found = atlas.read(session, world.today, era)
        living = dict(statistics.provinces(session, world.today, era))
    assert len(found.spots) == places
    assert len(found.provinces) == how_many
    counted = {each.code: each.people for each in found.provinces if each.people}
    assert counted == {code: people for code, people in living.items() if code is not None}
    assert [each.people for each in found.provinces] == sorted(counted.values(), reverse=True) + [
        0
    ] * (how_many - len(counted))
    of_province = {}
    for spot in found.spots:
        of_province[spot.province] = of_province.get(spot.province, 0) + spot.people
        assert 8 < spot.latitude < 24
        assert 102 < spot.longitude < 115
    # Five islands of the older era have no wards: who lives there is at none.
    assert sum(counted.values()) - sum(of_province.values()) <= 5


def test_people_of_an_age_or_among_some_are_counted_by_province(session):
    everybody = {"01": 4, "79": 1}
    assert provinces.people(session, TODAY) == (everybody, everybody)
    grown, dead = provinces.people(session, TODAY, from_age=40, among=citizens.dead())
    assert grown["01"] == 3
    assert dead.total() == 0
    living = select(m.Citizen.id).where(m.Citizen.sex == "F")
    _, women = provinces.people(session, TODAY, among=living)
    assert 0 < women["01"] < everybody["01"]
    assert provinces.named(session, TODAY) == {
        "01": "Hà Nội",
        "31": "Hải Phòng",
        "37": "Ninh Bình",
        "79": "Hồ Chí Minh",
    }
