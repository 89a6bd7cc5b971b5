"""Units of both eras."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

import seed
from app.registry import units
from app.registry.units import Succession, Unit
from tests.registry import country as c

BEFORE, AFTER = dt.date(2025, 6, 30), dt.date(2025, 7, 1)


@pytest.fixture
def known(session):
    return units.of(session)


@pytest.fixture(scope="module")
def nation():
    """All units of Vietnam."""
    folder = Path(seed.__file__).parent / "reference"

    def rows(name):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return [row for row in csv.DictReader(file) if row.get("code") != ""]

    provinces: dict[int, int] = {}

    def unit(era, row, parent):
        code = row["code"]
        offset = 1_000_000 if era == "2025" else 0
        tier = {2: 1, 3: 2, 5: 3}[len(code)]
        unit_id = offset + tier * 100_000 + int(code)
        parent_id = None if parent is None else offset + parent
        provinces[unit_id] = provinces.get(parent_id, unit_id)
        return Unit(
            id=unit_id,
            era=era,
            tier=tier,
            code=code,
            name=row["name"],
            short_name=row["short_name"],
            type=row.get("type", ""),
            parent_id=parent_id,
            province_id=provinces[unit_id],
        )

    found = [unit("2004", row, None) for row in rows("provinces_legacy")]
    found += [unit("2025", row, None) for row in rows("provinces_2025")]
    found += [
        unit("2004", row, 100_000 + int(row["province_code"])) for row in rows("districts_legacy")
    ]
    found += [unit("2004", r, 200_000 + int(r["district_code"])) for r in rows("wards_legacy")]
    found += [unit("2025", r, 100_000 + int(r["province_code"])) for r in rows("communes_2025")]
    mapping = [
        Succession(
            300_000 + int(r["legacy_ward_code"]), 1_300_000 + int(r["commune_code"]), r["relation"]
        )
        for r in rows("ward_to_commune_2025")
    ]
    islands = {200318: 1311948, 200471: 1319742, 200498: 1320333, 200536: 1321548, 200755: 1326732}
    mapping += [Succession(legacy, unit, "whole") for legacy, unit in islands.items()]
    return units.build(found, mapping)


def test_a_unit_of_the_era_in_force_is_shown_as_it_is(known):
    shown = units.as_of(known, c.TRUC_BACH, BEFORE)
    assert (shown.unit.name, shown.divided, shown.alternatives) == ("Phường Trúc Bạch", False, ())


def test_a_ward_is_shown_as_the_commune_that_took_it_over(known):
    shown = units.as_of(known, c.TRUC_BACH, AFTER)
    assert (shown.unit.id, shown.divided) == (c.BA_DINH, False)


def test_a_divided_ward_is_flagged_and_shown_as_its_main_part(known):
    shown = units.as_of(known, c.CONG_VI, AFTER)
    assert (shown.unit.id, shown.divided) == (c.NGOC_HA, True)
    assert [unit.id for unit in shown.alternatives] == [c.GIANG_VO]


def test_a_commune_shown_before_it_existed_names_all_wards_it_was_made_of(known):
    shown = units.as_of(known, c.NGOC_HA, BEFORE)
    assert (shown.unit.id, shown.divided) == (c.VINH_PHUC, True)
    assert [unit.id for unit in shown.alternatives] == [c.CONG_VI]


def test_an_island_district_stands_for_the_ward_it_never_had(known):
    assert units.as_of(known, c.BACH_LONG_VI, AFTER).unit.name == "Đặc khu Bạch Long Vĩ"


def test_a_district_that_has_gone_is_shown_as_its_province(known):
    assert units.as_of(known, 200356, AFTER).unit.name == "Tỉnh Ninh Bình"


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (BEFORE, "3 Trần Phú, Phường Vị Xuyên, Thành phố Nam Định, Nam Định"),
        (AFTER, "3 Trần Phú, Phường Nam Định, Ninh Bình"),
    ],
)
def test_an_address_is_written_in_the_units_of_its_day(known, day, text):
    assert units.written(known, "3 Trần Phú", units.as_of(known, c.VI_XUYEN, day).unit) == text


@pytest.mark.parametrize(
    ("code", "era", "name"),
    [
        ("01", "2004", "Thành phố Hà Nội"),
        ("001", "2004", "Quận Ba Đình"),
        ("00004", "2004", "Phường Trúc Bạch"),
        ("00004", "2025", "Phường Ba Đình"),
    ],
)
def test_a_code_means_another_unit_in_another_era(known, code, era, name):
    assert units.find(known, code, era).name == name


@pytest.mark.parametrize(
    ("code", "era"), [("001", "2025"), ("36", "2025"), ("1", "2004"), ("", "2004")]
)
def test_a_code_that_is_no_units_finds_nothing(known, code, era):
    assert units.find(known, code, era) is None


def test_a_search_within_a_unit_covers_both_eras(known):
    assert units.within(known, known.by_id[c.NGOC_HA]) == {c.NGOC_HA, c.VINH_PHUC, c.CONG_VI}
    ninh_binh = units.find(known, "37", "2025")
    assert c.VI_XUYEN in units.within(known, ninh_binh)
    assert c.TRUC_BACH not in units.within(known, ninh_binh)
    ba_dinh_district = units.within(known, units.find(known, "001", "2004"))
    assert {c.TRUC_BACH, c.BA_DINH, c.GIANG_VO} < ba_dinh_district


def test_units_are_read_once_for_a_database(session, statements):
    units.of(session)
    first = len(statements)
    assert units.of(session) is units.of(session)
    assert len(statements) == first


def test_the_nation_has_its_units_and_each_has_a_counterpart(nation):
    counted = Counter((unit.era, unit.tier) for unit in nation.by_id.values())
    assert counted == {
        ("2004", 1): 63,
        ("2004", 2): 696,
        ("2004", 3): 10035,
        ("2025", 1): 34,
        ("2025", 3): 3321,
    }
    alone = [unit.name for unit in nation.by_id.values() if unit.id not in nation.counterparts]
    assert alone == []


def test_every_province_of_the_nation_went_whole_into_one(nation):
    provinces = [u for u in nation.by_id.values() if (u.era, u.tier) == ("2004", 1)]
    assert not [u.name for u in provinces if units.as_of(nation, u.id, AFTER).divided]
    ninh_binh = units.find(nation, "37", "2025")
    assert {u.name for u in nation.counterparts[ninh_binh.id]} == {
        "Tỉnh Ninh Bình",
        "Tỉnh Nam Định",
        "Tỉnh Hà Nam",
    }


def test_there_and_back_a_ward_of_the_nation_is_among_the_wards_it_came_from(nation):
    for ward in (u for u in nation.by_id.values() if (u.era, u.tier) == ("2004", 3)):
        commune = units.as_of(nation, ward.id, AFTER).unit
        back = units.as_of(nation, commune.id, BEFORE)
        assert ward in (back.unit, *back.alternatives)
