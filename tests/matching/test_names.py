"""Names: known comparisons, keys and parts, and what holds for any two names."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.matching.findings import MATCH, MISMATCH, NOT_ON_RECORD, Reason, near
from app.matching.names import LONGEST_NAME, NameParts, compare_name, join, name_key, split

FAMILIES = ("Nguyễn", "Đỗ", "Lê", "Lý", "Trần", "Thạch", "Siu", "Niê")
MIDDLES = ("Văn", "Thị", "Hoàng Bảo", "Y", "")
GIVENS = ("Hoà", "Quý", "An", "H'Hoa", "K’Brới", "Thuỷ", "Đức", "Anh Thư")
names = st.builds(
    lambda *parts: " ".join(filter(None, parts)),
    st.sampled_from(FAMILIES),
    st.sampled_from(MIDDLES),
    st.sampled_from(GIVENS),
)
any_text = st.text(st.characters(codec=None), max_size=40)

COMPARISONS = [
    # one spelling, written differently
    ("Nguyễn Văn An", "Nguyễn Văn An", MATCH),
    ("NGUYỄN VĂN AN", "Nguyễn Văn An", MATCH),
    ("  nguyễn  văn an ", "Nguyễn Văn An", MATCH),
    ("Nguyễn Thị Hòa", "Nguyễn Thị Hoà", MATCH),
    ("TRẦN THỊ THỦY", "Trần Thị Thuỷ", MATCH),
    ("ÐỖ Thị Hòa", "Đỗ Thị Hoà", MATCH),
    ("H’Hoa Niê", "H'Hoa Niê", MATCH),
    ("K`BRỚI", "K’Brới", MATCH),
    ("Y WANG MLÔ", "Y Wang Mlô", MATCH),
    ("SIU PHƯỚC", "Siu Phước", MATCH),
    ("Trương Vĩ Kỳ", "TRƯƠNG VĨ KỲ", MATCH),
    # one name, spelled differently
    ("H Hoa Niê", "H'Hoa Niê", near(Reason.SEPARATORS)),
    ("HHoa Niê", "H'Hoa Niê", near(Reason.SEPARATORS)),
    ("Y Wang Niê Kdăm", "Y Wang Niê-Kdăm", near(Reason.SEPARATORS)),
    ("H'Lan Êban", "H'Lan Ê Ban", near(Reason.SEPARATORS)),
    ("KBrới", "K'Brới", near(Reason.SEPARATORS)),
    ("Nguyễn Thị Anhthư", "Nguyễn Thị Anh Thư", near(Reason.SEPARATORS)),
    ("Lí Văn Mĩ", "Lý Văn Mỹ", near(Reason.Y_I)),
    ("Trần Qui", "Trần Quy", near(Reason.Y_I)),
    ("Nguyễn Quí", "Nguyễn Quý", near(Reason.Y_I)),
    ("Nguyen Van An", "Nguyễn Văn An", near(Reason.DIACRITICS)),
    ("DO THI HOA", "Đỗ Thị Hoà", near(Reason.DIACRITICS)),
    ("Đõ Thị Hoà", "Đỗ Thị Hoà", near(Reason.DIACRITICS)),
    ("Dỗ Thị Hoà", "Đỗ Thị Hoà", near(Reason.DIACRITICS)),
    ("Nguyễn Văn Hưng", "Nguyễn Văn Hùng", near(Reason.DIACRITICS)),
    ("Y Wang Mlo", "Y Wang Mlô", near(Reason.DIACRITICS)),
    ("Siu Phuoc", "Siu Phước", near(Reason.DIACRITICS)),
    ("Ly Van Qui", "Lý Văn Quý", near(Reason.SPELLING)),
    ("H Hoa Nie", "H'Hoa Niê", near(Reason.DIACRITICS)),
    ("Hhoa Nie", "H'Hoa Niê", near(Reason.SPELLING)),
    ("An Nguyễn Văn", "Nguyễn Văn An", near(Reason.WORD_ORDER)),
    ("Mlô Y Wang", "Y Wang Mlô", near(Reason.WORD_ORDER)),
    ("HOA DO THI", "Đỗ Thị Hoà", near(Reason.WORD_ORDER)),
    ("Nguyễn Văm An", "Nguyễn Văn An", near(Reason.TYPO)),
    ("Ngyuen Van An", "Nguyễn Văn An", near(Reason.TYPO)),
    ("Nguyễn Văn Anh", "Nguyễn Văn An", near(Reason.TYPO)),
    ("Vũ Thị Lan", "Võ Thị Lan", near(Reason.TYPO)),
    ("Siu Phướcc", "Siu Phước", near(Reason.TYPO)),
    # other names
    ("Trần Văn An", "Nguyễn Văn An", MISMATCH),
    ("Lê Anh", "Lê An", MISMATCH),
    ("Nguyễn An", "Nguyễn Văn An", MISMATCH),
    ("Đỗ Nguyễn Thị Hoà", "Đỗ Thị Hoà", MISMATCH),
    ("Hoàng Văn Phúc", "Huỳnh Văn Phúc", MISMATCH),
    ("Ngiyen Vam An", "Nguyễn Văn An", MISMATCH),
    ("Siu H'Lan", "Ksor H'Lan", MISMATCH),
    ("", "Nguyễn Văn An", MISMATCH),
    ("   ", "Nguyễn Văn An", MISMATCH),
    ("...", "---", MISMATCH),
    ("\u0301", "\u0300", MISMATCH),
    ("\x00", "Nguyễn Văn An", MISMATCH),
]


@pytest.mark.parametrize(("claimed", "recorded", "finding"), COMPARISONS)
def test_two_names_are_judged_as_known(claimed, recorded, finding):
    assert compare_name(claimed, recorded) == finding


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(("claimed", "recorded", "finding"), COMPARISONS)
def test_the_unicode_form_does_not_change_a_judgement(claimed, recorded, finding, form):
    assert compare_name(unicodedata.normalize(form, claimed), recorded) == finding


@pytest.mark.parametrize("recorded", [None, ""])
@pytest.mark.parametrize("claimed", ["", "Nguyễn Văn An"])
def test_a_name_that_is_not_recorded_cannot_be_confirmed(claimed, recorded):
    assert compare_name(claimed, recorded) == NOT_ON_RECORD


@given(st.one_of(names, any_text), st.one_of(names, any_text))
def test_it_does_not_matter_which_name_is_the_claim(one, other):
    assume(one and other)
    assert compare_name(one, other) == compare_name(other, one)


@given(any_text.filter(bool))
def test_any_text_matches_itself(text):
    assert compare_name(text, text) == MATCH


@given(names)
def test_a_name_matches_itself_in_upper_case_and_decomposed(name):
    assert compare_name(unicodedata.normalize("NFD", name.upper()), name) == MATCH


@given(names, st.randoms(use_true_random=False))
def test_a_name_without_marks_or_in_another_order_is_near(name, random):
    words = name.split()
    random.shuffle(words)
    assert compare_name(name_key(name), name).verdict in {"near_match", "match"}
    assert compare_name(" ".join(words), name).verdict in {"near_match", "match"}


@given(names, st.integers(0, 30), st.sampled_from("BCXZ"))
def test_one_wrong_letter_in_a_long_name_is_near_and_three_are_not(name, place, letter):
    assume(len(name) >= 8)
    place %= len(name)
    assert compare_name(name[:place] + letter + name[place:], name).verdict == "near_match"
    assert compare_name(name[:place] + "ZXZ" + name[place:], name) == MISMATCH


@pytest.mark.parametrize(
    "flood", ["a" * 10_000, "A" + "\u0301" * 10_000, "\ud800" * 10_000, "ﷺ" * 10_000]
)
def test_a_flood_is_a_mismatch_before_any_work(flood):
    assert compare_name(flood, "Nguyễn Văn An") == MISMATCH
    assert compare_name("Nguyễn Văn An", flood) == MISMATCH


def test_the_longest_name_is_compared_and_one_longer_is_not():
    name = "Đ" * LONGEST_NAME
    assert compare_name(name.lower(), name) == MATCH
    assert compare_name(name.lower() + "đ", name + "Đ") == MISMATCH


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Nguyễn Văn An", "AN NGUYEN VAN"),
        ("An Nguyễn Văn", "AN NGUYEN VAN"),
        ("Đỗ Thị Hoà", "DO HOA THI"),
        ("H'Hoa Niê", "H HOA NIE"),
        ("Y Wang Mlô", "MLO WANG Y"),
        ("", ""),
    ],
)
def test_a_name_is_found_by_its_key(name, key):
    assert name_key(name) == key


@given(any_text)
def test_a_key_is_its_own_key(text):
    assert name_key(name_key(text)) == name_key(text)


NAMES_AND_PARTS = [
    ("Nguyễn Văn An", "family_first", NameParts("Nguyễn", "Văn", "An")),
    ("Lê An", "family_first", NameParts("Lê", "", "An")),
    ("Đỗ Nguyễn Thị Hoà", "family_first", NameParts("Đỗ", "Nguyễn Thị", "Hoà")),
    ("Tôn Thất Tùng", "family_first", NameParts("Tôn Thất", "", "Tùng")),
    ("Công Tằng Tôn Nữ Thị Hoa", "family_first", NameParts("Công Tằng Tôn Nữ", "Thị", "Hoa")),
    ("Rơ Châm H'Lan", "family_first", NameParts("Rơ Châm", "", "H'Lan")),
    ("Siu Phước", "family_first", NameParts("Siu", "", "Phước")),
    ("A Viết", "family_first", NameParts("A", "", "Viết")),
    ("Y Wang Mlô", "family_last", NameParts("Mlô", "Y", "Wang")),
    ("H'Hoa Niê", "family_last", NameParts("Niê", "", "H'Hoa")),
    ("H'Hoa Niê Kdăm", "family_last", NameParts("Niê Kdăm", "", "H'Hoa")),
    ("A Brêu", "given_only", NameParts("", "A", "Brêu")),
    ("K'Brới", "given_only", NameParts("", "", "K'Brới")),
    ("Brới", "family_first", NameParts("", "", "Brới")),
    ("", "family_first", NameParts("", "", "")),
]


@pytest.mark.parametrize(("name", "order", "parts"), NAMES_AND_PARTS)
def test_a_name_divides_into_its_parts_and_back(name, order, parts):
    assert split(name, order) == parts
    assert join(parts, order) == name


def test_a_particle_with_an_apostrophe_takes_no_space():
    assert join(NameParts("Niê", "H'", "Hoa"), "family_last") == "H'Hoa Niê"
    assert join(NameParts("Ksor", "H’", "Lan")) == "Ksor H’Lan"


@given(names, st.sampled_from(["family_first", "family_last", "given_only"]))
def test_parts_joined_are_the_name(name, order):
    assert join(split(name, order), order) == name
