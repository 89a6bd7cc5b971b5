"""Birth dates: what can be read, and how full and partial dates agree."""

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.matching.dates import PartialDate, compare_birth_date, of, parse
from app.matching.findings import MATCH, MISMATCH, NOT_ON_RECORD, Finding, Reason, Verdict, near

PARTIAL_MATCH = Finding(Verdict.MATCH, Reason.DOB_PARTIAL)
PARTIAL_GAP = Finding(Verdict.NOT_ON_RECORD, Reason.DOB_PARTIAL)

full_dates = st.dates().map(lambda day: PartialDate(day.year, day.month, day.day))
dates = st.builds(lambda date, kept: PartialDate(*date[:kept]), full_dates, st.integers(1, 3))


@pytest.mark.parametrize(
    ("text", "date", "vietnamese"),
    [
        ("1990-05-17", PartialDate(1990, 5, 17), "17/05/1990"),
        ("2000-02-29", PartialDate(2000, 2, 29), "29/02/2000"),
        ("1990-05", PartialDate(1990, 5), "05/1990"),
        ("1926", PartialDate(1926), "1926"),
    ],
)
def test_a_date_is_read_as_full_as_it_is_written(text, date, vietnamese):
    assert date.vietnamese() == vietnamese
    assert parse(text) == date
    assert date.isoformat() == text
    assert date.is_full == (len(text) == 10)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "17/05/1990",
        "19900517",
        "1990-5-17",
        "90-05-17",
        "1990-05-17T00:00",
        " 1990",
        "1990\n",
        "1990-",
        "1990-05-",
        "\uff11\uff19\uff19\uff10",
        "19٩0-05-17",
        "-1990",
        "1990-05-17\x00",
        "1990/05",
        "9" * 10000,
    ],
)
def test_any_other_form_is_refused(text):
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "1990-02-30",
        "1900-02-29",
        "1990-13-01",
        "1990-00",
        "1990-04-31",
        "1990-05-00",
        "0000",
        "0000-01",
    ],
)
def test_a_date_that_no_calendar_has_is_refused(text):
    with pytest.raises(ValueError, match="calendar"):
        parse(text)


def test_a_day_without_a_month_is_refused():
    with pytest.raises(ValueError, match="month"):
        of(1990, None, 17)


@given(dates)
def test_what_is_written_is_read_back(date):
    assert parse(date.isoformat()) == date


@given(st.text(st.characters(codec=None), max_size=12))
def test_any_text_is_a_date_or_a_value_error(text):
    try:
        date = parse(text)
    except ValueError:
        return
    assert date.isoformat() == text


@pytest.mark.parametrize(
    ("claimed", "recorded", "finding"),
    [
        ("1990-05-17", None, NOT_ON_RECORD),
        ("1990", None, NOT_ON_RECORD),
        ("1990-05-17", "1990-05-17", MATCH),
        ("1950", "1950", PARTIAL_MATCH),
        ("1950-03", "1950-03", PARTIAL_MATCH),
        ("1990", "1990-05-17", PARTIAL_MATCH),
        ("1990-05", "1990-05-17", PARTIAL_MATCH),
        ("1950", "1950-03", PARTIAL_MATCH),
        ("1950-01-01", "1950", PARTIAL_GAP),
        ("1950-03", "1950", PARTIAL_GAP),
        ("1950-03-08", "1950-03", PARTIAL_GAP),
        ("1951-01-01", "1950", MISMATCH),
        ("1951", "1950", MISMATCH),
        ("1950-04-08", "1950-03", MISMATCH),
        ("1990-06", "1990-05-17", MISMATCH),
        ("1991", "1990-05-17", MISMATCH),
        ("1990-05-06", "1990-06-05", near(Reason.DAY_MONTH_SWAPPED)),
        ("1990-12-01", "1990-01-12", near(Reason.DAY_MONTH_SWAPPED)),
        ("1991-05-06", "1990-06-05", MISMATCH),
        ("1980-05-17", "1990-05-17", near(Reason.DIGIT_TYPO)),
        ("1990-05-11", "1990-05-17", near(Reason.DIGIT_TYPO)),
        ("1990-05-21", "1990-05-12", near(Reason.DIGIT_TYPO)),
        ("1987-05-17", "1978-05-17", near(Reason.DIGIT_TYPO)),
        ("1990-11-01", "1990-10-11", near(Reason.DIGIT_TYPO)),
        ("1990-05-28", "1990-05-17", MISMATCH),
        ("1981-05-17", "1990-05-17", MISMATCH),
        ("1985-06-01", "1990-05-17", MISMATCH),
    ],
)
def test_two_birth_dates_are_judged_as_the_table_says(claimed, recorded, finding):
    on_record = None if recorded is None else parse(recorded)
    assert compare_birth_date(parse(claimed), on_record) == finding


@given(dates, dates)
def test_a_date_matches_if_the_record_begins_with_it(claimed, recorded):
    matches = compare_birth_date(claimed, recorded).verdict is Verdict.MATCH
    assert matches == recorded.isoformat().startswith(claimed.isoformat())


@given(dates, st.integers(1, 3))
def test_a_claim_that_says_more_than_the_record_is_not_on_record(claimed, kept):
    recorded = PartialDate(*claimed[:kept])
    assume(recorded != claimed)
    assert compare_birth_date(claimed, recorded) == PARTIAL_GAP
    assert compare_birth_date(recorded, claimed) == PARTIAL_MATCH


@given(full_dates, full_dates)
def test_for_full_dates_it_does_not_matter_which_is_the_claim(one, other):
    assert compare_birth_date(one, other) == compare_birth_date(other, one)


@given(st.dates(min_value=dt.date(1900, 1, 1)), st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_digit_is_near(day, place, shift):
    digits = day.strftime("%Y%m%d")
    wrong = digits[:place] + str((int(digits[place]) + shift) % 10) + digits[place + 1 :]
    try:
        claimed = parse(f"{wrong[:4]}-{wrong[4:6]}-{wrong[6:]}")
    except ValueError:
        return
    recorded = PartialDate(day.year, day.month, day.day)
    assert compare_birth_date(claimed, recorded).verdict is Verdict.NEAR_MATCH
