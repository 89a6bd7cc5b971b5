"""Finding people by what is known of them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.dates import PartialDate, parse
from app.platform.errors import DancuError
from app.registry import pages, properties, search
from app.registry.properties import Properties
from app.registry.search import Criteria
from tests.registry.country import AN, BINH, CHI, DUNG, EM, GIANG, LUA, TODAY
from tests.registry.plans import each_reads_by_index


def ids(session, **criteria):
    if "birth_date" in criteria:
        criteria["birth_date"] = parse(criteria["birth_date"])
    return [found.id for found in search.find(session, Criteria(**criteria), today=TODAY).items]


def code_of(call, *args, **options):
    with pytest.raises(DancuError) as caught:
        call(*args, **options)
    return caught.value


@pytest.mark.parametrize(
    "name", ["Nguyễn Văn An", "nguyen van an", "AN NGUYEN VAN", "  Nguyễn   văn AN "]
)
@pytest.mark.parametrize("birth", ["1980", "1980-05", "1980-05-12"])
def test_a_name_is_found_whatever_its_accents_and_order(session, name, birth):
    assert ids(session, full_name=name, birth_date=birth) == [AN]


def test_d_with_stroke_is_a_d(session):
    assert ids(session, full_name="do thi binh", birth_date="1985") == [BINH]


@pytest.mark.parametrize("birth", ["1981", "1980-06", "1980-05-13"])
def test_another_birth_date_is_somebody_else(session, birth):
    assert ids(session, full_name="Nguyễn Văn An", birth_date=birth) == []


def test_a_full_date_finds_a_record_that_has_less(session):
    assert ids(session, full_name="Trần Thị Lụa", birth_date="1950-07-01") == [LUA]
    assert ids(session, full_name="Nguyễn Tiến Dũng", birth_date="2003-07-30") == [DUNG]


def test_a_name_alone_is_too_broad_and_the_error_says_what_to_add(session):
    error = code_of(search.find, session, Criteria(full_name="Nguyễn Văn An"), today=TODAY)
    assert error.code == "search-too-broad"
    assert "year of birth" in error.message


@pytest.mark.parametrize(
    ("criteria", "hint"),
    [
        (Criteria(), ""),
        (Criteria(sex="F"), ""),
        (Criteria(birth_date=PartialDate(1980)), ""),
        (Criteria(unit="01"), "house number"),
        (Criteria(unit="01", address=" - "), "house number"),
        (Criteria(address="12 Lê Lợi"), "unit"),
    ],
)
def test_what_no_index_narrows_is_refused(session, criteria, hint):
    error = code_of(search.find, session, criteria, today=TODAY)
    assert error.code == "search-too-broad"
    assert hint in error.message


def test_all_criteria_have_to_fit(session):
    assert ids(session, old_number="271450001") == [BINH, DUNG]
    assert ids(session, old_number="271450001", sex="M") == [DUNG]
    assert ids(session, old_number="271450001", full_name="Đỗ Thị Bình") == [BINH]
    assert ids(session, old_number="271450001", birth_date="1950") == []


def test_phone_and_household_find_their_people(session):
    assert ids(session, phone="0590000001") == [AN]
    assert ids(session, file_number="010000000001") == [AN, BINH, CHI, LUA]
    assert ids(session, file_number="010000000002") == [DUNG]
    assert ids(session, file_number="999999999999") == []


@pytest.mark.parametrize(
    ("unit", "era", "address", "found"),
    [
        ("00004", "2004", "12 ngõ 5 Hàng Bún", [AN, BINH, CHI, LUA]),
        ("00004", None, "số 12, Ngõ 5", [AN, BINH, CHI, LUA]),  # recorded under the legacy ward
        ("01", None, "8 đội cấn", [DUNG]),
        ("001", "2004", "8 Đội Cấn", [DUNG]),
        ("00025", None, "8 Đội Cấn", [DUNG]),  # its ward was divided between this and another
        ("37", None, "3 Trần Phú", [LUA]),  # An has moved away from there
        ("36", "2004", "3 Trần Phú", [LUA]),
        ("79", None, "1 Lê Lợi", [DUNG]),
        ("79", None, "8 Đội Cấn", []),
    ],
)
def test_an_address_is_found_in_units_of_both_eras(session, unit, era, address, found):
    assert ids(session, unit=unit, era=era, address=address) == found


def test_an_address_that_too_many_share_is_refused(session, monkeypatch):
    monkeypatch.setattr(search, "MOST_AT_AN_ADDRESS", 2)
    criteria = Criteria(unit="01", address="12 ngõ 5")
    error = code_of(search.find, session, criteria, today=TODAY)
    assert (error.code, "house number" in error.message) == ("search-too-broad", True)


@pytest.mark.parametrize(
    ("criteria", "name"),
    [
        (Criteria(old_number="12345"), "old_number"),
        (Criteria(full_name="--", birth_date=PartialDate(1980)), "full_name"),
        (Criteria(unit="99", address="1 Lê Lợi"), "unit"),
    ],
)
def test_a_criterion_that_is_not_in_its_form_is_named(session, criteria, name):
    error = code_of(search.find, session, criteria, today=TODAY)
    assert error.code == "search-criterion-invalid"
    assert [param.name for param in error.params] == [name]


def test_pages_follow_each_other_without_gap_or_repetition(session):
    criteria = Criteria(file_number="010000000001")
    found, cursor = [], None
    for _ in range(4):
        page = search.find(session, criteria, today=TODAY, limit=1, cursor=cursor)
        found += [brief.id for brief in page.items]
        cursor = page.next_cursor
    assert (found, cursor) == ([AN, BINH, CHI, LUA], None)


def test_a_cursor_is_good_for_its_own_search_only(session):
    first = search.find(session, Criteria(file_number="010000000001"), today=TODAY, limit=1)
    other = Criteria(phone="0590000001")
    error = code_of(search.find, session, other, today=TODAY, cursor=first.next_cursor)
    assert error.code == "cursor-invalid"


@given(st.one_of(st.text(), st.binary().map(lambda b: b.decode("latin1"))))
def test_no_text_but_a_cursor_is_read_as_one(text):
    assert code_of(pages.read, "search", text, 1).code == "cursor-invalid"


@given(st.lists(st.integers(-1, 2**63 - 1), min_size=1, max_size=2).map(tuple))
def test_a_cursor_leads_back_to_its_place(place):
    assert pages.read("search", pages.write("search", place), len(place)) == place
    assert code_of(pages.read, "search", pages.write("search", place), 3).code == "cursor-invalid"


def like(session, *, limit=20, **wanted):
    page = properties.find(session, Properties(**wanted), today=TODAY, limit=limit)
    return [brief.id for brief in page.items]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [AN, BINH, CHI, LUA, DUNG, EM, GIANG]),
        ({"state": "dead"}, [EM]),
        ({"state": "alive", "sex": "F"}, [BINH, CHI, LUA]),
        ({"age_from": 13, "age_to": 13}, [CHI]),
        ({"age_to": 13}, [CHI, GIANG]),
        ({"age_from": 75}, [LUA]),
        ({"age_from": 76}, [LUA]),  # only the year is known: 76 counts from January
        ({"age_from": 77}, []),
        ({"age_from": 45, "age_to": 45}, [AN]),  # Em would be 45 and is dead
        ({"age_from": 39, "age_to": 39, "state": "dead"}, [EM]),  # who died at 39
        ({"age_from": 40, "state": "dead"}, []),
        ({"ethnicity": "02"}, [BINH]),
        ({"religion": "1"}, [LUA]),
        ({"nationality": "XX"}, [GIANG]),
        ({"marital_status": "widowed"}, [LUA]),
        ({"partial_birth_date": True}, [LUA, DUNG]),
        ({"partial_birth_date": False, "state": "alive"}, [AN, BINH, CHI, GIANG]),
        ({"superseded_number": True}, [AN]),
        ({"old_number": False}, [CHI, LUA, EM, GIANG]),
        ({"phone": True}, [AN]),
        ({"province": "37"}, [LUA]),
        ({"province": "01"}, [AN, BINH, CHI, DUNG]),
    ],
)
def test_people_are_found_by_what_they_are_like(session, wanted, found):
    assert sorted(like(session, **wanted)) == found


def test_an_age_is_reached_on_the_birthday(session):
    def fourteen(day):
        return properties.find(session, Properties(age_from=14, age_to=14), today=day).items

    # Chi was born on 29 February 2012.
    assert [b.id for b in fourteen(dt.date(2026, 2, 28))] == []
    assert [b.id for b in fourteen(dt.date(2026, 3, 1))] == [CHI]


@pytest.mark.parametrize(
    ("wanted", "people"), [({}, [BINH, CHI, LUA, EM]), ({"age_to": 99}, [BINH, CHI, LUA])]
)
def test_a_walk_goes_on_where_it_stopped(session, monkeypatch, wanted, people):
    monkeypatch.setattr(properties, "MOST_LOOKED_AT", 2)
    search_for = Properties(sex="F", **wanted)
    found, cursor, calls = [], None, 0
    while cursor is not None or calls == 0:
        page = properties.find(session, search_for, today=TODAY, limit=3, cursor=cursor)
        found += [brief.id for brief in page.items]
        cursor, calls = page.next_cursor, calls + 1
    assert sorted(found) == people
    assert calls == 4


def test_a_province_of_another_era_is_refused(session):
    error = code_of(properties.find, session, Properties(province="36"), today=TODAY)
    assert (error.code, error.params[0].name) == ("search-property-invalid", "province")
    assert like(session, province="37") == [LUA]


def test_a_nationality_of_no_country_is_refused(session):
    error = code_of(properties.find, session, Properties(nationality="ZZ"), today=TODAY)
    assert (error.code, error.params[0].name) == ("search-property-invalid", "nationality")


SEARCHES = {
    "name": Criteria(full_name="Nguyễn Văn An", birth_date=PartialDate(1980, 5, 12)),
    "old number": Criteria(old_number="271450001"),
    "phone": Criteria(phone="0590000001"),
    "household": Criteria(file_number="010000000001"),
    "address": Criteria(unit="01", address="12 ngõ 5"),
}
WALKS = {
    "anybody": Properties(sex="F"),
    "unusual state": Properties(state="missing"),
    "age": Properties(age_from=100),
    "place": Properties(province="01", superseded_number=True, old_number=True),
}


@pytest.mark.parametrize("way", SEARCHES)
def test_no_search_reads_a_whole_table(session, way):
    search.find(session, SEARCHES[way], today=TODAY)  # units are read once, whole
    with each_reads_by_index(session):
        search.find(session, SEARCHES[way], today=TODAY)


@pytest.mark.parametrize("way", WALKS)
def test_no_walk_reads_a_whole_table(session, way):
    properties.find(session, WALKS[way], today=TODAY)
    with each_reads_by_index(session):
        properties.find(session, WALKS[way], today=TODAY)
