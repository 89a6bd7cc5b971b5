"""Statistics of provinces: who lives where, ranked, and nothing of few people."""

from __future__ import annotations

import datetime as dt

import pytest

from app.registry import provinces, statistics, suppression
from tests.registry.country import TODAY


def codes(found):
    return [(row.code, row.rank) for row in found.provinces]


def test_people_are_counted_by_province_and_age(session):
    counted = statistics.ages_in_provinces(session, TODAY)
    by_province = {}
    for row in counted:
        by_province[row.province] = by_province.get(row.province, 0) + row.people
    assert by_province == dict(statistics.provinces(session, TODAY))
    assert {row.group for row in counted} <= set(range(4))


@pytest.mark.parametrize(
    ("day", "era"), [(dt.date(2025, 6, 30), "2004"), (dt.date(2025, 7, 1), "2025")]
)
def test_provinces_are_those_of_the_day(session, day, era):
    found = provinces.table(session, day)
    assert (found.era, found.as_of) == (era, day)


def test_of_a_handful_of_people_nothing_is_told(session):
    found = provinces.table(session, TODAY)
    assert found.suppressed > 0
    small = {row.code: row for row in found.provinces}["01"]
    assert (small.people, small.rank, small.share) == (None, None, None)
    elsewhere = [row for row in found.provinces if row.people == 0]
    assert all(row.share is None and row.children == 0 for row in elsewhere)


def test_provinces_are_ranked_by_number_or_by_share(session, monkeypatch):
    monkeypatch.setattr(suppression, "LEAST", 1)
    monkeypatch.setattr(suppression.suppressed, "__defaults__", (1,))
    found = provinces.table(session, TODAY)
    assert codes(found)[:2] == [("01", 1), ("79", 2)]
    assert found.total.people == sum(row.people for row in found.provinces) == 5
    by_share = provinces.table(session, TODAY, measure="adults", by_share=True)
    first = by_share.provinces[0]
    assert first.share == max(row.share or 0 for row in by_share.provinces)
    assert first.share == first.adults / first.people
    nobody = [row for row in by_share.provinces if not row.people]
    assert {row.rank for row in nobody} == {None}


def test_what_is_not_told_moves_no_rank(session, monkeypatch):
    def counted(not_told):
        adults = {"01": not_told, "31": 30, "37": 90, "79": 50}
        found = [statistics.AgeInProvince(code, 2, people) for code, people in adults.items()]
        found += [statistics.AgeInProvince("01", 0, 3), statistics.AgeInProvince("31", 0, 40)]
        monkeypatch.setattr(statistics, "ages_in_provinces", lambda *_: found)
        return provinces.table(session, TODAY, measure="adults")

    low, high = counted(10), counted(85)
    assert codes(low) == codes(high) == [("37", 1), ("79", 2), ("01", None), ("31", None)]
    assert low.ranked == high.ranked == 2


def test_equal_provinces_share_a_rank(session, monkeypatch):
    monkeypatch.setattr(suppression.suppressed, "__defaults__", (1,))
    ranks = [row.rank for row in provinces.table(session, TODAY, measure="elders").provinces]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) < len(ranks)
