"""Identity numbers: structure and warnings."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.dates import PartialDate
from app.matching.numbers import (
    PROVINCES,
    NumberKind,
    NumberParts,
    StructureWarning,
    classify,
    compose,
    is_old_number,
    is_personal_number,
    parse,
    structure_warnings,
)

TODAY = dt.date(2026, 1, 1)


@pytest.mark.parametrize(
    ("pin", "parts", "birth_year"),
    [
        ("001099012345", NumberParts("001", "01", "M", 1900, 99, "012345", "realistic"), 1999),
        ("901190012345", NumberParts("901", "01", "F", 1900, 90, "012345", "reserved"), 1990),
        ("979203000001", NumberParts("979", "79", "M", 2000, 3, "000001", "reserved"), 2003),
        ("096325999999", NumberParts("096", "96", "F", 2000, 25, "999999", "realistic"), 2025),
        ("003090012345", NumberParts("003", None, "M", 1900, 90, "012345", None), 1990),
        ("101090012345", NumberParts("101", None, "M", 1900, 90, "012345", None), 1990),
        ("001999000000", NumberParts("001", "01", "F", 2300, 99, "000000", "realistic"), 2399),
    ],
)
def test_a_personal_number_is_taken_apart(pin, parts, birth_year):
    assert parse(pin) == parts
    assert parts.birth_year == birth_year


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00109901234",
        "0010990123456",
        "00109901234a",
        " 01099012345",
        "001099012345\n",
        "٠٠١٠٩٩٠١٢٣٤٥",
        "\uff10\uff10\uff11\uff10\uff19\uff19\uff10\uff11\uff12\uff13\uff14\uff15",
        "001 09901234",
        "+01099012345",
    ],
)
def test_what_is_not_twelve_ascii_digits_is_no_personal_number(text):
    assert not is_personal_number(text)
    with pytest.raises(ValueError, match="12 digits"):
        parse(text)


@given(st.from_regex(r"\A[0-9]{12}\Z"))
def test_any_twelve_digits_can_be_taken_apart(pin):
    parts = parse(pin)
    assert (parts.province is None) == (parts.style is None)
    assert parts.prefix + pin[3] + f"{parts.year2:02d}" + parts.serial == pin
    assert 1900 <= parts.birth_year <= 2399
    structure_warnings(pin, PartialDate(1990), "M", TODAY)


@given(
    st.sampled_from(sorted(PROVINCES)),
    st.sampled_from("MF"),
    st.integers(1900, 2399),
    st.integers(0, 999_999),
    st.sampled_from(["realistic", "reserved"]),
)
def test_a_composed_number_states_its_parts(province, sex, birth_year, serial, style):
    pin = compose(province, sex, birth_year, serial, style)
    parts = parse(pin)
    assert (parts.province, parts.sex, parts.birth_year, int(parts.serial), parts.style) == (
        province,
        sex,
        birth_year,
        serial,
        style,
    )
    assert structure_warnings(pin, PartialDate(birth_year), sex, dt.date(2399, 12, 31)) == []


@pytest.mark.parametrize(
    ("province", "birth_year", "serial", "complaint"),
    [
        ("03", 1990, 1, "province"),
        ("01", 1899, 1, "years"),
        ("01", 2400, 1, "years"),
        ("01", 1990, 10**6, "serial"),
        ("01", 1990, -1, "serial"),
    ],
)
def test_a_number_that_cannot_be_is_not_composed(province, birth_year, serial, complaint):
    with pytest.raises(ValueError, match=complaint):
        compose(province, "M", birth_year, serial)


@pytest.mark.parametrize(
    ("pin", "birth_date", "sex", "warnings"),
    [
        ("901090012345", PartialDate(1990, 5, 17), "M", []),
        ("001090012345", PartialDate(1990), "M", []),
        ("901090012345", None, None, []),
        ("901090012345", None, "U", []),
        ("903090012345", PartialDate(1990), "M", [StructureWarning.PREFIX_UNASSIGNED]),
        ("901190012345", PartialDate(1990), "M", [StructureWarning.SEX_DIFFERS]),
        ("901091012345", PartialDate(1990), "M", [StructureWarning.YEAR_DIFFERS]),
        ("901203012345", PartialDate(1903), "M", [StructureWarning.CENTURY_DIFFERS]),
        ("901226012345", PartialDate(2026), "M", []),
        ("901227012345", None, "M", [StructureWarning.YEAR_IN_FUTURE]),
        ("901490012345", None, "M", [StructureWarning.CENTURY_NOT_REACHED]),
        (
            "555501012345",
            PartialDate(1990),
            "M",
            [
                StructureWarning.PREFIX_UNASSIGNED,
                StructureWarning.CENTURY_NOT_REACHED,
                StructureWarning.SEX_DIFFERS,
                StructureWarning.CENTURY_DIFFERS,
                StructureWarning.YEAR_DIFFERS,
            ],
        ),
    ],
)
def test_digits_that_contradict_the_holder_are_warned_about(pin, birth_date, sex, warnings):
    assert structure_warnings(pin, birth_date, sex, TODAY) == warnings


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("901090012345", NumberKind.PERSONAL),
        ("012345678", NumberKind.OLD),
        ("12345678", None),
        ("0123456789", None),
        ("०१२३४५६७८", None),
        ("012345678\n", None),
        ("", None),
        ("\ud800" * 9, None),
    ],
)
def test_a_number_is_classified_by_its_length(text, kind):
    assert classify(text) == kind
    assert is_old_number(text) == (kind is NumberKind.OLD)


def test_the_province_codes_are_those_of_the_circular():
    assert len(PROVINCES) == 63
    unassigned = {
        *("00", "03", "05", "07", "09", "13", "16", "18", "21", "23", "28", "29", "32", "39"),
        *("41", "43", "47", "50", "53", "55", "57", "59", "61", "63", "65", "69", "71", "73"),
        *("76", "78", "81", "85", "88", "90", "97", "98", "99"),
    }
    assert {f"{code:02d}" for code in range(100)} - unassigned == PROVINCES
