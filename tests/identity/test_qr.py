"""The text in a card's QR code."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from app.identity import printed, qr
from app.matching.dates import PartialDate

HOA = printed.Printed(
    form="2021",
    number="001304000123",
    full_name="Nguyễn Thị Hoa",
    surname="Nguyễn",
    given_names="Thị Hoa",
    birth_date=PartialDate(2004, 7, 15),
    sex="F",
    nationality="Việt Nam",
    ethnicity="Kinh",
    religion="Không",
    origin="Phường Mô Phỏng, Quận Ba Đình, Hà Nội",
    residence="Số 5 ngõ 12, Phường Mô Phỏng, Quận Ba Đình, Hà Nội",
    birth_registration_place="Phường Mô Phỏng, Quận Ba Đình, Hà Nội",
    marks="Nốt ruồi cách 1 cm trên mép trái",
    issued_on=dt.date(2022, 8, 20),
    issued_by=printed.ISSUERS["2021"],
    expires_on=dt.date(2029, 7, 15),
    father="Nguyễn Văn Ba",
    mother="Lê Thị Tư",
    spouse=None,
    old_number=None,
    cancelled_number=None,
    age=18,
    likeness=b"hoa",
    mark=None,
)
#: Both as they stand in public descriptions of the code.
HOA_TEXT = (
    "001304000123||Nguyễn Thị Hoa|15072004|Nữ|"
    "Số 5 ngõ 12, Phường Mô Phỏng, Quận Ba Đình, Hà Nội|20082022"
)
AN_TEXT = (
    "079060012345|023456789|Trần Văn An|02031960|Nam|"
    "Ấp 3, Xã Mô Phỏng, Huyện Củ Chi, TP. Hồ Chí Minh|11052021"
)


def test_the_form_of_2021_has_seven_fields():
    assert qr.write(HOA) == HOA_TEXT


def test_the_form_of_2024_has_four_more():
    card = dataclasses.replace(HOA, form="2024", cancelled_number="001303000123")
    text = qr.write(card)
    assert text == f"{HOA_TEXT}|001303000123|Nguyễn Văn Ba|Lê Thị Tư|"
    assert text.count("|") == qr.ORDERS["2024"].count("|")
    read = qr.parse(text)
    assert (read.form, read.cancelled_number) == ("2024", "001303000123")
    assert (read.father, read.mother) == ("Nguyễn Văn Ba", "Lê Thị Tư")


def test_a_public_example_is_read():
    assert qr.parse(AN_TEXT) == qr.Payload(
        number="079060012345",
        old_number="023456789",
        full_name="Trần Văn An",
        birth=PartialDate(1960, 3, 2),
        sex="M",
        residence="Ấp 3, Xã Mô Phỏng, Huyện Củ Chi, TP. Hồ Chí Minh",
        issued_on=dt.date(2021, 5, 11),
        rest=(),
    )
    assert qr.parse(AN_TEXT).father is None


@pytest.mark.parametrize("form", ["2021", "2024"])
def test_in_realistic_style_the_text_ends_in_the_mark_of_simulation(form):
    text = qr.write(dataclasses.replace(HOA, form=form, mark=printed.MARK))
    assert text.endswith(f"|{printed.MARK}")
    assert qr.parse(text).form == form


def test_a_bar_in_a_name_ends_no_field():
    assert qr.parse(qr.write(dataclasses.replace(HOA, residence="5|12"))).residence == "5/12"


def test_parents_who_are_not_known_are_left_out():
    text = qr.write(dataclasses.replace(HOA, form="2024", father=None, mother=None))
    assert text.endswith("||||")
    assert qr.parse(text).father is None


@pytest.mark.parametrize(
    ("birth", "text", "written"),
    [
        (PartialDate(1960), "00001960", "00001960"),
        (PartialDate(1960), "1960", "00001960"),
        (PartialDate(1960, 3), "00031960", "00031960"),
        (None, "", None),
    ],
)
def test_a_birth_date_may_be_partial(birth, text, written):
    assert qr.parse(HOA_TEXT.replace("15072004", text)).birth == birth
    if written is not None:
        assert written in qr.write(dataclasses.replace(HOA, birth_date=birth))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("001304000123|Nguyễn Thị Hoa", "seven"),
        (HOA_TEXT.replace("001304000123", "001304"), "12 digits"),
        (HOA_TEXT.replace("||", "|12345|"), "9 digits"),
        (HOA_TEXT.replace("Nguyễn Thị Hoa", " "), "name"),
        (HOA_TEXT.replace("15072004", "15/07/2004"), "DDMMYYYY"),
        (HOA_TEXT.replace("15072004", "31022004"), "calendar"),
        (HOA_TEXT.replace("15072004", "15002004"), "calendar"),
        (HOA_TEXT.replace("Nữ", "Female"), "Nam"),
        (HOA_TEXT.replace("20082022", "2022"), "DDMMYYYY"),
        (HOA_TEXT.replace("20082022", "32082022"), "calendar"),
        ("9" * 2_001, "longer"),
    ],
)
def test_what_no_card_says_is_refused(text, why):
    with pytest.raises(ValueError, match=why):
        qr.parse(text)


@given(st.text(max_size=80) | st.lists(st.text(max_size=12), max_size=12).map("|".join))
def test_any_text_is_read_or_refused(text):
    try:
        read = qr.parse(text)
    except ValueError:
        return
    assert read.number.isdigit()


def test_the_text_fits_a_code_that_a_card_has_room_for():
    assert segno.make(HOA_TEXT, error="m", micro=False).version <= 7
    long = dataclasses.replace(HOA, form="2024", cancelled_number="001303000123", mark="M" * 18)
    assert segno.make(qr.write(long), error="m", micro=False).version <= 11
