"""The machine-readable zone: two worked examples, and whatever a name may be."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity import mrz
from app.matching.dates import PartialDate

HOA = mrz.Document(
    number="001304000123",
    surname="Nguyễn",
    given_names="Thị Hoa",
    birth=PartialDate(2004, 7, 15),
    sex="F",
    expires_on=dt.date(2029, 7, 15),
)
HOA_LINES = (
    "IDVNM3040001231001304000123<<2",
    "0407159F2907158VNM<<<<<<<<<<<2",
    "NGUYEN<<THI<HOA<<<<<<<<<<<<<<<",
)
AN = mrz.Document(
    number="079060012345",
    surname="Trần",
    given_names="Văn An",
    birth=PartialDate(1960, 3, 2),
    sex="M",
    expires_on=None,
)
AN_LINES = (
    "IDVNM0600123451079060012345<<1",
    "6003025M9912315VNM<<<<<<<<<<<6",
    "TRAN<<VAN<AN<<<<<<<<<<<<<<<<<<",
)


@pytest.mark.parametrize(("document", "lines"), [(HOA, HOA_LINES), (AN, AN_LINES)])
def test_the_worked_examples_come_out_line_for_line(document, lines):
    assert mrz.td1(document) == lines


def test_a_zone_is_read_back():
    assert mrz.parse(HOA_LINES) == mrz.Parsed(
        document_number="304000123",
        number="001304000123",
        surname="NGUYEN",
        given_names="THI HOA",
        birth="040715",
        sex="F",
        expiry="290715",
        nationality="VNM",
        wrong_checks=(),
    )


def test_the_check_digits_of_icaos_own_specimen():
    # ICAO 9303-5, appendix B: the specimen of Utopia.
    assert mrz.check_digit("D23145890") == "7"
    assert mrz.check_digit("740812") == "2"
    assert mrz.check_digit("120415") == "9"
    assert mrz.check_digit("D231458907<<<<<<<<<<<<<<<" + "7408122" + "1204159" + "<" * 11) == "6"


@pytest.mark.parametrize(
    ("line", "place", "wrong"),
    [
        (0, 5, ("document_number", "composite")),
        (0, 20, ("number", "composite")),
        (1, 0, ("birth", "composite")),
        (1, 8, ("expiry", "composite")),
        (1, 29, ("composite",)),
    ],
)
def test_a_changed_digit_is_found(line, place, wrong):
    lines = [list(one) for one in HOA_LINES]
    lines[line][place] = "9" if lines[line][place] != "9" else "8"
    assert mrz.parse(["".join(one) for one in lines]).wrong_checks == wrong


@pytest.mark.parametrize(
    "lines",
    [
        HOA_LINES[:2],
        (*HOA_LINES[:2], "NGUYEN"),
        (*HOA_LINES[:2], HOA_LINES[2].lower()),
        ("P<VNM" + HOA_LINES[0][5:], *HOA_LINES[1:]),
    ],
)
def test_what_is_no_zone_of_this_layout_is_refused(lines):
    with pytest.raises(ValueError, match="zone"):
        mrz.parse(lines)


@pytest.mark.parametrize("number", ["123456789", "00130400012X", "٠٠١٣٠٤٠٠٠١٢٣"])
def test_a_number_of_other_than_twelve_digits_is_refused(number):
    with pytest.raises(ValueError, match="12 digits"):
        mrz.td1(
            mrz.Document(
                number=number,
                surname="A",
                given_names="B",
                birth=PartialDate(1990),
                sex="M",
                expires_on=None,
            )
        )


@pytest.mark.parametrize(
    ("surname", "given", "line"),
    [
        ("Niê", "H'Hoa", "NIE<<HHOA"),
        ("", "K'Brêm", "KBREM"),
        ("Đỗ", "Đình Đạt", "DO<<DINH<DAT"),
        ("Tôn Nữ", "Đan Đoan", "TON<NU<<DAN<DOAN"),
        ("Niê-Kdăm", "Y Bliăk", "NIE<KDAM<<Y<BLIAK"),
        ("", "", ""),
    ],
)
def test_names_of_every_people_are_written_in_latin_letters(surname, given, line):
    assert mrz.names(surname, given) == line.ljust(30, "<")


def test_a_long_name_keeps_a_letter_of_each_part_and_ends_in_one():
    line = mrz.names("Công Tằng Tôn Nữ", "Nguyễn Phương Khánh Trường")
    assert len(line) == 30
    assert line[-1] != "<"
    assert [len(part.split("<")) for part in line.split("<<")] == [4, 4]


def test_a_name_of_more_parts_than_there_is_room_for_is_cut():
    assert (
        mrz.names("A B C D E F G H", "I J K L M N O P Q R")
        == "A<B<C<D<E<F<G<H<<I<J<K<L<M<N<O"[:30]
    )


@pytest.mark.parametrize(
    ("birth", "written"), [(PartialDate(1960), "60<<<<"), (PartialDate(1960, 3), "6003<<")]
)
def test_what_of_a_birth_is_not_known_is_filled(birth, written):
    document = mrz.Document(
        number="079060012345",
        surname="Trần",
        given_names="An",
        birth=birth,
        sex="U",
        expires_on=None,
    )
    lines = mrz.td1(document)
    assert lines[1][:6] == written
    assert lines[1][7] == "<"
    assert mrz.parse(lines).wrong_checks == ()


@given(
    st.text(max_size=40),
    st.text(max_size=60),
    st.integers(0, 10**12 - 1).map("{:012}".format),
    st.dates(dt.date(1900, 1, 1), dt.date(2026, 1, 1)),
    st.none() | st.dates(dt.date(2021, 1, 1), dt.date(2080, 1, 1)),
)
def test_whatever_a_person_is_called_the_zone_has_its_shape_and_is_read_back(
    surname, given_names, number, born, ends
):
    lines = mrz.td1(
        mrz.Document(
            number=number,
            surname=surname,
            given_names=given_names,
            birth=PartialDate(born.year, born.month, born.day),
            sex="M",
            expires_on=ends,
        )
    )
    assert [len(line) for line in lines] == [30, 30, 30]
    read = mrz.parse(lines)
    assert (read.number, read.wrong_checks) == (number, ())


@given(st.lists(st.text(alphabet="AZ09<", min_size=30, max_size=30), min_size=3, max_size=3))
def test_reading_any_zone_ends_in_a_reading_or_a_refusal(lines):
    try:
        mrz.parse(["IDVNM" + lines[0][5:], *lines[1:]])
    except ValueError:
        raise AssertionError from None
