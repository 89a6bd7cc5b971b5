"""A world that starts before 1 July 2025 lives through the merger of administrative units."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.identity import reports
from app.platform.errors import DancuError
from app.platform.models import WorldRow
from app.platform.worlds import WorldSpec
from app.registry import (
    events,
    fields,
    households,
    lookup,
    past,
    properties,
    search,
    statistics,
    units,
    world_events,
)
from app.registry.models import Citizen, Residence
from app.registry.properties import Properties
from app.registry.search import Criteria
from app.sandbox import worlds as lives
from seed.version import VERSION
from tests.support import rules

SPEC = WorldSpec(7, 300, VERSION, dt.date(2024, 5, 1), "reserved")
LAST, FIRST = dt.date(2025, 6, 30), dt.date(2025, 7, 1)
PLACES = ("permanent_residence", "birth_registration_place", "origin_place", "birth_place")


@pytest.fixture(scope="module")
def world(worlds):
    """A world of May 2024 whose clock shows a day of 2026."""
    lives.create(worlds, "eras", SPEC)
    world = worlds.open("eras")
    with Session(world._writing) as session:
        session.execute(update(WorldRow).values(today=dt.date(2026, 11, 1)))
        session.commit()
    world.refresh()
    yield world
    worlds.release("eras")
    worlds.store.drop("eras")


@pytest.fixture
def session(world):
    with Session(world._writing) as session:
        yield session
        session.rollback()


def everybody(session):
    return session.scalars(select(Citizen.id).order_by(Citizen.id)).all()


def places(session, day):
    known = fields.read(session, everybody(session), PLACES, day)
    found = [getattr(one, "place", one) for row in known for one in row.values()]
    return [place for place in found if place is not None and place.province is not None]


def test_places_are_written_in_the_units_of_the_day(session):
    old, new = places(session, LAST), places(session, FIRST)
    assert len(old) == len(new) > 300
    assert all(place.district is not None for place in old if place.commune is not None)
    assert all(place.district is None for place in new)
    assert {place.commune is None for place in old} == {place.commune is None for place in new}
    by_code = units.of(session).by_code
    assert all(("2004", place.province.code) in by_code for place in old)
    assert all(("2025", place.province.code) in by_code for place in new)
    assert all(("2025", place.commune.code) in by_code for place in new if place.commune)


def test_nothing_that_is_kept_changes_that_day(world, session):
    rows = session.scalars(select(Residence.unit_id).where(Residence.unit_id.is_not(None))).all()
    assert max(rows) < 1_000_000
    rules.check(rules.read(session), SPEC.start_date)
    assert world.today > FIRST


def test_people_are_found_by_the_units_of_either_day(session):
    one = next(
        (row, unit)
        for row in session.scalars(select(Residence).where(Residence.kind == "permanent"))
        if (unit := units.of(session).by_id.get(row.unit_id)) is not None
    )
    row, old = one
    new = units.as_of(units.of(session), old.id, FIRST).unit
    found = [
        {hit.id for hit in search.find(session, Criteria(**asked), today=day).items}
        for asked, day in (
            ({"unit": old.code, "address": row.address}, LAST),
            ({"unit": new.code, "address": row.address}, FIRST),
            ({"unit": old.code, "era": "2004", "address": row.address}, FIRST),
            ({"unit": new.code, "era": "2025", "address": row.address}, LAST),
        )
    ]
    assert all(row.citizen_id in each for each in found)
    assert found[0] == found[2]


def test_provinces_are_counted_and_searched_in_the_era_in_force(session):
    before = {one.province: one.people for one in statistics.provinces(session, LAST, "2004")}
    after = {one.province: one.people for one in statistics.provinces(session, FIRST, "2025")}
    assert sum(before.values()) == sum(after.values())
    known, merged = units.of(session), Counter()
    assert len(set(after) - {None}) <= 34
    for code in set(after) - {None}:
        unit = units.find(known, code, "2025")
        assert unit is not None
        merged[code] = after[code]
    code = max(merged, key=lambda one: merged[one])
    people = _found(session, FIRST, code)
    homes = lookup.permanent_units(session, people, FIRST)
    assert {units.province_of(known, home, FIRST).code for home in homes.values()} == {code}
    gone = {unit.code for unit in known.by_id.values() if unit.era == "2004" and unit.tier == 1}
    gone -= {unit.code for unit in known.by_id.values() if unit.era == "2025" and unit.tier == 1}
    with pytest.raises(DancuError):
        _found(session, FIRST, min(gone))
    assert isinstance(_found(session, LAST, min(gone)), list)


def _found(session, day, province):
    asked = Properties(province=province)
    return [one.id for one in properties.find(session, asked, today=day, limit=20).items]


def enter(session, kind, today, **said):
    report = events.Report(
        today=today,
        now=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
        seed=7,
        pin_style="reserved",
        reported_by="test",
        reason="test",
    )
    return events.write(session, reports.prepare(session, kind, [said], report))[0]


def somebody(session, day):
    """A head who is of age, with their number."""
    for citizen_id, home in households.of(session, everybody(session)[60:], day).items():
        if home.head is not None and home.head.citizen_id == citizen_id and len(home.members) > 1:
            return citizen_id, home
    raise AssertionError


def test_a_move_after_that_day_is_to_a_commune_and_before_it_to_a_ward(session):
    citizen_id, _ = somebody(session, LAST)
    pin = session.get(Citizen, citizen_id).pin
    ward = {"place": {"unit": "00004", "detail": "1 phố Cũ"}}
    enter(session, "permanent-move", LAST, pin=pin, household=ward)
    text = "1 phố Cũ, Phường Trúc Bạch, Quận Ba Đình, Hà Nội"
    assert _home(session, citizen_id, LAST) == text
    assert _home(session, citizen_id, FIRST) == "1 phố Cũ, Phường Ba Đình, Hà Nội"
    commune = {"place": {"unit": "26740", "detail": "1 phố Mới"}}
    enter(session, "permanent-move", FIRST, pin=pin, household=commune)
    assert _home(session, citizen_id, FIRST) == "1 phố Mới, Phường Sài Gòn, Hồ Chí Minh"
    then = past.read(session, citizen_id, ("permanent_residence",), LAST)
    assert then["permanent_residence"].place.text == text
    rules.check(rules.read(session), FIRST)


def _home(session, citizen_id, day):
    known = fields.read(session, [citizen_id], ("permanent_residence",), day)[0]
    return known["permanent_residence"].place.text


def test_who_joins_an_old_household_after_that_day_lives_in_a_commune(session):
    citizen_id, home = somebody(session, FIRST)
    other = next(one for one in home.members if one.citizen_id != citizen_id)
    commune = {"place": {"unit": "26740", "detail": "1 phố Mới"}}
    enter(session, "permanent-move", FIRST, pin=other.pin, household=commune)
    back = {"member": session.get(Citizen, citizen_id).pin, "relationship": "99"}
    later = FIRST + dt.timedelta(days=5)
    enter(session, "permanent-move", later, pin=other.pin, household=back)
    now = fields.read(session, [other.citizen_id], ("permanent_residence",), later)[0]
    place = now["permanent_residence"].place
    assert (place.district, place.province is None) == (None, False)
    rules.check(rules.read(session), later)


def test_the_merger_is_one_event_of_the_world(session):
    found = world_events.between(session, SPEC.start_date, dt.date(2026, 11, 1))
    (merger,) = found
    assert (merger.name, merger.occurred_on) == ("administrative-merger", FIRST)
    assert merger.counts["provinces_before"] == 63
    assert merger.counts["provinces_after"] == 34
    assert merger.counts["communes_after"] == 3321
    assert world_events.between(session, FIRST, dt.date(2027, 1, 1)) == []
    assert world_events.between(session, SPEC.start_date, LAST) == []


def test_which_ward_became_which_commune_is_read_to_the_end(session):
    seen, after = [], None
    while True:
        page, after = world_events.became(session, after, 2_000)
        seen += page
        if after is None:
            break
    whole, _ = world_events.became(session, None, 100_000)
    assert seen == whole
    divided = {
        code for code, count in Counter(one.before.id for one in whole).items() if count > 1
    }
    (merger,) = world_events.between(session, SPEC.start_date, FIRST)
    assert merger.counts["communes_divided"] == len(divided) > 0
    firsts = {one.before.id: one for one in reversed(whole)}
    known = units.of(session)
    assert all(units.as_of(known, old, FIRST).unit == one.after for old, one in firsts.items())
