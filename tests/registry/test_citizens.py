"""Citizens in brief, their households, residences and numbers."""

from __future__ import annotations

import datetime as dt

import pytest

from app.matching.dates import PartialDate
from app.matching.numbers import StructureWarning
from app.registry import citizens, households, numbers, residences
from tests.registry.country import AN, BINH, CHI, DUNG, EM, GIANG, LUA, TODAY


def test_a_citizen_is_found_by_the_present_number_only(session):
    found = citizens.find(session, "936080000001")
    assert (found.id, found.full_name, found.birth_date, found.state) == (
        AN,
        "Nguyễn Văn An",
        PartialDate(1980, 5, 12),
        "alive",
    )
    assert citizens.find(session, "936180000001") is None  # superseded
    assert citizens.find(session, "162000001") is None  # an old number


def test_citizens_are_read_in_the_order_asked(session):
    assert [b.id for b in citizens.read(session, [CHI, 99, AN])] == [CHI, AN]
    assert citizens.count(session) == 7


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (PartialDate(2012, 2, 29), dt.date(2026, 2, 28), 13),
        (PartialDate(2012, 2, 29), dt.date(2026, 3, 1), 14),
        (PartialDate(2012, 2, 29), dt.date(2028, 2, 29), 16),
        (PartialDate(1950), dt.date(2026, 1, 1), 76),
        (PartialDate(2003, 7), dt.date(2026, 6, 30), 22),
        (PartialDate(2003, 7), dt.date(2026, 7, 1), 23),
        (PartialDate(2026, 1, 1), dt.date(2026, 1, 1), 0),
    ],
)
def test_ages_turn_on_birthdays(birth, day, age):
    assert citizens.age_on(birth, day) == age


def test_a_household_is_that_of_the_day(session):
    now = households.of(session, [AN, DUNG, GIANG], TODAY)
    assert {who: home.id for who, home in now.items()} == {AN: 1, DUNG: 2}
    assert [member.citizen_id for member in now[AN].members] == [AN, BINH, CHI, LUA]
    before = households.of(session, [DUNG], dt.date(2020, 1, 1))[DUNG]
    assert [member.citizen_id for member in before.members] == [AN, BINH, CHI, DUNG, LUA]


def test_a_household_may_lack_a_head(session):
    (home,) = households.read(session, [1, 999], TODAY).values()
    assert (home.id, home.head.citizen_id) == (1, AN)
    (empty,) = households.read(session, [2], dt.date(2019, 1, 1)).values()
    assert (empty.members, empty.head) == ((), None)


def test_residences_are_those_of_the_day(session):
    found = residences.on(session, [AN, LUA, DUNG, EM], TODAY)
    assert set(found) == {AN, LUA, DUNG}
    assert found[LUA].living_at is found[LUA].temporary
    assert found[LUA].permanent.address == "3 Trần Phú"
    assert found[DUNG].absence.to_date == dt.date(2026, 5, 1)
    assert found[AN].permanent.file_number == "010000000001"
    assert residences.on(session, [LUA], dt.date(1974, 1, 1)) == {}


def test_a_number_that_contradicts_its_holder_is_a_warning():
    assert numbers.warnings("936080000001", PartialDate(1980), "M", TODAY) == []
    assert numbers.warnings("936080000001", PartialDate(1981), "F", TODAY) == [
        StructureWarning.SEX_DIFFERS,
        StructureWarning.YEAR_DIFFERS,
    ]
    with pytest.raises(ValueError, match="12 digits"):
        numbers.warnings("162000001", None, None, TODAY)
