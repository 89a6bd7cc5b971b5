"""Counts over a world."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from app.registry import citizens, statistics
from app.registry import models as m
from tests.registry.country import AN, BEN_NGHE, BINH, TODAY, citizen, residence


def test_ages_count_the_living(session):
    assert statistics.ages(session, TODAY) == [
        (10, "F", 1),
        (10, "U", 1),
        (20, "M", 1),
        (40, "F", 1),
        (45, "M", 1),
        (75, "F", 1),
    ]


def test_an_age_turns_on_the_birthday_in_sql_as_in_python(session):
    for day in (dt.date(2026, 5, 11), dt.date(2026, 5, 12), dt.date(2027, 2, 28)):
        rows = session.execute(select(m.Citizen.id, citizens.age(m.Citizen, day)))
        counted = dict(map(tuple, rows))
        people = citizens.read(session, list(counted))
        assert {b.id: citizens.age_on(b.birth_date, day) for b in people} == counted


def test_provinces_count_where_people_live_in_either_era(session):
    # An's household, Chi and Lụa in Hà Nội; Dũng studies in Hồ Chí Minh; Giang lives abroad.
    assert statistics.provinces(session, TODAY) == [(None, 1), ("01", 4), ("79", 1)]
    assert statistics.provinces(session, dt.date(2017, 1, 1), "2004") == [
        (None, 1),
        ("01", 4),
        ("36", 1),
    ]
    assert statistics.provinces(session, dt.date(2017, 1, 1), "2025")[2] == ("37", 1)


def test_ethnic_groups_are_counted_by_province(session):
    assert statistics.ethnicities(session, TODAY) == [
        (None, "01", 1),
        ("01", "01", 3),
        ("01", "02", 1),
        ("79", "01", 1),
    ]


def test_surnames_are_counted_by_ethnic_group(session):
    assert statistics.surnames(session) == [
        ("01", "Lê", 1),
        ("01", "Nguyễn", 3),
        ("01", "Trần", 2),
        ("02", "Đỗ", 1),
    ]


def test_households_are_counted_by_size(session):
    assert statistics.household_sizes(session, TODAY) == [(1, 1), (4, 1)]
    assert statistics.household_sizes(session, dt.date(2020, 1, 1)) == [(5, 1)]


def test_marital_statuses_are_counted_by_sex_and_age(session):
    counted = statistics.marital_statuses(session, TODAY)
    assert ("M", 45, "married", 1) in counted
    assert ("F", 75, "widowed", 1) in counted
    assert sum(row.people for row in counted) == 6


def test_births_are_counted_by_decade_and_sex(session):
    assert statistics.births(session) == [
        (1950, 0, 1),
        (1980, 1, 2),
        (2000, 1, 0),
        (2010, 0, 1),  # and one of whom the sex is not known
    ]


def test_mothers_ages_are_those_on_the_day_of_birth(session):
    assert statistics.mothers_ages(session) == [
        (1980, 30, 1),
        (2003, 20, 1),
        (2012, 25, 1),
    ]


def test_spouses_are_compared_once_a_couple(session):
    assert statistics.age_gaps(session) == [(5, 1)]


def test_adults_outside_the_province_of_their_number_are_counted(session):
    # An's number was established in Nam Định; Dũng lives in Hồ Chí Minh.
    assert statistics.outside_provinces(session, TODAY) == [("01", 3, 1), ("79", 1, 1)]


def test_who_is_missing_counts_as_living(session):
    session.add(
        citizen(8, "Lê Văn Tám", "1991", "M", state="missing", missing_since=dt.date(2020, 1, 1))
    )
    session.flush()
    assert sum(row.people for row in statistics.ages(session, TODAY)) == 7


def test_two_residences_of_a_kind_count_one_person_once(session):
    session.add(residence(AN, "current", BEN_NGHE, "1 Lê Lợi", from_date=dt.date(2025, 12, 1)))
    session.add(residence(AN, "current", BEN_NGHE, "2 Lê Lợi", from_date=dt.date(2025, 12, 5)))
    session.flush()
    assert statistics.provinces(session, TODAY) == [(None, 1), ("01", 3), ("79", 2)]
    assert citizens.find(session, "901185000002").id == BINH
