"""Tidying: what comes back, and what is refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.tidying import UntidyTextError, tidy


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("  Nguyễn   Văn\tAn\r\n", "Nguyễn Văn An"),
        (unicodedata.normalize("NFD", "Đỗ Thị Thuỷ"), "Đỗ Thị Thuỷ"),
        ("H’Hoa Niê-Kdăm", "H’Hoa Niê-Kdăm"),
        ("Nguyễn\u00a0An", "Nguyễn An"),
        ("\ufeffLê \u200bHoà", "Lê Hoà"),
        ("Le\u200b\u0302", "Lê"),
        ("", ""),
    ],
)
def test_a_text_is_tidied_without_changing_its_spelling(text, tidied):
    assert tidy(text) == tidied


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("An\x00", "control"),
        ("An\x1b[31m", "control"),
        ("An\ud800", "surrogate"),
        ("An\ue000", "private-use"),
        ("An\uffff", "unassigned"),
        ("A" + "\u0301\u0316" * 3, "marks"),
        ("A" * 201, "longer"),
        ("\u0301" * 2_000, "longer"),
    ],
)
def test_what_nobody_is_called_is_refused_and_not_quoted(text, reason):
    with pytest.raises(UntidyTextError, match=reason) as refused:
        tidy(text)
    assert "An" not in str(refused.value)


def test_a_text_of_the_greatest_length_passes():
    assert tidy("ễ" * 200) == tidy(unicodedata.normalize("NFD", "ễ") * 200) == "ễ" * 200


@given(st.text(st.characters(codec=None), max_size=60))
def test_a_tidy_text_is_composed_stays_so_and_can_be_stored(text):
    try:
        tidied = tidy(text)
    except UntidyTextError:
        return
    assert unicodedata.is_normalized("NFC", tidied)
    assert tidy(tidied) == tidied
    assert "\x00" not in tidied
    tidied.encode()
