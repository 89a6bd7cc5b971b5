"""Folding: known answers, and what holds for any text at all."""

import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.matching import folding
from app.matching.folding import fold, spelled

any_text = st.text(st.characters(codec=None), max_size=40)

KNOWN_FOLDS = [
    ("Nguyễn Văn Đức", "NGUYEN VAN DUC"),
    ("Đỗ Nguyễn Thị Hoà", "DO NGUYEN THI HOA"),
    ("đặng thuỳ trâm", "DANG THUY TRAM"),
    ("Phạm Ngọc Ưởng", "PHAM NGOC UONG"),
    ("Lý Quý Mỵ", "LY QUY MY"),
    ("H'Hoa Niê", "H HOA NIE"),
    ("H’Hoa Niê Kdăm", "H HOA NIE KDAM"),
    ("Niê-Kdăm", "NIE KDAM"),
    ("Y Wang Mlô", "Y WANG MLO"),
    ("K’Brới", "K BROI"),
    ("Siu Phước", "SIU PHUOC"),
    ("Ksor H'Lan", "KSOR H LAN"),
    ("Rơ Châm Phyŏ̆", "RO CHAM PHYO"),
    ("Ƀlŏ Čil Ñă", "BLO CIL NA"),
    ("Chamaléa Thị Hướng", "CHAMALEA THI HUONG"),
    ("Trương Vĩ Kỳ", "TRUONG VI KY"),
    ("Vòng A Sáng", "VONG A SANG"),
    ("Ng. V. An", "NG V AN"),
    ("  Trần \t Thị\u00a0\u3000Bưởi\n", "TRAN THI BUOI"),
    ("ÐỖ ƉỨC", "DO DUC"),
    ("Nguyễn\u200b Văn\ufeff An", "NGUYEN VAN AN"),
    ("\uff2e\uff47\uff55\uff59\uff45\uff4e", "NGUYEN"),
    ("Strauß-Łukasiewicz", "STRAUSS LUKASIEWICZ"),
    ("Søren Þór Æsir", "SOREN THOR AESIR"),
    ("阮文安", "阮文安"),
    ("ດວງຈັນ", "ດວງຈັນ"),
    ("a\x00b", "A B"),
    ("'''---...", ""),
    ("\u0301\u0323", ""),
    ("\ud800An", "\ufffdAN"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "folded"), KNOWN_FOLDS)
def test_a_text_folds_to_its_known_form(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize(("text", "folded"), KNOWN_FOLDS)
def test_the_unicode_form_does_not_change_a_fold(text, folded, form):
    assert fold(unicodedata.normalize(form, text)) == folded


def test_every_vietnamese_letter_folds_to_ascii():
    vowels = "aăâeêioôơuưy"
    tones = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
    letters = [unicodedata.normalize("NFC", vowel + tone) for vowel in vowels for tone in tones]
    for letter in [*letters, "đ"]:
        for written in (letter, letter.upper(), unicodedata.normalize("NFD", letter)):
            assert len(fold(written)) == 1
            assert fold(written) in "ADEIOUY"


def test_every_character_of_unicode_folds_to_something_that_stays_and_can_be_stored():
    for code in range(0, sys.maxunicode + 1, 7):
        folded = fold(chr(code))
        assert fold(folded) == folded
        folded.encode()


@given(any_text)
@example("\ud800\udfff")
@example("ΐ\u0345")
@example("ŉ ǰ ﬃ ﷺ")
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(any_text)
def test_equivalent_texts_fold_alike(text):
    folded = fold(text)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert fold(unicodedata.normalize(form, text)) == folded


@given(st.text(max_size=40))
def test_case_and_surrounding_space_do_not_change_a_fold(text):
    assert fold(f"  {text.upper()}\n") == fold(text.upper())
    assert fold(text.upper()) == fold(fold(text).lower().upper())


@given(any_text)
def test_a_fold_is_words_divided_by_single_spaces(text):
    folded = fold(text)
    assert folded == " ".join(folded.split())
    folded.encode()


@pytest.mark.parametrize("unit", ["a\u0301", "\u0323", "Nguyễn ", "\ud800", "ﷺ", "đ", "-"])
def test_long_texts_fold_piece_by_piece(unit):
    assert fold(unit * 10_000).replace(" ", "") == fold(unit).replace(" ", "") * 10_000


def test_texts_of_strangers_do_not_fill_the_memory():
    memo = folding._folded_word.__self__
    for number in range(memo.MOST_WORDS * 2):
        fold(f"ê{number}")
    assert len(memo) <= memo.MOST_WORDS
    fold("ê" * 1_000)
    assert max(map(len, memo)) <= memo.LONGEST_WORD
    assert fold("Đỗ Thị Hoà") == "DO THI HOA"


SAME_SPELLING = [
    ("Hoà", "Hòa"),
    ("Thuỷ", "THỦY"),
    ("Khoẻ", "Khỏe"),
    ("Hoàn", "Hòan"),
    ("Quý", "Qúy"),
    ("H'Hoa", "H’Hoa"),
    ("K`Brới", "K\u02bcbrới"),
    ("Niê-Kdăm", "niê–kdăm"),
    ("Ðỗ", "Đỗ"),
    ("Ễn", "E\u0303\u0302n"),
]


@pytest.mark.parametrize(("one", "other"), SAME_SPELLING)
def test_two_writings_of_one_spelling_are_equal(one, other):
    assert spelled(one) == spelled(other)
    assert spelled(unicodedata.normalize("NFD", one)) == spelled(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà", "Hoa"),
        ("Lý", "Lí"),
        ("Đỗ", "Dỗ"),
        ("Hùng", "Hưng"),
        ("H'Hoa", "HHoa"),
        ("Ân", "Ăn"),
    ],
)
def test_different_spellings_stay_apart(one, other):
    assert spelled(one) != spelled(other)


@given(any_text)
def test_equivalent_texts_are_one_spelling(text):
    decomposed, composed = (unicodedata.normalize(form, text) for form in ("NFD", "NFC"))
    assert spelled(decomposed) == spelled(composed) == spelled(text)


@given(st.text("aăâđeêioôơuưyAĐ \u0300\u0301\u0303\u0309\u0323hnH'-", max_size=20))
def test_one_spelling_is_its_own_spelling_and_has_one_fold(text):
    assert spelled(spelled(text)) == spelled(text)
    assert fold(spelled(text)) == fold(text)
