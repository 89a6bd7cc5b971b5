"""Claims: what agencies write, and what is read of it."""

import datetime as dt

import polars as pl
import pytest

from app.matching.linkage import claims


def read(number="901190000001", full_name="Lê An", birth_date="1990-02-03"):
    frame = pl.DataFrame(
        {"number": [number], "full_name": [full_name], "birth_date": [birth_date]},
        schema_overrides={"number": pl.String, "full_name": pl.String},
    )
    return claims.read(frame).row(0, named=True)


@pytest.mark.parametrize(
    ("written", "born"),
    [
        ("1990-02-03", 19900203),
        ("03/02/1990", 19900203),
        ("3/2/1990", 19900203),
        ("3-2-1990", 19900203),
        ("03.02.1990", 19900203),
        ("1990-02-03 00:00:00", 19900203),
        ("1990-02-03T00:00:00Z", 19900203),
        (" 1990-02-03 ", 19900203),
        ("1990", 19900000),
        ("1990-02", 19900200),
        ("02/1990", 19900200),
        (dt.date(1990, 2, 3), 19900203),
        ("2000-02-29", 20000229),
        ("1900-02-29", None),
        ("29/02/1900", None),
        ("31/04/1990", None),
        ("1990-13-01", None),
        ("1990-00-01", None),
        ("0001-01-01", None),
        ("٣/٢/1990", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_birth_dates(written, born):
    assert read(birth_date=written)["born"] == born


@pytest.mark.parametrize(
    ("written", "number", "digits"),
    [
        ("901190000001", 901190000001, 12),
        ("901 190 000 001", 901190000001, 12),
        ("'001190000001", 1190000001, 12),
        ("1190000001", 1190000001, 10),
        ("012345678", 12345678, 9),
        ("012.345.678", 12345678, 9),
        ("12345678", 12345678, 8),
        ("1234567", None, None),
        ("12345678901234", None, None),
        ("+12345678", None, None),
        ("B1234567", None, None),
        ("٠١٢٣٤٥٦٧٨", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_numbers(written, number, digits):
    assert (read(number=written)["number"], read(number=written)["digits"]) == (number, digits)


@pytest.mark.parametrize(
    ("written", "name"),
    [(" Lê An ", "Lê An"), ("", None), (" ", None), (None, None), ("A" * 201, None)],
)
def test_names(written, name):
    assert read(full_name=written)["name"] == name


def test_rows_count_on_and_numbers_may_be_numbers():
    frame = pl.DataFrame(
        {"number": [1190000001], "full_name": ["Lê An"], "birth_date": [dt.date(1990, 2, 3)]}
    ).cast({"birth_date": pl.Datetime})
    [row] = claims.read(frame, first_row=70).rows()
    assert row == (70, 1190000001, 10, "Lê An", 19900203)
    assert dict(claims.read(frame).schema) == dict(claims.CLAIMS)
