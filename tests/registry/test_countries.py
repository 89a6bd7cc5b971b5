"""The codes of countries and nationalities."""

from __future__ import annotations

import re
import string
from itertools import product

import pytest
from pydantic import TypeAdapter, ValidationError

from app.registry import countries

EVERY_PAIR = {first + second for first, second in product(string.ascii_uppercase, repeat=2)}


def test_there_are_as_many_countries_as_iso_has_assigned_codes():
    assert len(countries.COUNTRIES) == 249
    assert {"VN", "LA", "KH", "CN", "TW", "SS", "AX"} <= countries.COUNTRIES
    # Of users, reserved, withdrawn (Yugoslavia, the Netherlands Antilles, the Soviet Union).
    assert not countries.COUNTRIES & {"XK", "XX", "ZZ", "UK", "EU", "YU", "AN", "SU"}


@pytest.mark.parametrize(
    ("kind", "pattern", "known"),
    [
        (countries.Country, countries.COUNTRY_PATTERN, countries.COUNTRIES),
        (countries.Nationality, countries.NATIONALITY_PATTERN, countries.COUNTRIES | {"XX"}),
    ],
)
def test_what_the_schema_says_is_what_is_checked(kind, pattern, known):
    read = TypeAdapter(kind)

    def is_taken(code):
        try:
            return read.validate_python(code) == code
        except ValidationError:
            return False

    assert {code for code in EVERY_PAIR if is_taken(code)} == known
    assert {code for code in EVERY_PAIR if re.fullmatch(pattern, code)} == known
    assert not any(map(is_taken, ("vn", "VNM", "V", "", " VN", "VN\n", None, 704)))
    assert read.json_schema()["pattern"] == pattern
