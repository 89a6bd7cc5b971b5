"""The catalogue of fields, read for a household and its kin."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from pydantic import TypeAdapter

from app.registry import fields
from app.registry import models as m
from app.registry import values as v
from tests.registry.country import AN, BINH, CHI, DUNG, EM, GIANG, LUA, TODAY, citizen, member
from tests.registry.plans import each_reads_by_index


def read(session, citizen_id, *names, today=TODAY):
    values = fields.read(session, [citizen_id], names, today)[0]
    return values[names[0]] if len(names) == 1 else values


def test_every_group_of_the_law_that_is_about_the_person_has_fields():
    groups = {field.group for field in fields.FIELDS.values()}
    assert groups == set(range(1, 27)) - {14}  # the card is the identity room's


def test_every_field_can_be_read_of_everybody_and_written_as_json_and_as_a_schema(session):
    everybody = [AN, BINH, CHI, LUA, DUNG, EM, GIANG]
    rows = fields.read(session, everybody, fields.FIELDS, TODAY)
    assert [list(row) for row in rows] == [list(fields.FIELDS)] * 7
    assert msgspec.json.decode(msgspec.json.encode(rows))[0]["full_name"] == "Nguyễn Văn An"
    for field in fields.FIELDS.values():
        adapter = TypeAdapter(field.type | None if not field.several else field.type)
        assert adapter.json_schema()
        for row in rows:
            adapter.validate_python(row[field.name], strict=True)


def test_names_number_and_birth(session):
    names = ("family_name", "middle_name", "given_name", "other_name", "pin", "birth_date", "sex")
    assert read(session, AN, *names) == {
        "family_name": "Nguyễn",
        "middle_name": "Văn",
        "given_name": "An",
        "other_name": "Tèo",
        "pin": "936080000001",
        "birth_date": "1980-05-12",
        "sex": "M",
    }


@pytest.mark.parametrize(("who", "date"), [(LUA, "1950"), (DUNG, "2003-07"), (CHI, "2012-02-29")])
def test_a_birth_date_is_as_long_as_what_is_known(session, who, date):
    assert read(session, who, "birth_date") == date


def test_cancelled_and_old_numbers_are_listed(session):
    assert read(session, AN, "superseded_pins") == [
        v.CancelledNumber(
            pin="936180000001", superseded_on=dt.date(2016, 1, 4), reason="entry_error"
        )
    ]
    assert read(session, AN, "old_numbers") == [
        v.OldCard(number="012000001", issued_on=dt.date(2012, 6, 1), issued_in="Hà Nội"),
        v.OldCard(number="162000001", issued_on=dt.date(1998, 6, 1), issued_in="Nam Định"),
    ]
    assert read(session, CHI, "old_numbers") == []


def test_a_place_is_written_in_the_era_of_the_day(session):
    after = read(session, AN, "birth_place")
    assert after == v.KnownPlace(
        text="Phường Nam Định, Ninh Bình",
        country="VN",
        province=v.Coded(code="37", name="Tỉnh Ninh Bình"),
        commune=v.Coded(code="13669", name="Phường Nam Định"),
    )
    before = read(session, AN, "birth_place", today=dt.date(2025, 6, 30))
    assert before.text == "Phường Vị Xuyên, Thành phố Nam Định, Nam Định"
    assert before.district == v.Coded(code="356", name="Thành phố Nam Định")


def test_a_place_abroad_has_its_country_and_what_was_written(session):
    assert read(session, GIANG, "birth_place") == v.KnownPlace(text="Viêng Chăn", country="LA")
    assert read(session, GIANG, "origin_place") == v.KnownPlace(text="LA", country="LA")


def test_a_divided_ward_is_flagged(session):
    place = read(session, DUNG, "permanent_residence").place
    assert (place.commune.code, place.divided) == ("00008", True)
    assert place.alternatives == (v.Coded(code="00025", name="Phường Giảng Võ"),)
    assert place.text == "8 Đội Cấn, Phường Ngọc Hà, Hà Nội"


def test_where_somebody_lives_is_the_current_address_then_the_temporary_then_the_permanent(
    session,
):
    for who, address in [
        (DUNG, "1 Lê Lợi"),
        (LUA, "12 ngõ 5 Hàng Bún"),
        (CHI, "12 ngõ 5 Hàng Bún"),
    ]:
        assert read(session, who, "current_residence").place.text.startswith(address)
    assert read(session, EM, "current_residence") is None
    assert read(session, GIANG, "current_residence").place.country == "LA"


def test_residences_hold_from_their_first_day_to_the_day_before_their_last(session):
    def permanent(day):
        return read(session, DUNG, "permanent_residence", today=day).place.text

    assert permanent(dt.date(2021, 8, 31)).startswith("12 ngõ 5 Hàng Bún")
    assert permanent(dt.date(2021, 9, 1)).startswith("8 Đội Cấn")
    assert read(session, DUNG, "absence").reason == "Đi học"
    assert read(session, DUNG, "absence", today=dt.date(2026, 5, 1)) is None
    assert [stay.kind for stay in read(session, DUNG, "residence_history")] == [
        "permanent",
        "permanent",
        "current",
        "absence",
    ]


def test_codes_come_with_their_names_and_words_of_ours_as_they_are(session):
    values = read(session, AN, "ethnicity", "religion", "sex", "blood_type", "marital_status")
    assert values == {
        "ethnicity": v.Coded(code="01", name="Kinh"),
        "religion": v.Coded(code="00", name="Không"),
        "sex": "M",
        "blood_type": "O",
        "marital_status": "married",
    }
    unknown = read(session, GIANG, "sex", "blood_type", "marital_status")
    assert unknown == {"sex": "U", "blood_type": None, "marital_status": "never_married"}


def test_only_ethnicity_and_religion_are_sensitive():
    sensitive = [name for name, field in fields.FIELDS.items() if field.sensitivity == "sensitive"]
    assert sensitive == ["ethnicity", "religion"]


def test_kin_have_names_numbers_and_nationality(session):
    values = read(session, AN, "father", "mother", "spouse", "children")
    assert values["father"] == v.Person(full_name="Nguyễn Văn Khoa", nationality="VN")
    assert values["mother"].pin == "901150000004"
    assert values["spouse"] == v.Person(
        full_name="Đỗ Thị Bình", pin="901185000002", old_number="271450001", nationality="VN"
    )
    assert [child.full_name for child in values["children"]] == [
        "Nguyễn Tiến Dũng",
        "Nguyễn Ngọc Chi",
    ]


def test_a_spouse_is_the_one_of_that_day(session):
    assert read(session, EM, "spouse") is None
    former = read(session, AN, "spouse", today=dt.date(2007, 1, 1))
    assert former.full_name == "Lê Thị Em"


def test_guardianship_reads_both_ways(session):
    assert [p.full_name for p in read(session, GIANG, "guardians")] == ["Đỗ Thị Bình"]
    assert [p.full_name for p in read(session, BINH, "wards")] == ["Trần Giang"]
    assert read(session, GIANG, "guardians", today=dt.date(2018, 1, 1)) == []


def test_the_household_has_its_head_first(session):
    values = read(
        session,
        CHI,
        "residence_file_number",
        "relationship_to_head",
        "head_of_household",
        "household_members",
    )
    assert values["residence_file_number"] == "010000000001"
    assert values["relationship_to_head"] == v.Coded(code="04", name="Con đẻ")
    assert values["head_of_household"].full_name == "Nguyễn Văn An"
    assert values["head_of_household"].old_number == "012000001"
    assert [member.relationship.code for member in values["household_members"]] == [
        "01",
        "02",
        "04",
        "07",
    ]


def test_who_belongs_to_no_household_has_none(session):
    names = ("residence_file_number", "relationship_to_head", "head_of_household")
    assert set(read(session, GIANG, *names).values()) == {None}
    assert read(session, GIANG, "household_members") == []


def test_state_and_contact(session):
    assert read(session, EM, "state", "death_date", "missing_since") == {
        "state": "dead",
        "death_date": dt.date(2020, 2, 3),
        "missing_since": None,
    }
    assert read(session, AN, "phone", "email") == {
        "phone": "0590000001",
        "email": "an@dancu.invalid",
    }


def test_a_reading_takes_no_more_statements_for_more_people(session, statements):
    fields.read(session, [AN], fields.FIELDS, TODAY)  # reference tables are read once
    statements.clear()
    fields.read(session, [AN], fields.FIELDS, TODAY)
    for_one = len(statements)
    statements.clear()
    fields.read(session, [AN, BINH, CHI, LUA, DUNG, EM, GIANG] * 100, fields.FIELDS, TODAY)
    assert len(statements) == for_one <= 10


def test_a_reading_asks_only_for_what_it_needs(session, statements):
    fields.read(session, [AN], ["full_name"], TODAY)
    statements.clear()
    fields.read(session, [AN], ["full_name", "birth_date"], TODAY)
    assert len(statements) == 1


def test_no_reading_reads_a_whole_table(session):
    fields.read(session, [AN], fields.FIELDS, TODAY)  # reference tables are read once, whole
    with each_reads_by_index(session):
        fields.read(session, [AN, BINH, CHI], fields.FIELDS, TODAY)


def test_answers_come_in_the_order_asked(session):
    rows = fields.read(session, [CHI, AN, CHI], ["given_name"], TODAY)
    assert [row["given_name"] for row in rows] == ["Chi", "An", "Chi"]


def test_an_unknown_field_or_person_is_the_callers_mistake(session):
    with pytest.raises(KeyError):
        fields.read(session, [AN], ["shoe_size"], TODAY)
    with pytest.raises(KeyError):
        fields.read(session, [99], ["pin"], TODAY)


def test_a_relative_who_is_a_name_has_no_number_of_somebody_elses(session):
    """Ids begin with 0: whoever has that one is nobody's unnamed relative."""
    session.add(citizen(0, "Lê Văn Không", "1970-01-01", "M"))
    session.flush()
    session.add_all([member(1, 0, "17"), m.OldNumber(number="012000009", citizen_id=0)])
    session.flush()
    known = fields.read(session, [AN], ("father", "household_members"), TODAY)[0]
    assert [one.old_number for one in known["household_members"]].count("012000009") == 1
    assert known["father"].old_number is None
