"""The model of errors: what each does, and that no soiled row stays as it was."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.names import compare_name
from app.scenarios import dirt, keyboards
from app.scenarios.dirt import Dates

PEOPLE = [
    ("Nguyễn", "Văn", "An"),
    ("Đỗ", "Thị Hồng", "Đào"),
    ("Lê", "", "Hòa"),
    ("", "Y", "Bhăm"),
]
NAMES = pl.DataFrame(
    [
        {
            "full_name": " ".join(part for part in parts if part),
            "family_name": parts[0],
            "middle_name": parts[1],
            "given_name": parts[2],
        }
        for parts in PEOPLE
    ]
)
DATES = Dates(
    np.array([1990, 1985, 1970, 1962]), np.array([5, 12, 2, 0]), np.array([3, 31, 14, 0])
)


@pytest.fixture
def rng(draws):
    return draws.stream("rng")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("marks_lost", ["Nguyen Van An", "Do Thi Hong Dao", "Le Hoa", "Y Bham"]),
        ("stroke_lost", ["Nguyễn Văn An", "Dỗ Thị Hồng Dào", "Lê Hòa", "Y Bhăm"]),
        ("telex", ["Nguyeenx Vawn An", "Ddoox Thij Hoongf Ddaof", "Lee Hoaf", "Y Bhawm"]),
        ("vni", ["Nguye6n4 Va8n An", "D9o64 Thi5 Ho6ng2 D9ao2", "Le6 Hoa2", "Y Bha8m"]),
        ("abbreviated", ["Nguyễn V. An", "Đỗ T. H. Đào", "Lê. Hòa", "Y. Bhăm"]),
        ("given_first", ["An Nguyễn Văn", "Đào Đỗ Thị Hồng", "Hòa Lê", "Bhăm Y"]),
        ("middle_left_out", ["Nguyễn An", "Đỗ Đào", "Lê Hòa", "Bhăm"]),
    ],
)
def test_an_error_in_names_writes_them_so(kind, expected, rng):
    assert dirt.NAMES[kind].apply(NAMES, rng).to_list() == expected


def test_misread_bytes_are_those_of_windows_1252():
    assert keyboards.misread("Nguyễn") == "Nguyá»…n"


def test_a_slip_is_one_letter_and_reads_as_one(rng):
    for written, right in zip(
        dirt.NAMES["slip"].apply(NAMES, rng), NAMES["full_name"], strict=True
    ):
        assert written != right or len(right) < 7
        assert abs(len(written) - len(right)) <= 1


@given(st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạ ", min_size=1, max_size=30))
def test_words_are_changed_one_by_one(text):
    words = text.split(" ")
    changed = dirt.each_word(pl.Series([text, text]), keyboards.telex)
    assert changed.to_list() == [" ".join(map(keyboards.telex, words))] * 2


@pytest.mark.parametrize("kind", dirt.DATES)
def test_a_wrong_date_is_one_of_the_calendar(kind, rng):
    many = Dates(*(np.tile(part[:3], 50) for part in DATES))
    wrong = dirt.DATES[kind].apply(many, rng)
    for year, month, day in zip(*(part.tolist() for part in wrong), strict=True):
        np.datetime64(f"{year:04d}-{month or 1:02d}-{day or 1:02d}")


def test_day_and_month_are_exchanged_where_that_is_a_date(rng):
    assert dirt.written(dirt.DATES["day_month_swapped"].apply(DATES, rng)).to_list()[:3] == [
        "05/03/1990",
        "30/12/1985",
        "13/02/1970",
    ]


def test_dates_are_written_as_far_as_they_are_known():
    some = Dates(np.array([1990, 1991, 1992]), np.array([5, 6, 0]), np.array([3, 0, 0]))
    assert dirt.written(some).to_list() == ["03/05/1990", "06/1991", "1992"]


@pytest.mark.parametrize("kind", dirt.NUMBERS)
def test_a_wrong_number_is_another_of_the_same_length(kind, rng):
    numbers = pl.Series(["901090990001", "111111111111", "987654321012"] * 30)
    wrong = dirt.NUMBERS[kind].apply(numbers, rng)
    assert wrong.str.contains("^[0-9]{12}$").all()
    assert (wrong != numbers).all()
    assert (wrong.str.head(1) == numbers.str.head(1)).all()


def test_whoever_is_soiled_is_dirty_in_name_or_date(rng):
    names = pl.concat([NAMES] * 50)
    born = Dates(*(np.tile(part, 50) for part in DATES))
    soiled = dirt.soil(names, born, rng, both=0.3)
    is_clean = (soiled.names == names["full_name"]) & (
        dirt.written(soiled.dates) == dirt.written(born)
    )
    assert not is_clean.any()


def test_some_errors_are_told_from_other_people_and_some_are_not():
    """The trap of the campaign: what is nearly right, and what only looks wrong."""
    assert compare_name("Nguyen Van An", "Nguyễn Văn An").verdict == "near_match"
    assert compare_name("Nguyễn V. An", "Nguyễn Văn An").verdict == "mismatch"
