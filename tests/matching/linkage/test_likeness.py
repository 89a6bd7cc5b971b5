"""Likeness: columns are judged as the functions for one value judge."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.dates import PartialDate, compare_birth_date
from app.matching.findings import Verdict
from app.matching.linkage import likeness
from app.matching.names import compare_name

WORDS = ["Nguyễn", "nguyen", "Hòa", "Hoà", "Lý", "Lí", "Ly", "Niê-Kdăm", "Niê", "Kdăm", "Thị",
         "Anh", "An", "Đỗ", "Do", "Quỳnh", "Quyền", "H'Hoa", "Hùng", "Hugn"]  # fmt: skip
full_names = st.lists(st.sampled_from(WORDS), min_size=2, max_size=4).map(" ".join)


def between(claimed, recorded):
    return likeness.names(pl.Series([claimed]), pl.Series([recorded])).item()


@pytest.mark.parametrize(
    ("claimed", "recorded", "slip"),
    [
        ("Nguyễn Văn Hùng", "Nguyễn Văn Hùng", ""),
        ("NGUYỄN  VĂN HÙNG ", "Nguyễn Văn Hùng", ""),
        ("Lê Thị Hoà", "Lê Thị Hòa", ""),
        ("Nguyen Van Hung", "Nguyễn Văn Hùng", "diacritics"),
        ("Do Van An", "Đỗ Văn An", "diacritics"),
        ("Lí Văn An", "Lý Văn An", "y_i"),
        ("Niê-Kdăm Hoa", "Niê Kdăm Hoa", "separators"),
        ("NieKdam Hoa", "Niê Kdăm Hoa", "spelling"),
        ("Hùng Nguyễn Văn", "Nguyễn Văn Hùng", "word_order"),
        ("Nguyễn Hùng", "Nguyễn Văn Hùng", "middle_name_missing"),
        ("Nguyễn Văn Mạnh Hùng", "Nguyễn Mạnh Hùng", "middle_name_missing"),
        ("Nguyễn Văn Hùngg", "Nguyễn Văn Hùng", "typo"),
        ("Nguyễn Văn Hugn", "Nguyễn Văn Hùng", "typo"),
        ("Nguyễnn Văn Hugn", "Nguyễn Văn Hùng", "typos"),
        ("Lê Anh", "Lê An", "name_differs"),
        ("Trần Thị Lan", "Nguyễn Văn Hùng", "name_differs"),
    ],
)
def test_names(claimed, recorded, slip):
    assert between(claimed, recorded) == slip


@given(claimed=full_names, recorded=full_names)
def test_names_are_judged_as_one_by_one(claimed, recorded):
    slip, one = between(claimed, recorded), compare_name(claimed, recorded)
    if one.verdict is Verdict.MATCH:
        assert slip == ""
    elif one.verdict is Verdict.NEAR_MATCH:
        assert slip in {one.reason, "middle_name_missing"}
    else:
        assert slip in {"middle_name_missing", "typos", "name_differs"}


dates = st.dates(dt.date(1900, 1, 1), dt.date(2025, 12, 31))


@st.composite
def near_dates(draw):
    day = draw(dates)
    return day, draw(st.one_of(dates, st.just(day), st.just(day.replace(day=1, month=1))))


def numbered(date):
    return date.year * 10_000 + (date.month or 0) * 100 + (date.day or 0)


@given(pair=near_dates(), cut=st.sampled_from([3, 2, 1]), other=st.sampled_from([3, 2, 1]))
def test_birth_dates_are_judged_as_one_by_one(pair, cut, other):
    a, b = (
        PartialDate(*(day.year, day.month, day.day)[:parts])
        for day, parts in zip(pair, (cut, other), strict=True)
    )
    frame = pl.DataFrame({"a": [numbered(a)], "b": [numbered(b)]})
    slip = frame.select(likeness.birth_dates("a", "b")).item()
    one = compare_birth_date(a, b)
    if a == b:
        assert slip == ""
    elif one.verdict is Verdict.MISMATCH:
        assert slip in {"birth_date_differs", "first_of_january"}
    elif one.reason is not None:
        assert slip in {one.reason, "first_of_january"}


@pytest.mark.parametrize(
    ("claimed", "recorded", "slip"),
    [
        (901190000001, 901190000002, "number_digit_wrong"),
        (901190000010, 901190000001, "number_digits_transposed"),
        (90119000001, 901190000001, "number_digit_lost"),
        (9901190000001, 901190000001, "number_digit_lost"),
        (901190000001, 901190000121, ""),
    ],
)
def test_numbers(claimed, recorded, slip):
    frame = pl.DataFrame({"a": [claimed], "b": [recorded]})
    assert likeness.numbers(frame, "a", "b").to_list() == [slip]
