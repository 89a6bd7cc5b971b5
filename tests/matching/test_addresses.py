"""Address keys: however an address is abbreviated, it is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.addresses import address_key


@pytest.mark.parametrize(
    ("written", "also_written"),
    [
        ("Số 12 đường Lê Lợi", "12 Lê Lợi"),
        ("SN 12, Đường Lê Lợi", "so 12 duong le loi"),
        (
            "12/3A Nguyễn Trãi, P.5, Q.1, TP.HCM",
            "12/3a Nguyễn Trãi phường 5 quận 1 thành phố Hồ Chí Minh",
        ),
        ("P05 Q1", "Phường 5, Quận 01"),
        ("TDP số 7, TT. Đắk Hà", "Tổ dân phố 7, thị trấn Đăk Hà"),
        ("KP 3, TX Dĩ An", "Khu phố 3, thị xã Dĩ An"),
        ("Thôn Hoà Bình", "thôn Hòa Bình"),
    ],
)
def test_two_ways_to_write_an_address_have_one_key(written, also_written):
    assert address_key(written) == address_key(also_written) != ""


@pytest.mark.parametrize(
    ("written", "another"),
    [
        ("12 Lê Lợi", "21 Lê Lợi"),
        ("12/3 Lê Lợi", "1/23 Lê Lợi"),
        ("Phường 5", "Quận 5"),
        ("Thôn 1", "Thôn 10"),
        ("5 Phường 1", "1 Phường 5"),
    ],
)
def test_different_houses_have_different_keys(written, another):
    assert address_key(written) != address_key(another)


def test_a_key_reads_as_it_should():
    key = "12 3A LE LOI PHUONG 5 QUAN 1 THANH PHO HO CHI MINH"
    assert address_key("Số 12/3A đường Lê Lợi, P.05, Q1, TP. HCM") == key


@given(st.text(st.characters(codec=None), max_size=40))
def test_any_text_has_a_key_of_single_spaced_words(text):
    key = address_key(text)
    assert key == " ".join(key.split())
    key.encode()
