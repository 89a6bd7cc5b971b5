"""Columns: whole columns give what the functions for one value give."""

import subprocess
import sys

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.addresses import address_key
from app.matching.columns import address_key_series, fold_series, name_key_series
from app.matching.folding import fold
from app.matching.names import name_key

PAIRS = [(fold_series, fold), (name_key_series, name_key), (address_key_series, address_key)]
PEOPLE = [
    "Đỗ Thị Hoà",
    "H’Hoa Niê-Kdăm",
    "Y Wang Mlô",
    "K'Brới",
    "阮文安",
    "Ngô \uff22ảo",
    "",
    " ",
    "...",
]
ADDRESSES = ["Số 05 đường Lê Lợi, P5 Q1", "P P P Q H", "TP.HCM", "Số Số 12 đường đường", "Q05P1"]

usual_text = st.text(st.characters(max_codepoint=0x206F), max_size=30)
texts = st.one_of(st.none(), st.sampled_from(PEOPLE + ADDRESSES), usual_text, st.text(max_size=30))


@pytest.mark.parametrize(("of_column", "of_one"), PAIRS)
@given(column=st.lists(texts, max_size=12))
def test_a_column_equals_the_function_row_by_row(of_column, of_one, column):
    result = of_column(pl.Series("texts", column, dtype=pl.String))
    assert result.to_list() == [None if text is None else of_one(text) for text in column]
    assert result.name == "texts"
    assert result.dtype == pl.String


@pytest.mark.parametrize(("of_column", "of_one"), PAIRS)
def test_every_character_is_done_alike_in_a_column(of_column, of_one):
    column = [f"a{chr(code)}b {chr(code)}" for code in range(0x2200)]
    assert of_column(pl.Series(column)).to_list() == [of_one(text) for text in column]


@pytest.mark.parametrize(("of_column", "of_one"), PAIRS)
@pytest.mark.parametrize("column", [[], [None], [None, None, ""], ["\U0001f600"], [None, "漢"]])
def test_columns_without_usual_text_are_done_alike(of_column, of_one, column):
    expected = [None if text is None else of_one(text) for text in column]
    assert of_column(pl.Series(column, dtype=pl.String)).to_list() == expected
    if not any(column):
        assert of_column(pl.Series([None] * len(column))).to_list() == [None] * len(column)


def test_a_column_of_categories_is_taken_as_text():
    column = pl.Series(["Đỗ", "Lê", "Đỗ"], dtype=pl.Categorical)
    assert fold_series(column).to_list() == ["DO", "LE", "DO"]


def test_comparing_a_claim_loads_no_polars():
    program = (
        "import sys, app.matching.verdicts, app.matching.addresses; print('polars' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "False\n"
